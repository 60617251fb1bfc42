#include "run/make_structure.hpp"

#include <filesystem>

#include "crystal/recipe.hpp"
#include "parallel/on_root.hpp"
#include "run/locate_error.hpp"

namespace spinel {

StructureRecipe make_recipe(const StructureParameters& p) {
  StructureRecipe recipe;
  recipe.file = p.file;
  recipe.frame = p.frame;
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

namespace {

Structure build(const RunContext& context, const StructureRecipe& recipe) {
  const Input& input = context.input;
  Structure structure;
  on_root(context.world, [&] {
    try {
      const auto folder = std::filesystem::path(input.locations.file).parent_path().string();
      structure =
          build_structure(recipe, static_cast<std::uint64_t>(input.control.seed), context.units.name == "lj", folder);
    } catch (const InputError& error) {
      const std::string message = error.what(), word = message.substr(0, message.find_first_of(" :"));
      if (find_group("structure")->find(word) != nullptr) throw InputError(locate_message(input, "structure", message));
      fail_key(input, "structure", recipe.file.empty() ? "prototype" : "file", message);
    }
  });
  return structure;
}

}  // namespace

Structure make_structure(const RunContext& context) { return build(context, make_recipe(context.input.structure)); }

Structure make_unit_cell(const RunContext& context) {
  StructureRecipe recipe = make_recipe(context.input.structure);
  recipe.supercell = {1, 1, 1};
  recipe.vacuum = Vec3::Zero();
  recipe.rattle = 0.0;
  return build(context, recipe);
}

Decomposition make_decomposition(const RunContext& context, const LocalAtoms& atoms) {
  const auto& grid = context.input.parallel.grid;
  const int ranks = context.world.size();
  if (grid.empty()) {
    // Equal bricks have the fewest neighbors; a slab or a droplet needs cuts, and a grid, that follow its atoms.
    Decomposition equal(ranks, atoms.cell, atoms.periodic);
    const ParallelParameters& parallel = context.input.parallel;
    if (ranks == 1 || !parallel.balance) return equal;
    const auto fractional = wrapped_fractional(atoms);
    if (equal.imbalance(context.world, fractional) <= parallel.balance_threshold) return equal;
    return Decomposition::balanced(context.world, atoms.cell, atoms.periodic, fractional, parallel.balance_threshold);
  }
  const Int3 given = {static_cast<int>(grid[0]), static_cast<int>(grid[1]), static_cast<int>(grid[2])};
  if (grid[0] * grid[1] * grid[2] != ranks)
    fail_key(context.input, "parallel", "grid",
             fmt::format("{} × {} × {} bricks do not fit {} ranks", grid[0], grid[1], grid[2], ranks));
  return {ranks, atoms.cell, atoms.periodic, given};
}

}  // namespace spinel
