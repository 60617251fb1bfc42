#include "stability/assess/oxidation_states.hpp"

#include <array>
#include <cstddef>
#include <cstdlib>

#include "core/error.hpp"
#include "crystal/elements.hpp"

namespace spinel {

namespace {

struct Row {
  const char* symbol;
  double electronegativity;
  bool metal;
  const char *smact14, *icsd24;
};

constexpr double no_value = 0.0;

constexpr Row rows[] = {
    {"H", 2.2, false, "-1 +1", "-1 +1"},
    {"He", no_value, false, "", ""},
    {"Li", 0.98, true, "+1", "+1"},
    {"Be", 1.57, true, "+1 +2", "+2"},
    {"B", 2.04, false, "+1 +2 +3", "-5 -3 -2 -1 +1 +2 +3"},
    {"C", 2.55, false, "-4 -3 -2 -1 +1 +2 +3 +4", "-4 -3 -2 -1 +1 +2 +3 +4"},
    {"N", 3.04, false, "-3 -2 -1 +1 +2 +3 +4 +5", "-5 -4 -3 -2 -1 +1 +2 +3 +4 +5"},
    {"O", 3.44, false, "-2 -1 +1 +2", "-2 -1 +2"},
    {"F", 3.98, false, "-1", "-1"},
    {"Ne", no_value, false, "", ""},
    {"Na", 0.93, true, "-1 +1", "+1"},
    {"Mg", 1.31, true, "+1 +2", "+2"},
    {"Al", 1.61, true, "+1 +2 +3", "-3 +3"},
    {"Si", 1.9, false, "-4 -3 -2 -1 +1 +2 +3 +4", "-4 -3 -2 -1 +1 +2 +3 +4"},
    {"P", 2.19, false, "-3 -2 -1 +1 +2 +3 +4 +5", "-4 -3 -2 -1 +1 +2 +3 +4 +5"},
    {"S", 2.58, false, "-2 -1 +1 +2 +3 +4 +5 +6", "-2 -1 +1 +2 +3 +4 +5 +6"},
    {"Cl", 3.16, false, "-1 +1 +2 +3 +4 +5 +6 +7", "-1 +1 +3 +4 +5 +7"},
    {"Ar", no_value, false, "", ""},
    {"K", 0.82, true, "-1 +1", "+1"},
    {"Ca", 1.0, true, "+1 +2", "+1 +2"},
    {"Sc", 1.36, true, "+1 +2 +3", "+1 +2 +3"},
    {"Ti", 1.54, true, "-1 +1 +2 +3 +4", "+1 +2 +3 +4"},
    {"V", 1.63, true, "-1 +1 +2 +3 +4 +5", "+1 +2 +3 +4 +5"},
    {"Cr", 1.66, true, "-2 -1 +1 +2 +3 +4 +5 +6", "+1 +2 +3 +4 +5 +6"},
    {"Mn", 1.55, true, "-3 -2 -1 +1 +2 +3 +4 +5 +6 +7", "-1 +1 +2 +3 +4 +5 +6 +7"},
    {"Fe", 1.83, true, "-2 -1 +1 +2 +3 +4 +5 +6", "-4 +1 +2 +3 +4 +5 +6"},
    {"Co", 1.88, true, "-1 +1 +2 +3 +4 +5", "-1 +1 +2 +3 +4 +5"},
    {"Ni", 1.91, true, "-1 +1 +2 +3 +4", "+1 +2 +3 +4"},
    {"Cu", 1.9, true, "+1 +2 +3 +4", "+1 +2 +3 +4"},
    {"Zn", 1.65, true, "+1 +2", "+1 +2 +3 +4"},
    {"Ga", 1.81, true, "+1 +2 +3", "-4 -3 +1 +2 +3 +4"},
    {"Ge", 2.01, true, "-4 -3 -2 -1 +1 +2 +3 +4", "-4 -3 -2 -1 +1 +2 +3 +4"},
    {"As", 2.18, false, "-3 +1 +2 +3 +5", "-3 -2 -1 +1 +2 +3 +4 +5"},
    {"Se", 2.55, false, "-2 +1 +2 +4 +6", "-2 -1 +1 +2 +3 +4 +5 +6"},
    {"Br", 2.96, false, "-1 +1 +2 +3 +4 +5 +7", "-1 +1 +3 +5 +7"},
    {"Kr", 3.0, false, "+2", "+2"},
    {"Rb", 0.82, true, "-1 +1", "+1"},
    {"Sr", 0.95, true, "+1 +2", "+2 +4"},
    {"Y", 1.22, true, "+1 +2 +3", "+1 +2 +3 +4"},
    {"Zr", 1.33, true, "+1 +2 +3 +4", "+1 +2 +3 +4"},
    {"Nb", 1.6, true, "-1 +1 +2 +3 +4 +5", "+1 +2 +3 +4 +5 +6"},
    {"Mo", 2.16, true, "-2 -1 +1 +2 +3 +4 +5 +6", "-1 +1 +2 +3 +4 +5 +6 +7"},
    {"Tc", 2.1, true, "-3 -1 +1 +2 +3 +4 +5 +6 +7", "+1 +2 +3 +4 +5 +6 +7"},
    {"Ru", 2.2, true, "-2 +1 +2 +3 +4 +5 +6 +7 +8", "-1 +1 +2 +3 +4 +5 +6 +7"},
    {"Rh", 2.28, true, "-1 +1 +2 +3 +4 +5 +6", "-1 +1 +2 +3 +4 +5"},
    {"Pd", 2.2, true, "+1 +2 +4 +6", "+1 +2 +3 +4"},
    {"Ag", 1.93, true, "+1 +2 +3 +4", "+1 +2 +3"},
    {"Cd", 1.69, true, "+1 +2", "+1 +2"},
    {"In", 1.78, true, "+1 +2 +3", "-3 -2 -1 +1 +2 +3"},
    {"Sn", 1.96, true, "-4 +2 +4", "-4 -3 -2 -1 +1 +2 +3 +4"},
    {"Sb", 2.05, true, "-3 +3 +5", "-3 -2 -1 +1 +2 +3 +4 +5"},
    {"Te", 2.1, false, "-2 +2 +4 +5 +6", "-3 -2 -1 +1 +2 +3 +4 +5 +6"},
    {"I", 2.66, false, "-1 +1 +3 +4 +5 +7", "-1 +1 +3 +5 +7"},
    {"Xe", 2.6, false, "+1 +2 +4 +6 +8", "+2 +4 +6 +8"},
    {"Cs", 0.79, true, "-1 +1", "+1"},
    {"Ba", 0.89, true, "+2", "+2"},
    {"La", 1.1, true, "+2 +3", "+1 +2 +3 +4"},
    {"Ce", 1.12, true, "+2 +3 +4", "+2 +3 +4"},
    {"Pr", 1.13, true, "+2 +3 +4", "+2 +3 +4"},
    {"Nd", 1.14, true, "+2 +3 +4", "+2 +3 +4 +5"},
    {"Pm", no_value, false, "+2 +3", "+3"},
    {"Sm", 1.17, true, "+2 +3", "+2 +3 +4"},
    {"Eu", 1.2, true, "+2 +3", "+2 +3 +4 +6"},
    {"Gd", 1.2, true, "+1 +2 +3", "+2 +3 +4"},
    {"Tb", 1.2, true, "+1 +2 +3 +4", "+1 +2 +3 +4"},
    {"Dy", 1.22, true, "+2 +3 +4", "+2 +3 +4"},
    {"Ho", 1.23, true, "+2 +3", "+2 +3"},
    {"Er", 1.24, true, "+2 +3", "+2 +3 +4"},
    {"Tm", 1.25, true, "+2 +3", "+2 +3"},
    {"Yb", 1.1, true, "+2 +3", "+2 +3 +4"},
    {"Lu", 1.0, true, "+3", "+2 +3"},
    {"Hf", 1.3, true, "+2 +3 +4", "+2 +3 +4"},
    {"Ta", 1.5, true, "-1 +2 +3 +4 +5", "+1 +2 +3 +4 +5 +6"},
    {"W", 1.7, true, "-2 -1 +1 +2 +3 +4 +5 +6", "+2 +3 +4 +5 +6"},
    {"Re", 1.9, true, "-3 -1 +1 +2 +3 +4 +5 +6 +7", "+1 +2 +3 +4 +5 +6 +7"},
    {"Os", 2.2, true, "-2 -1 +1 +2 +3 +4 +5 +6 +7 +8", "+1 +2 +3 +4 +5 +6 +7 +8"},
    {"Ir", 2.2, true, "-3 -1 +1 +2 +3 +4 +5 +6 +7 +8", "+1 +2 +3 +4 +5 +6"},
    {"Pt", 2.2, true, "-2 -1 +1 +2 +3 +4 +5 +6", "-2 +1 +2 +3 +4 +5 +6"},
    {"Au", 2.4, true, "-1 +1 +2 +3 +5", "-1 +1 +2 +3 +5"},
    {"Hg", 1.9, true, "+1 +2 +4", "+1 +2"},
    {"Tl", 1.8, true, "-1 +1 +3", "-2 -1 +1 +2 +3"},
    {"Pb", 1.8, true, "-4 +2 +4", "-4 -1 +1 +2 +3 +4"},
    {"Bi", 1.9, true, "-3 +1 +3 +5 +7", "-3 -2 -1 +1 +2 +3 +4 +5"},
    {"Po", 2.0, true, "-2 +2 +4 +5 +6", "+4"},
    {"At", 2.2, false, "-1 +1 +3 +5 +7", ""},
    {"Rn", no_value, false, "+2 +6", ""},
    {"Fr", 0.7, true, "+1", ""},
    {"Ra", 0.9, true, "+2", "+2"},
    {"Ac", 1.1, true, "+2 +3", "+3"},
    {"Th", 1.3, true, "+2 +3 +4", "+2 +3 +4 +5"},
    {"Pa", 1.5, true, "+2 +3 +4 +5", "+3 +4 +5"},
    {"U", 1.7, true, "+2 +3 +4 +5 +6", "+2 +3 +4 +5 +6"},
    {"Np", 1.3, true, "+3 +4 +5 +6 +7", "+2 +3 +4 +5 +6 +7"},
    {"Pu", 1.3, true, "+2 +3 +4 +5 +6 +7 +8", "+2 +3 +4 +5 +6 +7"},
    {"Am", 1.3, true, "+2 +3 +4 +5 +6 +7", "+2 +3 +4 +5 +6"},
    {"Cm", 1.3, true, "+2 +3 +4 +6 +8", "+3 +4"},
    {"Bk", 1.3, true, "+2 +3 +4", "+3 +4"},
    {"Cf", 1.3, true, "+2 +3 +4", "+3"},
    {"Es", 1.3, true, "+2 +3 +4", "+3"},
    {"Fm", 1.3, true, "+2 +3", ""},
    {"Md", 1.3, true, "+2 +3", ""},
    {"No", 1.3, true, "+2 +3", ""},
    {"Lr", no_value, false, "+3", ""},
};

constexpr std::size_t n_elements = 118;
using Table = std::array<ElementChemistry, n_elements>;

Table make_table(OxidationTable which) {
  Table table;
  for (const Row& row : rows) {
    ElementChemistry& element = table[static_cast<std::size_t>(atomic_number(row.symbol) - 1)];
    element.electronegativity = row.electronegativity;
    element.metal = row.metal;
    const char* text = which == OxidationTable::smact14 ? row.smact14 : row.icsd24;
    while (*text != '\0') {
      char* end = nullptr;
      const int state = static_cast<int>(std::strtol(text, &end, 10));
      (state > 0 ? element.cation : element.anion).push_back(state);
      text = end;
    }
  }
  return table;
}

}  // namespace

const ElementChemistry& element_chemistry(int atomic_number, OxidationTable table) {
  static const std::array<Table, 2> tables = {make_table(OxidationTable::smact14), make_table(OxidationTable::icsd24)};
  if (atomic_number < 1 || atomic_number > static_cast<int>(n_elements))
    fail_input("{} is no atomic number", atomic_number);
  return tables[table == OxidationTable::smact14 ? 0 : 1][static_cast<std::size_t>(atomic_number - 1)];
}

}  // namespace spinel
