#include "bayes/choice/batch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "bayes/choice/sobol.hpp"
#include "core/error.hpp"
#include "core/random.hpp"

namespace spinel {

namespace {

/// L of the covariance, whose diagonal grows where rounding makes it not positive definite.
Eigen::MatrixXd factor_of(const Eigen::MatrixXd& covariance) {
  const double scale = std::max(covariance.diagonal().maxCoeff(), std::numeric_limits<double>::min());
  for (double share = 0.0; share < 1e-3; share = share == 0.0 ? 1e-12 : share * 10.0) {
    Eigen::MatrixXd c = covariance;
    c.diagonal().array() += share * scale;
    const Eigen::LLT<Eigen::MatrixXd> factor(c);
    if (factor.info() == Eigen::Success) return factor.matrixL();
  }
  fail("the joint distribution of {} candidates is not positive definite", covariance.rows());
}

double sigma_of(double variance) { return std::sqrt(std::max(0.0, variance)); }

/// Scores of all candidates as they are now.
Eigen::VectorXd scores_of(const JointPosterior& c, const Eigen::VectorXd& threshold, const BatchSettings& s,
                          std::size_t number) {
  const std::int64_t n = c.mean.size();
  Eigen::VectorXd scores(n);
  switch (s.acquisition.kind) {
    case AcquisitionKind::knowledge_gradient:
      return knowledge_gradient(c, s.noise, s.acquisition.goal);
    case AcquisitionKind::thompson: {
      RandomSequence random(Random(s.seed, RandomPurpose::random_choice), s.number, number);
      Eigen::VectorXd z(n);
      for (double& value : z) value = random.normal();
      scores = c.mean + factor_of(c.covariance) * z;
      return s.acquisition.goal == Goal::minimize ? Eigen::VectorXd(-scores) : scores;
    }
    case AcquisitionKind::random: {
      RandomSequence random(Random(s.seed, RandomPurpose::random_choice), s.number, number);
      for (double& value : scores) value = random.uniform();
      return scores;
    }
    default:
      for (std::int64_t i = 0; i < n; ++i)
        scores[i] = score(s.acquisition, c.mean[i], sigma_of(c.covariance(i, i)), threshold[i]);
      return scores;
  }
}

/// The local penalizers of chosen candidates, as logarithms (González et al., eq. 4): how likely another is outside the
/// ball in which, by a Lipschitz constant, the best cannot be.
class Penalties {
 public:
  Penalties(const JointPosterior& c, Goal goal, const std::function<double(std::size_t, std::size_t)>& distance2)
      : c_(c), goal_(goal), distance2_(distance2), logarithm_(Eigen::VectorXd::Zero(c.mean.size())) {
    if (!distance2) fail("a batch by penalization needs the distances of candidates");
    for (std::int64_t i = 0; i < c.mean.size(); ++i)
      for (std::int64_t j = 0; j < i; ++j)
        if (const double d2 = distance(i, j); d2 > 1e-12)
          lipschitz_ = std::max(lipschitz_, std::abs(c.mean[i] - c.mean[j]) / std::sqrt(d2));
    lipschitz_ = std::max(lipschitz_, 1e-7 * sigma_of(c.covariance.diagonal().maxCoeff()));
    best_ = goal == Goal::minimize ? c.mean.minCoeff() : c.mean.maxCoeff();
  }

  void add(std::size_t chosen) {
    const auto j = static_cast<std::int64_t>(chosen);
    const double sigma = std::max(sigma_of(c_.covariance(j, j)), std::numeric_limits<double>::min());
    const double behind = std::abs(c_.mean[j] - best_);
    for (std::int64_t i = 0; i < c_.mean.size(); ++i)
      logarithm_[i] += log_normal_probability((lipschitz_ * std::sqrt(distance(i, j)) - behind) / sigma);
  }

  /// The scores with them: a factor where scores are positive, a summand to logarithms; other scores count in units of
  /// their spread.
  Eigen::VectorXd applied(const Eigen::VectorXd& scores, AcquisitionKind kind) const {
    if (kind == AcquisitionKind::ei || kind == AcquisitionKind::pi) return scores.array() * logarithm_.array().exp();
    if (kind == AcquisitionKind::log_ei || kind == AcquisitionKind::window) return scores + logarithm_;
    const double spread = std::sqrt((scores.array() - scores.mean()).square().mean());
    return scores + std::max(spread, std::numeric_limits<double>::min()) * logarithm_;
  }

 private:
  double distance(std::int64_t i, std::int64_t j) const {
    return distance2_(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
  }

  const JointPosterior& c_;
  Goal goal_;
  const std::function<double(std::size_t, std::size_t)>& distance2_;
  Eigen::VectorXd logarithm_;
  double lipschitz_ = 0.0, best_ = 0.0;
};

}  // namespace

BatchMethod batch_method(const std::string& name) {
  if (name == "believer") return BatchMethod::believer;
  if (name == "penalization") return BatchMethod::penalization;
  if (name == "none") return BatchMethod::none;
  fail("'{}' is no way to choose a batch", name);
}

void believe(JointPosterior& candidates, std::size_t i, double noise) {
  const auto k = static_cast<std::int64_t>(i);
  const Eigen::VectorXd column = candidates.covariance.col(k);
  const double variance = column[k] + noise;
  if (!(variance > 0.0)) return;
  candidates.covariance.noalias() -= column * (column / variance).transpose();
}

std::vector<BatchChoice> choose_batch(const JointPosterior& candidates, const Eigen::VectorXd& threshold, std::size_t q,
                                      const BatchSettings& settings, const Accept& accept,
                                      const std::function<double(std::size_t, std::size_t)>& distance2) {
  const Goal goal = settings.acquisition.goal;
  const bool draws =
      settings.acquisition.kind == AcquisitionKind::thompson || settings.acquisition.kind == AcquisitionKind::random;
  const BatchMethod method = q <= 1 || draws ? BatchMethod::none : settings.method;
  JointPosterior now = candidates;
  Eigen::VectorXd best = threshold;
  std::optional<Penalties> penalties;
  if (method == BatchMethod::penalization) penalties.emplace(candidates, goal, distance2);
  const auto n = static_cast<std::size_t>(candidates.mean.size());
  std::vector<bool> is_out(n, false);
  std::vector<BatchChoice> result;
  std::vector<std::size_t> chosen;
  Eigen::VectorXd scores;
  while (chosen.size() < q) {
    if (draws || method == BatchMethod::believer || chosen.empty())
      scores = scores_of(now, best, settings, chosen.size());
    const Eigen::VectorXd current = penalties ? penalties->applied(scores, settings.acquisition.kind) : scores;
    std::size_t winner = n;
    // What is not accepted now will not be later: chosen ones only become more.
    for (;;) {
      winner = n;
      for (std::size_t i = 0; i < n; ++i) {
        const double s = current[static_cast<std::int64_t>(i)];
        if (!is_out[i] && !std::isnan(s) && (winner == n || s > current[static_cast<std::int64_t>(winner)])) winner = i;
      }
      if (winner == n) return result;
      is_out[winner] = true;
      if (!accept || accept(winner, chosen)) break;
    }
    const auto i = static_cast<std::int64_t>(winner);
    result.push_back({winner, current[i], candidates.mean[i], candidates.covariance(i, i)});
    chosen.push_back(winner);
    if (penalties) penalties->add(winner);
    if (method != BatchMethod::believer) continue;
    believe(now, winner, settings.noise);
    if (!settings.threshold_is_best) continue;
    for (double& t : best) t = goal == Goal::minimize ? std::min(t, now.mean[i]) : std::max(t, now.mean[i]);
  }
  return result;
}

namespace {

/// E[max(0, max_i y_i − threshold)] by plain samples.
double improvement_of_all(const JointPosterior& c, double threshold, std::uint32_t n_samples, std::uint64_t seed) {
  const auto n = static_cast<int>(c.mean.size());
  const Eigen::MatrixXd lower = factor_of(c.covariance);
  const SobolSequence sequence(n, seed, 0);
  Eigen::VectorXd z(n);
  double sum = 0.0;
  for (std::uint32_t k = 0; k < n_samples; ++k) {
    sequence.point(k, z.data());
    for (double& value : z) value = normal_quantile(value);
    const Eigen::VectorXd y = c.mean + lower.triangularView<Eigen::Lower>() * z;
    sum += std::max(0.0, y.maxCoeff() - threshold);
  }
  return sum / n_samples;
}

/// E[(y_0 − threshold)⁺; y_0 is the largest]: y_0 is drawn from above the threshold, so that no sample is wasted.
double share_of_first(const Eigen::VectorXd& mean, const Eigen::MatrixXd& covariance, double threshold,
                      std::uint32_t n_samples, std::uint64_t seed) {
  const auto n = static_cast<int>(mean.size());
  const Eigen::MatrixXd lower = factor_of(covariance);
  const double sigma = std::max(lower(0, 0), std::numeric_limits<double>::min());
  const double above = normal_probability((mean[0] - threshold) / sigma);
  if (above == 0.0) return 0.0;
  const SobolSequence sequence(n, seed, 0);
  Eigen::VectorXd z(n);
  double sum = 0.0;
  for (std::uint32_t k = 0; k < n_samples; ++k) {
    sequence.point(k, z.data());
    z[0] = -normal_quantile(z[0] * above);
    for (int j = 1; j < n; ++j) z[j] = normal_quantile(z[j]);
    const Eigen::VectorXd y = mean + lower.triangularView<Eigen::Lower>() * z;
    if (y[0] >= y.maxCoeff()) sum += y[0] - threshold;
  }
  return above * sum / n_samples;
}

}  // namespace

double expected_improvement(const JointPosterior& candidates, double threshold, Goal goal, int log2_samples,
                            std::uint64_t seed) {
  const double sign = goal == Goal::minimize ? -1.0 : 1.0;
  const JointPosterior c{sign * candidates.mean, candidates.covariance};
  threshold *= sign;
  const std::int64_t n = c.mean.size();
  const std::uint32_t n_samples = std::uint32_t{1} << log2_samples;
  double likely = 0.0;
  for (std::int64_t i = 0; i < n; ++i)
    likely = std::max(likely,
                      probability_of_improvement(c.mean[i], sigma_of(c.covariance(i, i)), threshold, Goal::maximize));
  constexpr double rare = 0.05;
  if (likely > rare) return improvement_of_all(c, threshold, n_samples, seed);
  double sum = 0.0;
  for (std::int64_t first = 0; first < n; ++first) {
    Eigen::VectorXi order = Eigen::VectorXi::LinSpaced(n, 0, static_cast<int>(n) - 1);
    std::swap(order[0], order[first]);
    sum += share_of_first(c.mean(order), c.covariance(order, order), threshold, n_samples, seed);
  }
  return sum;
}

}  // namespace spinel
