#include "ising/transition/classifier_curve.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/error.hpp"
#include "core/random.hpp"

namespace spinel {

namespace {

/// The ascending sequence that is nearest to `values` in least squares (pool adjacent violators).
std::vector<double> ascending(const std::vector<double>& values) {
  struct Block {
    double sum;
    std::size_t count;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Block> blocks;
  for (const double value : values) {
    blocks.push_back({value, 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back().sum += last.sum;
      blocks.back().count += last.count;
    }
  }
  std::vector<double> result;
  for (const Block& block : blocks) result.insert(result.end(), block.count, block.mean());
  return result;
}

std::optional<double> crossing(const std::vector<double>& temperatures, const std::vector<double>& confidence) {
  const auto curve = ascending(confidence);
  for (std::size_t t = 1; t < curve.size(); ++t)
    if (curve[t - 1] < 0.5 && curve[t] >= 0.5)
      return temperatures[t - 1] +
             (temperatures[t] - temperatures[t - 1]) * (0.5 - curve[t - 1]) / (curve[t] - curve[t - 1]);
  return std::nullopt;
}

}  // namespace

double error_of_mean(const std::vector<double>& values) {
  if (values.size() < 2) return 0.0;
  const double n = static_cast<double>(values.size()), mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1.0) / n);
}

double deviation(const std::vector<double>& values) {
  return error_of_mean(values) * std::sqrt(static_cast<double>(values.size()));
}

ClassifierCurve classifier_curve(const std::vector<double>& temperatures,
                                 const std::vector<std::vector<std::vector<float>>>& p, std::int64_t resamples,
                                 std::uint64_t seed) {
  const std::size_t n_t = temperatures.size(), n_networks = p.size();
  if (n_t < 2) fail("{} temperatures are too few for a curve", n_t);
  // Mean over networks of every configuration: what the bootstrap draws from.
  std::vector<std::vector<double>> mean(n_t);
  ClassifierCurve result;
  result.of_network.assign(n_networks, std::vector<double>(n_t));
  for (std::size_t t = 0; t < n_t; ++t) {
    mean[t].assign(p.at(0)[t].size(), 0.0);
    if (mean[t].empty()) fail("there is no configuration at T = {}", temperatures[t]);
    for (std::size_t k = 0; k < n_networks; ++k) {
      const auto& values = p[k][t];
      double sum = 0.0;
      for (std::size_t c = 0; c < values.size(); ++c) {
        sum += static_cast<double>(values[c]);
        mean[t][c] += static_cast<double>(values[c]) / static_cast<double>(n_networks);
      }
      result.of_network[k][t] = sum / static_cast<double>(values.size());
    }
  }
  const auto curve_of = [&](auto&& pick) {
    std::vector<double> curve;
    for (const auto& values : mean) {
      double sum = 0.0;
      for (std::size_t c = 0; c < values.size(); ++c) sum += values[pick(c, values.size())];
      curve.push_back(sum / static_cast<double>(values.size()));
    }
    return curve;
  };

  const auto curve = curve_of([](std::size_t c, std::size_t) { return c; });
  const Random random(seed, RandomPurpose::bootstrap);
  std::vector<std::vector<double>> confidences(n_t);
  std::vector<double> crossings;
  for (std::int64_t b = 0; b < resamples; ++b) {
    RandomSequence sequence(random, static_cast<std::uint64_t>(b), 1);
    const auto resampled = curve_of([&](std::size_t, std::size_t n) {
      return std::min(n - 1, static_cast<std::size_t>(sequence.uniform() * static_cast<double>(n)));
    });
    for (std::size_t t = 0; t < n_t; ++t) confidences[t].push_back(resampled[t]);
    if (const auto at = crossing(temperatures, resampled)) crossings.push_back(*at);
  }
  for (std::size_t t = 0; t < n_t; ++t) {
    std::vector<double> of_networks;
    for (const auto& network : result.of_network) of_networks.push_back(network[t]);
    result.confidence.push_back({curve[t], std::hypot(deviation(confidences[t]), error_of_mean(of_networks))});
  }
  const auto at = crossing(temperatures, curve);
  if (!at) return result;
  for (const auto& network : result.of_network)
    result.crossing_of_network.push_back(crossing(temperatures, network).value_or(std::nan("")));
  result.configuration_error = deviation(crossings);
  result.crossing = {*at, std::hypot(result.configuration_error, error_of_mean(result.crossing_of_network))};
  result.found = static_cast<double>(crossings.size()) / static_cast<double>(resamples);
  return result;
}

}  // namespace spinel
