#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "ising/spin_lattice.hpp"

namespace spinel {

/// Exact averages of the 4 × 4 lattice by summing over its 2¹⁶ states, per spin; o: the order parameter, Σ s/N for
/// J > 0, the staggered one for J < 0.
struct Exact {
  double energy = 0.0, specific_heat = 0.0, magnetization = 0.0, order = 0.0, order2 = 0.0, order4 = 0.0, binder = 0.0,
         susceptibility = 0.0, susceptibility_disordered = 0.0;
};

inline Exact enumerate(const IsingModel& model) {
  constexpr int n = 16;
  double z = 0.0, e1 = 0.0, e2 = 0.0;
  Exact exact;
  for (unsigned state = 0; state < 1U << n; ++state) {
    int bonds = 0, sum = 0, staggered = 0;
    for (int y = 0; y < 4; ++y)
      for (int x = 0; x < 4; ++x) {
        const auto spin = [&](int u, int v) { return (state >> ((u & 3) + 4 * (v & 3)) & 1) != 0 ? 1 : -1; };
        bonds += spin(x, y) * (spin(x + 1, y) + spin(x, y + 1));
        sum += spin(x, y);
        staggered += ((x + y) % 2 == 0 ? 1 : -1) * spin(x, y);
      }
    const double energy = -model.coupling * bonds - model.field * sum;
    const double weight = std::exp(-(energy + 32.0) / model.temperature);
    const double o = std::abs(model.coupling < 0.0 ? staggered : sum) / static_cast<double>(n);
    z += weight;
    e1 += weight * energy;
    e2 += weight * energy * energy;
    exact.magnetization += weight * sum / n;
    exact.order += weight * o;
    exact.order2 += weight * o * o;
    exact.order4 += weight * o * o * o * o;
  }
  e1 /= z;
  e2 /= z;
  for (double* average : {&exact.magnetization, &exact.order, &exact.order2, &exact.order4}) *average /= z;
  const double t = model.temperature;
  exact.energy = e1 / n;
  exact.specific_heat = (e2 - e1 * e1) / (n * t * t);
  exact.binder = 1.0 - exact.order4 / (3.0 * exact.order2 * exact.order2);
  exact.susceptibility = n * (exact.order2 - exact.order * exact.order) / t;
  exact.susceptibility_disordered = n * exact.order2 / t;
  return exact;
}

}  // namespace spinel
