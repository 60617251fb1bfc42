#include <algorithm>
#include <cmath>

#include "input/target_window.hpp"
#include "input/validate/check.hpp"

namespace spinel {

namespace {

/// Keys of the screen, and of retraining it.
void check_screen(const Check& check, const DiscoverParameters& p) {
  const DiscoverParameters standard;
  const bool proposes = p.pool.empty() && p.pool_entries.empty(), screens = p.screen > 0;
  check(screens && !proposes, "screen", "goes without a pool: &propose makes what is screened");
  check(screens && !p.targets.empty(), "screen", "goes without targets: the screen looks for the hull");
  check(screens && p.screen < p.candidates, "screen", "{} are fewer than candidates = {}, which are kept of them",
        p.screen, p.candidates);
  check(screens && p.screen_models.empty(), "screen_models", "missing: they screen");
  check(!screens && !p.screen_models.empty(), "screen_models",
        "need screen, the number of proposals that they look at");
  check(!screens && !p.screen_known.empty(), "screen_known", "needs screen");
  check(!screens && !p.volume_scales.empty(), "volume_scales", "needs screen");
  check(!screens && p.screen_kappa != standard.screen_kappa, "screen_kappa", "needs screen");
  check(!screens && p.screen_random != standard.screen_random, "screen_random", "needs screen");
  check(screens && p.screen_known.empty() && p.known.empty(), "screen_known",
        "missing: predictions are measured from a hull of formation energies");
  const bool retrains = p.retrain_epochs > 0;
  check(retrains && !screens, "retrain_epochs", "is of screen_models, and nothing is screened");
  check(retrains && p.training_data.empty(), "training_data",
        "missing: without what they learned from, networks forget it");
  check(!retrains && !p.training_data.empty(), "training_data", "needs retrain_epochs");
  check(!retrains && p.replay != standard.replay, "replay", "needs retrain_epochs");
  check(!retrains && p.learning_rate != standard.learning_rate, "learning_rate", "needs retrain_epochs");
}

}  // namespace

void check_discover_keys(const Input& input) {
  const DiscoverParameters& p = input.discover;
  const DiscoverParameters standard;
  const Check check(input, "discover");
  if (input.control.units != "metal")
    fail_key(input, "control", "units", "calculation = 'discover' is in Å and eV: units must be 'metal'");
  check_type_map(check, p);
  check_selected_keys(input, "discover");
  const bool proposes = p.pool.empty() && p.pool_entries.empty(), follows_hull = p.targets.empty();
  check(!p.pool.empty() && !p.pool_entries.empty(), "pool_entries", "pool and pool_entries exclude each other");
  check(proposes && p.oracle == "table", "oracle",
        "'table' needs a pool with labels; without pool the candidates are made by &propose");
  check(!proposes && p.candidates != standard.candidates, "candidates", "goes without a pool: &propose makes them");
  check(proposes && (!p.initial.empty() || p.initial_share > 0.0),
        proposes && !p.initial.empty() ? "initial" : "initial_share",
        "needs a pool: candidates of &propose are not there at the start");
  check(!p.initial.empty() && p.initial_share > 0.0, "initial_share", "initial and initial_share exclude each other");
  check(proposes && p.batch == 0, "batch", "missing: without a pool there is no share of it");
  check(p.batch > 0 && p.batch_share != standard.batch_share, "batch_share",
        "batch and batch_share exclude each other");
  check(!follows_hull && !p.pool_entries.empty(), "targets", "need a pool of structures; pool_entries has energies");
  check(!follows_hull && p.oracle == "potential", "oracle",
        "'potential' gives energies: the hull is followed where targets are not given");
  check(p.oracle == "potential" && input.potential.style.empty(), "oracle", "'potential' needs a group &potential");
  check(p.oracle == "potential" && !p.pool_entries.empty(), "oracle",
        "'potential' needs structures, and pool_entries has formulas");
  const bool two_levels = !input.oracle.style.empty();
  check(two_levels && p.oracle != "potential", "oracle", "the group &oracle needs oracle = 'potential'");
  check(two_levels && !p.known.empty(), "known",
        "goes without &oracle: energies of several levels do not meet, so structures are computed; give "
        "known_structures");
  check(two_levels && p.known_structures.empty(), "known_structures",
        "missing: &oracle computes what candidates are measured from");
  check(p.relax_labels && !two_levels, "relax_labels", "needs the group &oracle");
  check_screen(check, p);
  check(!follows_hull && p.hit_above_hull != standard.hit_above_hull, "hit_above_hull", "goes without targets");
  check(!follows_hull && !p.known.empty(), "known", "goes without targets: entries make a hull");
  check(follows_hull && p.known.empty() && p.known_structures.empty(), "known",
        "missing: without targets hits are measured from a hull of what is known");
  for (const std::string& kind : p.features)
    check(p.models.empty() && (kind == "predictions" || kind == "latents"), "features",
          "'{}' needs models: networks that they are of", kind);
  check(!repeated(p.features).empty(), "features", "'{}' is there twice", repeated(p.features));
  check(!p.models.empty() && !p.features.empty() &&
            std::none_of(p.features.begin(), p.features.end(),
                         [](const std::string& kind) { return kind == "predictions" || kind == "latents"; }),
        "models", "are given, but neither their predictions nor their latents are among the features");
  for (const std::string& text : p.targets) {
    TargetWindow window;
    try {
      window = parse_target_window(text);
    } catch (const InputError& error) {
      check(true, "targets", "{}", error.what());
    }
    int same = 0;
    for (const std::string& other : p.targets) same += parse_target_window(other).name == window.name ? 1 : 0;
    check(same > 1, "targets", "'{}' is there twice", window.name);
    check(p.acquisition == "improvement" && std::isfinite(window.lowest) && std::isfinite(window.highest),
          "acquisition", "'improvement' is on one bound, and '{}' has two", text);
  }
  check(p.acquisition == "improvement" && p.targets.size() > 1, "acquisition",
        "'improvement' is of one target; 'probability' is of several");
}

}  // namespace spinel
