#include "input/groups/group_builder.hpp"

namespace spinel {

void add_evaluate(std::vector<Group>& groups) {
  using P = EvaluateParameters;
  constexpr std::size_t most_files = 10000;
  GroupBuilder<P> g(groups, "evaluate", &Input::evaluate,
                    "How many structures of a set (&structure) are stable, unique and novel.",
                    {"evaluate", "generate"});
  g.optional_for({"generate"});
  g.sweeps_structures(&P::relax);
  g.key("relax", &P::relax,
        "relaxation of the set with &potential by the keys of &relax; else its structures are taken as they are, with "
        "the energies of its file");
  g.key("hull", &P::hull, "convex hull that stability is measured from: result file of calculation = 'hull'")
      .if_empty("none: stability is not judged")
      .may_change();
  g.key(
       "reference", &P::reference,
       "known structures, files or folders of any kind in doc/datasets.md; a structure that matches one of them is not "
       "novel")
      .length(1, most_files)
      .if_empty("none: novelty is not judged")
      .may_change();
  g.key("stable_below", &P::stable_below, "largest energy above the hull of a stable structure")
      .in("eV/atom")
      .may_change();
  g.key("unconverged", &P::unconverged,
        "treatment of relaxations that end unconverged: taken as they ended, or counted as failed")
      .one_of({"take", "fail"});
  g.key("missing_elements", &P::missing_elements,
        "treatment of structures with an element that the hull lacks: an error at the start, or reported, listed and "
        "counted as not stable")
      .one_of({"error", "report"})
      .may_change();
  g.key("energy_key", &P::energy_key, "key of the energy in the comment lines of the set's file, with relax = .false.")
      .if_empty("formation_energy_per_atom, e_form_per_atom, e_form, energy_per_atom, energy or total_energy");
  g.key("energy_kind", &P::energy_kind,
        "kind of the energy: formation or total, of an atom or of the structure; 'auto': from its key's name")
      .one_of({"auto", "formation_per_atom", "formation", "total_per_atom", "total"});
  g.key("ltol", &P::ltol, "fraction to which the lattice vectors of matching structures agree").above(0);
  g.key("stol", &P::stol,
        "distance to which the atoms of matching structures agree, as a fraction of (volume per atom)^(1/3)")
      .above(0);
  g.key("angle_tol", &P::angle_tol,
        "difference to which the angles between lattice vectors of matching structures agree")
      .in("degrees")
      .between(0, 90)
      .above(0);
  g.key("primitive_cell", &P::primitive_cell, "comparison of primitive cells");
  g.key("scale", &P::scale, "scaling of two structures to the same volume before they are compared");
  g.key("attempt_supercell", &P::attempt_supercell, "match also of a cell with a whole multiple of another");
  g.key("minimum_distance", &P::minimum_distance, "shortest distance between atoms of a valid structure")
      .in("Å")
      .at_least(0);
  g.key("minimum_volume", &P::minimum_volume, "least volume of the cell of a valid structure").in("Å³").at_least(0);
  g.key("symmetry_tolerance", &P::symmetry_tolerance, "tolerance within which space groups are found").in("Å").above(0);
  g.key("bootstrap", &P::bootstrap, "resamples of the set for the errors").between(2, 1000000).may_change();
  g.key("csv", &P::csv, "table of structures also as CSV: <prefix>_evaluation.csv").may_change();
}

}  // namespace spinel
