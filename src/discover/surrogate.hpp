#pragma once

#include <optional>
#include <vector>

#include "bayes/process/feature_map.hpp"
#include "bayes/process/fit_hyperparameters.hpp"
#include "input/bayes_parameters.hpp"

namespace spinel {

/// What is predicted of candidates before their labels are known; of the label itself, so with the noise in it.
struct Prediction {
  std::vector<double> mean, sigma;  ///< [candidate] in the unit of the label
};

/// A Gaussian process for each of several labels, of the same features.
class Surrogate {
 public:
  Surrogate(const Communicator& communicator, const BayesParameters& parameters, std::uint64_t seed,
            std::size_t n_targets);

  /// Collective; all ranks bring the same. `features`: [sample][feature], `labels`: [target][sample]. Hyperparameters
  /// are fitted anew each round, beginning from those of the earlier fit. Error where all features are alike.
  void fit(const Points& features, const std::vector<Eigen::VectorXd>& labels, std::uint64_t round);
  bool is_fitted() const { return !process_.empty(); }

  /// Collective. Of the same candidates on all ranks, on every rank; the same on any number of ranks.
  Prediction predict(std::size_t target, const Points& features) const;

  /// Of the last fit, [target]; to begin the next one from, where this one was made by an earlier run.
  const std::vector<std::optional<Hyperparameters>>& hyperparameters() const { return hyperparameters_; }
  void begin_from(std::vector<std::optional<Hyperparameters>> earlier) { hyperparameters_ = std::move(earlier); }

 private:
  Points points(const Points& features) const;

  Communicator communicator_;
  BayesParameters parameters_;
  std::uint64_t seed_;
  std::optional<FeatureMap> scale_;
  std::vector<GaussianProcess> process_;                         // [target]
  std::vector<std::optional<Hyperparameters>> hyperparameters_;  // [target]
};

}  // namespace spinel
