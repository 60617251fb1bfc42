#include "relax/line_search.hpp"

#include <algorithm>
#include <cmath>

namespace spinel {

namespace {

constexpr int most_trials = 8;
constexpr double sufficient_decrease = 1e-4;
constexpr double energy_noise = 1e-7;  // relative; rounding of energies in single precision

// The zero of the slope on the line through two of them, kept within (0.1, 0.6) of the trial.
double shorter(double length, double slope_start, double slope_trial) {
  const double secant = slope_trial > slope_start ? slope_start / (slope_start - slope_trial) : 0.5;
  return length * std::clamp(secant, 0.1, 0.6);
}

}  // namespace

bool LineSearch::advance(const Variables& direction, double scale_of_gradient) {
  const RelaxationObjective& objective = walk_.objective();
  const WalkPoint& start = walk_.accepted();
  const double slope_start = objective.dot(start.gradient, direction);
  if (!(slope_start < 0.0)) return false;
  const double longest = objective.longest_move(direction);
  const double cap = walk_.settings().max_step / longest;
  double length = 1.0;
  if (fresh_)
    length = scale_of_gradient * objective.longest_move(start.gradient) / longest;
  else if (curvature_ < 0.5)
    length = last_change_ / slope_start;
  length = std::min(length, cap);

  WalkPoint trial;
  double shortest_bad = cap;
  for (int k = 0; k < most_trials; ++k) {
    trial.x = start.x;
    for (std::size_t i = 0; i < direction.size(); ++i) trial.x[i] += length * direction[i];
    if (!walk_.visit(trial)) {
      if (walk_.over()) return false;
      shortest_bad = length;
      length *= 0.3;
      continue;
    }
    const double slope = objective.dot(trial.gradient, direction);
    const double rise = trial.found.enthalpy - start.found.enthalpy;
    const double noise = energy_noise * std::abs(start.found.enthalpy);
    const bool decreased = rise <= sufficient_decrease * length * slope_start;
    const bool level = rise <= noise && slope <= -0.8 * slope_start;
    const double left = std::abs(slope / slope_start);
    const double secant = slope > slope_start ? length * slope_start / (slope_start - slope) : 4.0 * length;
    if (decreased || level) {
      const double better = std::min({secant, 4.0 * length, shortest_bad});
      if (left > curvature_ && k < 2 && std::abs(better - length) > 0.2 * length && curvature_ < 0.5) {
        length = better;
        continue;
      }
      last_change_ = length * slope_start;
      fresh_ = false;
      walk_.accept(trial);
      return true;
    }
    shortest_bad = length;
    length = shorter(length, slope_start, slope);
  }
  return false;
}

}  // namespace spinel
