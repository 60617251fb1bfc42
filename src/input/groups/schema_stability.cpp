#include "input/groups/group_builder.hpp"

namespace spinel {

void add_hull(std::vector<Group>& groups) {
  using P = HullParameters;
  constexpr std::size_t most_files = 10000;
  GroupBuilder<P> g(groups, "hull", &Input::hull,
                    "Formation energies, energies above the convex hull and decompositions of entries of any number of "
                    "elements.",
                    {"hull"});
  g.sweeps_structures(&P::relax);
  g.key("entries", &P::entries,
        "files of the entries that make the hull: CSV, JSON of pymatgen or the Materials Project, extended XYZ with "
        "energies, each also .gz; datasets")
      .length(1, most_files)
      .if_empty("none")
      .may_change();
  g.key("structures", &P::structures,
        "files or folders, of any kind in doc/datasets.md, of structures that become entries with the energies that "
        "&potential gives")
      .length(1, most_files)
      .if_empty("none");
  g.key("prototypes", &P::prototypes,
        "prototypes with their elements that are entries with the energies that &potential gives: 'hcp:Ti', "
        "'L1_2:TiAl3', or with lattice constants, 'L1_0:TiAl a=3.98 c=4.08'; else these start from the volumes of the "
        "elements")
      .length(1, most_files)
      .if_empty("none");
  add_read_keys(g);
  g.key("lowest", &P::lowest,
        "number of distinct compounds that are taken of the structures, those with the smallest lowest_by; of each of "
        "their elements the two lowest crystals are taken besides")
      .at_least(1)
      .unless(0, "all");
  g.key("lowest_by", &P::lowest_by,
        "number that orders the structures for lowest, a label in their files; those without it are not taken");
  g.key("relax", &P::relax,
        "relaxation of structures and prototypes, by the keys of &relax, before their energies are taken");
  g.key("reference", &P::reference, "result file of an earlier hull, instead of entries").if_empty("none").may_change();
  g.key("candidates", &P::candidates,
        "files of entries whose energies above the hull are asked for without their being part of it")
      .length(1, most_files)
      .if_empty("none")
      .may_change();
  g.key("elements", &P::elements, "elements within which entries and candidates are taken")
      .length(1, 118)
      .if_empty("all")
      .may_change();
  g.key("id_key", &P::id_key, "column or key of the identifier")
      .if_empty("id, material_id, entry_id, task_id or name")
      .may_change();
  g.key("formula_key", &P::formula_key, "column or key of the formula or composition")
      .if_empty("composition, formula, formula_pretty, pretty_formula or reduced_formula")
      .may_change();
  g.key("energy_key", &P::energy_key, "column or key of the energy")
      .if_empty("formation_energy_per_atom, e_form_per_atom, e_form, energy_per_atom, energy or total_energy")
      .may_change();
  g.key("run_type", &P::run_type,
        "functional of the entries that are taken where files hold several, such as 'GGA' (with GGA+U) or 'R2SCAN'; "
        "'any' "
        "takes all, as for energies that were made to go together")
      .if_empty("one is meant: entries of several are an error")
      .may_change();
  g.key("align", &P::align,
        "total energies of several run types in one hull: 'none': an error; 'elements': they are moved onto those of "
        "the "
        "most entries by one shift for each element, fitted to compositions that both have (doc/stability.md)")
      .one_of({"none", "elements"})
      .may_change();
  g.key(
       "energy_kind", &P::energy_kind,
       "kind of the energy: formation or total, of an atom or of all atoms of the formula; 'auto': from its key's name")
      .one_of({"auto", "formation_per_atom", "formation", "total_per_atom", "total"})
      .may_change();
  g.key("elemental_references", &P::elemental_references,
        "reference energies of the elements: 'entries': every element needs an entry of its own; 'zero': with "
        "formation energies an element without one is 0; 'prototypes': the potential computes one from the crystal of "
        "the element at room temperature, and of fcc, bcc and hcp for metals")
      .one_of({"entries", "zero", "prototypes"})
      .may_change();
  g.key("missing_elements", &P::missing_elements,
        "treatment of a candidate with an element that the hull lacks: an error, or reported and left without an "
        "energy above the hull")
      .one_of({"error", "report"})
      .may_change();
  g.key("csv", &P::csv, "tables also as CSV: <prefix>_hull.csv, <prefix>_candidates.csv").may_change();
}

}  // namespace spinel
