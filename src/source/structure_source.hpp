#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "crystal/structure.hpp"

namespace spinel {

/// A numbered list of structures, on one rank: where &structure all = .true. takes them from.
class StructureSource {
 public:
  virtual ~StructureSource() = default;
  virtual std::int64_t size() const = 0;
  /// "set.xyz frame 12", "cifs/quartz.cif".
  virtual std::string name(std::int64_t number) const = 0;
  /// Grows with the time its evaluation takes; only the order counts.
  virtual double work(std::int64_t number) const = 0;
  /// InputError where this one cannot be read.
  virtual Structure read(std::int64_t number) const = 0;
  /// Tells one list from another.
  virtual std::uint64_t fingerprint() const = 0;
};

/// `path`: a file of many frames (extended XYZ), all of which are read now and kept packed, or of one; a dataset (*.h5,
/// io/dataset/dataset.hpp), which is read now; or a folder, of
/// which every file is taken whose name tells a format of structures, in the order of the names, its last frame, when
/// it is read. A frame that is wrong in itself is in the list, and reading it throws; InputError where the frames
/// after it cannot be found, where there is nothing, or where the format is none.
std::unique_ptr<StructureSource> open_structure_source(const std::string& path, bool allow_labels);

}  // namespace spinel
