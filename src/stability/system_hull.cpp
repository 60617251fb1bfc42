#include "stability/system_hull.hpp"

#include <algorithm>

namespace spinel {

namespace {

constexpr double least_amount = 1e-9;

}  // namespace

void SystemHull::spread(std::int32_t phase) {
  const auto& own =
      phases_.systems()[static_cast<std::size_t>(phases_.all()[static_cast<std::size_t>(phase)].system)].atomic_numbers;
  const double* from = phases_.fractions(phase);
  std::fill(fractions_.begin(), fractions_.end(), 0.0);
  for (std::size_t i = 0, at = 0; i < own.size(); ++i, ++at) {
    while (numbers_[at] != own[i]) ++at;
    fractions_[at] = from[i];
  }
}

void SystemHull::append_parts(const HullPoint& point, std::vector<std::int32_t>& parts,
                              std::vector<double>& amounts) const {
  const std::size_t first = parts.size();
  const auto n = point.columns.size();
  // Insertion by falling amount, then phase: a handful of numbers, in an order that does not depend on the path.
  for (std::size_t r = 0; r < n; ++r) {
    if (point.amounts[r] <= least_amount) continue;
    const auto phase = column_phase_[static_cast<std::size_t>(point.columns[r])];
    std::size_t at = parts.size();
    parts.push_back(phase);
    amounts.push_back(point.amounts[r]);
    const auto before = [&](std::size_t a, std::size_t b) {
      return amounts[a] != amounts[b] ? amounts[a] > amounts[b] : parts[a] < parts[b];
    };
    for (; at > first && before(at, at - 1); --at) {
      std::swap(parts[at], parts[at - 1]);
      std::swap(amounts[at], amounts[at - 1]);
    }
  }
}

}  // namespace spinel
