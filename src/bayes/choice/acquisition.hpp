#pragma once

#include <cstddef>
#include <string>

namespace spinel {

/// How much it is worth to know a candidate's value y, of which mean and standard deviation are predicted, be it by a
/// Gaussian process or an ensemble of networks with a calibrated spread. Pure functions; mean, sigma and thresholds in
/// the unit of y, sigma ≥ 0 (where it is 0 they are the limit). More is better for all of them.
///
/// `threshold`: the value to beat; the best one so far, or one that differs by candidate, such as the energy of the
/// convex hull at its composition.

enum class Goal { minimize, maximize };
/// 'minimize', 'maximize'; Error for another.
Goal goal_of(const std::string& name);

/// E[max(0, threshold − y)] for minimizing, in the unit of y (Jones, Schonlau & Welch, J. Glob. Optim. 13, 455 (1998)).
/// With the hull's energy as the threshold: the expected hull improvement.
double expected_improvement(double mean, double sigma, double threshold, Goal goal);
/// Its logarithm, exact also where it is too small for a number (Ament et al., NeurIPS 2023); −∞ where it is 0.
double log_expected_improvement(double mean, double sigma, double threshold, Goal goal);
/// P(y < threshold) for minimizing: with the hull's energy as the threshold, the probability of being on the hull.
double probability_of_improvement(double mean, double sigma, double threshold, Goal goal);
/// mean + kappa · sigma, for minimizing −(mean − kappa · sigma), in the unit of y (Srinivas et al., ICML 2010).
double confidence_bound(double mean, double sigma, double kappa, Goal goal);
/// P(lowest < y < highest).
double probability_in_window(double mean, double sigma, double lowest, double highest);
/// Of several independent properties: the product of their probabilities is what a candidate is worth.
double log_probability_in_window(double mean, double sigma, double lowest, double highest);

/// φ, Φ and log Φ of the standard normal distribution, and Φ⁻¹ on (0, 1) (Wichura, Appl. Stat. 37, 477 (1988)).
double normal_density(double z);
double normal_probability(double z);
double log_normal_probability(double z);
double normal_quantile(double p);
/// log(φ(z) + zΦ(z)): what log_expected_improvement is but for log sigma, and its derivative by z.
double log_improvement(double z);
double log_improvement_slope(double z);

enum class AcquisitionKind { log_ei, ei, pi, ucb, mean, window, random, thompson, knowledge_gradient };
/// 'log_ei', …; Error for another.
AcquisitionKind acquisition_kind(const std::string& name);
/// Whether score() knows it: the others need more than mean and sigma (knowledge_gradient.hpp, function_sample.hpp).
bool is_of_one_candidate(AcquisitionKind kind);

struct AcquisitionSettings {
  AcquisitionKind kind = AcquisitionKind::log_ei;
  Goal goal = Goal::minimize;
  double kappa = 1.0;                  ///< of ucb
  double lowest = 0.0, highest = 0.0;  ///< of window, whose score is the logarithm of the probability
};

/// The score of one candidate, and of n of them into `scores`; `threshold`: [n].
double score(const AcquisitionSettings& settings, double mean, double sigma, double threshold);
void score(const AcquisitionSettings& settings, std::size_t n, const double* mean, const double* sigma,
           const double* threshold, double* scores);

}  // namespace spinel
