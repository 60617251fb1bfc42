#include "input/groups/group_builder.hpp"

namespace spinel {

void add_properties(std::vector<Group>& groups) {
  using P = PropertiesParameters;
  GroupBuilder<P> g(groups, "properties", &Input::properties,
                    "Properties of the crystal of &structure, and of pairs of its atoms, as a potential predicts them.",
                    {"properties", "train"});
  g.optional_for({"train"});
  g.key("kinds", &P::kinds,
        "properties to compute: energy against volume with the bulk modulus; elastic constants; phonons at Γ of the "
        "cell given; energies of pairs of atoms; invariance under rotation, translation and permutation; drift of the "
        "energy in NVE")
      .one_of({"equation_of_state", "elastic", "phonons", "dimers", "invariance", "nve"})
      .length(1, 6);
  g.key("volume_range", &P::volume_range, "largest relative change of the volume, both ways").between(0.001, 0.5);
  g.key("volumes", &P::volumes, "points of the equation of state").between(5, 1001);
  g.key("strain", &P::strain, "strain of the cell, for elastic constants").between(1e-6, 0.1);
  g.key("displacement", &P::displacement, "displacement of an atom, for phonons").in("Å").between(1e-6, 0.5);
  g.key("dimer_minimum", &P::dimer_minimum, "shortest distance of a pair").in("Å").between(0.01, 100);
  g.key("dimer_points", &P::dimer_points, "distances of a pair, from dimer_minimum to the cutoff").between(2, 100000);
  g.key("nve_temperature", &P::nve_temperature, "temperature of the dynamics whose drift is measured").in("K").above(0);
  g.key("nve_timestep", &P::nve_timestep, "time step of the dynamics whose drift is measured").in("fs").above(0);
  g.key("nve_steps", &P::nve_steps, "steps at constant energy over which the drift is measured")
      .in("steps")
      .at_least(10);
  g.key("nve_equilibration", &P::nve_equilibration, "steps at constant temperature before the drift is measured")
      .in("steps")
      .at_least(0);
  g.key("nve_atoms", &P::nve_atoms, "least number of atoms of the supercell whose drift is measured").at_least(1);
  g.keys_may_change();  // made anew from the potential, whatever a training was given before
}

}  // namespace spinel
