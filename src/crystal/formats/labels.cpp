#include "crystal/formats/labels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/text_file.hpp"

namespace spinel {

namespace {

constexpr double gpa = 1.0 / constants::gpa_per_ev_a3;  // eV/Å³
constexpr int prefixed = 100;                           // rank of a name with something before or behind it

/// What programs that train potentials write before the name of a label, or behind it.
constexpr std::array<std::string_view, 10> prefixes = {"ref",  "reference", "dft", "target", "label",
                                                       "true", "vasp",      "qe",  "cp2k",   "mace"};

/// Is `word`, in lower case, somewhere in `name`? Most names of a file hold none of the words that labels have, and
/// need no closer look.
bool has_word(std::string_view name, std::string_view word) {
  for (std::size_t at = 0; at + word.size() <= name.size(); ++at) {
    std::size_t k = 0;
    while (k < word.size() && (name[at + k] | 0x20) == word[k]) ++k;
    if (k == word.size()) return true;
  }
  return false;
}

/// Place of `name`, in lower case, among the usual ones, with or without one of the prefixes; −1: not there.
template <std::size_t n>
int rank_of(std::string_view name, const std::array<std::string_view, n>& usual) {
  const auto find = [&](std::string_view text) {
    const auto at = std::find(usual.begin(), usual.end(), text);
    return at == usual.end() ? -1 : static_cast<int>(at - usual.begin()) + 1;
  };
  if (const int rank = find(name); rank > 0) return rank;
  for (std::size_t p = 0; p < prefixes.size(); ++p) {
    const std::string_view prefix = prefixes[p];
    if (name.size() < prefix.size() + 2) continue;
    const std::size_t rest = name.size() - prefix.size() - 1;
    int rank = -1;
    if (name.substr(0, prefix.size()) == prefix && name[prefix.size()] == '_')
      rank = find(name.substr(prefix.size() + 1));
    else if (name.substr(rest + 1) == prefix && name[rest] == '_')
      rank = find(name.substr(0, rest));
    if (rank > 0) return prefixed * (static_cast<int>(p) + 1) + rank;
  }
  return -1;
}

constexpr std::array<std::string_view, 3> energy_names = {"energy", "free_energy", "potential_energy"};
constexpr std::array<std::string_view, 1> stress_names = {"stress"};
constexpr std::array<std::string_view, 2> virial_names = {"virial", "virials"};
constexpr std::array<std::string_view, 2> force_names = {"forces", "force"};
constexpr std::array<std::string_view, 6> moment_names = {"magmoms",         "magmom",          "magnetic_moments",
                                                          "magnetic_moment", "initial_magmoms", "initial_magmom"};
constexpr std::array<std::string_view, 6> charge_names = {"charges",        "charge",        "initial_charges",
                                                          "initial_charge", "bader_charges", "bader_charge"};

/// Numbers of "1 2 3", "[1, 2, 3]", "[[1, 2], [3, 4]]" as text between blanks.
std::string without_brackets(std::string text) {
  for (char& c : text)
    if (c == ',' || c == '[' || c == ']' || c == '(' || c == ')') c = ' ';
  return text;
}

/// A label to info[`wanted`] from the key that is to be it, else from the best of the usual names.
template <std::size_t n>
void take(Structure& structure, const std::string& wanted, const std::string& key,
          const std::array<std::string_view, n>& usual) {
  auto& info = structure.info;
  if (!key.empty()) {
    const auto found = info.find(key);
    const std::string value = found == info.end() ? "" : found->second;
    info.erase(wanted);
    if (!value.empty()) info[wanted] = value;
    return;
  }
  if (info.count(wanted) > 0) return;
  auto best = info.end();
  int best_rank = 0;
  for (auto at = info.begin(); at != info.end(); ++at) {
    if (!has_word(at->first, wanted)) continue;
    const int rank = rank_of(lower_case(at->first), usual);
    if (rank > 0 && (best == info.end() || rank < best_rank)) {
      best = at;
      best_rank = rank;
    }
  }
  if (best == info.end()) return;
  const std::string name = best->first;
  if (lower_case(name) == wanted || best_rank < prefixed) {
    // 'Energy' or 'virials': nothing to wonder about; 'free_energy' is another number than the energy.
    if (best_rank > 1 && wanted == "energy") warn(structure.warnings, fmt::format("the {} is '{}'", wanted, name));
  } else {
    warn(structure.warnings, fmt::format("the {} is '{}'", wanted, name));
  }
  info[wanted] = best->second;
}

void take_energy(Structure& structure) {
  const auto found = structure.info.find("energy");
  if (found == structure.info.end()) return;
  const std::string& text = found->second;
  if (text.find_first_of("[,(") == std::string::npos) return;
  const std::string plain = without_brackets(text);
  const auto tokens = split(plain);
  double value = 0.0;
  if (tokens.size() == 1 && parse_number(tokens[0], value)) found->second = std::string(tokens[0]);
}

void take_stress(Structure& structure, const std::string& name, const ReadOptions& options) {
  const auto found = structure.info.find(name);
  if (found == structure.info.end()) return;
  const std::string plain = without_brackets(found->second);
  std::vector<double> values;
  for (const std::string_view token : split(plain)) {
    double x = 0.0;
    // What it is that is no stress is said where stresses are needed.
    if (!parse_number(token, x)) return;
    values.push_back(x);
  }
  if (values.size() != 6 && values.size() != 9) return;
  const double largest = std::accumulate(values.begin(), values.end(), 0.0,
                                         [](double most, double x) { return std::max(most, std::abs(x)); });
  double factor = 1.0;
  if (name == "stress") {
    if (options.stress_unit == StressUnit::gpa) factor = gpa;
    if (options.stress_unit == StressUnit::kbar) factor = -0.1 * gpa;
    if (options.stress_unit == StressUnit::automatic && largest > 1.0 && !options.allow_labels)
      fail_input(
          "a stress of {:.4g} eV/Å³ ({:.0f} GPa) is hardly meant: say with stress_unit what it is in ('kB' as VASP "
          "prints it, 'GPa' or 'eV/A3')",
          largest, largest / gpa);
  }
  if (factor == 1.0) return;
  for (double& x : values) x *= factor;
  found->second = fmt::format("{}", fmt::join(values, " "));
}

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// What may stand behind an element in a kind: digits, signs, and then, after a mark, anything.
bool is_kind_suffix(std::string_view text) {
  const std::size_t mark = text.find_first_of("_/");
  const std::string_view before = text.substr(0, mark);
  return before.find_first_not_of("0123456789+-.") == std::string_view::npos;
}

}  // namespace

AtomLabel atom_label(std::string_view name, const LabelKeys& keys, int& rank) {
  rank = 0;
  if (!name.empty()) {
    if (name == keys.forces) return AtomLabel::force;
    if (name == keys.magnetic_moments) return AtomLabel::magnetic_moment;
    if (name == keys.charges) return AtomLabel::charge;
  }
  if (!has_word(name, "force") && !has_word(name, "mag") && !has_word(name, "charge")) return AtomLabel::none;
  const std::string lower = lower_case(name);
  if (keys.forces.empty() && (rank = rank_of(lower, force_names)) > 0) return AtomLabel::force;
  if (keys.magnetic_moments.empty() && (rank = rank_of(lower, moment_names)) > 0) return AtomLabel::magnetic_moment;
  if (keys.charges.empty() && (rank = rank_of(lower, charge_names)) > 0) return AtomLabel::charge;
  rank = 0;
  return AtomLabel::none;
}

void take_labels(Structure& structure, const ReadOptions& options) {
  if (structure.info.empty()) return;
  take(structure, "energy", options.keys.energy, energy_names);
  take(structure, "stress", options.keys.stress, stress_names);
  take(structure, "virial", options.keys.virial, virial_names);
  take_energy(structure);
  take_stress(structure, "stress", options);
}

Species species_of_kind(std::string_view label, const ReadOptions& options, std::vector<std::string>& warnings) {
  if (!options.type_map.empty())
    if (const auto found = options.type_map.find(std::string(label)); found != options.type_map.end())
      return species_from_symbol(found->second, options.allow_labels);
  if (options.allow_labels) return species_from_symbol(label, true);
  if (atomic_number(label) > 0 || label == "D" || label == "T") return species_from_symbol(label);
  std::size_t n = 0;
  while (n < label.size() && is_letter(label[n])) ++n;
  const std::string_view letters = label.substr(0, n);
  // 'Co1' is cobalt, but 'CO1' may be carbon too.
  const bool is_symbol =
      n > 0 && n <= 2 && atomic_number(letters) > 0 && letters == element_symbol(atomic_number(letters));
  if (is_symbol && is_kind_suffix(label.substr(n))) {
    if (label.substr(n).find_first_of("0123456789") == 0 && label.find_first_of("+-") == std::string_view::npos)
      warn(warnings, "kinds of atoms, elements with a number behind them, are read as the elements");
    return species_from_symbol(letters);
  }
  fail_input("unknown element '{}' (nearest: '{}'); type_map = '{}: …' says what it is", label.substr(0, 32),
             nearest_symbol(label), label.substr(0, 32));
}

Species species_of_ion(const std::string& symbol, const std::string& where, const ReadOptions& options,
                       std::vector<std::string>& warnings) {
  try {
    if (options.allow_labels || options.type_map.count(symbol) > 0) return species_of_kind(symbol, options, warnings);
    return species_of_kind(std::string_view(symbol).substr(0, symbol.find_first_of("0123456789+-")), options, warnings);
  } catch (const InputError& error) {
    fail_input("{}: {}", where, error.what());
  }
}

void warn(std::vector<std::string>& warnings, const std::string& text) {
  if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) warnings.push_back(text);
}

}  // namespace spinel
