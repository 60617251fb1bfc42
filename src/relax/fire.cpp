#include "relax/fire.hpp"

#include <algorithm>
#include <cmath>

namespace spinel {

namespace {

// Times in units in which a variable (Å) of unit mass moves by force (eV/Å) · time².
constexpr double first_timestep = 0.1, longest_timestep = 1.0, shortest_timestep = 0.002;
constexpr double grow = 1.1, shrink = 0.5, first_mixing = 0.25, less_mixing = 0.99;
constexpr int delay = 20;

}  // namespace

void fire(Walk& walk) {
  const RelaxationObjective& objective = walk.objective();
  const std::size_t n = walk.accepted().x.size();
  Variables velocity(n, 0.0), move(n);
  double timestep = first_timestep, mixing = first_mixing;
  int downhill = 0;
  WalkPoint trial;
  while (!walk.over()) {
    const Variables& gradient = walk.accepted().gradient;
    const double power = -objective.dot(gradient, velocity);
    std::fill(move.begin(), move.end(), 0.0);
    if (power > 0.0) {
      if (++downhill > delay) {
        timestep = std::min(timestep * grow, longest_timestep);
        mixing *= less_mixing;
      }
    } else {
      if (power < 0.0) timestep = std::max(timestep * shrink, shortest_timestep);
      downhill = 0;
      mixing = first_mixing;
      for (std::size_t i = 0; i < n; ++i) move[i] = -0.5 * timestep * velocity[i];
      std::fill(velocity.begin(), velocity.end(), 0.0);
    }
    for (std::size_t i = 0; i < n; ++i) velocity[i] -= timestep * gradient[i];
    const double force2 = objective.dot(gradient, gradient);
    const double speed = std::sqrt(objective.dot(velocity, velocity) / std::max(force2, 1e-300));
    for (std::size_t i = 0; i < n; ++i) {
      velocity[i] = (1.0 - mixing) * velocity[i] - mixing * speed * gradient[i];
      move[i] += timestep * velocity[i];
    }
    const double longest = objective.longest_move(move);
    const double scale = longest > walk.settings().max_step ? walk.settings().max_step / longest : 1.0;
    trial.x = walk.accepted().x;
    for (std::size_t i = 0; i < n; ++i) trial.x[i] += scale * move[i];
    if (walk.visit(trial)) {
      walk.accept(trial);
    } else {
      // Start again from the accepted point, slower.
      std::fill(velocity.begin(), velocity.end(), 0.0);
      timestep = 0.3 * timestep;
      downhill = 0;
    }
  }
}

}  // namespace spinel
