#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crystal/formats/read_options.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// What the type symbol or label of a site of CIF may stand for.
struct SiteMeaning {
  /// Elements it may be, the likeliest first; empty: any.
  std::vector<Species> candidates;
  /// The first candidate holds where no formula contradicts; false: the formula has to decide.
  bool is_clear = false;
  /// A mixture, 'Fe/Mg', 'Mg0.5Fe0.5': its elements and how much of each there is (NaN where it does not say).
  std::vector<std::pair<Species, double>> shared;
  /// Hydrogen atoms of the group it names ('Wat', 'OH', 'NH4+') that have no sites of their own.
  int hydrogens = 0;
};

/// Reads 'Fe3+', 'O2-', 'Na(1)', 'CL1', 'Ow', 'Wat', 'OH', 'NH4+', 'Fe/Mg', 'T1'. InputError where it is a group of
/// several atoms that are not hydrogen ('SO4').
SiteMeaning meaning_of_site(const std::string& text, bool is_type_symbol, const ReadOptions& options);

/// Atoms by atomic number, D and T counted as hydrogen.
using CifFormula = std::map<int, double>;

/// 'C6 H12 O6', 'Mg2 (Si O4)', also without blanks. Nothing where it is none.
std::optional<CifFormula> parse_cif_formula(std::string_view text);
/// "Ca4 O24 S4".
std::string formula_text(const CifFormula& formula);

enum class FormulaMatch {
  same,
  lacks_hydrogen,  ///< but for hydrogen, of which the content has less
  other,
};

/// Does the content of a cell fit a formula, `units` of it where that is known (0: any number)?
FormulaMatch compare_with_formula(const CifFormula& content, const CifFormula& formula, double units);

}  // namespace spinel
