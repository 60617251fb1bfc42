#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/vec3.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// One crystal of a CrystalSource.
struct CrystalRecord {
  std::string id;       ///< its own, else "set.xyz frame 12"
  std::string problem;  ///< why it cannot be read; empty: it could
  Mat3 cell;            ///< rows a, b, c, Å
  std::array<bool, 3> periodic;
  std::vector<std::uint8_t> atomic_number;  ///< [atom]
  std::vector<double> position;             ///< [atom][3] Å
  std::vector<double> scalar;               ///< those asked for, in that order; NaN where it has none
};

/// A numbered list of crystals of any length in chunks, which every rank can read in ascending order, one at a time:
/// the list itself is never held.
class CrystalSource {
 public:
  virtual ~CrystalSource() = default;
  virtual std::int64_t size() const = 0;
  /// The crystals of a chunk; objects that are there are used again. Ascending chunks are fastest. Error where the file
  /// changed or cannot be read any more.
  virtual void read(std::int64_t chunk, std::vector<CrystalRecord>& records) = 0;
  /// Tells one list from another.
  virtual std::uint64_t fingerprint() const = 0;

  std::int64_t chunk_size() const;  ///< depends on size() alone
  std::int64_t n_chunks() const { return (size() + chunk_size() - 1) / chunk_size(); }
  std::int64_t first_of(std::int64_t chunk) const { return chunk * chunk_size(); }
  std::int64_t count_of(std::int64_t chunk) const { return std::min(chunk_size(), size() - first_of(chunk)); }
};

/// Collective. `path`: extended XYZ (*.xyz, *.extxyz, also .gz), which is looked through once for where its frames are;
/// a dataset (*.h5); a structure file of another format; or a folder of such files, in the order of their names, each
/// its last frame. `scalars`: names of the numbers that records are to have. InputError on all ranks where nothing can
/// be read or no record could have a scalar; a frame that is wrong in itself is a record with a problem.
std::unique_ptr<CrystalSource> open_crystal_source(const std::string& path, const std::vector<std::string>& scalars,
                                                   const Communicator& communicator);

}  // namespace spinel
