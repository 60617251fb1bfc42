#include "crystal/formats/cif/cif_elements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/text_file.hpp"

namespace spinel {

namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view leading_letters(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && (is_upper(text[n]) || is_lower(text[n]))) ++n;
  return text.substr(0, n);
}

/// Atomic number, but 0 for the elements that no crystal is made of, whose symbols are other things ('NH4', 'MC').
int known_element(std::string_view symbol) {
  const int z = atomic_number(symbol);
  return z <= 103 ? z : 0;
}

/// Elements with numbers, blanks and brackets. False where something else is in it.
class FormulaReader {
 public:
  explicit FormulaReader(std::string_view text) : text_(text) {}

  bool read(CifFormula& formula) { return group(formula, 0) && at_ == text_.size() && !formula.empty(); }

 private:
  double number() {
    std::size_t end = at_;
    while (end < text_.size() && (is_digit(text_[end]) || text_[end] == '.')) ++end;
    double value = 1.0;
    if (end > at_ && !parse_number(text_.substr(at_, end - at_), value)) return -1.0;
    at_ = end;
    return value;
  }

  bool group(CifFormula& formula, int depth) {
    if (depth > 8) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == ',') {
        ++at_;
      } else if (c == '(' || c == '[') {
        ++at_;
        CifFormula inner;
        if (!group(inner, depth + 1) || at_ >= text_.size()) return false;
        ++at_;
        const double times = number();
        if (times < 0.0) return false;
        for (const auto& [z, n] : inner) formula[z] += times * n;
      } else if (c == ')' || c == ']') {
        return depth > 0;
      } else if (is_upper(c)) {
        std::string_view symbol = text_.substr(at_, at_ + 1 < text_.size() && is_lower(text_[at_ + 1]) ? 2 : 1);
        int z = symbol == "D" || symbol == "T" ? 1 : atomic_number(symbol);
        // 'CL', 'MG': capitals where the first letter alone is nothing.
        if (z == 0 && symbol.size() == 1 && at_ + 1 < text_.size() && is_upper(text_[at_ + 1])) {
          symbol = text_.substr(at_, 2);
          z = atomic_number(symbol);
        }
        if (z == 0) return false;
        at_ += symbol.size();
        const double n = number();
        if (n < 0.0) return false;
        // A charge, 'Na1+' or '2-', is of no interest.
        while (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
        formula[z] += n;
      } else {
        return false;
      }
    }
    return depth == 0;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Nothing but digits, signs and points: a number of the site, or a charge.
bool is_number_or_charge(std::string_view text) {
  return text.find_first_not_of("0123456789+-.,") == std::string_view::npos;
}

SiteMeaning element(std::string_view symbol, int hydrogens = 0) {
  SiteMeaning meaning;
  meaning.candidates.push_back(species_from_symbol(symbol));
  meaning.is_clear = true;
  meaning.hydrogens = hydrogens;
  return meaning;
}

/// Names of groups with one atom that is not hydrogen, in lower case, whose hydrogen atoms are rarely given.
struct Group {
  std::string_view name, element;
  int hydrogens;
};
constexpr Group groups[] = {{"wat", "O", 2}, {"water", "O", 2}, {"h2o", "O", 2}, {"oh2", "O", 2},
                            {"hoh", "O", 2}, {"ow", "O", 2},    {"oh", "O", 1},  {"h3o", "O", 3}};

/// 'Wat', 'H2O1', 'OH2', 'OW', 'OH': also as the beginning of a label, up to a number of the site.
const Group* group_of(std::string_view text) {
  const std::string name = lower_case(text);
  const Group* longest = nullptr;
  for (const Group& group : groups) {
    if (name.compare(0, group.name.size(), group.name) != 0 || !is_number_or_charge(name.substr(group.name.size())))
      continue;
    if (longest == nullptr || group.name.size() > longest->name.size()) longest = &group;
  }
  return longest;
}

/// 'Fe/Mg', 'Al,Si', 'Mg0.5Fe0.5', '0.8Nb + 0.2Zr'. No parts where it is no mixture.
std::vector<std::pair<Species, double>> mixture(std::string_view text) {
  std::vector<std::pair<Species, double>> parts;
  double before = -1.0;
  for (std::size_t at = 0; at < text.size();) {
    if (is_digit(text[at]) || text[at] == '.') {
      std::size_t end = at;
      while (end < text.size() && (is_digit(text[end]) || text[end] == '.')) ++end;
      double value = 0.0;
      if (!parse_number(text.substr(at, end - at), value)) return {};
      // Behind an element, unless a charge or the next element follows with a number before each.
      if (!parts.empty() && parts.back().second < 0.0 && before < 0.0)
        parts.back().second = value;
      else
        before = value;
      at = end;
    } else if (is_upper(text[at])) {
      std::size_t n = at + 1 < text.size() && is_lower(text[at + 1]) ? 2 : 1;
      std::string_view symbol = text.substr(at, n);
      if (atomic_number(symbol) == 0 && symbol != "D") return {};
      parts.emplace_back(species_from_symbol(symbol), before);
      before = -1.0;
      at += n;
    } else if (std::string_view("/,+-;:&|() ").find(text[at]) != std::string_view::npos) {
      ++at;
    } else {
      return {};
    }
  }
  return parts;
}

SiteMeaning meaning_of_type(const std::string& text) {
  // 'O2-(H2O)': an ion and the group it is part of.
  const std::size_t bracket = text.find('(');
  if (bracket != std::string::npos && bracket > 0 && text.back() == ')')
    if (const Group* group = group_of(std::string_view(text).substr(bracket + 1, text.size() - bracket - 2))) {
      SiteMeaning ion = meaning_of_type(text.substr(0, bracket));
      ion.hydrogens = group->hydrogens;
      return ion;
    }
  const std::string_view letters = leading_letters(text), rest = std::string_view(text).substr(letters.size());
  if (text == "D" || text == "T") return element(text);
  if (letters == "D" && is_number_or_charge(rest)) return element("D");
  if (const Group* group = group_of(text); group != nullptr && letters != "Ow")
    return element(group->element, group->hydrogens);
  if (letters.size() <= 2 && known_element(letters) > 0 &&
      (is_number_or_charge(rest) || rest[0] == '(' || rest[0] == '_' || rest[0] == '\'')) {
    SiteMeaning meaning = element(letters);
    // 'CO3' may be a carbonate, but 'CO', 'CO2+' and 'Co3' are cobalt.
    const bool capitals = letters.size() == 2 && is_upper(letters[1]) && atomic_number(letters.substr(1)) > 0;
    if (capitals && !rest.empty() && rest.find_first_of("+-") == std::string_view::npos) meaning.is_clear = false;
    return meaning;
  }
  SiteMeaning meaning;
  const auto parts = mixture(text);
  std::vector<Species> heavy;
  double hydrogens = 0.0;
  bool whole = true;
  for (const auto& [species, share] : parts) {
    if (species.atomic_number == 1)
      hydrogens += share < 0.0 ? 1.0 : share;
    else
      heavy.push_back(species);
    whole = whole && (share < 0.0 || share == std::round(share));
  }
  const bool separated = text.find_first_of("/,;:&| ") != std::string::npos ||
                         (text.find('+') != std::string::npos && text.find('+') + 1 < text.size());
  if (parts.size() >= 2 && heavy.size() == 1 && hydrogens > 0.0 && whole && !separated) {
    // 'NH4+', 'CH3'.
    meaning = element(heavy[0].symbol);
    meaning.hydrogens = static_cast<int>(hydrogens);
    return meaning;
  }
  if (parts.size() >= 2) {
    if (whole && !separated && std::any_of(parts.begin(), parts.end(), [](const auto& p) { return p.second > 1.0; }))
      fail_input("'{}' is a group of several atoms at one site", text);
    meaning.shared = parts;
    for (auto& [species, share] : meaning.shared)
      if (share < 0.0) share = NAN;
    return meaning;
  }
  return meaning;
}

SiteMeaning meaning_of_label(const std::string& text) {
  const std::string_view letters = leading_letters(text);
  if (letters.empty()) return {};
  if (letters == "D") return element("D");
  if (const Group* group = group_of(text)) {
    // 'OH1' may be any oxygen that somebody calls so.
    const bool sure = group->name != "oh" && group->name != "oh2";
    return element(group->element, sure && group->name != "ow" ? group->hydrogens : 0);
  }
  SiteMeaning meaning;
  const std::string one(letters.substr(0, 1)), two(letters.substr(0, 2));
  const bool has_two = two.size() == 2 && known_element(two) > 0, has_one = atomic_number(one) > 0;
  if (has_two) meaning.candidates.push_back(species_from_symbol(two));
  if (has_one) meaning.candidates.push_back(species_from_symbol(one));
  // 'Ca1' is calcium, 'CA1' may be a carbon A as well; 'OB' is oxygen.
  meaning.is_clear = meaning.candidates.size() == 1 || (has_two && is_lower(two[1]));
  return meaning;
}

}  // namespace

SiteMeaning meaning_of_site(const std::string& text, bool is_type_symbol, const ReadOptions& options) {
  if (const auto found = options.type_map.find(text); found != options.type_map.end()) {
    SiteMeaning meaning;
    meaning.candidates.push_back(species_from_symbol(found->second, options.allow_labels));
    meaning.is_clear = true;
    return meaning;
  }
  if (options.allow_labels) {
    SiteMeaning meaning;
    meaning.candidates.push_back(species_from_symbol(text, true));
    meaning.is_clear = true;
    return meaning;
  }
  return is_type_symbol ? meaning_of_type(text) : meaning_of_label(text);
}

std::optional<CifFormula> parse_cif_formula(std::string_view text) {
  CifFormula formula;
  if (!FormulaReader(trim(text)).read(formula)) return std::nullopt;
  return formula;
}

std::string formula_text(const CifFormula& formula) {
  std::map<std::string, double> by_symbol;
  for (const auto& [z, n] : formula) by_symbol[element_symbol(z)] = n;
  std::string text;
  for (const auto& [symbol, n] : by_symbol) text += fmt::format("{}{}{:.6g}", text.empty() ? "" : " ", symbol, n);
  return text;
}

FormulaMatch compare_with_formula(const CifFormula& content, const CifFormula& formula, double units) {
  const auto count = [](const CifFormula& of, int z) {
    const auto found = of.find(z);
    return found == of.end() ? 0.0 : found->second;
  };
  if (units <= 0.0) {
    double in_content = 0.0, in_formula = 0.0;
    for (const auto& [z, n] : content) in_content += z == 1 ? 0.0 : n;
    for (const auto& [z, n] : formula) in_formula += z == 1 ? 0.0 : n;
    if (in_formula == 0.0) {
      in_content = count(content, 1);
      in_formula = count(formula, 1);
    }
    if (!(in_content > 0.0) || !(in_formula > 0.0)) return FormulaMatch::other;
    units = in_content / in_formula;
  }
  // Formulas are rounded, sums over a cell are not.
  const auto agrees = [&](int z) {
    const double given = count(content, z), wanted = units * count(formula, z);
    return std::abs(given - wanted) <= 0.002 * wanted + 0.02 * units + 1e-6;
  };
  for (const auto& [z, n] : content)
    if (z != 1 && !agrees(z)) return FormulaMatch::other;
  for (const auto& [z, n] : formula)
    if (z != 1 && !agrees(z)) return FormulaMatch::other;
  if (agrees(1)) return FormulaMatch::same;
  return count(content, 1) < units * count(formula, 1) ? FormulaMatch::lacks_hydrogen : FormulaMatch::other;
}

}  // namespace spinel
