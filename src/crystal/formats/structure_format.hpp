#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crystal/formats/read_options.hpp"
#include "crystal/formats/text_file.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// Where the structures of a text are.
struct StructureIndex {
  std::string header;              ///< what all of them need, such as the symbols of a trajectory
  std::vector<TextPiece> pieces;   ///< one a structure
  std::vector<std::string> names;  ///< of the structures, no two equal; empty: they have only numbers
};

/// A text format with any number of structures in a file.
struct StructureFormat {
  const char* name;    ///< "CIF"
  const char* key;     ///< "cif", as an input names it
  const char* record;  ///< what messages call a structure of it: "block"
  const char* files;   ///< names of its files: "*.cif, *.mcif"
  bool is_single;      ///< has a file never more than one structure?
  bool names_file;     ///< is a structure alone in its file known by the name of the file?
  /// Is a file of this name (in lower case, without .gz) one of it?
  bool (*has_name)(const std::string& name);
  /// Looks through a text. InputError where structures cannot be distinguished; what is wrong inside one of them shows
  /// when it is read.
  StructureIndex (*index)(LineReader& lines);
  /// A structure, from the header of the index and the lines of its piece. InputError with file and line.
  Structure (*read)(const std::string& header, LineReader& lines, const ReadOptions& options);
};

/// The format that the name of a file states; null where it states none. JSON, CSV and HDF5 are not among them.
const StructureFormat* structure_format(const std::string& path);
/// The one whose key this is; null where there is none.
const StructureFormat* structure_format_named(std::string_view key);
/// Structure `frame` of a text in memory, negative ones from the end. `name` stands for the file in messages.
Structure parse_structure(const StructureFormat& format, std::string_view text, const std::string& name,
                          std::int64_t frame = -1, const ReadOptions& options = {});
/// The place of structure `frame` among n, negative ones from the end. InputError where there is none.
std::size_t structure_number(const StructureFormat& format, const std::string& name, std::int64_t frame, std::size_t n);
/// "*.xyz, *.extxyz, *.cif, …", for messages.
std::string structure_file_names();

}  // namespace spinel
