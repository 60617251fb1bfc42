#include "input/groups/group_builder.hpp"

namespace spinel {

void add_evaluate(std::vector<Group>& groups) {
  using P = EvaluateParameters;
  constexpr std::size_t most_files = 10000;
  GroupBuilder<P> g(groups, "evaluate", &Input::evaluate,
                    "How many structures of a set (&structure) are stable, unique and novel.", {"evaluate"});
  g.key("relax", &P::relax,
        "relax the set first with &potential as &relax says; else its structures are taken as they are, with the "
        "energies of its file");
  g.key("hull", &P::hull, "the convex hull that stability is measured from: result file of calculation = 'hull'")
      .if_empty("none: nothing is said of stability")
      .may_change();
  g.key("reference", &P::reference,
        "known structures, files or folders: extended XYZ with any number of frames, datasets, CIF, POSCAR; what fits "
        "one of them is not novel")
      .length(1, most_files)
      .if_empty("none: nothing is said of novelty")
      .may_change();
  g.key("stable_below", &P::stable_below, "stable is what lies at most this far above the hull")
      .in("eV/atom")
      .may_change();
  g.key("unconverged", &P::unconverged, "relaxations that end unconverged: taken as they ended, or counted as failed")
      .one_of({"take", "fail"});
  g.key("missing_elements", &P::missing_elements,
        "structures with an element that the hull lacks: an error at the start, or told, listed and counted as not "
        "stable")
      .one_of({"error", "report"})
      .may_change();
  g.key("energy_key", &P::energy_key, "with relax = .false.: key of the energy in the comment lines of the set's file")
      .if_empty("formation_energy_per_atom, e_form_per_atom, e_form, energy_per_atom, energy or total_energy");
  g.key("energy_kind", &P::energy_kind,
        "what it is, formation or total, of an atom or of the structure; 'auto': its key's name says")
      .one_of({"auto", "formation_per_atom", "formation", "total_per_atom", "total"});
  g.key("ltol", &P::ltol, "two structures are the same where lattice vectors agree to this fraction,").above(0);
  g.key("stol", &P::stol, "atoms to this fraction of (volume per atom)^(1/3),").above(0);
  g.key("angle_tol", &P::angle_tol, "and angles of the lattice to this").in("degrees").between(0, 90).above(0);
  g.key("primitive_cell", &P::primitive_cell, "compare primitive cells");
  g.key("scale", &P::scale, "scale both to the same volume first");
  g.key("attempt_supercell", &P::attempt_supercell, "a cell may be a whole multiple of the other");
  g.key("minimum_distance", &P::minimum_distance, "shortest distance between atoms of a valid structure")
      .in("Å")
      .at_least(0);
  g.key("minimum_volume", &P::minimum_volume, "least volume of its cell").in("Å³").at_least(0);
  g.key("symmetry_tolerance", &P::symmetry_tolerance, "of the space groups").in("Å").above(0);
  g.key("bootstrap", &P::bootstrap, "resamples of the set for the errors").between(2, 1000000).may_change();
  g.key("csv", &P::csv, "write the table of structures also as CSV: <prefix>_evaluation.csv").may_change();
}

}  // namespace spinel
