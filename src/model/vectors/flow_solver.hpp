#pragma once

#include <vector>

#include "model/generators/dormand_prince.hpp"
#include "model/vectors/vector_flow.hpp"

namespace spinel {

/// Points on their way through a flow: dy/dt = v(t, y), and with a divergence dℓ/dt = ∇·v beside it, which the steps of
/// the solver are controlled by too.
///
/// From data at t = 1 to noise at t = 0, ℓ is by what log p of the data is larger than that of the noise (the
/// instantaneous change of variables, Chen et al., NeurIPS 2018).
template <class Real>
class FlowSolver {
 public:
  FlowSolver(VectorFlow<Real>& flow, SolverSettings settings) : flow_(flow), settings_(settings) {}

  /// Points of one call.
  struct Points {
    std::size_t n = 0;
    Divergence divergence = Divergence::none;
    const double* probe = nullptr;  ///< [point][column] of Divergence::estimate, one and the same all the way
  };

  /// Takes y [point][column] from `begin` to `end`; with a divergence ℓ [point] begins at 0.
  std::vector<SolverResult> integrate(const Points& points, double begin, double end, double* y, double* l) {
    return run(points, begin, end, y, l, nullptr);
  }

  /// The same from 1 to 0, then the gradient of a sum over the points of functions of y and ℓ at the end with respect
  /// to the weights, exactly that of the steps as they were taken, their lengths held fixed: discretise, then optimise
  /// (Onken & Ruthotto, arXiv 2005.13420). All stages of all steps are kept for the way back, 8 (column + 1) numbers a
  /// step. `loss`, when all have arrived, gets y and ℓ, and puts the gradients with respect to them in their place.
  /// Adds to `weight_gradient`; nothing where a point failed.
  using Loss = std::function<void(const std::vector<SolverResult>&, double* y, double* l)>;
  std::vector<SolverResult> gradient(const Points& points, double* y, double* l, const Loss& loss,
                                     Real* weight_gradient);

  /// Of the last call: [point] times that the network was asked on the way to the end.
  const std::vector<std::int64_t>& evaluations() const { return evaluations_; }

 private:
  /// A step that was taken: of each point the last one last.
  struct Step {
    double t, h;
    std::vector<double> numbers;  // the state before it, then its seven stages
  };
  std::vector<SolverResult> run(const Points& points, double begin, double end, double* y, double* l,
                                std::vector<std::vector<Step>>* steps);
  void ask(const Points& points, const std::vector<std::size_t>& active, const double* t, const double* state,
           double* derivative);

  VectorFlow<Real>& flow_;
  SolverSettings settings_;
  std::vector<std::int64_t> evaluations_;
  std::vector<Real> time_, y_, probe_, velocity_, divergence_, y_gradient_;
};

}  // namespace spinel
