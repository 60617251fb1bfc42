#pragma once

#include <optional>
#include <vector>

#include "bayes/forest/extra_trees.hpp"
#include "bayes/process/feature_map.hpp"
#include "bayes/process/fit_hyperparameters.hpp"
#include "input/bayes_parameters.hpp"

namespace spinel {

/// What is predicted of candidates before their labels are known; of the label itself, so with the noise in it.
struct Prediction {
  std::vector<double> mean, sigma;  ///< [candidate] in the unit of the label
};

/// A Gaussian process, or a forest, for each of several labels, of the same features.
class Surrogate {
 public:
  /// `kind`: process | forest.
  Surrogate(const Communicator& communicator, const std::string& kind, const BayesParameters& parameters,
            std::uint64_t seed, std::size_t n_targets);

  /// Collective; all ranks bring the same. `features`: [sample][feature], `labels`: [target][sample]. Hyperparameters
  /// are fitted anew each round, beginning from those of the earlier fit. Error where all features are alike.
  void fit(const Points& features, const std::vector<Eigen::VectorXd>& labels, std::uint64_t round);

  /// Collective. Of the same candidates on all ranks, on every rank; the same on any number of ranks.
  Prediction predict(std::size_t target, const Points& features) const;

  /// Of the last fit, [target]; to begin the next one from, where this one was made by an earlier run.
  const std::vector<std::optional<Hyperparameters>>& hyperparameters() const { return hyperparameters_; }
  void begin_from(std::vector<std::optional<Hyperparameters>> earlier) { hyperparameters_ = std::move(earlier); }

 private:
  void fit_forests(const Points& features, const std::vector<Eigen::VectorXd>& labels, std::uint64_t round);

  Communicator communicator_;
  bool is_forest_;
  BayesParameters parameters_;
  std::uint64_t seed_;
  std::optional<FeatureMap> scale_;
  std::vector<GaussianProcess> process_;                         // [target]
  std::vector<ExtraTrees> forest_;                               // [target] in its place
  std::vector<double> least_sigma_;                              // [target] of a forest
  std::vector<std::optional<Hyperparameters>> hyperparameters_;  // [target]
};

}  // namespace spinel
