#pragma once

#include <cstdint>
#include <string>

#include "crystal/formats/read_options.hpp"
#include "crystal/formats/structure_format.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// Reads a structure in the format that its name states (structure_format.hpp; *.json, *.jsonl, *.ndjson:
/// json_records.hpp); each also gzipped with .gz after it. `frame`: of those in the file from 0, negative ones from the
/// end, −1 the last. Cells are regular afterwards (regularize_cell). InputError with file and line.
Structure read_structure(const std::string& path, std::int64_t frame = -1, const ReadOptions& options = {});

/// A file of structures, looked through once, of which any one can be read. Small files are kept in memory.
class StructureFile {
 public:
  /// InputError where its name states no format, or structures cannot be distinguished.
  StructureFile(std::string path, const StructureFormat& format);

  const std::string& path() const { return path_; }
  std::size_t size() const { return index_.pieces.size(); }
  const StructureIndex& index() const { return index_; }
  Structure read(std::size_t number, const ReadOptions& options) const;

 private:
  std::string path_;
  const StructureFormat* format_;
  bool is_in_memory_ = false;
  std::string text_;
  StructureIndex index_;
};

/// Writes it in the format that its name states, JSON and XDATCAR excepted, whole or not at all (TextWriter). Throws
/// Error where it cannot be written, and InputError where the name states no format.
void write_structure(const std::string& path, const Structure& structure);

/// InputError where the name states no format that one structure is also written in.
void check_structure_format(const std::string& path);

}  // namespace spinel
