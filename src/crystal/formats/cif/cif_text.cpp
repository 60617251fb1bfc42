#include "crystal/formats/cif/cif_text.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/labels.hpp"

namespace spinel {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

bool begins(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  // Without a copy: asked of every word of a file.
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower[i]) return false;
  }
  return true;
}

std::string tag_name(std::string_view text) {
  std::string tag = lower_case(text);
  std::replace(tag.begin(), tag.end(), '.', '_');
  return tag;
}

/// Tags that are read; all others are passed over, in whatever state they are.
bool is_needed(std::string_view tag) {
  constexpr std::string_view starts[] = {
      "_cell_length",           "_cell_angle",          "_cell_formula",        "_symmetry_",
      "_space_group",           "_chemical_formula",    "_atom_site_fract",     "_atom_site_label",
      "_atom_site_type_symbol", "_atom_site_occupancy", "_atom_site_calc_flag", "_atom_site_attached_hydrogens",
      "_atom_site_cartn",       "_atom_site_moment"};
  return std::any_of(std::begin(starts), std::end(starts),
                     [&](std::string_view start) { return tag.substr(0, start.size()) == start; });
}

/// A loop that must not be broken: sites or operations.
bool is_essential(std::string_view tag) {
  return tag.substr(0, 16) == "_atom_site_fract" || tag == "_symmetry_equiv_pos_as_xyz" ||
         tag == "_space_group_symop_operation_xyz" || tag.substr(0, 25) == "_space_group_symop_magn_o" ||
         tag.substr(0, 25) == "_space_group_symop_magn_c";
}

enum class Kind { end, tag, value, loop, data, other };

struct Token {
  Kind kind = Kind::end;
  std::string_view text;  // of a value without its quotes
  bool is_quoted = false;
  int line = 0;
};

class Lexer {
 public:
  Lexer(std::string_view text, int line, std::vector<std::string>& warnings)
      : text_(text), line_(line), warnings_(warnings) {}

  /// `in_loop`: a quote that is never closed is part of one value, not of the rest of the line.
  Token next(bool in_loop) {
    skip_blanks();
    Token token;
    token.line = line_;
    if (at_ >= text_.size()) return token;
    if (text_[at_] == ';' && is_line_start()) return text_field(token);
    if (text_[at_] == '\'' || text_[at_] == '"') return quoted(token, in_loop);
    const std::string_view word = take_word();
    token.text = word;
    token.kind = word[0] == '_'                                   ? Kind::tag
                 : begins(word, "data_")                          ? Kind::data
                 : word.size() == 5 && begins(word, "loop_")      ? Kind::loop
                 : begins(word, "save_") || begins(word, "stop_") ? Kind::other
                 : word.size() == 7 && begins(word, "global_")    ? Kind::other
                                                                  : Kind::value;
    return token;
  }

 private:
  bool is_line_start() const { return at_ == 0 || text_[at_ - 1] == '\n'; }

  void skip_blanks() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        ++at_;
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (is_blank(c)) {
        ++at_;
      } else {
        return;
      }
    }
  }

  std::string_view take_word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '\n' && !is_blank(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  Token quoted(Token token, bool in_loop) {
    token.kind = Kind::value;
    token.is_quoted = true;
    const char quote = text_[at_];
    const std::string_view three = text_.substr(at_, 3);
    if (three == "'''" || three == "\"\"\"") {
      if (const std::size_t end = text_.find(three, at_ + 3); end != std::string_view::npos) {
        token.text = text_.substr(at_ + 3, end - at_ - 3);
        line_ += static_cast<int>(std::count(token.text.begin(), token.text.end(), '\n'));
        at_ = end + 3;
        return token;
      }
    }
    const std::size_t line_end = std::min(text_.find('\n', at_), text_.size());
    for (std::size_t i = at_ + 1; i < line_end; ++i) {
      if (text_[i] != quote || (i + 1 < line_end && !is_blank(text_[i + 1]))) continue;
      token.text = text_.substr(at_ + 1, i - at_ - 1);
      at_ = i + 1;
      return token;
    }
    warn(warnings_, "a quote is never closed");
    if (in_loop) {
      token.text = take_word();
      return token;
    }
    token.text = text_.substr(at_ + 1, line_end - at_ - 1);
    while (!token.text.empty() && is_blank(token.text.back())) token.text.remove_suffix(1);
    at_ = line_end;
    return token;
  }

  Token text_field(Token token) {
    token.kind = Kind::value;
    token.is_quoted = true;
    const std::size_t begin = at_ + 1;
    std::size_t end = text_.find("\n;", at_);
    std::size_t after = end + 2;
    if (end == std::string_view::npos) {
      // It never ends; the next tag or loop does it.
      warn(warnings_, "a text field is never closed");
      end = after = text_.size();
      for (const std::string_view start : {"\n_", "\nloop_", "\ndata_"}) end = std::min(end, text_.find(start, at_));
      after = end;
    }
    token.text = text_.substr(begin, end - begin);
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(after), '\n'));
    at_ = after;
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_;
  std::vector<std::string>& warnings_;
};

std::string flat(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool blank = c == '\n' || is_blank(c);
    if (blank && (result.empty() || result.back() == ' ')) continue;
    result += blank ? ' ' : c;
  }
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

CifValue value_of(const Token& token) {
  if (!token.is_quoted && (token.text == "?" || token.text == ".")) return {"", token.line};
  // 'unknown' in quotes is what some programs write.
  std::string text = flat(token.text);
  if (text == "?") text.clear();
  return {std::move(text), token.line};
}

class BlockParser {
 public:
  BlockParser(std::string_view text, std::string name, std::int64_t lines_before)
      : lexer_(text, static_cast<int>(lines_before) + 1, block_.warnings), name_(std::move(name)) {}

  CifBlock parse() {
    advance(false);
    bool before = false;
    for (; token_.kind != Kind::data && token_.kind != Kind::end; advance(false)) before = true;
    if (token_.kind == Kind::end) fail_input("{}: the file has no data block (data_…)", name_);
    if (before) warn(block_.warnings, "text before the first data block is passed over");
    block_.name = token_.text.substr(5);
    block_.line = token_.line;
    advance(false);
    while (token_.kind != Kind::end && token_.kind != Kind::data) {
      switch (token_.kind) {
        case Kind::tag:
          parse_pair();
          break;
        case Kind::loop:
          parse_loop();
          break;
        default:
          if (token_.kind == Kind::value) warn(block_.warnings, "values without a tag are passed over");
          advance(false);
      }
    }
    return std::move(block_);
  }

 private:
  void advance(bool in_loop) { token_ = lexer_.next(in_loop); }

  void parse_pair() {
    const std::string tag = tag_name(token_.text);
    const int line = token_.line;
    const bool needed = is_needed(tag);
    advance(false);
    if (token_.kind != Kind::value) {
      if (needed) warn(block_.warnings, fmt::format("{} has no value", tag));
      return;
    }
    CifValue value;
    if (needed) value = value_of(token_);
    const bool quoted = token_.is_quoted;
    const int value_line = token_.line;
    advance(false);
    // 'P 21/c' without quotes: the rest of the line belongs to it.
    for (; !quoted && token_.kind == Kind::value && token_.line == value_line; advance(false)) {
      warn(block_.warnings, "a value with blanks has no quotes");
      if (needed) value.text += (value.text.empty() ? "" : " ") + std::string(token_.text);
    }
    if (!needed) return;
    value.line = value.line == 0 ? line : value.line;
    const auto [known, is_new] = block_.pairs.emplace(tag, value);
    if (is_new || value.text.empty() || value.text == known->second.text) return;
    if (known->second.text.empty()) {
      known->second = value;
      return;
    }
    warn(block_.warnings, fmt::format("{} is there twice; the first counts", tag));
    block_.doubled.emplace(tag, value);
  }

  void parse_loop() {
    CifLoop loop;
    loop.line = token_.line;
    bool needed = false, essential = false;
    for (advance(true); token_.kind == Kind::tag; advance(true)) {
      loop.tags.push_back(tag_name(token_.text));
      needed |= is_needed(loop.tags.back());
      essential |= is_essential(loop.tags.back());
    }
    std::size_t n = 0;
    for (; token_.kind == Kind::value; advance(true), ++n)
      if (needed) loop.values.push_back(value_of(token_));
    if (loop.tags.empty()) {
      warn(block_.warnings, "a loop without tags is passed over");
      return;
    }
    const std::size_t more = n % loop.tags.size();
    if (more != 0 && essential)
      fail_input("{}:{}: the loop has {} tags, but {} values", name_, loop.line, loop.tags.size(), n);
    if (more != 0) {
      warn(block_.warnings, "a loop that has nothing to do with the atoms is incomplete");
      loop.values.resize(needed ? n - more : 0);
    }
    if (!needed || loop.values.empty()) return;
    for (std::size_t k = 0; k < loop.tags.size(); ++k)
      if (std::find(loop.tags.begin(), loop.tags.begin() + static_cast<std::ptrdiff_t>(k), loop.tags[k]) !=
          loop.tags.begin() + static_cast<std::ptrdiff_t>(k))
        warn(block_.warnings, fmt::format("{} is there twice; the first counts", loop.tags[k]));
    const bool sites = loop.column("_atom_site_fract_x") >= 0;
    if (sites && block_.loop_with("_atom_site_fract_x") != nullptr)
      fail_input("{}:{}: a second loop of sites in the block '{}'", name_, loop.line, block_.name);
    block_.loops.push_back(std::move(loop));
  }

  CifBlock block_;
  Lexer lexer_;
  std::string name_;
  Token token_;
};

}  // namespace

int CifLoop::column(std::string_view tag) const {
  const auto found = std::find(tags.begin(), tags.end(), tag);
  return found == tags.end() ? -1 : static_cast<int>(found - tags.begin());
}

const CifLoop* CifBlock::loop_with(std::string_view tag) const {
  for (const CifLoop& loop : loops)
    if (loop.column(tag) >= 0) return &loop;
  return nullptr;
}

const CifValue* CifBlock::find(std::string_view tag) const {
  if (const auto found = pairs.find(tag); found != pairs.end())
    return found->second.text.empty() ? nullptr : &found->second;
  const CifLoop* loop = loop_with(tag);
  if (loop == nullptr || loop->n_rows() == 0) return nullptr;
  const CifValue& value = loop->at(0, loop->column(tag));
  return value.text.empty() ? nullptr : &value;
}

CifBlock parse_cif_block(std::string_view text, const std::string& name, std::int64_t lines_before) {
  return BlockParser(text, name, lines_before).parse();
}

bool CifBlockFinder::take(std::string_view line) {
  if (!line.empty() && line[0] == ';') {
    in_text_ = !in_text_;
    return false;
  }
  if (in_text_) return false;
  while (!line.empty() && is_blank(line[0])) line.remove_prefix(1);
  if (line.empty()) return false;
  if (line[0] == '_') {
    // Other tags with this beginning, such as those of standard uncertainties, come beside it.
    has_sites_ = has_sites_ || begins(line, "_atom_site_fract_") || begins(line, "_atom_site.fract_");
    return false;
  }
  if (!begins(line, "data_")) return false;
  name_ = line.substr(5, line.find_first_of(" \t\r", 5) - 5);
  has_sites_ = false;
  return true;
}

}  // namespace spinel
