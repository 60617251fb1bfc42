#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/vec3.hpp"
#include "crystal/structure.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// A number stored with each frame under /observables.
struct TrajectoryObservable {
  std::string name;  ///< "temperature", "potential_energy", …
  std::string unit;  ///< of the H5MD units module ("K", "eV"); empty: dimensionless or reduced
};

/// What a trajectory file holds.
struct TrajectoryOptions {
  std::string path;  ///< `<prefix>.h5md`
  std::int64_t n_atoms = 0;
  std::vector<std::string> fields = {"position", "image"};  ///< of position image velocity force
  bool double_precision = false;                            ///< else 32 bits
  int compression = 0;                                      ///< deflate level 1 … 9 after shuffling; 0: none
  bool reduced_units = false;                               ///< no unit attributes, forces as they are
  std::array<bool, 3> periodic = {true, true, true};
  std::vector<Species> species;
  std::vector<TrajectoryObservable> observables;
  std::map<std::string, std::string> parameters;  ///< texts stored under /parameters
  std::string author = "unknown";
  std::string creator_version = "0";
};

/// One moment of a run, this rank's part of it.
struct Frame {
  std::int64_t step = 0;
  double time = 0.0;                 ///< fs
  Mat3 cell = Mat3::Identity();      ///< rows a, b, c (Å)
  std::size_t n = 0;                 ///< atoms on this rank
  const std::int64_t* id = nullptr;  ///< [n], 0 … n_atoms − 1, each on one rank
  const Vec3* position = nullptr;    ///< [n], Å
  const std::array<int, 3>* image = nullptr;
  const Vec3* velocity = nullptr;   ///< [n], Å/fs
  const Vec3* force = nullptr;      ///< [n], eV/Å
  std::vector<double> observables;  ///< in the order of the options; those of rank 0 are stored
};

/// The trajectory of a run as one H5MD 1.1 file (P. de Buyl, P. H. Colberg, F. Höfling, Comput. Phys. Commun. 185,
/// 1546 (2014); nongnu.org/h5md), readable at any time by h5py and MDAnalysis:
///
///     /h5md                        version, author, creator, modules/units
///     /parameters                  texts
///     /particles/all/species       [atom] enumeration of the symbols
///     /particles/all/id            [atom] 0 … n − 1: atoms lie in id order
///     /particles/all/box/edges     value [frame][3][3], rows a, b, c
///     /particles/all/position …    value [frame][atom][3]
///     /observables/<name>          value [frame]
///
/// Every element has `step` and `time` [frame], the same for all (hard links). Units: Å, fs, Å/fs, and for forces
/// kJ mol⁻¹ Å⁻¹, as MDAnalysis opens no file with forces in eV/Å; in reduced units no unit is given.
///
/// All ranks write at once, each the chunks of a contiguous range of atoms, at places in the file that rank 0 obtains
/// from HDF5 and that the committed file does not use. The file on disk stays as the last commit left it until the
/// next commit, which happens whole or, when the process is killed, is completed or dropped by the next open_at():
/// see DeferredFile. Rank 0 alone holds the file open in HDF5.
///
/// All members are collective. A failed one throws Error on all ranks, and after it the object can only be destroyed.
/// Destruction is local to each rank and drops what was not committed.
class Trajectory {
 public:
  /// Creates the file, without frames, complete with its fixed data; `frame` gives ids (its other members are not
  /// used), `type` [n] the index of each atom's species. Replaces a file of that name once the new one is whole.
  static Trajectory create(const Communicator& comm, const TrajectoryOptions& options, const Frame& frame,
                           const std::int32_t* type);
  /// Opens a file for more frames after a restart: completes a commit that was cut short, then removes and commits
  /// the removal of the frames after `step`. Throws Error where the file is missing, damaged or has other atoms.
  static Trajectory open_at(const Communicator& comm, const std::string& path, std::int64_t n_atoms, std::int64_t step);
  /// Completes a commit that was cut short, so that the file can be read. On one rank. Returns whether there was one.
  static bool recover(const std::string& path);

  Trajectory(Trajectory&&) noexcept;
  Trajectory& operator=(Trajectory&&) noexcept;
  ~Trajectory();

  std::vector<std::string> fields() const;
  std::vector<std::string> observables() const;  ///< in the order that write() takes them
  std::int64_t n_frames() const;
  std::int64_t last_step() const;  ///< of the last frame; −1 without frames

  /// Adds a frame; steps increase. Pointers of fields that the file does not hold may be null.
  void write(const Frame& frame);
  /// Makes the frames so far part of the file, on disk when it returns. To be called before a checkpoint is written.
  void commit();

 private:
  struct Impl;
  explicit Trajectory(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinel
