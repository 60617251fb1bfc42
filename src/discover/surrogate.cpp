#include "discover/surrogate.hpp"

#include <algorithm>
#include <cmath>

namespace spinel {

namespace {

/// Of candidates predicted together: what is predicted does not depend on which rank does it.
constexpr Eigen::Index block = 1024;

/// Of the spread of labels: trees that all agree still have no more than seen a few of them.
constexpr double least_share = 0.05;

}  // namespace

Surrogate::Surrogate(const Communicator& communicator, const std::string& kind, const BayesParameters& parameters,
                     std::uint64_t seed, std::size_t n_targets)
    : communicator_(communicator),
      is_forest_(kind == "forest"),
      parameters_(parameters),
      seed_(seed),
      hyperparameters_(is_forest_ ? 0 : n_targets) {}

void Surrogate::fit_forests(const Points& features, const std::vector<Eigen::VectorXd>& labels, std::uint64_t round) {
  forest_.clear();
  least_sigma_.clear();
  ForestSettings settings;
  settings.seed = seed_;
  for (std::size_t t = 0; t < labels.size(); ++t) {
    settings.number = round * labels.size() + t;
    forest_.emplace_back(communicator_, features, labels[t], settings);
    const double mean = labels[t].mean(), spread = std::sqrt((labels[t].array() - mean).square().mean());
    const double sigma = parameters_.noise >= 0.0 ? parameters_.noise : least_share * spread;
    // Labels that are all alike have no spread, and scores need one.
    least_sigma_.push_back(std::max(sigma, 1e-9 * std::max(std::abs(mean), 1.0)));
  }
}

void Surrogate::fit(const Points& features, const std::vector<Eigen::VectorXd>& labels, std::uint64_t round) {
  if (is_forest_) return fit_forests(features, labels, round);
  scale_.emplace(features, parameters_.components);
  process_.clear();
  const Points x = (*scale_)(features);
  FitSettings settings;
  settings.kernel = kernel_kind(parameters_.kernel);
  settings.ard = parameters_.ard;
  settings.noise = parameters_.noise;
  settings.priors = parameters_.priors;
  settings.range = scale_->ranges();
  settings.starts = static_cast<int>(parameters_.starts);
  settings.most_points = parameters_.fit_points;
  settings.seed = seed_;
  for (std::size_t t = 0; t < labels.size(); ++t) {
    settings.number = round * labels.size() + t;
    // Principal components are others each time, and lengths belong to numbers that changed.
    const bool goes_on =
        parameters_.components == 0 && hyperparameters_[t] && hyperparameters_[t]->length.size() == x.cols();
    const FitResult fit =
        fit_hyperparameters(communicator_, x, labels[t], settings, goes_on ? hyperparameters_[t] : std::nullopt);
    hyperparameters_[t] = fit.hyperparameters;
    process_.emplace_back(communicator_, x, labels[t], fit.hyperparameters);
  }
}

Prediction Surrogate::predict(std::size_t target, const Points& features) const {
  if (is_forest_) {
    ExtraTrees::Forecast forecast = forest_.at(target).predict(features);
    for (double& sigma : forecast.sigma) sigma = std::hypot(sigma, least_sigma_[target]);
    return {std::move(forecast.mean), std::move(forecast.sigma)};
  }
  const Eigen::Index n = features.rows();
  std::vector<double> mean(static_cast<std::size_t>(n), 0.0), sigma(static_cast<std::size_t>(n), 0.0);
  const GaussianProcess& process = process_.at(target);
  const double noise = process.hyperparameters().noise;
  Eigen::Index number = 0;
  for (Eigen::Index first = 0; first < n; first += block, ++number) {
    // All ranks ask together where the process is dealt out over them.
    const bool own = number % communicator_.size() == communicator_.rank();
    if (!own && !process.is_distributed()) continue;
    const Eigen::Index count = own ? std::min(block, n - first) : 0;
    const Posterior posterior = process.posterior((*scale_)(features.middleRows(first, count)));
    for (Eigen::Index i = 0; i < count; ++i) {
      mean[static_cast<std::size_t>(first + i)] = posterior.mean[i];
      sigma[static_cast<std::size_t>(first + i)] = std::sqrt(posterior.variance[i] + noise);
    }
  }
  communicator_.sum(mean.data(), mean.size());
  communicator_.sum(sigma.data(), sigma.size());
  return {std::move(mean), std::move(sigma)};
}

}  // namespace spinel
