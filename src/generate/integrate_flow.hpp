#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace spinel {

/// How a flow is followed from time 0 to 1.
struct FlowSteps {
  std::int64_t steps = 100;  ///< equal ones
  bool heun = false;         ///< of second order: the mean of the velocities at both ends of a step
  /// Points on the torus move 1 + slope·t times as fast as the flow says, but in a step no further than it would take
  /// them in all the time that is left: beyond that, steps overshoot.
  double slope = 0.0;
};

/// Moves points of a torus (circles of circumference 1, any representatives) and of a flat space along the flow that
/// velocity(time, torus, flat, torus_velocity, flat_velocity) says, all of them vectors of the same length for all
/// calls. after(step, time) is called behind each step, from 0 to steps − 1, with the time it began at, and may change
/// the points.
template <class Velocity, class After>
void integrate_flow(const FlowSteps& settings, std::vector<double>& torus, std::vector<double>& flat,
                    const Velocity& velocity, const After& after) {
  const double dt = 1.0 / static_cast<double>(settings.steps);
  std::vector<double> v_torus(torus.size()), v_flat(flat.size());
  const auto move = [&](double speed) {
    for (std::size_t i = 0; i < torus.size(); ++i) torus[i] += dt * speed * v_torus[i];
    for (std::size_t i = 0; i < flat.size(); ++i) flat[i] += dt * v_flat[i];
  };
  for (std::int64_t step = 0; step < settings.steps; ++step) {
    const double time = static_cast<double>(step) * dt, end = static_cast<double>(step + 1) * dt,
                 most = static_cast<double>(settings.steps - step);
    const double speed = std::min(1.0 + settings.slope * time, most),
                 end_speed = std::min(1.0 + settings.slope * end, most);
    velocity(time, torus, flat, v_torus, v_flat);
    if (settings.heun) {
      const std::vector<double> torus_start = torus, flat_start = flat, v_torus_start = v_torus, v_flat_start = v_flat;
      move(speed);
      velocity(end, torus, flat, v_torus, v_flat);
      // The speed belongs to each end.
      for (std::size_t i = 0; i < torus.size(); ++i)
        torus[i] = torus_start[i] + 0.5 * dt * (speed * v_torus_start[i] + end_speed * v_torus[i]);
      for (std::size_t i = 0; i < flat.size(); ++i) flat[i] = flat_start[i] + 0.5 * dt * (v_flat_start[i] + v_flat[i]);
    } else {
      move(speed);
    }
    after(step, time);
  }
}

}  // namespace spinel
