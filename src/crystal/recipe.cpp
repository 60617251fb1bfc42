#include "crystal/recipe.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "crystal/closest_pair.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/prototypes.hpp"
#include "crystal/transform.hpp"

namespace spinel {

namespace {

Structure read_or_make(const StructureRecipe& recipe, bool allow_labels) {
  if (recipe.file.empty() == recipe.prototype.empty())
    fail_input("give either file or prototype in &structure{}", recipe.file.empty() ? "" : ", not both");
  if (recipe.file.empty())
    return make_prototype(recipe.prototype, recipe.species, recipe.a, recipe.b, recipe.c, allow_labels);
  const StructureFormat* format = structure_format(recipe.file);
  if (!recipe.species.empty() && (format == nullptr || !format->is_single))
    fail_input("species goes with a prototype or a POSCAR, not with {}", recipe.file);
  ReadOptions options = recipe.read;
  options.allow_labels = allow_labels;
  options.species = recipe.species;
  return read_structure(recipe.file, recipe.frame, options);
}

void set_masses(Structure& structure, const StructureRecipe& recipe) {
  if (recipe.mass_species.size() != recipe.masses.size())
    fail_input("mass_species names {} species, but masses gives {}", recipe.mass_species.size(), recipe.masses.size());
  for (std::size_t m = 0; m < recipe.masses.size(); ++m) {
    if (!(recipe.masses[m] > 0.0)) fail_input("the mass of {} is {}", recipe.mass_species[m], recipe.masses[m]);
    bool found = false;
    for (Species& species : structure.species) {
      if (species.symbol != recipe.mass_species[m]) continue;
      species.mass = recipe.masses[m];
      found = true;
    }
    if (!found) fail_input("mass_species names '{}', which is not in the structure", recipe.mass_species[m]);
  }
}

}  // namespace

Structure build_structure(const StructureRecipe& recipe, std::uint64_t seed, bool allow_labels) {
  const std::string where = recipe.file.empty() ? "prototype " + recipe.prototype : recipe.file;
  return complete_structure(read_or_make(recipe, allow_labels), recipe, seed, allow_labels, where);
}

Structure complete_structure(Structure structure, const StructureRecipe& recipe, std::uint64_t seed, bool allow_labels,
                             const std::string& where) {
  const auto units = structure.info.find("units");
  if (units != structure.info.end() && units->second == "lj" && !allow_labels)
    fail_input("{}: the file is in reduced units (units=lj); set units = 'lj' in &control", where);
  set_masses(structure, recipe);
  if (!recipe.periodic.empty()) {
    if (recipe.periodic.size() != 3) fail_input("periodic needs three values, not {}", recipe.periodic.size());
    std::copy(recipe.periodic.begin(), recipe.periodic.end(), structure.periodic.begin());
  }
  // One cell shows as much as all its copies, in less time and with the numbers the atoms have in the file; copies
  // touch across faces that are not periodic.
  Structure one = structure;
  for (std::size_t k = 0; k < 3; ++k) one.periodic[k] = one.periodic[k] || recipe.supercell[k] > 1;
  const bool has_vacuum = recipe.vacuum != Vec3::Zero();
  if (!has_vacuum) check_overlap(one, recipe.minimum_distance, where);

  structure = supercell(structure, recipe.supercell);
  if (has_vacuum) structure = add_vacuum(structure, recipe.vacuum);
  rattle(structure, recipe.rattle, seed);
  if (has_vacuum || recipe.rattle != 0.0) check_overlap(structure, recipe.minimum_distance, where);
  return structure;
}

}  // namespace spinel
