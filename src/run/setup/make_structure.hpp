#pragma once

#include <cstdint>

#include "core/units.hpp"
#include "crystal/recipe.hpp"
#include "domain/decomposition.hpp"
#include "domain/local_atoms.hpp"
#include "input/key_place.hpp"

namespace spinel {

/// The keys of &structure as crystal, which is not to know of input, takes them.
StructureRecipe make_recipe(const StructureParameters& parameters);

/// Collective. The structure that the parameters name, on rank 0; elsewhere empty. `place`: of their keys. InputError
/// on every rank, with file and line.
Structure make_structure(const StructureParameters& parameters, const KeyPlace& place, const UnitSystem& units,
                         std::int64_t seed, const Communicator& communicator);

/// The same parameters before supercell, vacuum and rattling, for a look that costs little: all that can be wrong with
/// a structure shows in one cell.
StructureParameters unit_cell(StructureParameters parameters);

/// Bricks on the grid of the parameters, or on the one with the least surface. `place`: of their keys. InputError where
/// the grid does not fit the ranks.
Decomposition make_decomposition(const ParallelParameters& parameters, const KeyPlace& place, const LocalAtoms& atoms,
                                 const Communicator& communicator);

}  // namespace spinel
