#include "crystal/formats/json/json_items.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace spinel {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  char peek() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  void expect(char c) {
    if (peek() != c) fail_input("byte {}: '{}' is missing", at_ + 1, c);
    ++at_;
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  std::string_view string() {
    const std::size_t begin = at_;
    expect('"');
    for (const std::size_t first = at_;; ++at_) {
      if (at_ >= text_.size()) fail_input("byte {}: a quote never ends", begin + 1);
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        return text_.substr(first, at_++ - first);
      }
    }
  }
  /// Passes over a value of any kind.
  std::string_view value() {
    peek();
    const std::size_t begin = at_;
    std::string open;
    do {
      const char c = peek();
      if (c == '\0') fail_input("byte {}: the text ends inside a value", begin + 1);
      if (c == '"') {
        string();
      } else if (c == '{' || c == '[') {
        open += c == '{' ? '}' : ']';
        ++at_;
      } else if (c == '}' || c == ']') {
        if (open.empty() || open.back() != c) fail_input("byte {}: a '{}' closes nothing", at_ + 1, c);
        open.pop_back();
        ++at_;
      } else {
        ++at_;
        if (open.empty())
          while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != ',' && text_[at_] != '}' &&
                 text_[at_] != ']')
            ++at_;
      }
    } while (!open.empty());
    return text_.substr(begin, at_ - begin);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

char json_kind(std::string_view text) { return Scanner(text).peek(); }

bool is_json_lines(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \n\t\r");
  if (begin == std::string_view::npos || (text[begin] != '{' && text[begin] != '[')) return false;
  const std::size_t end = text.find('\n', begin);
  if (end == std::string_view::npos) return false;
  // Within one document nothing but these stands before an object or list, so that a broken first line is no harm.
  const char last = text[text.find_last_not_of(" \n\t\r", end)];
  if (last == ':' || last == ',' || last == '{' || last == '[') return false;
  const char next = json_kind(text.substr(end));
  return next == '{' || next == '[';
}

bool is_json_sequence(std::string_view text) {
  Scanner scan(text);
  if (scan.peek() != '{') return false;
  try {
    scan.value();
  } catch (const InputError&) {
    return false;
  }
  return scan.peek() == '{';
}

std::vector<JsonItem> json_sequence(std::string_view text) {
  std::vector<JsonItem> items;
  for (std::size_t at = text.find_first_not_of(" \n\t\r"); at < text.size();
       at = text.find_first_not_of(" \n\t\r", at)) {
    const std::string_view rest = text.substr(at);
    std::size_t size = 0;
    try {
      Scanner scan(rest);
      scan.value();
      size = scan.at();
    } catch (const InputError&) {
      // A broken one ends where the next begins a line.
      size = std::min(rest.find("\n{", 1), rest.size());
    }
    items.push_back({{}, rest.substr(0, size)});
    at += size;
  }
  return items;
}

std::vector<JsonItem> json_lines(std::string_view text) {
  std::vector<JsonItem> items;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (const std::string_view line = text.substr(at, end - at); json_kind(line) != '\0') items.push_back({{}, line});
    at = end + 1;
  }
  return items;
}

std::vector<JsonItem> json_items(std::string_view text) {
  Scanner scan(text);
  const char open = scan.peek();
  if (open != '{' && open != '[') fail_input("neither a list nor an object");
  const char close = open == '{' ? '}' : ']';
  scan.expect(open);
  std::vector<JsonItem> items;
  if (!scan.take(close)) {
    do {
      JsonItem item;
      if (open == '{') {
        scan.peek();
        item.key = scan.string();
        scan.expect(':');
      }
      item.text = scan.value();
      items.push_back(item);
    } while (scan.take(','));
    scan.expect(close);
  }
  if (scan.peek() != '\0') fail_input("byte {}: text behind the end", scan.at() + 1);
  return items;
}

}  // namespace spinel
