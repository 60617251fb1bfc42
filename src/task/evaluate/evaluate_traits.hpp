#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "campaign/structure_result.hpp"
#include "input/parameters.hpp"
#include "matching/structure_matcher.hpp"
#include "parallel/record_exchange.hpp"
#include "stability/assess/coordination.hpp"

namespace spinel {

/// A structure of the set as it is judged.
struct EvaluatedStructure {
  std::int64_t number = -1;  ///< place in the set, from 0
  std::string name;          ///< where it came from
  std::string id;            ///< as its file has it; empty: none
  StructureStatus status = StructureStatus::pending;
  std::string reason;                                        ///< of a failure
  double energy = std::numeric_limits<double>::quiet_NaN();  ///< eV/atom; NaN: none
  Structure structure;                                       ///< relaxed; without atoms where there is none
  Structure original;                                        ///< before; without atoms where nothing was relaxed

  /// Whether it counts as a sample that came out.
  bool is_good(const EvaluateParameters& parameters) const;
};

/// What is found of one structure by looking at it alone.
struct StructureTraits {
  std::int64_t number = -1;
  std::string formula;  ///< reduced; empty: it could not be read
  std::int64_t n_atoms = 0;
  double volume = 0.0;             ///< Å³
  double shortest_distance = 0.0;  ///< Å
  bool valid_structure = false, valid_composition = false;
  std::string composition_verdict;
  std::int64_t space_group = 0;  ///< 0: none found
  std::string space_group_symbol;
  std::vector<std::int64_t> coordination;                  ///< [atom] Brunner's (stability/assess/coordination.hpp)
  double rmsd = std::numeric_limits<double>::quiet_NaN();  ///< Å, of its relaxation
  double generated_rms = std::numeric_limits<double>::quiet_NaN();  ///< matcher's distance of before and after
  ReducedCell cell;                                                 ///< without atoms: not to be compared
};

/// Root mean square displacement (Å) of atom i of `before` to atom i of `after`, nearest images in the mean of the two
/// cells, their mean displacement removed.
double displacement_rms(const Structure& before, const Structure& after);

/// Traits of structures one after the other. Nothing about a structure throws; what cannot be found is left out.
class TraitFinder {
 public:
  explicit TraitFinder(const EvaluateParameters& parameters);
  StructureTraits operator()(const EvaluatedStructure& structure);

 private:
  const EvaluateParameters& parameters_;
  StructureMatcher matcher_;
  CoordinationFinder coordination_;
};

MatcherSettings matcher_settings(const EvaluateParameters& parameters);

Record pack(const EvaluatedStructure& structure);
EvaluatedStructure unpack_evaluated(const Record& record);
Record pack(const StructureTraits& traits);
StructureTraits unpack_traits(const Record& record);
Record pack(const ReducedCell& cell);
ReducedCell unpack_cell(const Record& record);

}  // namespace spinel
