#pragma once

#include <Eigen/Dense>
#include <functional>

namespace spinel {

/// A function and, where `gradient` is not null, its gradient into it. May return +∞ or NaN where it has no value.
using Differentiable = std::function<double(const Eigen::VectorXd& x, Eigen::VectorXd* gradient)>;

struct MinimizeSettings {
  int most_evaluations = 200;
  double gradient_tolerance = 1e-5;  ///< largest component of the projected gradient
  double value_tolerance = 1e-10;    ///< of a step, relative to the value's size, at least 1
};

struct Minimum {
  Eigen::VectorXd x;
  double value = 0.0;
  int evaluations = 0;
};

/// A local minimum within lowest ≤ x ≤ highest from x on: L-BFGS of 10 pairs on the numbers that are not held by a
/// bound, projected steps that fulfill Armijo's condition (Nocedal & Wright, Numerical Optimization (2006), chapters 7
/// and 16.7). For some tens of numbers on one rank; for more, over ranks, PETSc has the like.
Minimum minimize(const Differentiable& function, Eigen::VectorXd x, const Eigen::VectorXd& lowest,
                 const Eigen::VectorXd& highest, const MinimizeSettings& settings = {});

}  // namespace spinel
