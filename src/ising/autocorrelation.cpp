#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "ising/statistics.hpp"

namespace spinel {

namespace {

using Replicas = std::vector<std::vector<double>>;

/// Σ x_i y_i in eight partial sums, which compilers turn into vectors.
double dot(const double* x, const double* y, std::size_t n) {
  constexpr std::size_t lanes = 8;
  double parts[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::size_t l = 0; l < lanes; ++l) parts[l] += x[i + l] * y[i + l];
  double sum = 0.0;
  for (; i < n; ++i) sum += x[i] * y[i];
  for (const double part : parts) sum += part;
  return sum;
}

/// Σ of the autocovariance up to the automatic window.
struct Windowed {
  double sum = 0.0;  // C_F(W) = Γ(0) + 2 Σ Γ(t), corrected for the mean being estimated
  std::int64_t window = 0;
  bool found = false;
};

/// `series`: deviations from the common mean. Lags up to `longest`.
Windowed windowed_sum(const Replicas& series, std::int64_t longest) {
  constexpr double s = 1.5;
  std::size_t n = 0;
  for (const auto& replica : series) n += replica.size();
  const auto n_total = static_cast<double>(n), n_replicas = static_cast<double>(series.size());
  const auto covariance = [&](std::int64_t lag) {
    double sum = 0.0;
    const auto offset = static_cast<std::size_t>(lag);
    for (const auto& replica : series)
      if (replica.size() > offset) sum += dot(replica.data(), replica.data() + offset, replica.size() - offset);
    return sum / (n_total - n_replicas * static_cast<double>(lag));
  };
  Windowed result;
  const double variance = covariance(0);
  double first = 0.0;  // |ρ(1)|
  result.sum = variance;
  for (result.window = 1; result.window <= longest; ++result.window) {
    const double term = covariance(result.window);
    if (result.window == 1) first = std::clamp(std::abs(term) / variance, 1e-10, 1.0 - 1e-10);
    result.sum += 2.0 * term;
    const double tau_int = result.sum / (2.0 * variance), w = static_cast<double>(result.window);
    // Where ρ falls like e^(−t/τ), τ follows from τ_int; the window balances truncation against noise. Where ρ
    // alternates, τ_int is below 1/2 and τ is taken from the first lag.
    const double decay = tau_int > 0.5 ? std::log((2.0 * tau_int + 1.0) / (2.0 * tau_int - 1.0)) : -std::log(first);
    const double tau = s / decay;
    if (std::exp(-w / tau) < tau / std::sqrt(w * n_total)) {
      result.found = true;
      break;
    }
  }
  if (!result.found) result.window = longest;
  result.sum *= 1.0 + (2.0 * static_cast<double>(result.window) + 1.0) / n_total;
  return result;
}

Replicas pair_means(const Replicas& series) {
  Replicas result;
  for (const auto& replica : series) {
    auto& halved = result.emplace_back(replica.size() / 2);
    for (std::size_t i = 0; i < halved.size(); ++i) halved[i] = 0.5 * (replica[2 * i] + replica[2 * i + 1]);
  }
  return result;
}

}  // namespace

Autocorrelation autocorrelation(const std::vector<const std::vector<double>*>& replicas) {
  Replicas series;
  double sum = 0.0, n = 0.0;
  bool constant = true;
  for (const auto* replica : replicas) {
    if (replica->empty()) continue;
    series.push_back(*replica);
    for (const double value : *replica) {
      sum += value;
      constant = constant && value == series.front().front();
    }
    n += static_cast<double>(replica->size());
  }
  if (series.empty()) fail("no measurements to find an autocorrelation time from");
  Autocorrelation result;
  result.mean.value = constant ? series.front().front() : sum / n;
  if (constant) {
    result.reliable = true;
    return result;
  }
  for (auto& replica : series)
    for (double& value : replica) {
      value -= result.mean.value;
      result.variance += value * value / n;
    }

  // Long correlations are as visible in means of 2, 4, … measurements; so the number of lags, and the cost, is bounded.
  constexpr std::int64_t most_lags = 200;
  std::int64_t width = 1;
  Windowed windowed;
  while (true) {
    std::size_t shortest = series.front().size();
    for (const auto& replica : series) shortest = std::min(shortest, replica.size());
    const auto half = static_cast<std::int64_t>(shortest / 2);
    windowed = windowed_sum(series, std::min(half, most_lags));
    if (windowed.found || half <= most_lags) break;
    series = pair_means(series);
    width *= 2;
  }
  const double n_kept = n / static_cast<double>(width), w = static_cast<double>(windowed.window);
  result.window = windowed.window * width;
  result.tau = std::max(windowed.sum * static_cast<double>(width) / (2.0 * result.variance), 1.0 / n);
  // The factor in the sum is that of eq. 49 for the bias of the variance; τ has the same.
  result.tau_error =
      result.tau * std::sqrt(4.0 / n_kept * std::max(0.5, w + 0.5 - result.tau / static_cast<double>(width)));
  result.mean.error = std::sqrt(std::max(0.0, windowed.sum / n_kept));
  result.reliable = windowed.found && n >= 100.0 * result.tau;
  return result;
}

Autocorrelation autocorrelation(const std::vector<double>& series) {
  return autocorrelation(std::vector<const std::vector<double>*>{&series});
}

}  // namespace spinel
