#include "run/setup/make_structure.hpp"

#include "input/schema.hpp"
#include "parallel/on_root.hpp"
#include "run/locate_error.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/read_options.hpp"

namespace spinel {

StructureRecipe make_recipe(const StructureParameters& p) {
  StructureRecipe recipe;
  recipe.file = p.file;
  recipe.frame = p.frame;
  recipe.read = read_options(p);
  recipe.prototype = p.prototype;
  recipe.species = p.species;
  recipe.a = p.a;
  recipe.b = p.b;
  recipe.c = p.c;
  recipe.supercell = {p.supercell[0], p.supercell[1], p.supercell[2]};
  recipe.vacuum = {p.vacuum[0], p.vacuum[1], p.vacuum[2]};
  recipe.periodic = p.periodic;
  recipe.rattle = p.rattle;
  recipe.mass_species = p.mass_species;
  recipe.masses = p.masses;
  recipe.minimum_distance = p.minimum_distance;
  return recipe;
}

Structure make_structure(const StructureParameters& parameters, const KeyPlace& place, const UnitSystem& units,
                         std::int64_t seed, const Communicator& communicator) {
  Structure structure;
  on_root(communicator, [&] {
    StructureRecipe recipe = make_recipe(parameters);
    if (!recipe.file.empty()) recipe.file = find_file(place, "file", recipe.file);
    try {
      structure = build_structure(recipe, static_cast<std::uint64_t>(seed), units.name == "lj");
    } catch (const InputError& error) {
      const std::string message = error.what(), word = message.substr(0, message.find_first_of(" :"));
      if (find_group("structure")->find(word) != nullptr) throw InputError(locate_message(place, message));
      place.fail(recipe.file.empty() ? "prototype" : "file", message);
    }
  });
  return structure;
}

StructureParameters unit_cell(StructureParameters parameters) {
  parameters.supercell = {1, 1, 1};
  parameters.vacuum = {0.0, 0.0, 0.0};
  parameters.rattle = 0.0;
  return parameters;
}

Decomposition make_decomposition(const ParallelParameters& parameters, const KeyPlace& place, const LocalAtoms& atoms,
                                 const Communicator& communicator) {
  const auto& grid = parameters.grid;
  const int ranks = communicator.size();
  if (grid.empty()) {
    // Equal bricks have the fewest neighbors; a slab or a droplet needs cuts, and a grid, that follow its atoms.
    Decomposition equal(ranks, atoms.cell, atoms.periodic);
    if (ranks == 1 || !parameters.balance) return equal;
    const auto fractional = wrapped_fractional(atoms);
    if (equal.imbalance(communicator, fractional) <= parameters.balance_threshold) return equal;
    return Decomposition::balanced(communicator, atoms.cell, atoms.periodic, fractional, parameters.balance_threshold);
  }
  const Int3 given = {static_cast<int>(grid[0]), static_cast<int>(grid[1]), static_cast<int>(grid[2])};
  if (grid[0] * grid[1] * grid[2] != ranks)
    place.fail("grid", fmt::format("{} × {} × {} bricks do not fit {} ranks", grid[0], grid[1], grid[2], ranks));
  return {ranks, atoms.cell, atoms.periodic, given};
}

}  // namespace spinel
