#include "bayes/choice/acquisition.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double half_log_two_pi = 0.91893853320467274178, sqrt_half = 0.70710678118654752440;
constexpr double far = 10.0;  // from which the asymptotic series have all digits

/// Σ_{k≥0} (−1)^k (2k+1)!!^… of Mills' ratio: Φ(−t) = φ(t)/t · (1 − 1/t² + 1·3/t⁴ − …); `first`: the product that the
/// series begins with, 1 for Φ and, after the leading 1 is taken from 1 − tΦ(−t)/φ(t), 1/t² · (1 − 3/t² + 3·5/t⁴ − …).
double series(double t, double odd) {
  double sum = 1.0, term = 1.0;
  for (;; odd += 2.0) {
    const double next = -term * odd / (t * t);
    if (std::abs(next) < 1e-17 || std::abs(next) > std::abs(term)) return sum;
    sum += term = next;
  }
}

}  // namespace

Goal goal_of(const std::string& name) {
  if (name == "minimize") return Goal::minimize;
  if (name == "maximize") return Goal::maximize;
  fail("'{}' is no goal of an optimization", name);
}

double normal_density(double z) { return std::exp(-0.5 * z * z - half_log_two_pi); }

double normal_probability(double z) { return 0.5 * std::erfc(-z * sqrt_half); }

double log_normal_probability(double z) {
  if (z > 0.0) return std::log1p(-normal_probability(-z));
  if (z > -far) return std::log(normal_probability(z));
  return -0.5 * z * z - half_log_two_pi - std::log(-z) + std::log(series(-z, 1.0));
}

double log_improvement(double z) {
  if (z > -1.0) return std::log(normal_density(z) + z * normal_probability(z));
  const double t = -z, log_density = -0.5 * z * z - half_log_two_pi;
  if (t < far) return log_density + std::log1p(-t * normal_probability(z) / normal_density(z));
  return log_density - 2.0 * std::log(t) + std::log(series(t, 3.0));
}

double log_improvement_slope(double z) { return std::exp(log_normal_probability(z) - log_improvement(z)); }

double normal_quantile(double p) {
  // Wichura's PPND16.
  const auto ratio = [](double r, const double(&a)[8], const double(&b)[8]) {
    double numerator = a[7], denominator = b[7];
    for (int k = 6; k >= 0; --k) numerator = numerator * r + a[k], denominator = denominator * r + b[k];
    return numerator / denominator;
  };
  static const double a[8] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                              1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                              3.3430575583588128105e4, 2.5090809287301226727e3};
  static const double b[8] = {1.0,
                              4.2313330701600911252e1,
                              6.8718700749205790830e2,
                              5.3941960214247511077e3,
                              2.1213794301586595867e4,
                              3.9307895800092710610e4,
                              2.8729085735721942674e4,
                              5.2264952788528545610e3};
  static const double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                              3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                              2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static const double d[8] = {1.0,
                              2.05319162663775882187e0,
                              1.67638483018380384940e0,
                              6.89767334985100004550e-1,
                              1.48103976427480074590e-1,
                              1.51986665636164571966e-2,
                              5.47593808499534494600e-4,
                              1.05075007164441684324e-9};
  static const double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                              2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                              2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static const double f[8] = {1.0,
                              5.99832206555887937690e-1,
                              1.36929880922735805310e-1,
                              1.48753612908506148525e-2,
                              7.86869131145613259100e-4,
                              1.84631831751005468180e-5,
                              1.42151175831644588870e-7,
                              2.04426310338993978564e-15};
  if (!(p > 0.0 && p < 1.0)) return p == 0.0 ? -infinity : p == 1.0 ? infinity : std::nan("");
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) return q * ratio(0.180625 - q * q, a, b);
  const double r = std::sqrt(-std::log(q < 0.0 ? p : 1.0 - p));
  const double z = r <= 5.0 ? ratio(r - 1.6, c, d) : ratio(r - 5.0, e, f);
  return q < 0.0 ? -z : z;
}

namespace {

/// By how much the mean is better than the threshold.
double advantage(double mean, double threshold, Goal goal) {
  return goal == Goal::minimize ? threshold - mean : mean - threshold;
}

}  // namespace

double expected_improvement(double mean, double sigma, double threshold, Goal goal) {
  const double gain = advantage(mean, threshold, goal);
  if (!(sigma > 0.0)) return std::max(0.0, gain);
  const double z = gain / sigma;
  if (z < -1.0) return sigma * std::exp(log_improvement(z));
  return sigma * normal_density(z) + gain * normal_probability(z);
}

double log_expected_improvement(double mean, double sigma, double threshold, Goal goal) {
  const double gain = advantage(mean, threshold, goal);
  if (!(sigma > 0.0)) return gain > 0.0 ? std::log(gain) : -infinity;
  return std::log(sigma) + log_improvement(gain / sigma);
}

double probability_of_improvement(double mean, double sigma, double threshold, Goal goal) {
  const double gain = advantage(mean, threshold, goal);
  if (!(sigma > 0.0)) return gain > 0.0 ? 1.0 : 0.0;
  return normal_probability(gain / sigma);
}

double confidence_bound(double mean, double sigma, double kappa, Goal goal) {
  return (goal == Goal::minimize ? -mean : mean) + kappa * sigma;
}

double log_probability_in_window(double mean, double sigma, double lowest, double highest) {
  if (!(sigma > 0.0)) return mean > lowest && mean < highest ? 0.0 : -infinity;
  double a = (lowest - mean) / sigma, b = (highest - mean) / sigma;
  // Where both are on one side, on the left one, where differences keep their digits.
  if (a > 0.0) std::tie(a, b) = std::pair(-b, -a);
  const double upper = log_normal_probability(b), lower = log_normal_probability(a);
  return lower < upper ? upper + std::log1p(-std::exp(lower - upper)) : -infinity;
}

double probability_in_window(double mean, double sigma, double lowest, double highest) {
  return std::exp(log_probability_in_window(mean, sigma, lowest, highest));
}

AcquisitionKind acquisition_kind(const std::string& name) {
  for (const auto& [kind, its_name] : {std::pair{AcquisitionKind::log_ei, "log_ei"},
                                       {AcquisitionKind::ei, "ei"},
                                       {AcquisitionKind::pi, "pi"},
                                       {AcquisitionKind::ucb, "ucb"},
                                       {AcquisitionKind::mean, "mean"},
                                       {AcquisitionKind::window, "window"},
                                       {AcquisitionKind::random, "random"},
                                       {AcquisitionKind::thompson, "thompson"},
                                       {AcquisitionKind::knowledge_gradient, "knowledge_gradient"}})
    if (name == its_name) return kind;
  fail("'{}' is no acquisition function", name);
}

bool is_of_one_candidate(AcquisitionKind kind) {
  return kind != AcquisitionKind::random && kind != AcquisitionKind::thompson &&
         kind != AcquisitionKind::knowledge_gradient;
}

double score(const AcquisitionSettings& s, double mean, double sigma, double threshold) {
  switch (s.kind) {
    case AcquisitionKind::log_ei:
      return log_expected_improvement(mean, sigma, threshold, s.goal);
    case AcquisitionKind::ei:
      return expected_improvement(mean, sigma, threshold, s.goal);
    case AcquisitionKind::pi:
      return probability_of_improvement(mean, sigma, threshold, s.goal);
    case AcquisitionKind::ucb:
      return confidence_bound(mean, sigma, s.kappa, s.goal);
    case AcquisitionKind::mean:
      return confidence_bound(mean, sigma, 0.0, s.goal);
    case AcquisitionKind::window:
      return log_probability_in_window(mean, sigma, s.lowest, s.highest);
    default:
      fail("this acquisition function is not of one candidate alone");
  }
}

void score(const AcquisitionSettings& settings, std::size_t n, const double* mean, const double* sigma,
           const double* threshold, double* scores) {
  for (std::size_t i = 0; i < n; ++i) scores[i] = score(settings, mean[i], sigma[i], threshold[i]);
}

}  // namespace spinel
