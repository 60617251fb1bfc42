#include "ising/transition/phase_transition.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "core/random.hpp"

namespace spinel {

namespace {

struct Moments {
  std::vector<double> absolute, square;  // <|p|>, <p²> of each temperature
};

/// Where the parabola through the largest value and its neighbors is highest; none at the ends.
std::optional<double> vertex(const std::vector<double>& x, const std::vector<double>& y) {
  const auto k = static_cast<std::size_t>(std::max_element(y.begin(), y.end()) - y.begin());
  if (k == 0 || k + 1 == y.size()) return std::nullopt;
  // Newton's form: y = y_k + s (x − x_k) + c (x − x_k)(x − x_{k−1})
  const double left = (y[k] - y[k - 1]) / (x[k] - x[k - 1]), right = (y[k + 1] - y[k]) / (x[k + 1] - x[k]);
  const double curvature = (right - left) / (x[k + 1] - x[k - 1]);
  if (!(curvature < 0.0)) return std::nullopt;
  return 0.5 * (x[k] + x[k - 1]) - 0.5 * left / curvature;
}

std::vector<double> fluctuation(const Moments& m) {
  std::vector<double> result;
  for (std::size_t t = 0; t < m.square.size(); ++t) result.push_back(m.square[t] - m.absolute[t] * m.absolute[t]);
  return result;
}

std::optional<double> steepest(const std::vector<double>& temperatures, const Moments& m) {
  std::vector<double> middle, slope;
  for (std::size_t t = 0; t + 1 < temperatures.size(); ++t) {
    middle.push_back(0.5 * (temperatures[t] + temperatures[t + 1]));
    slope.push_back((m.square[t] - m.square[t + 1]) / (temperatures[t + 1] - temperatures[t]));
  }
  return vertex(middle, slope);
}

/// The standard deviation of numbers that come one by one (Welford's sums).
class Scatter {
 public:
  void add(double value) {
    n_ += 1.0;
    const double step = value - mean_;
    mean_ += step / n_;
    squares_ += step * (value - mean_);
  }
  double deviation() const { return n_ < 2.0 ? 0.0 : std::sqrt(squares_ / (n_ - 1.0)); }

 private:
  double n_ = 0.0, mean_ = 0.0, squares_ = 0.0;
};

}  // namespace

PhaseTransition phase_transition(const std::vector<double>& temperatures, const std::vector<std::vector<double>>& p,
                                 std::int64_t n_spins, std::int64_t resamples, std::uint64_t seed) {
  const std::size_t n_t = temperatures.size();
  if (n_t < 5) fail("{} temperatures are too few to see a transition; 5 are needed", n_t);
  for (std::size_t t = 0; t < n_t; ++t)
    if (p.at(t).size() < 2) fail("there are fewer than two configurations at T = {}", temperatures[t]);

  const auto moments = [&](auto&& pick) {
    Moments m;
    for (std::size_t t = 0; t < n_t; ++t) {
      double absolute = 0.0, square = 0.0;
      const std::size_t n = p[t].size();
      for (std::size_t k = 0; k < n; ++k) {
        const double value = p[t][pick(t, k, n)];
        absolute += std::abs(value);
        square += value * value;
      }
      m.absolute.push_back(absolute / static_cast<double>(n));
      m.square.push_back(square / static_cast<double>(n));
    }
    return m;
  };

  const double n = static_cast<double>(n_spins);
  PhaseTransition result;
  const Moments all = moments([](std::size_t, std::size_t k, std::size_t) { return k; });
  const auto all_fluctuations = fluctuation(all);
  for (std::size_t t = 0; t < n_t; ++t) {
    result.order.push_back({all.absolute[t] / std::sqrt(n), 0.0});
    result.order2.push_back({all.square[t] / n, 0.0});
    result.fluctuation.push_back({all_fluctuations[t], 0.0});
  }
  const auto where = steepest(temperatures, all), peak = vertex(temperatures, all_fluctuations);

  const Random random(seed, RandomPurpose::bootstrap);
  std::vector<Scatter> order(n_t), order2(n_t), spread(n_t);
  Scatter of_where, of_peak;
  std::int64_t found = 0;
  for (std::int64_t b = 0; b < resamples; ++b) {
    RandomSequence sequence(random, static_cast<std::uint64_t>(b), 0);
    const Moments m = moments([&](std::size_t, std::size_t, std::size_t size) {
      return std::min(size - 1, static_cast<std::size_t>(sequence.uniform() * static_cast<double>(size)));
    });
    const auto fluctuations = fluctuation(m);
    for (std::size_t t = 0; t < n_t; ++t) {
      order[t].add(m.absolute[t] / std::sqrt(n));
      order2[t].add(m.square[t] / n);
      spread[t].add(fluctuations[t]);
    }
    const auto a = steepest(temperatures, m), c = vertex(temperatures, fluctuations);
    if (a) of_where.add(*a);
    if (c) of_peak.add(*c);
    if (a && c) ++found;
  }
  for (std::size_t t = 0; t < n_t; ++t) {
    result.order[t].error = order[t].deviation();
    result.order2[t].error = order2[t].deviation();
    result.fluctuation[t].error = spread[t].deviation();
  }
  if (where && peak) {
    result.steepest = {*where, of_where.deviation()};
    result.peak = {*peak, of_peak.deviation()};
    result.found = static_cast<double>(found) / static_cast<double>(resamples);
  }
  return result;
}

}  // namespace spinel
