#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crystal/formats/json/json_items.hpp"
#include "crystal/formats/read_options.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// How structures are found in JSON.
struct JsonOptions {
  std::string structure_key;         ///< key of the structure; empty: structure, cif, atoms, or the whole record
  std::vector<std::string> id_keys;  ///< of the identifier, the first that there is
  ReadOptions read;
};

/// The records of a JSON document, each with a structure, found but not parsed.
struct JsonRecords {
  std::string kind;  ///< "JSON list", "JSON lines", "JSON by id", "JSON frames by id", "JSON table", "JSON columns", …
  std::vector<std::string> columns;  ///< of a table: each record is a row of these; empty: records are objects
  std::vector<JsonItem> items;       ///< parts of the text; key: by which the document has the record
  /// Of a table that lies by columns, the items of a record, a cell of each column (an empty one is missing), which
  /// json_row makes a row of; 0: each item is a record.
  std::size_t cells = 0;
  bool keys_are_ids = false;  ///< keys distinguish records better than what they hold does

  std::size_t size() const { return cells == 0 ? items.size() : items.size() / cells; }
};

/// The text of a record of several cells: a row as structure_from_json takes it.
std::string json_row(const std::vector<std::string_view>& cells);

/// Documents of the Materials Project (mp-api: a list, or one under `data`), pymatgen's Structure.as_dict or
/// ComputedStructureEntry, JARVIS-DFT, OPTIMADE (pages, one entry), rows of ase.db: one, a list, by id, or one a line
/// or one behind the other; MPtrj (by id, then by frame); a table of pandas in any of its forms. A byte order mark at
/// the front is passed over. `lines`: one a line, also where there is only one. InputError, without file, where the
/// text is none of these.
JsonRecords find_json_records(std::string_view text, const JsonOptions& options, bool lines = false);

/// The structure of a record in any form of JsonForm, with its numbers, logicals and short texts, at the top and in
/// `data`, `attributes`, `properties`, `key_value_pairs` and `symmetry` (symmetry.number), in info, and lists of its
/// atoms in force, magnetic_moment and charge. The stress of MPtrj and MatPES is kilobar where the options do not say
/// otherwise. `id`: its identifier, empty where it has none, set before anything can be wrong with the structure.
/// InputError "<where>: …".
Structure structure_from_json(std::string_view record, const std::vector<std::string>& columns,
                              const JsonOptions& options, const std::string& where, std::string& id);

/// A key with its escapes resolved; as it stands where they are none.
std::string plain_json_key(std::string_view key);

/// Record `frame` of a file from 0; negative ones count from the end. InputError with the file.
Structure read_json_structure(const std::string& path, std::int64_t frame = -1, const ReadOptions& options = {});

}  // namespace spinel
