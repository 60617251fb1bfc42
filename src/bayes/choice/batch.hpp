#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bayes/choice/acquisition.hpp"
#include "bayes/process/gaussian_process.hpp"

namespace spinel {

/// Candidates that are scored apart and chosen together: their joint distribution is all that a batch needs, so these
/// functions take any, a Gaussian process's (GaussianProcess::joint_posterior) or that of an ensemble's members.

enum class BatchMethod {
  believer,      ///< each chosen one is taken to have its mean, which changes what is known of the others (Ginsbourger
                 ///< et al. 2010: Kriging believer)
  penalization,  ///< the scores of others near it shrink (González et al., AISTATS 2016)
  none           ///< the best scores, whatever they have to do with each other
};
/// 'believer', …; Error for another.
BatchMethod batch_method(const std::string& name);

struct BatchSettings {
  AcquisitionSettings acquisition;
  BatchMethod method = BatchMethod::believer;
  double noise = 0.0;  ///< variance of an observation
  /// The threshold is the best value so far, the same for all: a better one that is believed in takes its place.
  bool threshold_is_best = true;
  std::uint64_t seed = 1, number = 0;  ///< of what is drawn
};

/// Whether a candidate may be in a batch with those chosen before; none: any may.
using Accept = std::function<bool(std::size_t candidate, const std::vector<std::size_t>& chosen)>;

/// Of a batch, in the order of choice.
struct BatchChoice {
  std::size_t candidate = 0;
  double score = 0.0;                 ///< at the time of the choice
  double mean = 0.0, variance = 0.0;  ///< before the batch
};

/// `q` different candidates, or fewer where no more are accepted; ties go to the lower number. `threshold`:
/// [candidate]. With knowledge_gradient a candidate's score is how much the best mean of all of them is expected to
/// gain. For BatchMethod::penalization `distance2(i, j)`: squared distances of candidates in lengths of the kernel.
std::vector<BatchChoice> choose_batch(const JointPosterior& candidates, const Eigen::VectorXd& threshold, std::size_t q,
                                      const BatchSettings& settings, const Accept& accept = {},
                                      const std::function<double(std::size_t, std::size_t)>& distance2 = {});

/// The distribution after candidate i was observed with its mean: C − c cᵀ/(C_ii + noise), c its column; what a further
/// row of the Cholesky factor would give.
void believe(JointPosterior& candidates, std::size_t i, double noise);

/// E[max_i max(0, y_i − threshold)] of all candidates together, at most 64 (for minimizing threshold − y_i): what a
/// batch is worth, in the unit of y. By 2^log2_samples points of Sobol's sequence; where improvement is rare, by so
/// many for each candidate, in which it is beyond the threshold.
double expected_improvement(const JointPosterior& candidates, double threshold, Goal goal, int log2_samples,
                            std::uint64_t seed);

/// How much the best of the means is expected to gain by an observation of each candidate (Frazier, Powell & Dayanik,
/// INFORMS J. Comput. 21, 599 (2009)): exact, lines sorted by slope, O(n log n) a candidate.
Eigen::VectorXd knowledge_gradient(const JointPosterior& candidates, double noise, Goal goal);
/// E[max_i (a_i + b_i Z)] − max_i a_i for a standard normal Z.
double expected_gain_of_lines(std::vector<double> a, std::vector<double> b);

}  // namespace spinel
