#pragma once

#include "crystal/recipe.hpp"
#include "domain/decomposition.hpp"
#include "domain/local_atoms.hpp"
#include "run/context.hpp"

namespace spinel {

/// The keys of &structure as crystal takes them.
StructureRecipe make_recipe(const StructureParameters& parameters);

/// Collective. The structure of &structure, on rank 0; elsewhere empty. InputError on every rank, with file and line.
Structure make_structure(const RunContext& context);

/// Collective. The same before supercell, vacuum and rattling, for a look that costs little: all that can be wrong
/// with a structure shows in one cell.
Structure make_unit_cell(const RunContext& context);

/// Bricks on the grid of &parallel, or on the one with the least surface. InputError where the grid does not fit the
/// ranks.
Decomposition make_decomposition(const RunContext& context, const LocalAtoms& atoms);

}  // namespace spinel
