#include "input/groups/group_builder.hpp"

namespace spinel {

void add_discover(std::vector<Group>& groups) {
  using P = DiscoverParameters;
  constexpr std::size_t most_files = 10000;
  GroupBuilder<P> g(groups, "discover", &Input::discover,
                    "Rounds of choosing candidates by what is known, asking an oracle for their labels, and learning "
                    "from them (doc/discover.md).",
                    {"discover"});
  g.relaxes_many_structures();
  g.key("pool", &P::pool,
        "list of structures that are the candidates, of any kind in doc/datasets.md; labels in it are looked at only "
        "where the oracle is its table")
      .if_empty("pool_entries, else &propose makes candidates each round");
  g.key("pool_entries", &P::pool_entries, "file of formulas with energies that are the candidates, as &hull entries")
      .if_empty("none");
  add_read_keys(g);
  g.key("candidates", &P::candidates, "new candidates that &propose makes each round, without a pool")
      .between(1, 10000000);
  g.key("screen", &P::screen,
        "proposals that &propose makes each round where screen_models then keep the most promising as candidates")
      .between(1, 1000000000)
      .unless(0, "candidates are not screened");
  g.key(
       "screen_models", &P::screen_models,
       "model files of networks that predict formation energies in eV/atom, an ensemble, as &predict models: proposals "
       "are ranked by their distance above the hull of screen_known")
      .length(1, 100)
      .if_empty("none");
  g.key("screen_known", &P::screen_known,
        "files of entries with formation energies, of the level that screen_models were trained at")
      .length(1, most_files)
      .if_empty("known");
  g.key("volume_scales", &P::volume_scales,
        "factors of a proposal's volume at which screen_models look at it; the lowest mean counts")
      .length(1, 100)
      .between(0.1, 10)
      .if_empty("the volume of &propose alone");
  g.key("screen_kappa", &P::screen_kappa,
        "standard deviations of the ensemble that a proposal's distance is lowered by")
      .between(0, 100);
  g.key("screen_random", &P::screen_random,
        "share of the candidates that is kept at random instead, to see what the screen passes over")
      .between(0, 1);
  g.key("retrain_epochs", &P::retrain_epochs,
        "epochs that screen_models go on to be trained after each round, with its labels")
      .at_least(1)
      .unless(0, "they stay as they are");
  g.key("training_data", &P::training_data,
        "lists of crystals with formation energies that screen_models were trained on, part of which is shown to them "
        "again")
      .length(1, most_files)
      .if_empty("none");
  g.key("replay", &P::replay, "crystals of training_data, drawn at random, in each retraining").between(0, 1000000000);
  g.key("learning_rate", &P::learning_rate, "learning rate of retraining").above(0);
  g.key("relax_labels", &P::relax_labels,
        "relaxation by &relax with &oracle too; else &oracle computes crystals as &potential relaxed them");
  g.key("targets", &P::targets,
        "numbers of the labels and what they are of a hit, all of them: 'band_gap: 1.1 .. 1.7', 'energy_above_hull: .. "
        "0.02'")
      .length(1, 8)
      .if_empty("hits are candidates on the convex hull");
  g.key("hit_above_hull", &P::hit_above_hull, "largest energy above the hull of a hit, without targets")
      .in("eV/atom")
      .between(0, 10)
      .may_change();
  g.key("oracle", &P::oracle,
        "source of labels: the 'table' that the pool is; the 'potential' of &potential, after &relax, for energies (or "
        "of &oracle where that is given); a "
        "'file' that others fill")
      .one_of({"table", "potential", "file"});
  g.key("labels", &P::labels, "files with the labels that were asked for, by the identifiers of the candidates")
      .length(1, most_files)
      .of("oracle", {"file"})
      .if_empty("none yet")
      .may_change_silently();
  g.key("known", &P::known, "files of entries that are known at the start, as &hull entries, without targets")
      .length(1, most_files)
      .if_empty("none");
  g.key(
       "known_structures", &P::known_structures,
       "lists of structures that are known at the start; their energies are computed first, by &potential after &relax")
      .length(1, most_files)
      .of("oracle", {"potential"})
      .if_empty("none");
  g.key("energy_key", &P::energy_key, "key of the energy in files of entries")
      .if_empty("formation_energy_per_atom, e_form_per_atom, e_form, energy_per_atom, energy or total_energy");
  g.key("energy_kind", &P::energy_kind,
        "kind of the energy: formation or total, of an atom or of the structure; 'auto': from its key's name")
      .one_of({"auto", "formation_per_atom", "formation", "total_per_atom", "total"});
  g.key("initial", &P::initial, "file with identifiers of candidates, one a line, whose labels are asked for first")
      .if_empty("none");
  g.key("initial_share", &P::initial_share,
        "share of the pool, drawn at random by the seed, whose labels are asked for first")
      .between(0, 1);
  g.key("features", &P::features,
        "what candidates are described by: 'composition', 'oxidation' states, 'structure'; 'predictions' and 'latents' "
        "of "
        "models (doc/discover.md)")
      .length(1, 5)
      .one_of({"composition", "oxidation", "structure", "predictions", "latents"})
      .if_empty("all that the pool and models have");
  g.key("models", &P::models,
        "model files of trained networks that predict one property of crystals, as &predict models, for features")
      .length(1, 100)
      .if_empty("none");
  g.key("surrogate", &P::surrogate,
        "what learns from labels: a Gaussian 'process' for each target; a 'forest' of extremely randomized trees, for "
        "many features and numbers that jump, such as band gaps (doc/discover.md)")
      .one_of({"process", "forest"});
  g.key("acquisition", &P::acquisition,
        "what the next candidates are chosen by: the 'probability' that they are hits; expected 'improvement' on the "
        "one bound of the target, or the hull; 'ucb', kappa standard deviations on the good side of the mean; the "
        "'mean' alone; 'random'")
      .one_of({"probability", "improvement", "ucb", "mean", "random"});
  g.key("kappa", &P::kappa, "standard deviations that are granted").of("acquisition", {"ucb"}).between(0, 100);
  g.key("rounds", &P::rounds, "rounds of labels at most").between(1, 100000);
  g.key("batch", &P::batch, "labels of a round").at_least(1).unless(0, "batch_share of the pool");
  g.key("batch_share", &P::batch_share, "labels of a round as a share of all candidates").between(1e-9, 1);
  g.key("max_per_system", &P::max_per_system, "labels of one chemical system in a round at most")
      .at_least(1)
      .unless(0, "any number");
  g.key("maximum_calls", &P::maximum_calls, "labels that are ever asked for, over all restarts")
      .at_least(1)
      .unless(0, "any number")
      .may_change();
  g.key("patience", &P::patience, "rounds in a row without a hit after which it ends")
      .at_least(1)
      .unless(0, "never")
      .may_change();
  g.key("csv", &P::csv, "labels also as a table: <prefix>_labels.csv").may_change();
}

}  // namespace spinel
