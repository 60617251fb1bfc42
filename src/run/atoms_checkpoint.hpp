#pragma once

#include <string>
#include <vector>

#include "dynamics/state.hpp"
#include "io/checkpoint.hpp"
#include "potential/force_field.hpp"

namespace spinel {

/// A checkpoint of atoms that one engine moves: atoms in the order they stand on each rank, the state of everything
/// else, and the input it was written under.
struct AtomsCheckpoint {
  LocalAtoms atoms;  ///< this rank's; on another number of ranks an equal share of all
  Int3 grid{};
  std::vector<double> cuts;  ///< Decomposition::cuts
  double range = 0.0;        ///< Å, of the neighbor lists
  int ranks = 0;             ///< that wrote it
  BuildCounts counts;
  State state;
  std::int64_t step = 0;
};

/// Collective. `input`: echo of the input, for comparison at a restart. Throws CollectiveError where it cannot be
/// written; the one before then remains.
void write_atoms_checkpoint(const std::string& path, const std::string& input, const ForceField& force_field,
                            const State& state, std::int64_t step);
/// Collective.
AtomsCheckpoint read_atoms_checkpoint(const CheckpointReader& reader);

}  // namespace spinel
