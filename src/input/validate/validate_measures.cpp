#include "input/validate/check.hpp"

namespace spinel {

void check_measures_keys(const Input& input) {
  const auto& p = input.measures;
  const MeasuresParameters defaults;
  const Check check(input, "measures");
  check(p.targets.empty() && p.distribution.empty(), "", "needs targets, or distribution, or both");
  check(p.targets.empty() && !p.training.empty(), "training", "goes with targets");
  check(p.targets.empty() && p.pairing != defaults.pairing, "pairing", "goes with targets");
  const auto of_distribution = [&](bool given, const char* key) {
    check(p.distribution.empty() && given, key, "goes with distribution");
  };
  of_distribution(p.neighbors != defaults.neighbors, "neighbors");
  of_distribution(p.amd_cutoff != defaults.amd_cutoff, "amd_cutoff");
  of_distribution(p.crystal_nn_cutoff != defaults.crystal_nn_cutoff, "crystal_nn_cutoff");
  of_distribution(p.composition_cutoff != defaults.composition_cutoff, "composition_cutoff");
}

}  // namespace spinel
