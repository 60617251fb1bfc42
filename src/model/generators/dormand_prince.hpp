#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace spinel {

/// How exactly an ordinary differential equation is solved.
struct SolverSettings {
  double absolute = 1e-5, relative = 1e-5;  ///< error of a step, of each component
  std::int64_t max_steps = 10000;           ///< of a system, those that were taken back included
};

/// What became of one system.
struct SolverResult {
  std::int64_t steps = 0;  ///< that were taken
  bool failed = false;     ///< max_steps, or not finite
};

/// Many systems dy/dt = f(t, y) at once, each with steps of its own, so that what becomes of one does not depend on the
/// others: the pair of orders 5 and 4 of Dormand & Prince (J. Comput. Appl. Math. 6, 19 (1980)), the first stage of a
/// step the last of the one before, with the step control and first step of Hairer, Nørsett & Wanner (Solving Ordinary
/// Differential Equations I, sections II.4 and II.5).
class DormandPrince {
 public:
  /// dy/dt of the systems `active`, at t[k] for active[k]: reads y and writes dy, both of all systems one after the
  /// other, at the places of the active ones.
  using Field =
      std::function<void(const std::vector<std::size_t>& active, const double* t, const double* y, double* dy)>;
  /// A step of system s from t of length h was taken: y before it [size], its seven stages [7][size].
  using Accepted = std::function<void(std::size_t s, double t, double h, const double* y, const double* stages)>;

  /// first: [system + 1] where the components of each begin.
  DormandPrince(std::vector<std::size_t> first, SolverSettings settings)
      : first_(std::move(first)), settings_(settings) {}

  /// Takes y [first.back()] from `begin` to `end`, either may be the larger.
  std::vector<SolverResult> integrate(double begin, double end, double* y, const Field& field,
                                      const Accepted& accepted = {}) const;

  /// Nodes, stage weights and the weights of the result, of order 5.
  static const double node[7], stage[7][6], weight[7];

 private:
  std::vector<std::size_t> first_;
  SolverSettings settings_;
};

}  // namespace spinel
