#include "stability/convex_hull.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "stability/lower_hull.hpp"
#include "stability/phases.hpp"
#include "stability/system_hull.hpp"

namespace spinel {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Results of some phases, one after the other.
struct PhaseResults {
  std::vector<std::int32_t> phase;
  std::vector<double> above, inverse, separation;
  std::vector<std::int64_t> n_parts;
  std::vector<std::int32_t> part;  // phases
  std::vector<double> amount;
};

class HullOfSystem {
 public:
  HullOfSystem(const Phases& phases, std::vector<unsigned char>& stable) : phases_(phases), stable_(stable) {}

  /// Adds the results of a system's own phases; marks those that are stable.
  void solve(std::int32_t number, PhaseResults& results) {
    const ChemicalSystem& system = phases_.systems()[static_cast<std::size_t>(number)];
    if (system.size() == 1) {
      stable_[static_cast<std::size_t>(system.begin)] = 1;
      results.phase.push_back(system.begin);
      results.above.push_back(0.0);
      results.inverse.push_back(0.0);
      results.separation.push_back(0.0);
      results.n_parts.push_back(1);
      results.part.push_back(system.begin);
      results.amount.push_back(1.0);
      return;
    }
    const auto subsystems = phases_.subsystems(system.elements);
    SystemHull hull(phases_, system.elements);
    for (const auto sub : subsystems) hull.add_system(sub, [&](std::int32_t p) { return is_stable(p); });
    add_own(system, hull);
    const std::size_t first = results.phase.size();
    bool any = false;
    for (auto p = system.begin; p < system.end; ++p) any = measure(p, hull, results) || any;
    if (any) compete(system, subsystems, first, results);
  }

 private:
  bool is_stable(std::int32_t phase) const { return stable_[static_cast<std::size_t>(phase)] != 0; }
  double energy(std::int32_t phase) const { return phases_.all()[static_cast<std::size_t>(phase)].formation_energy; }

  /// The deepest first: few of those that lie below the hull so far will lie above it in the end.
  void add_own(const ChemicalSystem& system, SystemHull& hull) {
    order_.resize(static_cast<std::size_t>(system.end - system.begin));
    std::iota(order_.begin(), order_.end(), system.begin);
    std::stable_sort(order_.begin(), order_.end(), [&](auto a, auto b) { return energy(a) < energy(b); });
    for (const auto p : order_) {
      if (energy(p) >= 0.0) break;
      if (energy(p) < hull.at(p).energy - below_hull) hull.add(p);
    }
  }

  bool measure(std::int32_t p, SystemHull& hull, PhaseResults& results) {
    const HullPoint& point = hull.at(p);
    const double above = std::max(0.0, energy(p) - point.energy);
    const bool stable = above <= on_hull;
    stable_[static_cast<std::size_t>(p)] = stable ? 1 : 0;
    results.phase.push_back(p);
    results.above.push_back(stable ? 0.0 : above);
    results.inverse.push_back(nan);
    results.separation.push_back(above);
    const std::size_t before = results.part.size();
    if (stable) {
      results.part.push_back(p);
      results.amount.push_back(1.0);
    } else {
      hull.append_parts(point, results.part, results.amount);
    }
    results.n_parts.push_back(static_cast<std::int64_t>(results.part.size() - before));
    return stable;
  }

  /// Inverse hull distance and phase separation energy of the stable phases of this system.
  void compete(const ChemicalSystem& system, const std::vector<std::int32_t>& subsystems, std::size_t first,
               PhaseResults& results) {
    SystemHull hull(phases_, system.elements);
    const auto add_all = [&](auto&& chosen) {
      for (const auto sub : subsystems) hull.add_system(sub, chosen);
      hull.add_phases(system, chosen);
    };
    add_all([&](std::int32_t p) { return is_stable(p); });
    const std::size_t n_stable = hull.n_columns();
    add_all([&](std::int32_t p) { return !is_stable(p) && energy(p) < 0.0; });
    for (std::size_t i = first; i < results.phase.size(); ++i) {
      const auto p = results.phase[i];
      if (!is_stable(p)) continue;
      results.inverse[i] = energy(p) - hull.without(p, n_stable).energy;
      results.separation[i] = energy(p) - hull.go_on_without().energy;
    }
  }

  const Phases& phases_;
  std::vector<unsigned char>& stable_;
  std::vector<std::int32_t> order_;
};

/// A guess at the time a system takes, any unit.
double cost(const ChemicalSystem& system) {
  const auto k = static_cast<double>(system.size());
  return (static_cast<double>(system.end - system.begin) + 2.0) * k * std::exp2(std::min(k, 30.0));
}

PhaseResults gather(const Communicator& communicator, const PhaseResults& mine) {
  return {communicator.gather(mine.phase),      communicator.gather(mine.above),   communicator.gather(mine.inverse),
          communicator.gather(mine.separation), communicator.gather(mine.n_parts), communicator.gather(mine.part),
          communicator.gather(mine.amount)};
}

HullTable table_of(const Phases& phases, const EntryArrays& entries, const PhaseResults& results) {
  // Where each phase's results and parts are.
  std::vector<std::size_t> row(phases.all().size()), part(results.phase.size() + 1, 0);
  for (std::size_t i = 0; i < results.phase.size(); ++i) {
    row[static_cast<std::size_t>(results.phase[i])] = i;
    part[i + 1] = part[i] + static_cast<std::size_t>(results.n_parts[i]);
  }
  HullTable table;
  table.n_systems = static_cast<std::int64_t>(phases.systems().size());
  table.n_compositions = static_cast<std::int64_t>(phases.all().size());
  for (int z = 1; z <= 118; ++z)
    if (const auto p = phases.element_phase(z); p >= 0)
      table.references.push_back({z, phases.all()[static_cast<std::size_t>(p)].entry, phases.reference_energy(z)});
  for (std::size_t e = 0; e < entries.size(); ++e) {
    const auto number = phases.phase_of_entry()[e];
    const Phase& phase = phases.all()[static_cast<std::size_t>(number)];
    const std::size_t i = row[static_cast<std::size_t>(number)];
    const double lift = entries.energy[e] - entries.energy[static_cast<std::size_t>(phase.entry)];
    const double above = results.above[i] + lift;
    const bool stable = above <= on_hull;
    table.formation_energy.push_back(phase.formation_energy + lift);
    table.energy_above_hull.push_back(above);
    table.stable.push_back(stable ? 1 : 0);
    table.inverse_hull_distance.push_back(stable ? results.inverse[i] : nan);
    table.phase_separation_energy.push_back(results.separation[i] + lift);
    auto& d = table.decomposition;
    if (stable) {
      d.entry.push_back(static_cast<std::int32_t>(e));
      d.amount.push_back(1.0);
    } else {
      for (std::size_t j = part[i]; j < part[i + 1]; ++j) {
        d.entry.push_back(phases.all()[static_cast<std::size_t>(results.part[j])].entry);
        d.amount.push_back(results.amount[j]);
      }
    }
    d.begin.push_back(static_cast<std::int64_t>(d.entry.size()));
  }
  return table;
}

}  // namespace

HullTable compute_hull(const Communicator& communicator, const std::vector<HullEntry>& entries) {
  const EntryArrays arrays = broadcast_entries(communicator, entries);
  if (arrays.size() == 0) fail_input("there are no entries to make a hull of");
  const Phases phases(arrays, [&](std::size_t e) {
    const bool known = e < entries.size();
    return known ? entries[e].id + " " + reduced_formula(entries[e].composition) : fmt::format("number {}", e + 1);
  });
  std::vector<double> costs;
  for (const auto& system : phases.systems()) costs.push_back(cost(system));
  std::vector<unsigned char> stable(phases.all().size(), 0);
  HullOfSystem hull(phases, stable);
  PhaseResults mine;
  const auto& systems = phases.systems();
  for (std::size_t begin = 0, end; begin < systems.size(); begin = end) {
    // A level: all systems of as many elements. What is stable in it is settled before the next one.
    end = phases.level_begin(systems[begin].size() + 1);
    const auto rank = share_by_cost(
        {costs.begin() + static_cast<std::ptrdiff_t>(begin), costs.begin() + static_cast<std::ptrdiff_t>(end)},
        communicator.size());
    for (std::size_t s = begin; s < end; ++s)
      if (rank[s - begin] == communicator.rank()) hull.solve(static_cast<std::int32_t>(s), mine);
    const auto first = static_cast<std::size_t>(systems[begin].begin),
               last = static_cast<std::size_t>(systems[end - 1].end);
    communicator.max(stable.data() + first, last - first);
  }
  const PhaseResults all = gather(communicator, mine);
  return communicator.is_root() ? table_of(phases, arrays, all) : HullTable{};
}

}  // namespace spinel
