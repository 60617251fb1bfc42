#include "crystal/formats/xyz/key_values.hpp"

#include "core/error.hpp"

namespace spinel {

namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

char closing(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\'':
      return '\'';
    case '{':
      return '}';
    case '[':
      return ']';
    default:
      return '\0';
  }
}

/// A key or value from `at` to the next white space (or, in a key, '=') outside quotes.
std::string take_word(std::string_view line, std::size_t& at, bool is_key) {
  std::string word;
  while (at < line.size() && !is_blank(line[at]) && !(is_key && line[at] == '=')) {
    const char open = line[at];
    const char close = closing(open);
    if (close == '\0') {
      if (open == '\\' && at + 1 < line.size()) ++at;
      word += line[at++];
      continue;
    }
    const bool nests = open == '[';
    int depth = 1;
    const std::size_t begin = at++;
    if (nests) word += open;
    while (at < line.size()) {
      char c = line[at++];
      if (c == '\\' && at < line.size()) {
        word += line[at++];
        continue;
      }
      if (nests && c == open) ++depth;
      if (c == close && --depth == 0) break;
      word += c;
    }
    if (depth > 0) fail_input("the {} in column {} of the comment line is never closed", open, begin + 1);
    if (nests) word += close;
  }
  return word;
}

/// [1, 2] and [[1,2],[3,4]]: text that reads back as one value without quotes.
bool is_bare_bracket(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' || c == '"' || c == '\'' || c == '{' || c == '}') return false;
    depth += c == '[' ? 1 : c == ']' ? -1 : 0;
    if (depth <= 0 && i + 1 < text.size()) return false;
  }
  return text.size() >= 2 && text.front() == '[' && depth == 0;
}

}  // namespace

std::vector<KeyValue> split_key_values(std::string_view line) {
  std::vector<KeyValue> pairs;
  std::size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < line.size() && is_blank(line[at])) ++at;
  };
  for (skip_blanks(); at < line.size(); skip_blanks()) {
    std::string key = take_word(line, at, true);
    // 'key = value', blanks around the sign, is as common as 'key=value'.
    std::size_t ahead = at;
    while (ahead < line.size() && is_blank(line[ahead])) ++ahead;
    if (ahead < line.size() && line[ahead] == '=') {
      at = ahead + 1;
      skip_blanks();
      std::string value = take_word(line, at, false);
      if (!key.empty()) pairs.emplace_back(std::move(key), std::move(value));
    } else if (!key.empty()) {
      pairs.emplace_back(std::move(key), "T");
    }
  }
  return pairs;
}

std::string quote_for_comment(std::string_view text) {
  std::string flat(text);
  for (char& c : flat)
    if (is_blank(c)) c = ' ';
  if (is_bare_bracket(flat)) return flat;
  if (!flat.empty() && flat.find_first_of(" \"'{}[]\\=") == std::string::npos) return flat;
  std::string quoted = "\"";
  for (const char c : flat) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace spinel
