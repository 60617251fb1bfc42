#include "input/groups/group_builder.hpp"

namespace spinel {

void add_propose(std::vector<Group>& groups) {
  using P = ProposeParameters;
  constexpr std::size_t most = 100000;
  GroupBuilder<P> g(groups, "propose", &Input::propose,
                    "Crystals that are not known yet, without duplicates (doc/propose.md).", {"propose", "discover"});
  g.optional_for({"discover"});
  g.key("generators", &P::generators,
        "sources of candidates: 'substitution', 'prototypes', 'partial', 'random', 'model' and 'structures', each "
        "alone or with its share of the candidates, such as 'random: 0.3'; alone they share alike what is left")
      .length(1, 6);
  g.key("known", &P::known, "lists of structures (doc/datasets.md) that no candidate may repeat")
      .length(1, most)
      .if_empty("none");
  g.key("parents", &P::parents, "lists of structures that substitution, prototypes and partial substitution begin from")
      .length(1, most)
      .if_empty("those of known");
  add_read_keys(g);
  g.key("count", &P::count, "number of candidates, all different").between(1, 1000000000).only_for({"propose"});
  g.key("elements", &P::elements, "elements that may occur").length(1, 118).if_empty("all");
  g.key("required_elements", &P::required_elements, "elements that every candidate holds")
      .length(1, 118)
      .if_empty("none");
  g.key("n_elements", &P::n_elements, "number of elements, or the lowest and the highest")
      .length(1, 2)
      .between(1, 118)
      .if_empty("any");
  g.key("max_atoms", &P::max_atoms, "largest number of atoms in the primitive cell of a candidate").between(1, 10000);
  g.key("threshold", &P::threshold, "probability that an ionic substitution must exceed").above(0);
  g.key("charge_balance", &P::charge_balance,
        "charges of the ions of a candidate: with 'auto' they add up to 0, but for alloys of metals, which have none; "
        "with 'require' always; with 'none' nothing is asked")
      .one_of({"auto", "require", "none"});
  g.key("volume", &P::volume,
        "volume after a substitution: from the shortest bond over the sum of its radii, 'bonds', from the cubes of the "
        "'radii', or that of the 'parent'")
      .one_of({"bonds", "radii", "parent"});
  g.key("compositions", &P::compositions, "contents of primitive cells for random search, such as 'Sr Ti O3'")
      .length(1, most)
      .if_empty("those of substitutions in the parents");
  g.key("space_groups", &P::space_groups, "numbers of the space groups of random search")
      .length(1, 230)
      .between(1, 230)
      .if_empty("all");
  g.key("volume_range", &P::volume_range,
        "lowest and highest volume of random search, over the sum of the volumes of the atoms")
      .length(2)
      .between(0.1, 10.0);
  g.key("distance_factor", &P::distance_factor,
        "least distance of two atoms in random search, over the sum of their covalent radii")
      .between(0.0, 2.0);
  g.key("attempts", &P::attempts, "times that random search draws the positions in one space group, before it fails")
      .between(1, 1000000);
  g.key("colorings", &P::colorings, "colorings that partial substitution makes of the sites of a parent at most")
      .between(1, 1000000);
  g.key("model", &P::model, "file of a trained generator (doc/generation.md), for 'model'").if_empty("none");
  g.key("structures", &P::structures, "list of candidates that others made, for 'structures'").if_empty("none");
  g.key("minimum_distance", &P::minimum_distance, "distance of two atoms below which a candidate is left out")
      .in("Å")
      .at_least(0);
  g.key("ltol", &P::ltol, "fraction by which lengths of lattice vectors of equal crystals may differ").above(0);
  g.key("stol", &P::stol, "distance of equal crystals' atoms, over the cube root of the volume per atom").above(0);
  g.key("angle_tol", &P::angle_tol, "degrees by which angles of lattice vectors of equal crystals may differ").above(0);
  g.key("csv", &P::csv, "candidates also as a table, <prefix>_candidates.csv").may_change();
}

}  // namespace spinel
