#include "crystal/formats/json/json_values.hpp"

#include <cmath>

#include "core/error.hpp"

namespace spinel {

using nlohmann::json;

const json* json_member(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Vec3 vector_from_json(const json& value, const std::string& what) {
  if (!value.is_array() || value.size() != 3) fail_input("{} is not three numbers", what);
  Vec3 result;
  for (std::size_t k = 0; k < 3; ++k) {
    if (!value[k].is_number() || !std::isfinite(value[k].get<double>()))
      fail_input("{} holds '{}', which is no finite number", what, json_excerpt(value[k]));
    result[static_cast<Eigen::Index>(k)] = value[k].get<double>();
  }
  return result;
}

Mat3 cell_from_json(const json& value, bool may_lack) {
  if (!value.is_array() || value.size() != 3) fail_input("the lattice has no matrix of three vectors");
  Mat3 cell = Mat3::Zero();
  for (std::size_t k = 0; k < 3; ++k) {
    const json& row = value[k];
    if (may_lack && (row.is_null() || row == json::array({nullptr, nullptr, nullptr}))) continue;
    cell.row(static_cast<Eigen::Index>(k)) = vector_from_json(row, "the lattice").transpose();
  }
  return cell;
}

std::string scalar_text(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_number_float()) return std::isfinite(value.get<double>()) ? fmt::format("{}", value.get<double>()) : "";
  if (value.is_number()) return value.dump();
  if (value.is_string()) return value.get<std::string>();
  // An identifier as an object of its own.
  if (const json* text = json_member(value, "string"); text != nullptr && text->is_string())
    return text->get<std::string>();
  return "";
}

std::string json_excerpt(const json& value) {
  // A list or object may be of any size.
  if (value.is_structured()) return value.is_array() ? "[…]" : "{…}";
  return value.dump(-1, ' ', true).substr(0, 40);
}

}  // namespace spinel
