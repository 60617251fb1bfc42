#include "bayes/process/fit_hyperparameters.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "bayes/process/fit_objective.hpp"
#include "bayes/process/minimize.hpp"
#include "core/error.hpp"
#include "core/random.hpp"

namespace spinel {

namespace {

// Of standardized y; lengths over the range of their number.
constexpr double lowest_length = 5e-3, highest_length = 1e4, lowest_variance = 1e-3, highest_variance = 1e4,
                 lowest_noise = 1e-8, highest_noise = 10.0;

std::string note_of(const FitObjective& problem, const Eigen::VectorXd& t, const Eigen::VectorXd& lowest,
                    const Eigen::VectorXd& highest) {
  std::string note;
  const auto add = [&](const std::string& what) { note += (note.empty() ? "" : ", ") + what; };
  const std::int64_t d = problem.n_lengths();
  if (problem.fits_noise() && t[d + 1] <= lowest[d + 1]) add("the noise is at its floor");
  if (t[d] >= highest[d] || t[d] <= lowest[d]) add("the variance is at the end of its range");
  std::int64_t n_long = 0;
  for (std::int64_t j = 0; j < d; ++j) n_long += t[j] >= highest[j] ? 1 : 0;
  if (n_long > 0) add(fmt::format("{} of {} lengths are at the end of their range", n_long, d));
  return note;
}

/// Random rows in ascending order.
std::vector<std::int64_t> subset(std::int64_t n, std::int64_t most, const FitSettings& settings) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  if (most <= 0 || n <= most) return rows;
  RandomSequence random(Random(settings.seed, RandomPurpose::fit_subset), settings.number, 0);
  for (std::int64_t i = 0; i < most; ++i) {
    const auto other = i + static_cast<std::int64_t>(random.uniform() * static_cast<double>(n - i));
    std::swap(rows[static_cast<std::size_t>(i)], rows[static_cast<std::size_t>(other)]);
  }
  rows.resize(static_cast<std::size_t>(most));
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

Eigen::VectorXd ranges_of(const Points& points) {
  const Eigen::RowVectorXd mean = points.colwise().mean();
  Eigen::VectorXd range = (12.0 * (points.rowwise() - mean).cwiseAbs2().colwise().mean()).cwiseSqrt().transpose();
  for (double& r : range)
    if (!(r > 0.0)) r = 1.0;
  return range;
}

FitResult fit_hyperparameters(const Communicator& communicator, const Points& all_x, const Eigen::VectorXd& all_y,
                              const FitSettings& settings, const std::optional<Hyperparameters>& earlier) {
  const std::vector<std::int64_t> rows = subset(all_x.rows(), settings.most_points, settings);
  Points x(static_cast<std::int64_t>(rows.size()), all_x.cols());
  Eigen::VectorXd y(x.rows());
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    x.row(i) = all_x.row(rows[static_cast<std::size_t>(i)]);
    y[i] = all_y[rows[static_cast<std::size_t>(i)]];
  }
  const double middle = y.mean();
  double unit = std::sqrt((y.array() - middle).square().mean());
  if (!(unit > 0.0)) unit = 1.0;
  y = (y.array() - middle) / unit;
  const double noise = settings.noise / unit;
  const FitObjective problem(x, y, settings, std::max(noise * noise, lowest_noise));
  const Eigen::VectorXd lowest = problem.vector(lowest_length, lowest_variance, lowest_noise),
                        highest = problem.vector(highest_length, highest_variance, highest_noise);

  const Random random(settings.seed, RandomPurpose::fit_start);
  const auto start = [&](int number) {
    if (number == 0 && earlier) {
      Hyperparameters h = *earlier;
      h.variance /= unit * unit, h.noise /= unit * unit;
      return problem.vector(h, lowest_noise);
    }
    // The mode of the prior, and more or less than that.
    const double root = std::sqrt(static_cast<double>(x.cols()));
    Eigen::VectorXd t = problem.vector(std::exp(problem.mode_of_log_length()), 1.0, 1e-3);
    if (number == 0) return t;
    RandomSequence numbers(random, settings.number, static_cast<std::uint64_t>(number));
    for (std::int64_t j = 0; j < problem.n_lengths(); ++j)
      t[j] = std::log(root * 0.1 * std::pow(20.0, numbers.uniform()));
    if (problem.fits_noise()) t[problem.n_lengths() + 1] = std::log(1e-5 * std::pow(1e4, numbers.uniform()));
    return t;
  };

  const int n_starts = std::max(1, settings.starts);
  std::vector<double> values(static_cast<std::size_t>(n_starts), 0.0);
  Eigen::MatrixXd ends = Eigen::MatrixXd::Zero(problem.size(), n_starts);
  std::int64_t evaluations = 0;
  for (int k = communicator.rank(); k < n_starts; k += communicator.size()) {
    const Minimum minimum = minimize([&](const Eigen::VectorXd& t, Eigen::VectorXd* g) { return problem(t, g); },
                                     start(k), lowest, highest, {100, 1e-4, 1e-7});
    values[static_cast<std::size_t>(k)] = minimum.value;
    ends.col(k) = minimum.x;
    evaluations += minimum.evaluations;
  }
  communicator.sum(values.data(), values.size());
  communicator.sum(ends.data(), static_cast<std::size_t>(ends.size()));
  const auto best = std::min_element(values.begin(), values.end(),
                                     [](double a, double b) { return !std::isnan(a) && (std::isnan(b) || a < b); });
  const Eigen::VectorXd t = ends.col(best - values.begin());

  FitResult result;
  result.evaluations = static_cast<int>(communicator.sum(evaluations));
  result.log_posterior = -*best;
  result.n_points = x.rows();
  result.note = note_of(problem, t, lowest, highest);
  Hyperparameters& h = result.hyperparameters = problem.process(t).hyperparameters();
  h.mean = middle + unit * h.mean;
  h.variance *= unit * unit;
  h.noise *= unit * unit;
  return result;
}

}  // namespace spinel
