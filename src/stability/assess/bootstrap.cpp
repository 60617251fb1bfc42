#include "stability/assess/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.hpp"

namespace spinel {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Of sorted values, linear between them.
double percentile(const std::vector<double>& sorted, double fraction) {
  const double place = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

BootstrapEstimate estimate(double value, std::vector<double> means) {
  BootstrapEstimate result{value, nan, nan, nan};
  // Resamples that drew no member with the quantity count for nothing.
  means.erase(std::remove_if(means.begin(), means.end(), [](double mean) { return std::isnan(mean); }), means.end());
  if (means.empty()) return result;
  std::sort(means.begin(), means.end());
  double sum = 0.0, squares = 0.0;
  for (const double mean : means) sum += mean;
  const double center = sum / static_cast<double>(means.size());
  for (const double mean : means) squares += (mean - center) * (mean - center);
  result.error = means.size() > 1 ? std::sqrt(squares / static_cast<double>(means.size() - 1)) : 0.0;
  result.low = percentile(means, 0.025);
  result.high = percentile(means, 0.975);
  return result;
}

}  // namespace

std::vector<BootstrapEstimate> Bootstrap::operator()(const Communicator& communicator,
                                                     std::vector<std::vector<double>> values) const {
  std::uint64_t n_quantities = values.size();
  communicator.broadcast(&n_quantities, 1);
  values.resize(static_cast<std::size_t>(n_quantities));
  for (auto& quantity : values) communicator.broadcast(quantity);
  const std::size_t n = values.empty() ? 0 : values.front().size();
  const auto resamples = static_cast<std::size_t>(resamples_);
  std::vector<double> means(values.size() * resamples, 0.0);
  // One row of values and weights a member: the draws jump about in memory.
  const std::size_t width = values.size();
  std::vector<double> rows(2 * width * n);
  for (std::size_t q = 0; q < width; ++q)
    for (std::size_t i = 0; i < n; ++i) {
      const bool has = !std::isnan(values[q][i]);
      rows[2 * width * i + q] = has ? values[q][i] : 0.0;
      rows[2 * width * i + width + q] = has ? 1.0 : 0.0;
    }
  const Random random(seed_, RandomPurpose::evaluation);
  std::vector<double> sums(2 * width);
  for (std::size_t r = static_cast<std::size_t>(communicator.rank()); n > 0 && r < resamples;
       r += static_cast<std::size_t>(communicator.size())) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t i = 0; i < n; i += 4) {
      const auto draws = random.uniform4(r, i / 4);
      for (std::size_t k = 0; k < std::min<std::size_t>(4, n - i); ++k) {
        const auto member = std::min(static_cast<std::size_t>(draws[k] * static_cast<double>(n)), n - 1);
        const double* row = &rows[2 * width * member];
        for (std::size_t q = 0; q < 2 * width; ++q) sums[q] += row[q];
      }
    }
    for (std::size_t q = 0; q < width; ++q)
      means[q * resamples + r] = sums[width + q] > 0.0 ? sums[q] / sums[width + q] : nan;
  }
  // Each resample was made on one rank, and is 0 on the others.
  communicator.sum(means.data(), means.size());

  std::vector<BootstrapEstimate> result;
  for (std::size_t q = 0; q < width; ++q) {
    double sum = 0.0, count = 0.0;
    for (const double value : values[q])
      if (!std::isnan(value)) {
        sum += value;
        count += 1.0;
      }
    const auto begin = means.begin() + static_cast<std::ptrdiff_t>(q * resamples);
    result.push_back(
        n == 0 ? BootstrapEstimate{nan, nan, nan, nan}
               : estimate(count > 0.0 ? sum / count : nan, {begin, begin + static_cast<std::ptrdiff_t>(resamples)}));
  }
  return result;
}

}  // namespace spinel
