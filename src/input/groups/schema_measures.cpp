#include "input/groups/group_builder.hpp"

namespace spinel {

void add_measures(std::vector<Group>& groups) {
  using P = MeasuresParameters;
  GroupBuilder<P> g(
      groups, "measures", &Input::measures,
      "How near the set of calculation = 'evaluate' (&structure) is to structures that it predicts, and to "
      "a distribution of crystals that it is to be like.",
      {"evaluate", "generate"});
  g.optional_for({"evaluate", "generate"});
  g.key("targets", &P::targets,
        "list of structures (doc/datasets.md) that the crystals of the set are predictions of, several of each where "
        "there are several samples")
      .if_empty("none: matches are not counted");
  g.key(
       "pairing", &P::pairing,
       "which target a crystal of the set is a prediction of: the one whose id its info 'target' names, as calculation "
       "= 'generate' writes it; or by 'order', crystal i target i, and so on from the first again")
      .one_of({"target", "order"});
  g.key("training", &P::training,
        "list of structures that a generator was trained with: crystals for the targets are made from it without a "
        "model, to compare with")
      .if_empty("none: volumes of the elements");
  g.key("distribution", &P::distribution,
        "list of structures whose distribution the set is compared with, such as a test set")
      .if_empty("none");
  g.key("neighbors", &P::neighbors, "neighbors of an atom whose distances AMD and PDD hold").between(1, 10000);
  g.key("amd_cutoff", &P::amd_cutoff, "distance of AMDs, or of PDDs, up to which a structure covers another")
      .in("Å")
      .at_least(0);
  g.key("crystal_nn_cutoff", &P::crystal_nn_cutoff,
        "distance of CrystalNN fingerprints up to which a structure covers another; CDVAE has 0.4 for MP-20, 0.2 for "
        "Perov-5 and Carbon-24")
      .at_least(0);
  g.key("composition_cutoff", &P::composition_cutoff,
        "distance of composition fingerprints up to which a composition covers another; CDVAE has 10 for MP-20, 4 for "
        "Perov-5 and Carbon-24")
      .at_least(0);
  g.keys_may_change();
}

}  // namespace spinel
