#include "input/validate/check.hpp"

#include <algorithm>
#include <cmath>

namespace spinel {

void check_ising(const Input& input) {
  const IsingParameters& p = input.ising;
  const Check check(input, "ising");
  for (const std::int64_t edge : p.size)
    check(edge % 2 != 0, "size", "{} is odd: the checkerboard needs even edges", edge);
  check(p.rectangle && p.size.size() != 2, "size", "{} given; rectangle = .true. takes Lx, Ly", p.size.size());
  auto sizes = p.size;
  std::sort(sizes.begin(), sizes.end());
  const auto same_size = std::adjacent_find(sizes.begin(), sizes.end());
  check(!p.rectangle && same_size != sizes.end(), "size", "{} is listed twice",
        same_size == sizes.end() ? 0 : *same_size);
  check(std::abs(p.coupling) != 1.0, "coupling",
        "{} is neither 1 nor -1: energies, fields and temperatures are in units of its magnitude", p.coupling);

  const bool range = p.t_min != 0.0 || p.t_max != 0.0 || p.n_t != 0;
  check(p.temperatures.empty() && !range, "temperatures", "missing: either a list, or t_min, t_max and n_t");
  check(!p.temperatures.empty() && range, "temperatures", "a list and a range exclude each other");
  if (p.temperatures.empty()) {
    check(p.n_t < 1, "n_t", "missing: the number of temperatures from t_min to t_max");
    check(p.t_min <= 0.0, "t_min", "must be above 0");
    check(p.n_t > 1 ? p.t_max <= p.t_min : p.t_max < p.t_min, "t_max", "{} is not above t_min = {}", p.t_max, p.t_min);
  }
  auto temperatures = p.temperatures;
  std::sort(temperatures.begin(), temperatures.end());
  const auto twice = std::adjacent_find(temperatures.begin(), temperatures.end());
  check(twice != temperatures.end(), "temperatures", "{} is listed twice; use replicas for more chains",
        twice == temperatures.end() ? 0.0 : *twice);

  check(p.tempering && std::max<std::int64_t>(p.n_t, static_cast<std::int64_t>(temperatures.size())) < 2, "tempering",
        "needs two temperatures at least");
  check(p.tempering && p.correlation, "correlation",
        "goes with chains that stay at their temperatures, not with tempering");
  check(p.start == "file" && p.start_file.empty(), "start_file", "missing: start = 'file' needs it");
  check(p.start != "file" && !p.start_file.empty(), "start_file", "needs start = 'file'");
  check(p.sweeps / p.measure_every < 2, "measure_every", "{} leaves fewer than two measurements in {} sweeps",
        p.measure_every, p.sweeps);
  check(p.configurations > p.sweeps, "configurations", "{} in {} sweeps are more than one a sweep", p.configurations,
        p.sweeps);
  check(p.configuration_every > 0 && p.configurations == 0, "configuration_every", "needs configurations");
  check(p.configuration_every > 0 && p.configurations > p.sweeps / p.configuration_every, "configurations",
        "{} configurations every {} sweeps take more than the {} sweeps", p.configurations, p.configuration_every,
        p.sweeps);
}

void check_phase(const Input& input) {
  const PhaseParameters& p = input.phase;
  const Check check(input, "phase");
  for (const std::string& file : p.files) check(file.empty(), "files", "a file name must not be empty");

  const bool windows = p.method == "cnn", trials = p.method == "confusion";
  const auto is_window = [&](const char* key, const std::vector<double>& window) {
    if (!window.empty()) check(!(window[0] < window[1]), key, "is empty: {} is not below {}", window[0], window[1]);
  };
  for (const auto& [key, window] :
       {std::pair{"ordered_window", &p.ordered_window}, {"disordered_window", &p.disordered_window}}) {
    check(windows && window->empty(), key, "missing: method = 'cnn' learns from two windows of temperature");
    check(!windows && !window->empty(), key, "goes with method = 'cnn'");
    is_window(key, *window);
  }
  if (windows)
    check(p.ordered_window[1] >= p.disordered_window[0], "disordered_window",
          "begins at {}, within or below ordered_window, which ends at {}", p.disordered_window[0],
          p.ordered_window[1]);
  for (const auto& [key, given] : {std::pair{"trial_temperatures", !p.trial_temperatures.empty()},
                                   {"temperature_range", !p.temperature_range.empty()}})
    check(!trials && given, key, "goes with method = 'confusion'");
  is_window("temperature_range", p.temperature_range);
  for (std::size_t k = 1; k < p.trial_temperatures.size(); ++k)
    check(p.trial_temperatures[k] <= p.trial_temperatures[k - 1], "trial_temperatures",
          "have to ascend, but {} follows {}", p.trial_temperatures[k], p.trial_temperatures[k - 1]);
  check(p.extrapolation == "none" && p.nu != 1.0, "nu", "needs an extrapolation");

  const PhaseParameters defaults;
  if (p.method == "pca")
    for (const auto& [key, given] : {std::pair{"networks", p.networks != defaults.networks},
                                     {"blocks", p.blocks != defaults.blocks},
                                     {"widths", p.widths != defaults.widths},
                                     {"epochs", p.epochs != defaults.epochs},
                                     {"batch_size", p.batch_size != defaults.batch_size},
                                     {"learning_rate", p.learning_rate != defaults.learning_rate},
                                     {"weight_decay", p.weight_decay != defaults.weight_decay},
                                     {"held_out", p.held_out != defaults.held_out},
                                     {"spin_flip", p.spin_flip != defaults.spin_flip},
                                     {"extrapolation", p.extrapolation != defaults.extrapolation},
                                     {"nu", p.nu != defaults.nu}})
      check(given, key, "goes with method = 'cnn' or 'confusion'");
  else
    check(p.components != defaults.components, "components", "goes with method = 'pca'");
}

}  // namespace spinel
