#include "stability/phases.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <queue>

#include "core/error.hpp"
#include "crystal/elements.hpp"

namespace spinel {

namespace {

constexpr std::size_t n_elements = 118;
constexpr double composition_grid = 1e8;

}  // namespace

ElementSet EntryArrays::elements(std::size_t entry) const {
  ElementSet result;
  for (auto at = begin[entry]; at < begin[entry + 1]; ++at) result.insert(element[static_cast<std::size_t>(at)]);
  return result;
}

EntryArrays broadcast_entries(const Communicator& communicator, const std::vector<HullEntry>& on_root) {
  EntryArrays result;
  if (communicator.is_root())
    for (const HullEntry& entry : on_root) {
      const double n = entry.composition.n_atoms();
      for (const auto& part : entry.composition.parts) {
        result.element.push_back(part.atomic_number);
        result.fraction.push_back(part.amount / n);
      }
      result.begin.push_back(static_cast<std::int64_t>(result.element.size()));
      result.energy.push_back(entry.energy);
    }
  communicator.broadcast(result.begin);
  communicator.broadcast(result.element);
  communicator.broadcast(result.fraction);
  communicator.broadcast(result.energy);
  return result;
}

Phases::Phases(const EntryArrays& entries, const std::function<std::string(std::size_t)>& name)
    : phase_of_entry_(entries.size()),
      reference_(n_elements + 1, std::numeric_limits<double>::quiet_NaN()),
      element_phase_(n_elements + 1, -1) {
  // Entries by system.
  std::vector<std::vector<std::int32_t>> members;
  for (std::size_t e = 0; e < entries.size(); ++e) {
    const ElementSet set = entries.elements(e);
    const auto [at, is_new] = index_.emplace(set, static_cast<std::int32_t>(systems_.size()));
    if (is_new) {
      const auto *first = &entries.element[static_cast<std::size_t>(entries.begin[e])],
                 *last = first + (entries.begin[e + 1] - entries.begin[e]);
      systems_.push_back({set, {first, last}, 0, 0, 0});
      members.emplace_back();
    }
    members[static_cast<std::size_t>(at->second)].push_back(static_cast<std::int32_t>(e));
    if (systems_[static_cast<std::size_t>(at->second)].size() == 1) {
      double& reference = reference_[static_cast<std::size_t>(set.atomic_numbers()[0])];
      if (!(reference <= entries.energy[e])) reference = entries.energy[e];
    }
  }
  check_references(entries, name);

  std::vector<std::int32_t> order(systems_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    const auto &x = systems_[static_cast<std::size_t>(a)], &y = systems_[static_cast<std::size_t>(b)];
    return x.size() != y.size() ? x.size() < y.size() : x.atomic_numbers < y.atomic_numbers;
  });
  std::vector<ChemicalSystem> sorted;
  std::vector<std::int64_t> grid;
  for (const std::int32_t old : order) {
    ChemicalSystem system = std::move(systems_[static_cast<std::size_t>(old)]);
    auto& list = members[static_cast<std::size_t>(old)];
    const std::size_t k = system.size();
    // Equal compositions next to each other, the lowest and among equals the first one in front.
    grid.resize(list.size() * k);
    for (std::size_t m = 0; m < list.size(); ++m)
      for (std::size_t i = 0; i < k; ++i)
        grid[m * k + i] = std::llround(
            entries.fraction[static_cast<std::size_t>(entries.begin[static_cast<std::size_t>(list[m])]) + i] *
            composition_grid);
    std::vector<std::size_t> by(list.size());
    std::iota(by.begin(), by.end(), 0);
    const auto row = [&](std::size_t m) { return grid.begin() + static_cast<std::ptrdiff_t>(m * k); };
    const auto energy = [&](std::size_t m) { return entries.energy[static_cast<std::size_t>(list[m])]; };
    const auto end_of = [&](std::size_t m) { return row(m) + static_cast<std::ptrdiff_t>(k); };
    std::sort(by.begin(), by.end(), [&](std::size_t a, std::size_t b) {
      const auto [x, y] = std::mismatch(row(a), end_of(a), row(b));
      if (x != end_of(a)) return *x < *y;
      return energy(a) != energy(b) ? energy(a) < energy(b) : list[a] < list[b];
    });
    system.begin = static_cast<std::int32_t>(phases_.size());
    system.first_fraction = fractions_.size();
    const auto number = static_cast<std::int32_t>(sorted.size());
    for (std::size_t m = 0; m < by.size(); ++m) {
      const auto entry = list[by[m]];
      if (m == 0 || !std::equal(row(by[m]), end_of(by[m]), row(by[m - 1]))) {
        const auto first = static_cast<std::size_t>(entries.begin[static_cast<std::size_t>(entry)]);
        double formation = energy(by[m]);
        for (std::size_t i = 0; i < k; ++i) {
          fractions_.push_back(entries.fraction[first + i]);
          formation -= entries.fraction[first + i] * reference_energy(system.atomic_numbers[i]);
        }
        phases_.push_back({entry, number, formation});
      }
      phase_of_entry_[static_cast<std::size_t>(entry)] = static_cast<std::int32_t>(phases_.size()) - 1;
    }
    system.end = static_cast<std::int32_t>(phases_.size());
    if (k == 1) element_phase_[static_cast<std::size_t>(system.atomic_numbers[0])] = system.begin;
    index_[system.elements] = number;
    sorted.push_back(std::move(system));
  }
  systems_ = std::move(sorted);
}

void Phases::check_references(const EntryArrays& entries, const std::function<std::string(std::size_t)>& name) const {
  std::vector<std::string> missing;
  std::size_t affected = 0, first = 0;
  std::vector<bool> listed(n_elements + 1, false);
  for (std::size_t e = 0; e < entries.size(); ++e) {
    bool lacks = false;
    for (auto at = entries.begin[e]; at < entries.begin[e + 1]; ++at) {
      const auto z = static_cast<std::size_t>(entries.element[static_cast<std::size_t>(at)]);
      if (!std::isnan(reference_[z])) continue;
      lacks = true;
      if (!listed[z]) missing.emplace_back(element_symbol(static_cast<int>(z)));
      listed[z] = true;
    }
    if (lacks && affected++ == 0) first = e;
  }
  if (missing.empty()) return;
  fail_input("no entry of the pure element {}: without that reference {} of {} entries have no hull (the first: {})",
             fmt::join(missing, ", "), affected, entries.size(), name(first));
}

const double* Phases::fractions(std::int32_t phase) const {
  const ChemicalSystem& system = systems_[static_cast<std::size_t>(phases_[static_cast<std::size_t>(phase)].system)];
  return fractions_.data() + system.first_fraction + static_cast<std::size_t>(phase - system.begin) * system.size();
}

std::int32_t Phases::find(const ElementSet& elements) const {
  const auto at = index_.find(elements);
  return at == index_.end() ? -1 : at->second;
}

std::size_t Phases::level_begin(std::size_t n) const {
  const auto at = std::lower_bound(systems_.begin(), systems_.end(), n,
                                   [](const ChemicalSystem& system, std::size_t size) { return system.size() < size; });
  return static_cast<std::size_t>(at - systems_.begin());
}

std::vector<std::int32_t> Phases::subsystems(const ElementSet& elements) const {
  std::vector<std::int32_t> result;
  const auto numbers = elements.atomic_numbers();
  const std::size_t k = numbers.size(), first = level_begin(2), last = level_begin(k);
  if (k < 3) return result;
  if (k < 32 && (std::size_t{1} << k) < last - first) {
    for (std::uint32_t bits = 1; bits + 1 < std::uint32_t{1} << k; ++bits) {
      if ((bits & (bits - 1)) == 0) continue;  // a single element
      ElementSet subset;
      for (std::size_t i = 0; i < k; ++i)
        if ((bits >> i & 1) != 0) subset.insert(numbers[i]);
      if (const auto system = find(subset); system >= 0) result.push_back(system);
    }
    std::sort(result.begin(), result.end());
  } else {
    for (std::size_t s = first; s < last; ++s)
      if (elements.contains(systems_[s].elements)) result.push_back(static_cast<std::int32_t>(s));
  }
  return result;
}

std::vector<std::int32_t> share_by_cost(const std::vector<double>& cost, int n_ranks) {
  std::vector<std::int32_t> order(cost.size()), rank(cost.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return cost[static_cast<std::size_t>(a)] > cost[static_cast<std::size_t>(b)];
  });
  using Load = std::pair<double, std::int32_t>;
  std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
  for (int r = 0; r < n_ranks; ++r) loads.emplace(0.0, r);
  for (const std::int32_t piece : order) {
    auto [load, least] = loads.top();
    loads.pop();
    rank[static_cast<std::size_t>(piece)] = least;
    loads.emplace(load + cost[static_cast<std::size_t>(piece)], least);
  }
  return rank;
}

}  // namespace spinel
