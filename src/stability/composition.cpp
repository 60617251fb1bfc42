#include "stability/composition.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/text_file.hpp"

namespace spinel {

namespace {

constexpr int n_elements = 118;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Atomic number by first and second letter (0: none), 0 where there is no such element.
class SymbolTable {
 public:
  SymbolTable() {
    for (int z = 1; z <= n_elements; ++z) at(element_symbol(z)) = static_cast<std::uint8_t>(z);
    at("D") = at("T") = 1;
  }
  int find(char first, char second) const { return table_[index(first, second)]; }

 private:
  static std::size_t index(char first, char second) {
    const int column = second == 0 ? 0 : second - 'a' + 1;
    return static_cast<std::size_t>(first - 'A') * 27 + static_cast<std::size_t>(column);
  }
  std::uint8_t& at(const char* symbol) { return table_[index(symbol[0], symbol[1])]; }
  std::array<std::uint8_t, 26 * 27> table_{};
};

/// The symbol that `text` begins with, taken off its front: an upper-case letter and one or no lower-case ones.
int take_symbol(std::string_view& text) {
  static const SymbolTable table;
  std::size_t length = 1;
  while (length < text.size() && is_lower(text[length])) ++length;
  const int z = length > 2 ? 0 : table.find(text[0], length == 2 ? text[1] : '\0');
  if (z == 0) {
    const auto label = text.substr(0, length);
    fail_input("unknown element '{}' (nearest: '{}')", label.substr(0, 32), nearest_symbol(label));
  }
  text.remove_prefix(length);
  return z;
}

class FormulaParser {
 public:
  explicit FormulaParser(std::string_view formula) : formula_(formula), rest_(formula) {}

  Composition parse() {
    const std::vector<std::string> parts = parts_of(formula_);
    for (std::size_t k = 0; k < parts.size(); ++k) {
      rest_ = parts[k];
      skip_blanks();
      const double times = k == 0 ? 1.0 : take_number();
      parse_group('\0', times, 0);
    }
    if (result_.parts.empty()) fail_input("'{}' is no formula: no element in it", shown());
    result_.check();
    return std::move(result_);
  }

 private:
  std::string_view shown() const { return formula_.substr(0, 64); }

  /// What a dot joins: 'CuSO4·5H2O', 'CuSO4*5H2O'. A point does so before water alone, 'CuSO4.5H2O', since 'Li0.5CoO2'
  /// has one, too.
  static std::vector<std::string> parts_of(std::string_view formula) {
    std::string text(formula);
    for (const std::string_view dot : {"\u00b7", "\u2022", "\u2219", "\u22c5"})
      for (std::size_t at; (at = text.find(dot)) != std::string::npos;) text.replace(at, dot.size(), "*");
    for (const char* water : {"H2O", "(H2O)", "D2O", "(D2O)"}) {
      const std::string end = water;
      if (text.size() <= end.size() || text.compare(text.size() - end.size(), end.size(), end) != 0) continue;
      std::size_t at = text.size() - end.size();
      while (at > 0 && is_digit(text[at - 1])) --at;
      if (at < 2 || text[at - 1] != '.') continue;
      // '.0.5H2O' has the point before its number, 'Li0.5H2O' has none.
      const bool is_half = text[at - 2] == '0' && (at == 2 || !is_digit(text[at - 3]));
      if (is_half && at >= 3 && text[at - 3] == '.')
        text[at - 3] = '*';
      else if (!is_half)
        text[at - 1] = '*';
    }
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find('*', begin), text.size());
      parts.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    return parts;
  }

  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
  }

  double take_number() {
    std::size_t length = 0;
    while (length < rest_.size() && (is_digit(rest_[length]) || rest_[length] == '.')) ++length;
    if (length == 0) return 1.0;
    double value = 0.0;
    if (!parse_number(rest_.substr(0, length), value))
      fail_input("'{}' is no formula: '{}' is no number", shown(), rest_.substr(0, length));
    rest_.remove_prefix(length);
    return value;
  }

  /// Elements and bracketed groups up to `closing`.
  void parse_group(char closing, double factor, int depth) {
    constexpr int deepest = 100;
    if (depth > deepest) fail_input("'{}' is no formula: more than {} brackets in each other", shown(), deepest);
    while (true) {
      skip_blanks();
      if (rest_.empty()) {
        if (closing != '\0') fail_input("'{}' is no formula: a bracket lacks its '{}'", shown(), closing);
        return;
      }
      const char c = rest_.front();
      if (c == closing) {
        rest_.remove_prefix(1);
        return;
      }
      if (is_upper(c)) {
        const int z = take_symbol(rest_);
        result_.add(z, factor * take_number());
      } else if (c == '(' || c == '[' || c == '{') {
        rest_.remove_prefix(1);
        const char end = c == '(' ? ')' : c == '[' ? ']' : '}';
        parse_group(end, factor * number_behind_group(c, end), depth + 1);
        take_number();
      } else {
        fail_input("'{}' is no formula: unexpected '{}'", shown(), c);
      }
    }
  }

  /// The number behind the bracket that closes the group which begins here.
  double number_behind_group(char open, char end) {
    int depth = 1;
    std::size_t at = 0;
    for (; at < rest_.size() && depth > 0; ++at) depth += rest_[at] == open ? 1 : rest_[at] == end ? -1 : 0;
    if (depth > 0) return 1.0;
    const auto before = rest_;
    rest_.remove_prefix(at);
    const double number = take_number();
    rest_ = before;
    return number;
  }

  std::string_view formula_, rest_;
  Composition result_;
};

/// Pauling's scale, as in pymatgen; 0 where there is no value.
constexpr std::array<double, n_elements> electronegativity = {
    2.2,  0,    0.98, 1.57, 2.04, 2.55, 3.04, 3.44, 3.98, 0,    0.93, 1.31, 1.61, 1.9,  2.19, 2.58, 3.16,
    0,    0.82, 1,    1.36, 1.54, 1.63, 1.66, 1.55, 1.83, 1.88, 1.91, 1.9,  1.65, 1.81, 2.01, 2.18, 2.55,
    2.96, 3,    0.82, 0.95, 1.22, 1.33, 1.6,  2.16, 1.9,  2.2,  2.28, 2.2,  1.93, 1.69, 1.78, 1.96, 2.05,
    2.1,  2.66, 2.6,  0.79, 0.89, 1.1,  1.12, 1.13, 1.14, 1.13, 1.17, 1.2,  1.2,  1.1,  1.22, 1.23, 1.24,
    1.25, 1.1,  1.27, 1.3,  1.5,  2.36, 1.9,  2.2,  2.2,  2.28, 2.54, 2,    1.62, 2.33, 2.02, 2,    2.2,
    2.2,  0.7,  0.9,  1.1,  1.3,  1.5,  1.38, 1.36, 1.28, 1.3,  1.3,  1.3,  1.3,  1.3,  1.3,  1.3,  1.3,
    1.3,  0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0};

/// What the amounts are divided by in the reduced formula; 1 where they are no integers.
double common_divisor(const Composition& composition) {
  std::int64_t divisor = 0;
  for (const auto& part : composition.parts) {
    const double rounded = std::round(part.amount);
    if (rounded < 1.0 || rounded > 1e9 || std::abs(part.amount - rounded) > 1e-8 * rounded) return 1.0;
    divisor = std::gcd(divisor, static_cast<std::int64_t>(rounded));
  }
  return static_cast<double>(std::max<std::int64_t>(divisor, 1));
}

}  // namespace

int ElementSet::size() const { return __builtin_popcountll(low) + __builtin_popcountll(high); }

std::vector<int> ElementSet::atomic_numbers() const {
  std::vector<int> result;
  for (int z = 1; z <= n_elements; ++z)
    if (contains(z)) result.push_back(z);
  return result;
}

void Composition::add(int atomic_number, double amount) {
  if (amount == 0.0) return;
  const auto at = std::lower_bound(parts.begin(), parts.end(), atomic_number,
                                   [](const Part& part, int z) { return part.atomic_number < z; });
  if (at != parts.end() && at->atomic_number == atomic_number)
    at->amount += amount;
  else
    parts.insert(at, {atomic_number, amount});
}

double Composition::n_atoms() const {
  return std::accumulate(parts.begin(), parts.end(), 0.0, [](double sum, const Part& p) { return sum + p.amount; });
}

ElementSet Composition::elements() const {
  ElementSet result;
  for (const Part& part : parts) result.insert(part.atomic_number);
  return result;
}

void Composition::check() const {
  if (parts.empty()) fail_input("no element in the composition");
  for (const Part& part : parts)
    if (!(part.amount >= 1e-6 && part.amount <= 1e9))
      fail_input("{} {} is no amount of a composition", part.amount, element_symbol(part.atomic_number));
}

double Composition::fraction(int atomic_number) const {
  for (const Part& part : parts)
    if (part.atomic_number == atomic_number) return part.amount / n_atoms();
  return 0.0;
}

Composition parse_formula(std::string_view formula) { return FormulaParser(formula).parse(); }

int element_of_key(std::string_view key) {
  if (key.empty() || !is_upper(key.front())) fail_input("'{}' is no element", key.substr(0, 32));
  std::string_view rest = key;
  const int z = take_symbol(rest);
  // "Fe3+", "O2-", "Fe+", "Fe0+", "Fe2.5+", and pymatgen's properties behind a comma ("Fe3+,spin=5").
  rest = rest.substr(0, rest.find(','));
  const bool charge = rest.empty() || rest.back() == '+' || rest.back() == '-';
  if (!charge || rest.substr(0, rest.size() - !rest.empty()).find_first_not_of("0123456789.") != std::string_view::npos)
    fail_input("'{}' is no element", key.substr(0, 32));
  return z;
}

Composition composition_of(const Structure& structure) {
  std::vector<double> count(structure.species.size(), 0.0);
  for (const auto type : structure.type) count[static_cast<std::size_t>(type)] += 1.0;
  Composition result;
  for (std::size_t k = 0; k < count.size(); ++k) {
    const Species& species = structure.species[k];
    if (species.atomic_number == 0) fail_input("'{}' is no element", species.symbol);
    result.add(species.atomic_number, count[k]);
  }
  return result;
}

std::string reduced_formula(const Composition& composition) {
  auto parts = composition.parts;
  std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
    const auto of = [](int z) { return electronegativity[static_cast<std::size_t>(z - 1)]; };
    if (of(a.atomic_number) != of(b.atomic_number)) return of(a.atomic_number) < of(b.atomic_number);
    return std::string_view(element_symbol(a.atomic_number)) < element_symbol(b.atomic_number);
  });
  const double divisor = common_divisor(composition);
  std::string result;
  for (const auto& part : parts) {
    result += element_symbol(part.atomic_number);
    const double amount = part.amount / divisor;
    if (std::abs(amount - 1.0) > 1e-8) result += fmt::format("{:.10g}", amount);
  }
  return result;
}

std::string chemical_system_name(const ElementSet& elements) {
  std::vector<std::string_view> symbols;
  for (const int z : elements.atomic_numbers()) symbols.emplace_back(element_symbol(z));
  std::sort(symbols.begin(), symbols.end());
  return fmt::format("{}", fmt::join(symbols, "-"));
}

}  // namespace spinel
