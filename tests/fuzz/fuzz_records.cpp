// Whatever the text, CSV, JSON items and pymatgen's dictionaries are read, or give an InputError.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "crystal/formats/csv_file.hpp"
#include "crystal/formats/json_records.hpp"
#include "crystal/formats/pymatgen_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    CsvReader rows(text, "fuzz");
    for (std::vector<std::string> cells; rows.next(cells);)
      if (cells.empty()) std::abort();
  } catch (const InputError&) {
  }
  try {
    for (const JsonItem& item : json_items(text))
      if (item.text.data() < text.data() || item.text.data() + item.text.size() > text.data() + size) std::abort();
  } catch (const InputError&) {
  }
  try {
    const JsonRecords records = find_json_records(text, {});
    std::string id;
    for (const JsonItem& item : records.items) {
      try {
        if (!(structure_from_json(item.text, records.columns, {}, "fuzz", id).volume() > 0.0)) std::abort();
      } catch (const InputError&) {
      }
    }
  } catch (const InputError&) {
  }
  try {
    const auto json = nlohmann::json::parse(text);
    if (is_pymatgen_structure(json) && !(structure_from_pymatgen(json).volume() > 0.0)) std::abort();
  } catch (const InputError&) {
  } catch (const nlohmann::json::exception&) {
  }
  return 0;
}
