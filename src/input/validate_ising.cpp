#include "input/validate_ising.hpp"

#include <algorithm>
#include <cmath>

#include "input/check.hpp"

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
  for (const std::string& file : input.phase.files)
    if (file.empty()) fail_key(input, "phase", "files", "a file name must not be empty");
}

}  // namespace spinel
