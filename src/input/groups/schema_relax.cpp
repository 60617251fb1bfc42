#include "input/groups/group_builder.hpp"

namespace spinel {

void add_relax(std::vector<Group>& groups) {
  using P = RelaxParameters;
  GroupBuilder<P> g(groups, "relax", &Input::relax,
                    "Relaxation to the nearest minimum of energy + pressure × volume; given with calculation = 'md', "
                    "before the dynamics.",
                    {"relax", "md", "hull", "evaluate", "generate", "discover"});
  g.optional_for({"md", "hull", "evaluate", "generate", "discover"});
  g.relaxes_structures();
  g.key(
       "minimizer", &P::minimizer,
       "minimizer: 'fire', or PETSc TAO's limited-memory quasi-Newton ('lbfgs', 'blmvm') or conjugate gradients ('cg')")
      .one_of({"fire", "lbfgs", "blmvm", "cg"})
      .may_change_for_one_structure();
  g.key("cell", &P::cell,
        "part of the cell that relaxes: nothing ('fixed'), all six strains ('full'), the volume ('isotropic'), or the "
        "shape at constant volume ('fixed_volume')")
      .one_of({"fixed", "full", "isotropic", "fixed_volume"});
  g.key("fixed_axes", &P::fixed_axes, "Cartesian axes along which the cell is not strained").length(3);
  g.key("pressure", &P::pressure, "external pressure").in(&UnitSystem::pressure);
  g.key("fmax", &P::fmax, "largest force on an atom at which a relaxation is converged")
      .in(&UnitSystem::force)
      .above(0)
      .may_change_for_one_structure();
  g.key("smax", &P::smax,
        "largest deviation of a free component of the stress from the pressure at which a relaxation is converged")
      .in(&UnitSystem::pressure)
      .above(0)
      .may_change_for_one_structure();
  g.key("max_steps", &P::max_steps, "most force evaluations of one structure")
      .at_least(0)
      .may_change_for_one_structure();
  g.key("max_step", &P::max_step, "longest move of an atom in one step")
      .in(&UnitSystem::length)
      .above(0)
      .may_change_for_one_structure();
  g.key("keep_symmetry", &P::keep_symmetry, "preservation of the space group of the start, found by spglib");
  g.key("symmetry_tolerance", &P::symmetry_tolerance, "tolerance within which the space group is found")
      .in(&UnitSystem::length)
      .above(0);
  g.key("max_volume_change", &P::max_volume_change,
        "factor by which the volume may grow or shrink before the structure fails")
      .above(1);
  g.key("minimum_distance", &P::minimum_distance, "distance of two atoms below which the structure fails")
      .in(&UnitSystem::length)
      .at_least(0);
  g.key("fixed_ids", &P::fixed_ids, "atoms held in place, numbered from 1 as in the file")
      .length(1, 1000000)
      .at_least(1)
      .if_empty("none");
  g.key("fixed_species", &P::fixed_species, "species whose atoms are held in place").length(1, 118).if_empty("none");
}

}  // namespace spinel
