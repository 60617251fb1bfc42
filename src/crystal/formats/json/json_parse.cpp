#include "crystal/formats/json/json_parse.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/json/json_items.hpp"

namespace spinel {

namespace {

using nlohmann::json;

// Arrays nest no deeper than their dimensions and what they are in; hostile text may.
constexpr int deepest = 32;

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// `text` with null for NaN and infinities outside of strings. False where there is none.
bool without_nan(std::string_view text, std::string& result) {
  bool found = false;
  result.clear();
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    std::size_t end = at + 1;
    if (c == '"') {
      while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
      end = std::min(end + 1, text.size());
    } else if (is_letter(c)) {
      while (end < text.size() && is_letter(text[end])) ++end;
      const std::string word = end - at <= 8 ? lower_case(text.substr(at, end - at)) : "";
      if (word == "nan" || word == "inf" || word == "infinity") {
        if (!result.empty() && (result.back() == '-' || result.back() == '+')) result.pop_back();
        result += "null";
        found = true;
        at = end;
        continue;
      }
    }
    result += text.substr(at, end - at);
    at = end;
  }
  return found;
}

/// What stands around a byte, in one line of ASCII at its ends.
std::string excerpt(std::string_view text, std::size_t at) {
  constexpr std::size_t around = 20;
  const std::size_t begin = at > around ? at - around : 0;
  std::string part(text.substr(begin, 2 * around));
  for (char& c : part)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  const auto is_cut = [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == ' '; };
  while (!part.empty() && is_cut(part.back())) part.pop_back();
  part.erase(part.begin(), std::find_if_not(part.begin(), part.end(), is_cut));
  return part;
}

[[noreturn]] void fail_json(std::string_view text, std::size_t byte) {
  const char open = json_kind(text);
  if (open == '\0') fail_input("it is empty");
  if (text.find("{'") != std::string_view::npos)
    fail_input("its texts are in single quotes, as Python prints a dictionary; json.dumps writes JSON");
  // Brackets and quotes that do not close have messages of their own.
  if (open == '{' || open == '[') json_items(text);
  if (byte >= text.size()) fail_input("the text ends at byte {}, where more should follow", text.size());
  fail_input("byte {}: this is no JSON: '{}'", byte, excerpt(text, byte - std::min<std::size_t>(byte, 1)));
}

/// Nested lists of a shape from numbers one after the other.
json nested(const json& flat, const std::vector<std::size_t>& shape, std::size_t level, std::size_t& at) {
  json list = json::array();
  for (std::size_t i = 0; i < shape[level]; ++i)
    list.push_back(level + 1 == shape.size() ? flat[at++] : nested(flat, shape, level + 1, at));
  return list;
}

json array_from(const json& packed) {
  const bool is_right = packed.is_array() && packed.size() == 3 && packed[0].is_array() && packed[2].is_array();
  std::vector<std::size_t> shape;
  std::size_t n = 1;
  if (is_right)
    for (const json& extent : packed[0]) {
      const std::size_t size = packed[2].size();
      if (!extent.is_number_unsigned() || shape.size() == 8 || extent.get<std::uint64_t>() > size)
        fail_input("the shape of an __ndarray__ does not fit its {} numbers", size);
      shape.push_back(extent.get<std::size_t>());
      // No more than is compared below: sizes that do not fit are larger by far.
      n = std::min(n * shape.back(), size + 1);
    }
  if (!is_right || n != packed[2].size()) fail_input("an __ndarray__ is not a shape, a type and as many numbers");
  if (shape.empty()) return packed[2][0];
  std::size_t at = 0;
  return n == 0 ? json::array() : nested(packed[2], shape, 0, at);
}

void unpack_arrays(json& value, int depth) {
  if (depth > deepest || !value.is_structured()) return;
  if (value.is_object()) {
    if (const auto packed = value.find("__ndarray__"); packed != value.end()) {
      value = json(array_from(*packed));
      return;
    }
    const auto module = value.find("@module"), data = value.find("data");
    if (module != value.end() && *module == "numpy" && data != value.end()) {
      value = json(*data);
      return;
    }
  }
  for (json& part : value) unpack_arrays(part, depth + 1);
}

json parse(std::string_view text) {
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    std::string replaced;
    // Texts with NaN are rare enough to be parsed twice.
    if (!without_nan(text, replaced)) fail_json(text, error.byte);
    try {
      return json::parse(replaced);
    } catch (const json::parse_error& other) {
      fail_json(replaced, other.byte);
    }
  } catch (const json::exception&) {
    fail_input("a number is larger than any that can be stored");
  }
}

}  // namespace

json parse_json(std::string_view text) {
  json value = parse(text);
  const auto has = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
  if (has("\"__ndarray__\"") || has("\"numpy\"")) unpack_arrays(value, 0);
  return value;
}

}  // namespace spinel
