#pragma once

#include <cstdint>

#include "core/text.hpp"
#include "potential/force_field.hpp"
#include "run/context.hpp"

namespace spinel {

/// One line of the set-up echo: "  structure      32,000 atoms …".
void echo_line(Log& log, const std::string& label, const std::string& text);

/// Collective. The different hosts of all ranks, "node1 node2".
std::string hosts(const RunContext& context);
/// Collective. Program, title, input, ranks and hosts, and the BLAS in use, with a warning where it is the reference
/// one.
void report_start(const RunContext& context);
/// Cell, atoms, density and species.
void report_structure(const RunContext& context, const LocalAtoms& atoms);
/// Collective. Bricks, atoms and ghosts per rank, neighbors per atom, and what they take in memory. Once lists are
/// built.
void report_decomposition(const RunContext& context, const ForceField& force_field);

/// Where the wall time of a run went, over all ranks: minimum, average and maximum of each region.
struct Breakdown {
  struct Row {
    double minimum, average, maximum;  ///< s
  };
  std::array<Row, n_regions> rows{};
  double wall = 0.0;  ///< s, the slowest rank
};
/// Collective.
Breakdown measure_breakdown(const Timers& timers, const Communicator& communicator);

/// What the closing report of a run of `steps` steps prints, and the result file keeps.
struct Performance {
  Breakdown breakdown;
  std::int64_t steps = 0;
  double atom_steps_per_second = 0.0;
  double time_per_day = 0.0;    ///< reported time units (ns for metal units) a day
  double memory_average = 0.0;  ///< bytes a rank, resident, peak
  double memory_maximum = 0.0;
  double bytes_per_atom = 0.0;  ///< resident beyond what the program takes without atoms, over all ranks
  double messages_per_step = 0.0, bytes_per_step = 0.0;  ///< sent by one rank, average
  BuildCounts counts;
  double imbalance = 1.0;
};
/// Collective. `memory_before`: resident bytes of this rank before there were atoms.
Performance measure_performance(ForceField& force_field, std::int64_t steps, double timestep, const UnitSystem& units,
                                std::int64_t memory_before);
void report_performance(const RunContext& context, const Performance& performance);

}  // namespace spinel
