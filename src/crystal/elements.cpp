#include "crystal/elements.hpp"

#include <array>
#include <cctype>

#include "core/error.hpp"
#include "core/text.hpp"

namespace spinel {

namespace {

struct Element {
  const char* symbol;
  double weight;
};

constexpr int n_elements = 118;
constexpr std::array<Element, n_elements> elements = {
    {{"H", 1.008},        {"He", 4.002602},   {"Li", 6.94},       {"Be", 9.0121831},   {"B", 10.81},
     {"C", 12.011},       {"N", 14.007},      {"O", 15.999},      {"F", 18.998403162}, {"Ne", 20.1797},
     {"Na", 22.98976928}, {"Mg", 24.305},     {"Al", 26.9815384}, {"Si", 28.085},      {"P", 30.973761998},
     {"S", 32.06},        {"Cl", 35.45},      {"Ar", 39.95},      {"K", 39.0983},      {"Ca", 40.078},
     {"Sc", 44.955907},   {"Ti", 47.867},     {"V", 50.9415},     {"Cr", 51.9961},     {"Mn", 54.938043},
     {"Fe", 55.845},      {"Co", 58.933194},  {"Ni", 58.6934},    {"Cu", 63.546},      {"Zn", 65.38},
     {"Ga", 69.723},      {"Ge", 72.63},      {"As", 74.921595},  {"Se", 78.971},      {"Br", 79.904},
     {"Kr", 83.798},      {"Rb", 85.4678},    {"Sr", 87.62},      {"Y", 88.905838},    {"Zr", 91.224},
     {"Nb", 92.90637},    {"Mo", 95.95},      {"Tc", 97.90721},   {"Ru", 101.07},      {"Rh", 102.90549},
     {"Pd", 106.42},      {"Ag", 107.8682},   {"Cd", 112.414},    {"In", 114.818},     {"Sn", 118.71},
     {"Sb", 121.76},      {"Te", 127.6},      {"I", 126.90447},   {"Xe", 131.293},     {"Cs", 132.90545196},
     {"Ba", 137.327},     {"La", 138.90547},  {"Ce", 140.116},    {"Pr", 140.90766},   {"Nd", 144.242},
     {"Pm", 144.91276},   {"Sm", 150.36},     {"Eu", 151.964},    {"Gd", 157.25},      {"Tb", 158.925354},
     {"Dy", 162.5},       {"Ho", 164.930329}, {"Er", 167.259},    {"Tm", 168.934219},  {"Yb", 173.045},
     {"Lu", 174.9668},    {"Hf", 178.486},    {"Ta", 180.94788},  {"W", 183.84},       {"Re", 186.207},
     {"Os", 190.23},      {"Ir", 192.217},    {"Pt", 195.084},    {"Au", 196.96657},   {"Hg", 200.592},
     {"Tl", 204.38},      {"Pb", 207.2},      {"Bi", 208.9804},   {"Po", 208.98243},   {"At", 209.98715},
     {"Rn", 222.01758},   {"Fr", 223.01974},  {"Ra", 226.02541},  {"Ac", 227.02775},   {"Th", 232.0377},
     {"Pa", 231.03588},   {"U", 238.02891},   {"Np", 237.04817},  {"Pu", 244.06421},   {"Am", 243.06138},
     {"Cm", 247.07035},   {"Bk", 247.07031},  {"Cf", 251.07959},  {"Es", 252.083},     {"Fm", 257.09511},
     {"Md", 258.09843},   {"No", 259.101},    {"Lr", 262.11},     {"Rf", 267.122},     {"Db", 268.126},
     {"Sg", 271.134},     {"Bh", 270.133},    {"Hs", 269.1338},   {"Mt", 278.156},     {"Ds", 281.165},
     {"Rg", 281.166},     {"Cn", 285.177},    {"Nh", 286.182},    {"Fl", 289.19},      {"Mc", 289.194},
     {"Lv", 293.204},     {"Ts", 293.208},    {"Og", 294.214}}};

struct Isotope {
  const char* symbol;
  int atomic_number;
  double mass;
};
// AME2020 masses of the two isotopes that have symbols of their own.
constexpr std::array<Isotope, 2> isotopes = {{{"D", 1, 2.01410177784}, {"T", 1, 3.01604928132}}};

std::string capitalized(std::string_view text) {
  std::string result(text);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto c = static_cast<unsigned char>(result[i]);
    result[i] = static_cast<char>(i == 0 ? std::toupper(c) : std::tolower(c));
  }
  return result;
}

int find_exact(std::string_view symbol) {
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (symbol == elements[i].symbol) return static_cast<int>(i) + 1;
  return 0;
}

}  // namespace

int atomic_number(std::string_view symbol) {
  const int exact = find_exact(symbol);
  return exact != 0 || symbol.size() > 2 ? exact : find_exact(capitalized(symbol));
}

const char* element_symbol(int atomic_number) {
  if (atomic_number < 1 || atomic_number > n_elements)
    fail_input("no element has the atomic number {} (1 to {})", atomic_number, n_elements);
  return elements[static_cast<std::size_t>(atomic_number - 1)].symbol;
}

double atomic_weight(int atomic_number) {
  element_symbol(atomic_number);
  return elements[static_cast<std::size_t>(atomic_number - 1)].weight;
}

std::string nearest_symbol(std::string_view label) {
  // A label longer than any symbol is compared by its first letters: 'Fe1', 'O2-', 'Si_pv'.
  const std::string wanted = capitalized(label.substr(0, 3));
  std::string best;
  std::size_t best_distance = 100;
  for (const Element& element : elements) {
    const std::string symbol = element.symbol;
    // Among symbols equally near, the longest one the label begins with.
    const bool is_prefix = wanted.compare(0, symbol.size(), symbol) == 0;
    const std::size_t distance = 4 * edit_distance(wanted, symbol) + (is_prefix ? 0 : 1);
    if (distance < best_distance) {
      best_distance = distance;
      best = symbol;
    }
  }
  return best;
}

Species species_from_symbol(std::string_view label, bool allow_labels) {
  if (label.empty()) fail_input("empty species symbol");
  if (allow_labels) return {std::string(label), find_exact(label), 1.0};
  if (const int number = atomic_number(label)) return {element_symbol(number), number, atomic_weight(number)};
  for (const Isotope& isotope : isotopes)
    if (label == isotope.symbol) return {isotope.symbol, isotope.atomic_number, isotope.mass};
  fail_input("unknown element '{}' (nearest: '{}')", label.substr(0, 32), nearest_symbol(label));
}

Species species_from_number(int atomic_number, bool allow_labels) {
  return species_from_symbol(element_symbol(atomic_number), allow_labels);
}

std::int32_t add_species(Structure& structure, const Species& species) {
  auto& known = structure.species;
  for (std::size_t i = 0; i < known.size(); ++i)
    if (known[i].symbol == species.symbol && known[i].mass == species.mass) return static_cast<std::int32_t>(i);
  constexpr std::size_t most_species = 10000;
  if (known.size() >= most_species) fail_input("more than {} species (a species is a symbol and a mass)", most_species);
  known.push_back(species);
  return static_cast<std::int32_t>(known.size() - 1);
}

}  // namespace spinel
