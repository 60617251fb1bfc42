#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"
#include "io/trajectory/trajectory.hpp"

namespace spinel {

/// One per-atom element of a trajectory: three numbers for each atom and frame.
struct TrajectoryField {
  std::string name;
  bool integer = false;
  std::size_t element_size = 4;  ///< bytes
  double scale = 1.0;            ///< stored value / value in Spinel's units

  std::string dataset() const { return "/particles/all/" + name + "/value"; }
  std::size_t row_bytes() const { return 3 * element_size; }
};

/// What every rank has to know of a trajectory file.
struct TrajectoryLayout {
  std::int64_t n_atoms = 0;
  std::int64_t block = 1;  ///< atoms per chunk; a chunk is [1][block][3]
  int compression = 0;
  std::vector<TrajectoryField> fields;
  std::vector<std::string> observables;
  std::int64_t n_frames = 0, last_step = -1;

  std::string to_text() const;
  static TrajectoryLayout from_text(const std::string& text);
};

inline constexpr const char* trajectory_species = "/particles/all/species";
inline constexpr const char* trajectory_id = "/particles/all/id";
inline constexpr const char* trajectory_step = "/particles/all/box/edges/step";
inline constexpr const char* trajectory_time = "/particles/all/box/edges/time";
inline constexpr const char* trajectory_edges = "/particles/all/box/edges/value";
std::string observable_dataset(const std::string& name);

TrajectoryLayout layout_of(const TrajectoryOptions& options);
/// Groups, datasets and attributes of a file without frames.
void create_trajectory(hid_t file, const TrajectoryOptions& options, const TrajectoryLayout& layout);
TrajectoryLayout read_layout(hid_t file);
/// Shortens all elements to the frames whose step is at most `step`.
void truncate_trajectory(hid_t file, TrajectoryLayout& layout, std::int64_t step);
/// Adds row `row` to a dataset [row][…], whose rows it makes row + 1.
void append_row(hid_t file, const std::string& dataset, std::int64_t row, hid_t type, const void* values);

}  // namespace spinel
