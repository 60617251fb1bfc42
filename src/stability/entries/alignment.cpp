#include "stability/entries/alignment.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "stability/entries/hull_entry.hpp"

namespace spinel {

namespace {

/// The lowest energy of each composition of a level, by its reduced formula.
struct Level {
  std::vector<std::size_t> entries;
  std::map<std::string, std::size_t> lowest;
};

std::map<std::string, Level> levels_of(const EntryList& list) {
  std::map<std::string, Level> levels;
  for (std::size_t e = 0; e < list.entries.size(); ++e) {
    const HullEntry& entry = list.entries[e];
    const std::string family = functional_family(entry.run_type);
    if (family.empty())
      fail_input("entry '{}' states no run_type, so it is not known which energies it goes with", entry.id);
    Level& level = levels[family];
    level.entries.push_back(e);
    const auto found = level.lowest.emplace(reduced_formula(entry.composition), e).first;
    if (entry.energy < list.entries[found->second].energy) found->second = e;
  }
  return levels;
}

/// The shifts that fit best, leaving row `left_out` out (none: −1).
Eigen::VectorXd fit(const Eigen::MatrixXd& fractions, const Eigen::VectorXd& differences, Eigen::Index left_out) {
  constexpr double ridge = 1e-6;
  const Eigen::Index k = fractions.cols();
  Eigen::MatrixXd normal = ridge * Eigen::MatrixXd::Identity(k, k);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(k);
  for (Eigen::Index c = 0; c < fractions.rows(); ++c) {
    if (c == left_out) continue;
    normal += fractions.row(c).transpose() * fractions.row(c);
    right += differences[c] * fractions.row(c).transpose();
  }
  return normal.ldlt().solve(right);
}

AlignedLevel align(EntryList& list, const Level& level, const std::string& reference_name, const Level& reference) {
  AlignedLevel result;
  result.run_type = list.entries[level.entries.front()].run_type;
  result.n_entries = level.entries.size();
  ElementSet elements;
  for (const std::size_t e : level.entries)
    for (const auto& part : list.entries[e].composition.parts) elements.insert(part.atomic_number);
  result.elements = elements.atomic_numbers();
  std::vector<std::pair<std::size_t, std::size_t>> calibrants;
  for (const auto& [formula, e] : level.lowest)
    if (const auto same = reference.lowest.find(formula); same != reference.lowest.end())
      calibrants.emplace_back(e, same->second);
  result.n_calibrants = calibrants.size();

  const auto n = static_cast<Eigen::Index>(calibrants.size()), k = static_cast<Eigen::Index>(result.elements.size());
  Eigen::MatrixXd fractions(n, k);
  Eigen::VectorXd differences(n);
  for (Eigen::Index c = 0; c < n; ++c) {
    const auto& [own, other] = calibrants[static_cast<std::size_t>(c)];
    for (Eigen::Index i = 0; i < k; ++i)
      fractions(c, i) = list.entries[own].composition.fraction(result.elements[static_cast<std::size_t>(i)]);
    differences[c] = list.entries[own].energy - list.entries[other].energy;
  }
  for (Eigen::Index i = 0; i < k; ++i) {
    const auto count = (fractions.col(i).array() > 0.0).count();
    if (count < 2)
      fail_input("{} and {} have {} of {} in common: two are needed to move energies of one onto the other",
                 result.run_type, reference_name, count == 0 ? "no composition" : "one composition",
                 element_symbol(result.elements[static_cast<std::size_t>(i)]));
  }
  double squares = 0.0;
  for (Eigen::Index c = 0; c < n; ++c) {
    const double left = differences[c] - fractions.row(c).dot(fit(fractions, differences, c));
    squares += left * left;
  }
  result.error = std::sqrt(squares / static_cast<double>(n));
  const Eigen::VectorXd shift = fit(fractions, differences, -1);
  result.shift.assign(shift.data(), shift.data() + k);
  for (const std::size_t e : level.entries) {
    HullEntry& entry = list.entries[e];
    for (std::size_t i = 0; i < result.elements.size(); ++i)
      entry.energy -= result.shift[i] * entry.composition.fraction(result.elements[i]);
  }
  return result;
}

}  // namespace

double Alignment::error() const {
  double largest = 0.0;
  for (const AlignedLevel& level : levels) largest = std::max(largest, level.error);
  return largest;
}

Alignment align_elements(EntryList& list) {
  const auto levels = levels_of(list);
  Alignment result;
  if (levels.size() < 2) return result;
  const auto most = std::max_element(levels.begin(), levels.end(), [](const auto& a, const auto& b) {
    return a.second.entries.size() < b.second.entries.size();
  });
  result.reference = list.entries[most->second.entries.front()].run_type;
  for (auto level = levels.begin(); level != levels.end(); ++level)
    if (level != most) result.levels.push_back(align(list, level->second, result.reference, most->second));
  return result;
}

}  // namespace spinel
