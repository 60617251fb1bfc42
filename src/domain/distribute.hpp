#pragma once

#include "crystal/structure.hpp"
#include "domain/local_atoms.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// Collective. Gives every rank its block of the atoms of `structure`, which only rank 0 needs to hold: rank r gets ids
/// [n·r/ranks, n·(r+1)/ranks), wherever they lie; Halo::migrate then sends them to their owners. Missing velocities are
/// zero, missing `fixed` free; forces and info are not distributed. Rank 0 sends each rank its block alone, so no other
/// rank ever holds more than its share.
LocalAtoms local_atoms_from(const Structure& structure, const Communicator& communicator);

/// Collective. All atoms in id order on rank 0 (elsewhere without atoms, but with cell and species): with positions
/// wrapped into the cell as they are, or `unwrapped`. `force`: [owned atom] eV/Å, where given goes to Structure::force.
Structure gather_structure(const LocalAtoms& atoms, const Communicator& communicator, bool unwrapped = false,
                           const std::vector<Vec3>* force = nullptr);

}  // namespace spinel
