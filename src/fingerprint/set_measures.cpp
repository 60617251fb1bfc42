#include "fingerprint/set_measures.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace spinel {

namespace {

void check_finite(const double* values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    if (!std::isfinite(values[i])) fail_input("number {} of {} is {}", i + 1, n, values[i]);
}

/// The share of `n` crystals that are near in every space; `side` of the distances.
double covered_share(const std::vector<CoverageSpace>& spaces, std::vector<double> NearestInSet::*side, std::size_t n) {
  const std::size_t known = (spaces.front().nearest->*side).size();
  std::size_t count = 0;
  for (std::size_t i = 0; i < known; ++i)
    if (std::all_of(spaces.begin(), spaces.end(),
                    [&](const CoverageSpace& space) { return (space.nearest->*side)[i] <= space.cutoff; }))
      ++count;
  return n == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(n);
}

}  // namespace

void FingerprintSet::add(const double* row) {
  check_finite(row, width_);
  values_.insert(values_.end(), row, row + width_);
}

NearestInSet nearest_in_set(const FingerprintSet& generated, const FingerprintSet& reference,
                            FingerprintDistance distance) {
  if (generated.width() != reference.width())
    fail_input("fingerprints of {} and of {} numbers", generated.width(), reference.width());
  const auto row = [](const FingerprintSet& set, std::size_t i) {
    return Eigen::Map<const Eigen::ArrayXd>(set.row(i), static_cast<Eigen::Index>(set.width()));
  };
  constexpr double infinite = std::numeric_limits<double>::infinity();
  NearestInSet nearest{std::vector<double>(generated.size(), infinite),
                       std::vector<double>(reference.size(), infinite)};
  for (std::size_t i = 0; i < generated.size(); ++i)
    for (std::size_t j = 0; j < reference.size(); ++j) {
      const auto difference = row(generated, i) - row(reference, j);
      const double d =
          distance == FingerprintDistance::euclidean ? difference.square().sum() : difference.abs().maxCoeff();
      nearest.of_generated[i] = std::min(nearest.of_generated[i], d);
      nearest.of_reference[j] = std::min(nearest.of_reference[j], d);
    }
  if (distance == FingerprintDistance::euclidean)
    for (auto* side : {&nearest.of_generated, &nearest.of_reference})
      for (double& d : *side) d = std::sqrt(d);
  return nearest;
}

Coverage coverage(const std::vector<CoverageSpace>& spaces, std::size_t n_generated) {
  if (spaces.empty()) fail_input("coverage needs a space of fingerprints");
  const std::size_t generated = spaces.front().nearest->of_generated.size();
  const std::size_t reference = spaces.front().nearest->of_reference.size();
  for (const auto& space : spaces)
    if (space.nearest->of_generated.size() != generated || space.nearest->of_reference.size() != reference)
      fail_input("coverage by fingerprints of different numbers of crystals");
  if (n_generated == 0) n_generated = generated;
  if (n_generated < generated) fail_input("{} crystals have {} fingerprints", n_generated, generated);
  return {covered_share(spaces, &NearestInSet::of_reference, reference),
          covered_share(spaces, &NearestInSet::of_generated, n_generated)};
}

double mean_distance(const std::vector<double>& nearest) {
  if (nearest.empty()) fail_input("no distances to take the mean of");
  double sum = 0.0;
  for (const double d : nearest) sum += d;
  return sum / static_cast<double>(nearest.size());
}

double wasserstein_distance(std::vector<double> a, std::vector<double> b) {
  if (a.empty() || b.empty()) fail_input("an empty sample has no distance");
  check_finite(a.data(), a.size());
  check_finite(b.data(), b.size());
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  // From place to place where either distribution has a step.
  std::size_t i = 0, j = 0;
  double area = 0.0, place = std::min(a.front(), b.front());
  while (i < a.size() || j < b.size()) {
    const bool first = j == b.size() || (i < a.size() && a[i] <= b[j]);
    const double next = first ? a[i] : b[j];
    const double below_a = static_cast<double>(i) / static_cast<double>(a.size());
    const double below_b = static_cast<double>(j) / static_cast<double>(b.size());
    area += std::abs(below_a - below_b) * (next - place);
    place = next;
    ++(first ? i : j);
  }
  return area;
}

}  // namespace spinel
