#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crystal/formats/json_items.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// How structures are found in JSON.
struct JsonOptions {
  std::string structure_key;         ///< key of the structure; empty: structure, cif, or the whole record
  std::vector<std::string> id_keys;  ///< of the identifier, the first that there is
  bool allow_labels = false;         ///< reduced units, as ReadOptions has it
};

/// The records of a JSON document, each with a structure, found but not parsed.
struct JsonRecords {
  std::string kind;                  ///< "JSON list", "JSON lines", "JSON by id", "JSON table", "JSON structure"
  std::vector<std::string> columns;  ///< of a table: each record is a row of these; empty: records are objects
  std::vector<JsonItem> items;       ///< parts of the text; key: by which the document has the record
};

/// Documents of the Materials Project (mp-api: a list, or one under `data`), pymatgen's Structure.as_dict or
/// ComputedStructureEntry (one, a list, by id, or one a line), a table of pandas (orient = 'split'). `lines`: one a
/// line, also where there is only one. InputError, without file, where the text is none of these.
JsonRecords find_json_records(std::string_view text, const JsonOptions& options, bool lines = false);

/// The structure of a record, with its numbers, logicals and short texts, at the top and in `data` and `symmetry`, in
/// info, its `forces` in force. `id`: its identifier, empty where it has none, set before anything can be wrong with
/// the structure. InputError "<where>: …".
Structure structure_from_json(std::string_view record, const std::vector<std::string>& columns,
                              const JsonOptions& options, const std::string& where, std::string& id);

/// Record `frame` of a file from 0; negative ones count from the end. InputError with the file.
Structure read_json_structure(const std::string& path, std::int64_t frame = -1, bool allow_labels = false);

}  // namespace spinel
