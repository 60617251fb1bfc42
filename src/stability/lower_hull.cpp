#include "stability/lower_hull.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr double absent = 1e30;           // energy of a column that must not be used, eV/atom
constexpr double cost_tolerance = 1e-12;  // of reduced costs, times the size of the potentials, eV/atom
constexpr double pivot_tolerance = 1e-9;  // least element to divide by
constexpr double outside_tolerance = 1e-12;
constexpr std::size_t refactor_every = 50;  // steps
constexpr std::size_t most_facets = 2048;

}  // namespace

LowerHull::LowerHull(std::size_t n_elements) : k_(n_elements) {
  target_.resize(k_);
  point_.columns.resize(k_);
  point_.amounts.resize(k_);
  point_.potentials.resize(k_);
  inverse_.resize(k_ * k_);
  direction_.resize(k_);
  matrix_.resize(k_ * k_);
  std::vector<double> unit(k_, 0.0);
  for (std::size_t i = 0; i < k_; ++i) {
    unit[i] = 1.0;
    add(unit.data(), 0.0);
    unit[i] = 0.0;
  }
}

namespace {

/// Rows of `stride` numbers made longer, the new places filled with 0.
void widen(std::vector<double>& rows, std::size_t n_rows, std::size_t& stride, std::size_t wanted) {
  std::vector<double> wider(n_rows * wanted, 0.0);
  for (std::size_t i = 0; i < n_rows; ++i)
    std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(i * stride), stride,
                wider.begin() + static_cast<std::ptrdiff_t>(i * wanted));
  rows = std::move(wider);
  stride = wanted;
}

}  // namespace

std::int32_t LowerHull::add(const double* fractions, double formation_energy, std::size_t stride) {
  if (n_ == stride_) {
    widen(fractions_, k_, stride_, std::max<std::size_t>(2 * block, 2 * stride_));
    energies_.resize(stride_, absent);
  }
  for (std::size_t i = 0; i < k_; ++i) fractions_[i * stride_ + n_] = fractions[i * stride];
  energies_[n_] = formation_energy;
  // A facet that the new phase lies below is none any more.
  for (std::size_t f = 0; f < n_facets_;) {
    double plane = 0.0;
    for (std::size_t i = 0; i < k_; ++i) plane += facet_potentials_[i * facet_stride_ + f] * fractions[i * stride];
    if (formation_energy >= plane) {
      ++f;
      continue;
    }
    const std::size_t last = --n_facets_;
    for (std::size_t i = 0; i < k_; ++i)
      facet_potentials_[i * facet_stride_ + f] = facet_potentials_[i * facet_stride_ + last];
    std::copy_n(facet_columns_.begin() + static_cast<std::ptrdiff_t>(last * k_), k_,
                facet_columns_.begin() + static_cast<std::ptrdiff_t>(f * k_));
    std::copy_n(facet_inverses_.begin() + static_cast<std::ptrdiff_t>(last * k_ * k_), k_ * k_,
                facet_inverses_.begin() + static_cast<std::ptrdiff_t>(f * k_ * k_));
  }
  return static_cast<std::int32_t>(n_++);
}

LowerHull::Cheapest LowerHull::cheapest(const double* base, const double* rows, std::size_t stride, std::size_t k,
                                        std::size_t n, const double* weight) {
  Cheapest best{0, 2.0 * absent};
  const std::size_t whole = n / block * block;
  std::array<double, block> cost, least;
  for (std::size_t j = 0; j < whole; j += block) {
    for (std::size_t b = 0; b < block; ++b) cost[b] = base[j + b];
    for (std::size_t i = 0; i < k; ++i)
      for (std::size_t b = 0; b < block; ++b) cost[b] -= weight[i] * rows[i * stride + j + b];
    least = cost;
    for (std::size_t half = block / 2; half > 0; half /= 2)
      for (std::size_t b = 0; b < half; ++b) least[b] = std::min(least[b], least[b + half]);
    if (least[0] >= best.value) continue;
    best = {j + static_cast<std::size_t>(std::find(cost.begin(), cost.end(), least[0]) - cost.begin()), least[0]};
  }
  for (std::size_t j = whole; j < n; ++j) {
    double one = base[j];
    for (std::size_t i = 0; i < k; ++i) one -= weight[i] * rows[i * stride + j];
    if (one < best.value) best = {j, one};
  }
  return best;
}

double LowerHull::reduced_cost(std::size_t column) const {
  double cost = energies_[column];
  for (std::size_t i = 0; i < k_; ++i) cost -= point_.potentials[i] * fractions_[i * stride_ + column];
  return cost;
}

const HullPoint& LowerHull::at(const double* fractions) {
  if (n_facets_ > 0) {
    // Every facet's plane lies on or below the hull, and the one that holds the composition touches it there.
    const auto highest =
        cheapest(facet_zero_.data(), facet_potentials_.data(), facet_stride_, k_, n_facets_, fractions);
    if (use_facet(highest.index, fractions)) return point_;
  }
  start_at_elements(fractions);
  run(fractions, -1, n_);
  keep_facet();
  return point_;
}

const HullPoint& LowerHull::without(std::int32_t left_out, const double* fractions, std::size_t n_columns) {
  start_at_elements(fractions);
  run(fractions, left_out, n_columns);
  return point_;
}

const HullPoint& LowerHull::go_on_without(std::int32_t left_out, std::size_t n_columns) {
  const std::vector<double> fractions = target_;
  run(fractions.data(), left_out, n_columns);
  return point_;
}

void LowerHull::start_at_elements(const double* fractions) {
  std::fill(inverse_.begin(), inverse_.end(), 0.0);
  for (std::size_t i = 0; i < k_; ++i) {
    inverse_[i * k_ + i] = 1.0;
    point_.columns[i] = static_cast<std::int32_t>(i);
    point_.amounts[i] = fractions[i];
    point_.potentials[i] = 0.0;
  }
  std::copy_n(fractions, k_, target_.begin());
}

void LowerHull::run(const double* fractions, std::int64_t left_out, std::size_t n_columns) {
  const auto hidden = left_out < 0 ? n_ : static_cast<std::size_t>(left_out);
  const double energy = left_out < 0 ? 0.0 : energies_[hidden];
  if (left_out >= 0) energies_[hidden] = absent;
  // Seldom are there more than 4 k steps; so many mean that degenerate ones go in circles, which Bland's rule cannot.
  const std::size_t patience = 50 + 20 * k_, most = 1000 * patience;
  bool exact = false;
  for (std::size_t steps = 0;; ++steps) {
    double size = 1.0;
    for (const double potential : point_.potentials) size = std::max(size, std::abs(potential));
    Cheapest next = cheapest(energies_.data(), fractions_.data(), stride_, k_, n_columns, point_.potentials.data());
    if (next.value >= -cost_tolerance * size) {
      if (exact) break;
      refactor(fractions);
      exact = true;
      continue;
    }
    if (steps > most) fail("the hull at a composition was not found in {} simplex steps", most);
    const bool bland = steps > patience;
    if (bland)
      for (std::size_t j = 0; j < n_columns; ++j)
        if (const double cost = reduced_cost(j); cost < -cost_tolerance * size) {
          next = {j, cost};
          break;
        }
    pivot(next.index, next.value, bland);
    exact = steps % refactor_every == refactor_every - 1;
    if (exact) refactor(fractions);
  }
  if (left_out >= 0) energies_[hidden] = energy;
  point_.energy = 0.0;
  for (std::size_t r = 0; r < k_; ++r) {
    point_.amounts[r] = std::max(0.0, point_.amounts[r]);
    point_.energy += point_.amounts[r] * energies_[static_cast<std::size_t>(point_.columns[r])];
  }
}

void LowerHull::pivot(std::size_t column, double reduced_cost, bool bland) {
  std::size_t leaving = k_;
  double step = 0.0;
  for (std::size_t r = 0; r < k_; ++r) {
    double d = 0.0;
    for (std::size_t i = 0; i < k_; ++i) d += inverse_[r * k_ + i] * fractions_[i * stride_ + column];
    direction_[r] = d;
    if (d < pivot_tolerance) continue;
    const double ratio = std::max(0.0, point_.amounts[r]) / d;
    // Among equal ratios the largest pivot, or by Bland's rule the first column.
    const double slack = 1e-14;
    const bool tie = leaving < k_ && std::abs(ratio - step) <= slack;
    const bool better = leaving == k_ || (!tie && ratio < step) ||
                        (tie && (bland ? point_.columns[r] < point_.columns[leaving] : d > direction_[leaving]));
    if (!better) continue;
    leaving = r;
    step = tie ? std::min(step, ratio) : ratio;
  }
  // Fractions of a phase add up to 1, and so do the directions: one of them is at least 1/k.
  if (leaving == k_) fail("a phase does not fit the facet that it lies below");

  double* row = inverse_.data() + leaving * k_;
  for (std::size_t i = 0; i < k_; ++i) row[i] /= direction_[leaving];
  for (std::size_t r = 0; r < k_; ++r) {
    if (r == leaving) continue;
    point_.amounts[r] -= step * direction_[r];
    for (std::size_t i = 0; i < k_; ++i) inverse_[r * k_ + i] -= direction_[r] * row[i];
  }
  for (std::size_t i = 0; i < k_; ++i) point_.potentials[i] += reduced_cost * row[i];
  point_.amounts[leaving] = step;
  point_.columns[leaving] = static_cast<std::int32_t>(column);
}

/// Inverse, amounts and potentials of the basis anew, free of the rounding errors of many pivots (Gauss–Jordan).
void LowerHull::refactor(const double* fractions) {
  auto& basis = matrix_;
  for (std::size_t i = 0; i < k_; ++i)
    for (std::size_t r = 0; r < k_; ++r)
      basis[i * k_ + r] = fractions_[i * stride_ + static_cast<std::size_t>(point_.columns[r])];
  std::fill(inverse_.begin(), inverse_.end(), 0.0);
  for (std::size_t i = 0; i < k_; ++i) inverse_[i * k_ + i] = 1.0;
  for (std::size_t c = 0; c < k_; ++c) {
    std::size_t p = c;
    for (std::size_t r = c + 1; r < k_; ++r)
      if (std::abs(basis[r * k_ + c]) > std::abs(basis[p * k_ + c])) p = r;
    if (basis[p * k_ + c] == 0.0) fail("the phases of a facet of the hull lie in one plane");
    for (std::size_t i = 0; i < k_ && p != c; ++i) {
      std::swap(basis[p * k_ + i], basis[c * k_ + i]);
      std::swap(inverse_[p * k_ + i], inverse_[c * k_ + i]);
    }
    const double scale = 1.0 / basis[c * k_ + c];
    for (std::size_t i = 0; i < k_; ++i) {
      basis[c * k_ + i] *= scale;
      inverse_[c * k_ + i] *= scale;
    }
    for (std::size_t r = 0; r < k_; ++r) {
      const double factor = basis[r * k_ + c];
      if (r == c || factor == 0.0) continue;
      for (std::size_t i = 0; i < k_; ++i) {
        basis[r * k_ + i] -= factor * basis[c * k_ + i];
        inverse_[r * k_ + i] -= factor * inverse_[c * k_ + i];
      }
    }
  }
  std::fill(point_.potentials.begin(), point_.potentials.end(), 0.0);
  for (std::size_t r = 0; r < k_; ++r) {
    point_.amounts[r] = 0.0;
    const double energy = energies_[static_cast<std::size_t>(point_.columns[r])];
    for (std::size_t i = 0; i < k_; ++i) {
      point_.amounts[r] += inverse_[r * k_ + i] * fractions[i];
      point_.potentials[i] += energy * inverse_[r * k_ + i];
    }
  }
}

bool LowerHull::use_facet(std::size_t facet, const double* fractions) {
  const double* inverse = facet_inverses_.data() + facet * k_ * k_;
  for (std::size_t r = 0; r < k_; ++r) {
    double amount = 0.0;
    for (std::size_t i = 0; i < k_; ++i) amount += inverse[r * k_ + i] * fractions[i];
    if (amount < -outside_tolerance) return false;
    point_.amounts[r] = std::max(0.0, amount);
  }
  point_.energy = 0.0;
  for (std::size_t r = 0; r < k_; ++r) {
    point_.columns[r] = facet_columns_[facet * k_ + r];
    point_.potentials[r] = facet_potentials_[r * facet_stride_ + facet];
    point_.energy += point_.amounts[r] * energies_[static_cast<std::size_t>(point_.columns[r])];
  }
  return true;
}

void LowerHull::keep_facet() {
  if (n_facets_ == most_facets) return;
  if (n_facets_ == facet_stride_) {
    widen(facet_potentials_, k_, facet_stride_, std::max<std::size_t>(2 * block, 2 * facet_stride_));
    facet_zero_.resize(facet_stride_, 0.0);
    facet_inverses_.resize(facet_stride_ * k_ * k_);
    facet_columns_.resize(facet_stride_ * k_);
  }
  for (std::size_t i = 0; i < k_; ++i) facet_potentials_[i * facet_stride_ + n_facets_] = point_.potentials[i];
  std::copy(point_.columns.begin(), point_.columns.end(),
            facet_columns_.begin() + static_cast<std::ptrdiff_t>(n_facets_ * k_));
  std::copy(inverse_.begin(), inverse_.end(),
            facet_inverses_.begin() + static_cast<std::ptrdiff_t>(n_facets_ * k_ * k_));
  ++n_facets_;
}

}  // namespace spinel
