#pragma once

#include <memory>
#include <vector>

#include "domain/distribute.hpp"
#include "potential/force_field.hpp"
#include "structures.hpp"

namespace spinel::testing_support {

/// A structure spread over the ranks with a potential on it.
inline ForceField make_force_field(const Structure& structure, std::shared_ptr<Potential> potential, Timers& timers,
                                   const Communicator& communicator = Communicator::world(), double skin = 0.3) {
  NeighborParameters neighbor;
  neighbor.skin = skin;
  return ForceField(local_atoms_from(structure, communicator),
                    Halo(communicator, Decomposition(communicator.size(), structure.cell, structure.periodic)),
                    std::move(potential), neighbor, ParallelParameters{}, timers);
}

/// Values of owned atoms in id order on every rank.
inline std::vector<Vec3> in_id_order(const ForceField& field, const std::vector<Vec3>& owned) {
  const LocalAtoms& atoms = field.atoms();
  std::vector<Vec3> result(static_cast<std::size_t>(atoms.n_global), Vec3::Zero());
  for (std::size_t i = 0; i < atoms.n_owned; ++i) result[static_cast<std::size_t>(atoms.id[i])] = owned[i];
  field.communicator().sum(result.front().data(), 3 * result.size());
  return result;
}

}  // namespace spinel::testing_support
