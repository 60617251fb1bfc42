#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/units.hpp"
#include "crystal/structure_bytes.hpp"
#include "io/table.hpp"

namespace spinel {

/// What became of one structure of a list. The numbers are those of the result file.
enum class StructureStatus : std::int64_t {
  done = 0,           ///< energy: computed; relax: converged
  not_converged = 1,  ///< the step cap came first, or the minimizer found no way down
  failed = 2,         ///< `reason` states why
  pending = 3         ///< not begun or not finished when the run was stopped
};

/// A relaxation step by step; all vectors of one length. Empty for a single point.
struct StructureSeries {
  std::vector<std::int64_t> evaluation;  ///< number of force evaluations when the point was accepted
  std::vector<double> energy;            ///< eV
  std::vector<double> fmax;              ///< eV/Å
  std::vector<double> smax;              ///< eV/Å³
  std::vector<double> volume;            ///< Å³
};

/// A moment of a relaxation that is kept.
struct StructureFrame {
  std::int64_t evaluation = 0;
  double energy = 0.0;         ///< eV
  Mat3 cell;                   ///< rows a, b, c (Å)
  std::vector<Vec3> position;  ///< [atom] Å
  std::vector<Vec3> force;     ///< [atom] eV/Å
};

/// A structure of a list after its single point or relaxation, as journal, result file and extended XYZ keep it.
struct StructureResult {
  std::int64_t number = -1;  ///< place in the list, from 0
  std::string name;          ///< where it came from
  StructureStatus status = StructureStatus::pending;
  std::string reason;                                         ///< of a failure, or of no convergence
  std::int64_t evaluations = 0;                               ///< of energy and forces
  double seconds = 0.0;                                       ///< wall time
  double initial_energy = 0.0, energy = 0.0, enthalpy = 0.0;  ///< eV
  double fmax = 0.0;                                          ///< eV/Å
  double smax = 0.0;                                          ///< eV/Å³, largest deviation from the external pressure
  std::array<double, 6> stress{};                             ///< eV/Å³, xx yy zz yz xz xy, tension positive
  double energy_spread = std::numeric_limits<double>::quiet_NaN();         ///< eV/atom, of a committee (SpreadSummary)
  double force_spread = std::numeric_limits<double>::quiet_NaN();          ///< eV/Å, mean over the atoms
  double largest_force_spread = std::numeric_limits<double>::quiet_NaN();  ///< eV/Å
  Mat3 initial_cell = Mat3::Zero();
  Structure structure;  ///< as it ended, with forces; without atoms where it could not be read
  StructureSeries series;
  std::vector<StructureFrame> frames;
};

/// "done", or "converged" of a relaxation; "not_converged", "failed", "pending".
const char* status_name(StructureStatus status, bool relaxation);

/// The columns of results, in the units that are reported: `relaxation` adds those of relaxations, `committee` those of
/// the spread of one.
Table<StructureResult> structure_table(const UnitSystem& units, bool relaxation, bool committee);

void put_result(ByteWriter& out, const StructureResult& result);
StructureResult get_result(ByteReader& in);

}  // namespace spinel
