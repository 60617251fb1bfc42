#include "input/namelist.hpp"

#include <charconv>

#include "core/error.hpp"
#include "core/text.hpp"

namespace spinel {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_quote(char c) { return c == '\'' || c == '"'; }
/// Characters of an unquoted value: numbers, logicals, and words that the schema will refuse with a better message.
bool is_value_character(char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '+' || c == '-'; }

std::string shown(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7F ? fmt::format("'{}'", c) : fmt::format("byte 0x{:02X}", byte);
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : text_(text) {
    result_.file = file;
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") position_ = line_start_ = 3;  // byte order mark
  }

  Namelist parse() {
    for (skip_blanks(); !at_end(); skip_blanks()) {
      if (peek() != '&') error("text outside a group; groups look like &control … /");
      parse_group();
    }
    result_.last_line = line_ > 1 && position_ == line_start_ ? line_ - 1 : line_;
    return std::move(result_);
  }

 private:
  bool at_end() const { return position_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0'; }
  int column() const { return static_cast<int>(position_ - line_start_) + 1; }

  void next() {
    if (text_[position_++] == '\n') {
      ++line_;
      line_start_ = position_;
    }
  }

  [[noreturn]] void error(const std::string& what) const {
    fail_input("{}{} (column {})", input_label(result_.file, line_, group_, key_), what, column());
  }

  void skip_blanks() {
    while (!at_end()) {
      if (peek() == '!')
        while (!at_end() && peek() != '\n') next();
      else if (is_blank(peek()))
        next();
      else
        return;
    }
  }

  std::string name() {
    std::string result;
    while (is_letter(peek()) || (!result.empty() && is_digit(peek()))) {
      result += peek();
      next();
    }
    return lower_case(result);
  }

  void parse_group() {
    NamelistGroup group;
    group.line = line_;
    group.column = column();
    next();
    group.name = name();
    if (group.name.empty()) error("expected the name of a group after '&'");
    if (group.name == "end") error("&end without a group to close");
    group_ = group.name;
    if (!at_end() && !is_blank(peek()) && peek() != '/' && peek() != '!')
      error("unexpected " + shown(peek()) + " after the name of the group");
    for (skip_blanks();; skip_blanks()) {
      if (at_end()) error(fmt::format("the group that begins on line {} is not closed by '/'", group.line));
      if (peek() == '/') {
        next();
        if (!at_end() && !is_blank(peek()) && peek() != '!' && peek() != '&')
          error("'/' ends a group and a blank must follow; paths are written in quotes");
        break;
      }
      if (peek() == '&') {
        next();
        const std::string other = name();
        if (other == "end") break;
        error(fmt::format("the group that begins on line {} is not closed by '/' before '&{}'", group.line, other));
      }
      parse_entry(group);
    }
    group_.clear();
    result_.groups.push_back(std::move(group));
  }

  void parse_entry(NamelistGroup& group) {
    NamelistEntry entry;
    entry.line = line_;
    entry.column = column();
    if (!is_letter(peek())) error("expected 'key = value', found " + shown(peek()));
    entry.key = name();
    skip_blanks();
    if (peek() == '(') entry.index = parse_index(entry.key);
    skip_blanks();
    key_ = entry.key;
    if (peek() != '=') error("expected '=' after '" + entry.key.substr(0, 64) + "'");
    next();
    parse_values(entry);
    key_.clear();
    group.entries.push_back(std::move(entry));
  }

  std::int64_t parse_index(const std::string& key) {
    key_ = key;
    next();
    skip_blanks();
    const std::string digits = take_digits();
    skip_blanks();
    if (digits.empty() || peek() != ')') error("expected one index from 1 in parentheses, as in " + key + "(2) = …");
    next();
    return count(digits, "index");
  }

  std::string take_digits() {
    const std::size_t begin = position_;
    while (is_digit(peek())) next();
    return std::string(text_.substr(begin, position_ - begin));
  }

  std::int64_t count(const std::string& digits, const char* what) const {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc() || value < 1 || value > max_repeat)
      error(fmt::format("{} {} is not in 1 … {}", what, digits.substr(0, 32), max_repeat));
    static_cast<void>(end);
    return value;
  }

  void parse_values(NamelistEntry& entry) {
    bool after_value = false;
    for (skip_blanks(); !at_end() && peek() != '/' && peek() != '&'; skip_blanks()) {
      if (peek() == ',') {
        if (!after_value) error("no value before ','; null values are not allowed");
        after_value = false;
        next();
      } else if (is_quote(peek()) || (is_value_character(peek()) && !at_next_key())) {
        entry.values.push_back(parse_value());
        after_value = true;
      } else if (is_letter(peek())) {
        break;
      } else {
        error("unexpected " + shown(peek()) + " where a value was expected");
      }
    }
    if (entry.values.empty()) error("no value after '='; null values are not allowed");
  }

  /// Whether a name followed by '=' or '(…) =' stands here.
  bool at_next_key() {
    if (!is_letter(peek())) return false;
    const auto position = position_, line_start = line_start_;
    const int line = line_;
    name();
    skip_blanks();
    const bool result = peek() == '=' || peek() == '(';
    position_ = position;
    line_start_ = line_start;
    line_ = line;
    return result;
  }

  NamelistValue parse_value() {
    NamelistValue value;
    value.line = line_;
    value.column = column();
    std::size_t digits = 0;
    while (is_digit(peek(digits))) ++digits;
    if (digits > 0 && peek(digits) == '*') {
      value.repeat = count(take_digits(), "repeat count");
      next();
      if (!is_quote(peek()) && !is_value_character(peek())) error("no value after '*'; null values are not allowed");
    }
    if (is_quote(peek())) {
      value.quoted = true;
      value.text = quoted_text();
    } else {
      const std::size_t begin = position_;
      while (is_value_character(peek())) next();
      value.text = std::string(text_.substr(begin, position_ - begin));
    }
    if (value.text.size() > max_value_length) error(fmt::format("a value is longer than {} bytes", max_value_length));
    if (!at_end() && !is_blank(peek()) && peek() != ',' && peek() != '/' && peek() != '!')
      error("unexpected " + shown(peek()) + " after a value");
    return value;
  }

  std::string quoted_text() {
    const char quote = peek();
    std::string result;
    for (next();; next()) {
      if (at_end() || peek() == '\n' || peek() == '\r') error("a string is not closed by its quote on the same line");
      if (peek() == '\0') error("unexpected " + shown('\0') + " in a string");
      if (peek() == quote) {
        if (peek(1) != quote) break;
        next();
      }
      result += peek();
    }
    next();
    return result;
  }

  std::string_view text_;
  std::size_t position_ = 0, line_start_ = 0;
  int line_ = 1;
  std::string group_, key_;
  Namelist result_;
};

}  // namespace

std::string input_label(std::string_view file, int line, std::string_view group, std::string_view key) {
  std::string result;
  if (!file.empty()) result += fmt::format("{}:", file);
  if (!file.empty() && line > 0) result += fmt::format("{}:", line);
  if (!result.empty()) result += ' ';
  const auto name = [](std::string_view text) {
    return text.size() > 64 ? std::string(text.substr(0, 64)) + "…" : std::string(text);
  };
  if (!group.empty()) result += "&" + name(group) + (key.empty() ? "" : " " + name(key)) + ": ";
  return result;
}

Namelist parse_namelist(std::string_view text, const std::string& file) { return Parser(text, file).parse(); }

}  // namespace spinel
