#include "database/page_json.hpp"

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "crystal/formats/json/json_items.hpp"
#include "crystal/formats/json/json_parse.hpp"
#include "crystal/formats/json/json_values.hpp"

namespace spinel {

std::string_view json_part(std::string_view text, std::string_view name) {
  if (json_kind(text) != '{') fail_input("the reply is no JSON object");
  for (const JsonItem& item : json_items(text))
    if (item.key == name) return item.text;
  return {};
}

nlohmann::json json_value(std::string_view text, std::string_view name) {
  const std::string_view part = json_part(text, name);
  return part.empty() ? nlohmann::json() : parse_json(part);
}

std::vector<std::string_view> data_records(std::string_view body) {
  const std::string_view data = json_part(body, "data");
  if (data.empty() || json_kind(data) != '[') fail_input("the reply has no list of entries ('data')");
  std::vector<std::string_view> records;
  for (const JsonItem& item : json_items(data)) records.push_back(item.text);
  return records;
}

std::string text_of(const nlohmann::json& object, const char* name) {
  const nlohmann::json* value = json_member(object, name);
  return value == nullptr ? std::string() : scalar_text(*value);
}

std::vector<std::string> ids_of(const std::vector<std::string_view>& records, std::string_view id_key) {
  std::vector<std::string> ids;
  for (const std::string_view record : records) {
    ids.emplace_back();
    try {
      ids.back() = scalar_text(json_value(record, id_key));
    } catch (const InputError&) {
      // The record is bad, which its reader reports.
    }
  }
  return ids;
}

}  // namespace spinel
