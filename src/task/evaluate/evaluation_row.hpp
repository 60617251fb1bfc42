#pragma once

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "campaign/structure_sweep.hpp"
#include "io/table.hpp"
#include "stability/assess/set_matcher.hpp"
#include "stability/assess/structure_traits.hpp"
#include "stability/entries/hull_entry.hpp"

namespace spinel {

/// All that is known of one structure of the set: a line of the table. What is found on the pool that works on the
/// structure comes first; the rest when all are known.
struct EvaluationRow : StructureTraits {
  std::int64_t number = -1;  ///< place in the set, from 0
  std::string name;          ///< where it came from
  std::string id;            ///< as its file has it; empty: none
  StructureStatus status = StructureStatus::pending;
  std::string reason;                                        ///< of a failure
  double energy = std::numeric_limits<double>::quiet_NaN();  ///< eV/atom; NaN: none
  EnergyKind energy_kind = EnergyKind::total;
  std::string energy_problem;             ///< why the file gives none; empty: it does, or the potential
  bool good = false, comparable = false;  ///< counts as a sample that came out; has a cell to compare

  SetMatch match;
  double formation_energy = std::numeric_limits<double>::quiet_NaN();   ///< eV/atom
  double energy_above_hull = std::numeric_limits<double>::quiet_NaN();  ///< eV/atom
  bool stable = false, unique = false, novel = false;
};

/// What is asked of every row besides.
struct EvaluationColumns {
  bool has_hull = false, has_reference = false, is_relaxed = false;
  const std::vector<EvaluationRow>* rows = nullptr;           ///< for the names of duplicates
  const std::vector<std::string>* reference_names = nullptr;  ///< by SetMatch::reference
};
/// The columns of rows; what `which` points to must outlive them.
Table<EvaluationRow> evaluation_table(const EvaluationColumns& which);

/// Of its atoms; NaN: not found.
double mean_coordination(const EvaluationRow& row);

/// A row, and the cell to compare its structure by.
struct AssessedStructure {
  EvaluationRow row;
  ReducedCell cell;
};
Bytes pack(const AssessedStructure& assessed);
AssessedStructure unpack_assessed(const Bytes& bytes);

/// Assesses one structure after the other, on one rank.
class StructureAssessor {
 public:
  explicit StructureAssessor(const EvaluateParameters& parameters)
      : parameters_(parameters), find_traits_(parameters) {}

  /// `before`: as the set has it, without atoms where it could not be read; `result`: after a relaxation, where `relax`
  /// of the parameters asks for one.
  AssessedStructure operator()(const StructureResult& result, const Structure& before);

 private:
  const EvaluateParameters& parameters_;
  TraitFinder find_traits_;
};

/// The energy (eV/atom) that the file of the set gives a structure, and its kind. InputError where there is none.
std::pair<double, EnergyKind> labeled_energy(const EvaluateParameters& parameters, const Structure& structure);

/// The identifier that a file gives a structure, by the usual keys; empty where there is none.
std::string identifier_of(const Structure& structure);

}  // namespace spinel
