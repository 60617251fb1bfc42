#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/byte_stream.hpp"
#include "input/parameters.hpp"
#include "matching/structure_matcher.hpp"
#include "stability/assess/coordination.hpp"

namespace spinel {

/// What is found of one structure by looking at it alone.
struct StructureTraits {
  std::string formula;  ///< reduced; empty: it could not be read
  std::int64_t n_atoms = 0;
  std::int64_t n_elements = 0;
  double volume = 0.0;             ///< Å³
  double density = 0.0;            ///< g/cm³
  double shortest_distance = 0.0;  ///< Å
  bool valid_structure = false, valid_composition = false;
  bool valid_composition_icsd24 = false;  ///< by SMACT's list of oxidation states in the ICSD of 2024
  std::string composition_verdict;
  std::int64_t space_group = 0;  ///< 0: none found
  std::string space_group_symbol;
  std::vector<std::int64_t> coordination;                  ///< [atom] Brunner's (stability/assess/coordination.hpp)
  double rmsd = std::numeric_limits<double>::quiet_NaN();  ///< Å, of its relaxation
  double generated_rms = std::numeric_limits<double>::quiet_NaN();  ///< matcher's distance of before and after
};

/// g/cm³; 0 where there is no volume.
double mass_density(const Structure& structure);

/// Root mean square displacement (Å) of atom i of `before` to atom i of `after`, nearest images in the mean of the two
/// cells, their mean displacement removed.
double displacement_rms(const Structure& before, const Structure& after);

/// Traits of structures one after the other. Nothing about a structure throws; what cannot be found is left out.
class TraitFinder {
 public:
  explicit TraitFinder(const EvaluateParameters& parameters);

  /// Fills `traits` and the cell to compare it by, without atoms where it cannot be. `structure` as it is now, `before`
  /// its relaxation, without atoms where there was none. `is_sample`: it came out, and more than its composition
  /// counts.
  void operator()(const Structure& structure, const Structure& before, bool is_sample, StructureTraits& traits,
                  ReducedCell& cell);

 private:
  const EvaluateParameters& parameters_;
  StructureMatcher matcher_;
  CoordinationFinder coordination_;
};

MatcherSettings matcher_settings(const EvaluateParameters& parameters);

void put_cell(ByteWriter& out, const ReducedCell& cell);
ReducedCell get_cell(ByteReader& in);

}  // namespace spinel
