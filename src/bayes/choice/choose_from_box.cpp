#include "bayes/choice/choose_from_box.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "bayes/choice/sobol.hpp"
#include "bayes/process/function_sample.hpp"
#include "bayes/process/minimize.hpp"
#include "core/random.hpp"

namespace spinel {

namespace {

double sigma_of(double variance) { return std::sqrt(std::max(variance, 0.0)); }

/// Numbers of candidates, best score first.
std::vector<std::int64_t> ranking(const Eigen::VectorXd& scores) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(scores.size()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return scores[a] > scores[b]; });
  return order;
}

class BoxSearch {
 public:
  BoxSearch(const GaussianProcess& process, const SearchBox& box, const std::vector<Eigen::VectorXd>& taken,
            const BoxSettings& settings)
      : process_(Communicator::self(), process.x(), process.y(), process.hyperparameters(), all_local),
        box_(box),
        taken_(taken),
        settings_(settings),
        threshold_(settings.threshold) {}

  std::vector<BoxChoice> choose(std::size_t q) {
    std::vector<BoxChoice> result;
    while (result.size() < q) {
      BoxChoice choice;
      if (!next(result.size(), choice)) break;
      result.push_back(choice);
      taken_.push_back(choice.point);
      if (result.size() == q || draws()) continue;
      if (settings_.batch.method == BatchMethod::penalization) penalize(choice);
      if (settings_.batch.method != BatchMethod::believer) continue;
      process_.append(choice.point, choice.mean);
      if (settings_.batch.threshold_is_best)
        threshold_ = is_minimum() ? std::min(threshold_, choice.mean) : std::max(threshold_, choice.mean);
    }
    return result;
  }

 private:
  static constexpr std::int64_t all_local = std::int64_t{1} << 40;

  bool draws() const { return kind() == AcquisitionKind::thompson || kind() == AcquisitionKind::random; }
  AcquisitionKind kind() const { return settings_.batch.acquisition.kind; }
  bool is_minimum() const { return settings_.batch.acquisition.goal == Goal::minimize; }
  bool is_taken(const Eigen::VectorXd& point) const {
    return std::any_of(taken_.begin(), taken_.end(), [&](const Eigen::VectorXd& other) { return other == point; });
  }

  /// Points of Sobol's sequence, and some about the best points that are known, nearer and nearer.
  Points candidates(std::size_t number) const {
    const int d = box_.n_variables();
    const std::uint64_t stream = settings_.batch.number + number;
    const SobolSequence sequence(d, settings_.batch.seed, stream);
    const std::int64_t n_far = settings_.samples, n_near = n_far / 4;
    Points points(n_far + n_near, d);
    points.topRows(n_far) = sequence.points(0, n_far);
    const Eigen::VectorXd worth = is_minimum() ? Eigen::VectorXd(-process_.y()) : process_.y();
    const auto best = ranking(worth);
    const auto n_best = std::min<std::int64_t>(3, worth.size());
    RandomSequence random(Random(settings_.batch.seed, RandomPurpose::acquisition_start), stream, 0);
    for (std::int64_t k = 0; k < n_near; ++k) {
      const double width = 0.2 * std::pow(0.01, random.uniform());
      for (int j = 0; j < d; ++j) {
        const double x = process_.x()(best[static_cast<std::size_t>(k % n_best)], j) + width * random.normal();
        points(n_far + k, j) = std::min(1.0, std::max(0.0, x));
      }
    }
    for (std::int64_t k = 0; k < points.rows(); ++k) points.row(k) = box_.snapped(points.row(k)).transpose();
    return points;
  }

  Eigen::VectorXd scores_of(const Points& points) const {
    const Posterior posterior = process_.posterior(points);
    Eigen::VectorXd scores(points.rows());
    for (std::int64_t i = 0; i < scores.size(); ++i)
      scores[i] =
          penalized(score(settings_.batch.acquisition, posterior.mean[i], sigma_of(posterior.variance[i]), threshold_),
                    points.row(i));
    return scores;
  }

  /// −score and its gradient. The score's slopes by mean and sigma are central differences; those of mean and sigma by
  /// the point are exact.
  double descent(const Eigen::VectorXd& point, Eigen::VectorXd* gradient) const {
    const Posterior posterior = process_.posterior(point.transpose());
    const double mean = posterior.mean[0], sigma = sigma_of(posterior.variance[0]);
    const auto value = [&](double m, double s) { return score(settings_.batch.acquisition, m, s, threshold_); };
    if (gradient != nullptr) {
      Eigen::VectorXd by_mean, by_variance;
      process_.posterior_gradient(point, by_mean, by_variance);
      const double step = 1e-5 * std::max(sigma, 1e-8 * std::sqrt(process_.hyperparameters().variance));
      const double of_mean = (value(mean + step, sigma) - value(mean - step, sigma)) / (2.0 * step);
      const double of_sigma = (value(mean, sigma + step) - value(mean, std::max(0.0, sigma - step))) /
                              (sigma + step - std::max(0.0, sigma - step));
      *gradient = -(of_mean * by_mean + of_sigma / (2.0 * std::max(sigma, step)) * by_variance);
    }
    return -value(mean, sigma);
  }

  /// Candidates and what a search from the best of them finds, with scores.
  void search(std::size_t number, Points& points, Eigen::VectorXd& scores) const {
    points = candidates(number);
    scores = scores_of(points);
    const auto order = ranking(scores);
    const int d = box_.n_variables();
    Points found(settings_.refined, d);
    std::int64_t n = 0;
    for (std::size_t k = 0; k < order.size() && n < settings_.refined; ++k) {
      const Eigen::VectorXd start = points.row(order[k]);
      const auto is_near = [&](std::int64_t other) {
        return (points.row(order[static_cast<std::size_t>(other)]) - start.transpose()).norm() < 0.02 * std::sqrt(d);
      };
      bool repeats = false;
      for (std::size_t j = 0; j < k && j < 50 && !repeats; ++j) repeats = is_near(static_cast<std::int64_t>(j));
      if (repeats || !std::isfinite(scores[order[k]])) continue;
      const Minimum minimum = minimize([this](const Eigen::VectorXd& x, Eigen::VectorXd* g) { return descent(x, g); },
                                       start, Eigen::VectorXd::Zero(d), Eigen::VectorXd::Ones(d), {100, 1e-6, 1e-9});
      found.row(n++) = box_.snapped(minimum.x).transpose();
    }
    if (n == 0) return;
    const Eigen::VectorXd found_scores = scores_of(found.topRows(n));
    points.conservativeResize(points.rows() + n, Eigen::NoChange);
    points.bottomRows(n) = found.topRows(n);
    scores.conservativeResize(scores.size() + n);
    scores.tail(n) = found_scores;
  }

  /// The best of a function drawn from the process: of the candidates, then nearer and nearer to the best of them.
  void search_function(std::size_t number, Points& points, Eigen::VectorXd& scores) const {
    const FunctionSample function(process_, settings_.batch.seed, settings_.batch.number + number);
    const double sign = is_minimum() ? -1.0 : 1.0;
    points = candidates(number);
    scores = sign * function(points);
    RandomSequence random(Random(settings_.batch.seed, RandomPurpose::acquisition_start),
                          settings_.batch.number + number, 1);
    const std::int64_t n_near = settings_.samples / 8;
    for (double width = 0.05; width > 1e-4; width *= 0.5) {
      std::int64_t best = 0;
      scores.maxCoeff(&best);
      Points near(n_near, points.cols());
      for (std::int64_t k = 0; k < n_near; ++k) {
        Eigen::VectorXd x = points.row(best);
        for (double& value : x) value = std::min(1.0, std::max(0.0, value + width * random.normal()));
        near.row(k) = box_.snapped(x).transpose();
      }
      points.conservativeResize(points.rows() + n_near, Eigen::NoChange);
      points.bottomRows(n_near) = near;
      scores.conservativeResize(scores.size() + n_near);
      scores.tail(n_near) = sign * function(near);
    }
  }

  bool next(std::size_t number, BoxChoice& choice) const {
    Points points;
    Eigen::VectorXd scores;
    if (kind() == AcquisitionKind::random) {
      points = candidates(number);
      scores = Eigen::VectorXd::Zero(points.rows());  // the first that is not taken
    } else if (kind() == AcquisitionKind::thompson) {
      search_function(number, points, scores);
    } else {
      search(number, points, scores);
    }
    for (const std::int64_t k : ranking(scores)) {
      const Eigen::VectorXd point = points.row(k);
      if (std::isnan(scores[k]) || is_taken(point)) continue;
      const Posterior posterior = process_.posterior(point.transpose());
      choice = {point, posterior.mean[0], sigma_of(posterior.variance[0]), scores[k]};
      return true;
    }
    return last_resort(choice);
  }

  /// Of a box of few points, the first one that is left.
  bool last_resort(BoxChoice& choice) const {
    const double count = box_.count();
    if (count == 0.0 || count > 1e6) return false;
    std::vector<double> values;
    for (const Variable& v : box_.variables()) values.push_back(v.lowest);
    for (;;) {
      const Eigen::VectorXd point = box_.point(values);
      if (!is_taken(point)) {
        const Posterior posterior = process_.posterior(point.transpose());
        choice = {point, posterior.mean[0], sigma_of(posterior.variance[0]), -std::numeric_limits<double>::infinity()};
        return true;
      }
      std::size_t k = 0;
      while (k < values.size() && values[k] >= box_.variables()[k].highest) {
        values[k] = box_.variables()[k].lowest;
        ++k;
      }
      if (k == values.size()) return false;
      values[k] += 1.0;
    }
  }

  /// The local penalizer of González et al. (AISTATS 2016, eq. 4): the ball about a chosen point in which, by the
  /// steepest slope of the mean, the best cannot be.
  struct Ball {
    Eigen::VectorXd center;
    double behind, sigma;  // of the center's mean behind the best mean that is known
  };

  void penalize(const BoxChoice& choice) {
    if (balls_.empty()) {
      constexpr std::int64_t n_slopes = 256;
      const Points points = SobolSequence(box_.n_variables(), settings_.batch.seed, 0).points(0, n_slopes);
      Eigen::VectorXd by_mean, by_variance;
      for (std::int64_t k = 0; k < n_slopes; ++k) {
        process_.posterior_gradient(points.row(k), by_mean, by_variance);
        steepest_ = std::max(steepest_, by_mean.norm());
      }
    }
    balls_.push_back({choice.point, std::abs(choice.mean - threshold_), std::max(choice.sigma, 1e-300)});
  }

  double penalized(double value, const Eigen::RowVectorXd& point) const {
    for (const Ball& ball : balls_) {
      const double distance = (point.transpose() - ball.center).norm();
      const double logarithm = log_normal_probability((steepest_ * distance - ball.behind) / ball.sigma);
      const bool is_positive = kind() == AcquisitionKind::ei || kind() == AcquisitionKind::pi;
      const bool is_logarithm = kind() == AcquisitionKind::log_ei || kind() == AcquisitionKind::window;
      value = is_positive    ? value * std::exp(logarithm)
              : is_logarithm ? value + logarithm
                             : value + std::sqrt(process_.hyperparameters().variance) * logarithm;
    }
    return value;
  }

  GaussianProcess process_;
  const SearchBox& box_;
  std::vector<Eigen::VectorXd> taken_;
  BoxSettings settings_;
  double threshold_;
  std::vector<Ball> balls_;
  double steepest_ = 0.0;  // slope of the mean in the cube
};

}  // namespace

std::vector<BoxChoice> choose_from_box(const GaussianProcess& process, const SearchBox& box,
                                       const std::vector<Eigen::VectorXd>& taken, std::size_t q,
                                       const BoxSettings& settings) {
  return BoxSearch(process, box, taken, settings).choose(q);
}

}  // namespace spinel
