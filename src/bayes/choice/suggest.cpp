#include "bayes/choice/suggest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bayes/choice/sobol.hpp"

namespace spinel {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// The next points of the sequence that no evaluation has.
std::vector<BoxChoice> design(const SearchBox& box, const std::vector<Eigen::VectorXd>& taken, std::size_t q,
                              std::uint64_t seed) {
  constexpr std::size_t most_tries = 100000;
  const SobolSequence sequence(box.n_variables(), seed, 0);
  std::vector<Eigen::VectorXd> all = taken;
  std::vector<BoxChoice> result;
  Eigen::VectorXd point(box.n_variables());
  for (std::size_t k = taken.size(); result.size() < q && k < taken.size() + most_tries; ++k) {
    sequence.point(static_cast<std::uint32_t>(k), point.data());
    const Eigen::VectorXd snapped = box.snapped(point);
    if (std::find(all.begin(), all.end(), snapped) != all.end()) continue;
    all.push_back(snapped);
    result.push_back({snapped, missing, missing, missing});
  }
  return result;
}

}  // namespace

std::int64_t initial_points(const SearchBox& box, std::int64_t asked) {
  return asked > 0 ? asked : std::max<std::int64_t>(4, 2 * box.n_variables());
}

Suggestion suggest(const SearchBox& box, const std::vector<BoxEvaluation>& done, std::size_t q,
                   const SuggestSettings& settings, const std::optional<Hyperparameters>& earlier) {
  std::vector<Eigen::VectorXd> taken;
  std::vector<std::size_t> good, failed;
  for (std::size_t k = 0; k < done.size(); ++k) {
    taken.push_back(done[k].point);
    (std::isnan(done[k].value) ? failed : good).push_back(k);
  }
  const auto initial = static_cast<std::size_t>(initial_points(box, settings.initial));
  const std::uint64_t seed = settings.box.batch.seed;
  if (done.size() < initial) return {design(box, taken, std::min(q, initial - done.size()), seed), {}};
  if (good.size() < 2) return {design(box, taken, q, seed), {}};

  Points x(static_cast<std::int64_t>(good.size()), box.n_variables());
  Eigen::VectorXd y(x.rows());
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    const BoxEvaluation& evaluation = done[good[static_cast<std::size_t>(i)]];
    x.row(i) = evaluation.point.transpose();
    y[i] = evaluation.value;
  }
  FitSettings fit_settings = settings.fit;
  fit_settings.seed = seed;
  fit_settings.number = done.size();
  Suggestion suggestion;
  suggestion.fit = fit_hyperparameters(Communicator::self(), x, y, fit_settings, earlier);
  const Hyperparameters& h = suggestion.fit->hyperparameters;
  constexpr std::int64_t all_local = std::int64_t{1} << 40;
  GaussianProcess process(Communicator::self(), x, y, h, all_local);
  const bool is_minimum = settings.box.batch.acquisition.goal == Goal::minimize;
  BoxSettings box_settings = settings.box;
  const Eigen::VectorXd means = process.fitted();
  box_settings.threshold = is_minimum ? means.minCoeff() : means.maxCoeff();
  box_settings.batch.noise = h.noise;
  box_settings.batch.number = done.size();
  for (const std::size_t k : failed) process.append(done[k].point, is_minimum ? y.maxCoeff() : y.minCoeff());
  suggestion.choices = choose_from_box(process, box, taken, q, box_settings);
  return suggestion;
}

}  // namespace spinel
