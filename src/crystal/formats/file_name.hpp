#pragma once

#include <string>

namespace spinel {

/// Is it name.ext or name.ext.gz? The case is ignored; `extension` begins with its dot.
bool has_extension(const std::string& path, const char* extension);

bool is_xyz_name(const std::string& path);   ///< *.xyz, *.extxyz, each also with .gz
bool is_json_name(const std::string& path);  ///< *.json, *.jsonl, *.ndjson, each also with .gz

/// Is it a record a line, whatever the text looks like: *.jsonl, *.ndjson, each also with .gz?
bool is_json_lines_name(const std::string& path);

/// The name without its folder and all its extensions: "set" of "out/set.dataset.h5".
std::string stem_of(const std::string& path);

/// A file, not hidden, whose name is that of a structure file (structure_format), *.out only with the output of a DFT
/// program in it: what is taken of a folder.
bool is_structure_file(const std::string& path);

}  // namespace spinel
