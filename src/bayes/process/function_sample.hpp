#pragma once

#include <cstdint>

#include "bayes/process/gaussian_process.hpp"

namespace spinel {

/// A function drawn from a Gaussian process that has seen data, known at any point at once: Thompson's choice for a
/// batch takes the best candidate of each of several. By Matheron's rule (Wilson et al., ICML 2020)
/// f(x) + k(x, X) K⁻¹ (y − f(X) − ε), with f from the prior by random Fourier features (Rahimi & Recht, NeurIPS 2007),
/// whose frequencies are Student's t of 5 or 3 degrees of freedom for Matérn 5/2 and 3/2, normal for the RBF.
class FunctionSample {
 public:
  static constexpr int default_features = 1500;

  /// Collective where the process is distributed. It must outlive this. (seed, number): which function.
  FunctionSample(const GaussianProcess& process, std::uint64_t seed, std::uint64_t number,
                 int n_features = default_features);

  /// Of points of this rank; never communicates. O(points · (features + data)), in blocks.
  Eigen::VectorXd operator()(const Points& at) const;

 private:
  Eigen::VectorXd prior(const Points& at) const;

  const GaussianProcess& process_;
  Points frequency_;  // [feature][number of a point]
  Eigen::VectorXd phase_, weight_, correction_;
};

}  // namespace spinel
