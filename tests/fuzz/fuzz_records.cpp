// Whatever the text, JSON items and structures in any form of JSON are read, or give an InputError.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/error.hpp"
#include "crystal/formats/json/json_records.hpp"
#include "crystal/formats/json/pymatgen_json.hpp"

namespace {

void read_records(std::string_view text, const spinel::JsonOptions& options) {
  using namespace spinel;
  try {
    const JsonRecords records = find_json_records(text, options);
    std::string id, row;
    for (std::size_t i = 0; i < records.size(); ++i) {
      std::string_view record = records.cells == 0 ? records.items[i].text : std::string_view();
      if (records.cells > 0) {
        std::vector<std::string_view> cells;
        for (std::size_t c = 0; c < records.cells; ++c) cells.push_back(records.items[i * records.cells + c].text);
        row = json_row(cells);
        record = row;
      }
      try {
        if (!(structure_from_json(record, records.columns, options, "fuzz", id).volume() > 0.0)) std::abort();
      } catch (const InputError&) {
      }
    }
  } catch (const InputError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    for (const JsonItem& item : json_items(text))
      if (item.text.data() < text.data() || item.text.data() + item.text.size() > text.data() + size) std::abort();
  } catch (const InputError&) {
  }
  JsonOptions options;
  for (const Disorder disorder : {Disorder::refuse, Disorder::majority, Disorder::order}) {
    options.read.disorder = disorder;
    read_records(text, options);
  }
  try {
    const auto json = nlohmann::json::parse(text);
    if (is_pymatgen_structure(json) && !(structure_from_pymatgen(json).volume() > 0.0)) std::abort();
  } catch (const InputError&) {
  } catch (const nlohmann::json::exception&) {
  }
  return 0;
}
