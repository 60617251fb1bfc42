#pragma once

#include <string>
#include <vector>

#include "dynamics/state.hpp"
#include "io/checkpoint.hpp"
#include "potential/force_field.hpp"
#include "run/context.hpp"
#include "run/run_files.hpp"

namespace spinel {

/// What a checkpoint of molecular dynamics holds: atoms in the order they stand on each rank, the state of everything
/// else, and the input it was written under.
struct MdCheckpoint {
  LocalAtoms atoms;  ///< this rank's; on another number of ranks an equal share of all
  Int3 grid{};
  std::vector<double> cuts;  ///< Decomposition::cuts
  double range = 0.0;        ///< Å, of the neighbor lists
  int ranks = 0;             ///< that wrote it
  BuildCounts counts;
  State state;
  std::int64_t step = 0;
};

/// Collective. Throws CollectiveError where it cannot be written; the one before then remains.
void write_md_checkpoint(const RunContext& context, const RunFiles& files, const ForceField& force_field,
                         const State& state, std::int64_t step);
/// Collective.
MdCheckpoint read_md_checkpoint(const CheckpointReader& reader);

/// Collective. Does this run continue from a checkpoint? InputError where it must and there is none.
bool restart_is_wanted(const RunContext& context, const RunFiles& files);
/// Collective. Compares inputs (run/restart.hpp); returns a line for every change that is worth telling.
std::vector<std::string> check_restart(const RunContext& context, const RunFiles& files,
                                       const CheckpointReader& reader);

}  // namespace spinel
