#include "bayes/process/fit_objective.hpp"

#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr double sigma_length = 1.7320508075688772935;  // of the prior of its logarithm

/// log density of a number whose logarithm is normal, and its derivative by the logarithm.
double log_normal(double logarithm, double mean, double sigma, double& slope) {
  const double z = (logarithm - mean) / sigma;
  slope = -1.0 - z / sigma;
  return -logarithm - 0.5 * z * z;
}

}  // namespace

FitObjective::FitObjective(const Points& x, const Eigen::VectorXd& y, const FitSettings& settings, double noise)
    : x_(x),
      y_(y),
      settings_(settings),
      given_noise_(noise),
      range_(settings.range.size() > 0 ? settings.range : Eigen::VectorXd(Eigen::VectorXd::Ones(x.cols()))) {}

double FitObjective::mean_of_log_length() const {
  return std::sqrt(2.0) + 0.5 * std::log(static_cast<double>(x_.cols()));
}

double FitObjective::mode_of_log_length() const { return mean_of_log_length() - sigma_length * sigma_length; }

Hyperparameters FitObjective::hyperparameters(const Eigen::VectorXd& t) const {
  Hyperparameters h;
  h.kernel = settings_.kernel;
  h.length.resize(x_.cols());
  for (std::int64_t j = 0; j < x_.cols(); ++j) h.length[j] = range_[j] * std::exp(t[settings_.ard ? j : 0]);
  h.variance = std::exp(t[n_lengths()]);
  h.noise = fits_noise() ? std::exp(t[n_lengths() + 1]) : given_noise_;
  return h;
}

Eigen::VectorXd FitObjective::vector(double length, double variance, double noise) const {
  Eigen::VectorXd t = Eigen::VectorXd::Constant(size(), std::log(length));
  t[n_lengths()] = std::log(variance);
  if (fits_noise()) t[n_lengths() + 1] = std::log(noise);
  return t;
}

Eigen::VectorXd FitObjective::vector(const Hyperparameters& h, double lowest_noise) const {
  Eigen::VectorXd t = vector(1.0, h.variance, std::max(h.noise, lowest_noise));
  const Eigen::VectorXd lengths = (h.length.array() / range_.array()).log();
  if (settings_.ard)
    t.head(n_lengths()) = lengths;
  else
    t[0] = lengths.mean();
  return t;
}

GaussianProcess FitObjective::process(const Eigen::VectorXd& t) const {
  GaussianProcess process(Communicator::self(), x_, y_, hyperparameters(t), x_.rows());
  // By generalized least squares; the derivative by it is 0 there.
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(y_.size()), weight = process.solve(ones);
  process.set_mean(weight.dot(y_) / weight.sum());
  return process;
}

double FitObjective::operator()(const Eigen::VectorXd& t, Eigen::VectorXd* gradient) const {
  Evidence evidence;
  try {
    evidence = process(t).evidence();
  } catch (const Error&) {
    return std::numeric_limits<double>::infinity();
  }
  double value = evidence.log_likelihood;
  Eigen::VectorXd slopes(size());
  if (settings_.ard)
    slopes.head(n_lengths()) = evidence.by_log_length;
  else
    slopes[0] = evidence.by_log_length.sum();
  slopes[n_lengths()] = evidence.by_log_variance;
  if (fits_noise()) slopes[n_lengths() + 1] = evidence.by_log_noise;
  for (std::int64_t j = 0; settings_.priors && j < n_lengths(); ++j) {
    double slope = 0.0;
    value += log_normal(t[j], mean_of_log_length(), sigma_length, slope);
    slopes[j] += slope;
  }
  if (gradient != nullptr) *gradient = -slopes;
  return -value;
}

}  // namespace spinel
