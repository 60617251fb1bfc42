#include "fingerprint/earth_mover.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::size_t none = static_cast<std::size_t>(-1);

class Transport {
 public:
  Transport(const std::vector<double>& supply, const std::vector<double>& demand, const std::vector<double>& cost)
      : n_(supply.size()),
        m_(demand.size()),
        cost_(cost),
        supply_(supply),
        demand_(demand),
        negligible_(1e-14 * std::accumulate(supply.begin(), supply.end(), 0.0)),
        flow_(n_ * m_, 0.0),
        row_dual_(n_, 0.0),
        column_dual_(m_, infinite) {
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j < m_; ++j) column_dual_[j] = std::min(column_dual_[j], cost_[i * m_ + j]);
  }

  double solve() {
    for (std::size_t i = 0; i < n_; ++i)
      while (supply_[i] > negligible_ && send(i)) continue;
    double sum = 0.0;
    for (std::size_t place = 0; place < flow_.size(); ++place) sum += flow_[place] * cost_[place];
    return sum;
  }

 private:
  /// Sends what the cheapest way from row `source` takes. False where nothing is wanted any more, but for rounding.
  bool send(std::size_t source) {
    row_distance_.assign(n_, infinite);
    column_distance_.assign(m_, infinite);
    column_from_.assign(m_, none);
    row_from_.assign(n_, none);
    scanned_.assign(m_, 0);
    row_distance_[source] = 0.0;
    rows_ = {source};
    std::size_t last = none;
    for (std::size_t done = 0; last == none;) {
      for (; done < rows_.size(); ++done) reach_columns(rows_[done]);
      std::size_t nearest = none;
      for (std::size_t j = 0; j < m_; ++j)
        if (scanned_[j] == 0 && (nearest == none || column_distance_[j] < column_distance_[nearest])) nearest = j;
      if (nearest == none) return false;
      scanned_[nearest] = 1;
      if (demand_[nearest] > negligible_)
        last = nearest;
      else
        reach_rows(nearest);
    }

    // Reduced costs stay at 0 or above, and at 0 where something flows.
    const double way = column_distance_[last];
    for (const std::size_t i : rows_) row_dual_[i] += way - row_distance_[i];
    for (std::size_t j = 0; j < m_; ++j)
      if (scanned_[j] != 0) column_dual_[j] -= way - column_distance_[j];

    double amount = std::min(supply_[source], demand_[last]);
    for (std::size_t j = last;;) {
      const std::size_t i = column_from_[j];
      if (i == source) break;
      j = row_from_[i];
      amount = std::min(amount, flow_[i * m_ + j]);
    }
    for (std::size_t j = last;;) {
      const std::size_t i = column_from_[j];
      flow_[i * m_ + j] += amount;
      if (i == source) break;
      j = row_from_[i];
      double& back = flow_[i * m_ + j];
      back = back - amount > negligible_ ? back - amount : 0.0;
    }
    supply_[source] -= amount;
    demand_[last] -= amount;
    return true;
  }

  void reach_columns(std::size_t i) {
    const double* cost = &cost_[i * m_];
    const double offset = row_distance_[i] - row_dual_[i];
    for (std::size_t j = 0; j < m_; ++j) {
      const double distance = std::max(offset + cost[j] - column_dual_[j], row_distance_[i]);
      if (scanned_[j] != 0 || !(distance < column_distance_[j])) continue;
      column_distance_[j] = distance;
      column_from_[j] = i;
    }
  }

  /// What flows to column j may be turned back to its rows.
  void reach_rows(std::size_t j) {
    for (std::size_t i = 0; i < n_; ++i) {
      if (row_distance_[i] != infinite || !(flow_[i * m_ + j] > 0.0)) continue;
      row_distance_[i] = column_distance_[j];
      row_from_[i] = j;
      rows_.push_back(i);
    }
  }

  std::size_t n_, m_;
  const std::vector<double>& cost_;
  std::vector<double> supply_, demand_;  // what is left
  double negligible_;
  std::vector<double> flow_;  // [row][column]
  std::vector<double> row_dual_, column_dual_, row_distance_, column_distance_;
  std::vector<std::size_t> column_from_, row_from_, rows_;
  std::vector<char> scanned_;
};

double checked_sum(const std::vector<double>& amounts) {
  double sum = 0.0;
  for (const double amount : amounts) {
    if (!(amount > 0.0) || !std::isfinite(amount)) fail_input("an amount to be moved is {}, not above 0", amount);
    sum += amount;
  }
  return sum;
}

}  // namespace

double earth_movers_distance(const std::vector<double>& supply, const std::vector<double>& demand,
                             const std::vector<double>& cost) {
  if (cost.size() != supply.size() * demand.size())
    fail_input("{} costs of moving {} heaps to {} places", cost.size(), supply.size(), demand.size());
  const double available = checked_sum(supply), wanted = checked_sum(demand);
  if (!(std::abs(available - wanted) <= 1e-9 * std::max(available, wanted)))
    fail_input("{} is to be moved, {} is wanted", available, wanted);
  for (const double c : cost)
    if (!(c >= 0.0) || !std::isfinite(c)) fail_input("the cost of moving is {}", c);
  return Transport(supply, demand, cost).solve();
}

}  // namespace spinel
