#include "stability/reference_hull.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "stability/system_hull.hpp"

namespace spinel {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t n_elements = 118;
constexpr std::size_t piece_size = 1024;  // candidates of one system that a rank takes together

/// Some candidates of one chemical system.
struct Piece {
  ElementSet elements;
  std::vector<std::int32_t> candidates;
};

std::vector<Piece> pieces_by_system(const EntryArrays& candidates, std::int64_t& n_systems) {
  std::vector<Piece> pieces;
  std::unordered_map<ElementSet, std::size_t, ElementSetHash> open;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    const ElementSet set = candidates.elements(c);
    const auto [at, is_new] = open.emplace(set, pieces.size());
    if (is_new) {
      ++n_systems;
      pieces.push_back({set, {}});
    } else if (pieces[at->second].candidates.size() == piece_size) {
      at->second = pieces.size();
      pieces.push_back({set, {}});
    }
    pieces[at->second].candidates.push_back(static_cast<std::int32_t>(c));
  }
  return pieces;
}

struct Results {
  std::vector<std::int32_t> candidate;
  std::vector<double> hull;  // energy of the hull there
  std::vector<std::int64_t> n_parts;
  std::vector<std::int32_t> part;  // phases
  std::vector<double> amount;
};

std::vector<double> broadcast(const Communicator& communicator, std::vector<double> values) {
  communicator.broadcast(values);
  return values;
}

}  // namespace

StoredHull stored_hull(const std::vector<HullEntry>& entries, const HullTable& table, EnergyKind kind) {
  StoredHull hull{kind, {}, std::vector<double>(n_elements + 1, nan)};
  for (const auto& reference : table.references)
    hull.reference[static_cast<std::size_t>(reference.atomic_number)] = reference.energy;
  for (std::size_t e = 0; e < table.size(); ++e)
    if (table.stable[e] != 0) hull.stable.push_back({entries[e].id, entries[e].composition, table.formation_energy[e]});
  return hull;
}

ReferenceHull::ReferenceHull(const Communicator& communicator, const StoredHull& hull)
    : communicator_(communicator),
      kind_(communicator.max(static_cast<int>(communicator.is_root() ? hull.kind : EnergyKind::formation)) ==
                    static_cast<int>(EnergyKind::total)
                ? EnergyKind::total
                : EnergyKind::formation),
      reference_(broadcast(communicator, hull.reference)),
      phases_(broadcast_entries(communicator, hull.stable), [&](std::size_t e) {
        return e < hull.stable.size() ? hull.stable[e].id : fmt::format("number {}", e + 1);
      }) {}

CandidateTable ReferenceHull::assess(const EntryList& list) const {
  const bool root = communicator_.is_root();
  const bool total = communicator_.max(root && list.kind == EnergyKind::total ? 1 : 0) == 1;
  if (total && kind_ == EnergyKind::formation)
    fail_input(
        "the candidates have total energies, but the reference was made from formation energies: both must be measured "
        "from the same zero");
  EntryArrays candidates = broadcast_entries(communicator_, list.entries);
  CandidateTable table;
  const auto pieces = pieces_by_system(candidates, table.n_systems);
  std::vector<double> costs;
  for (const Piece& piece : pieces)
    costs.push_back(20.0 * std::exp2(std::min(piece.elements.size(), 30)) +
                    static_cast<double>(piece.candidates.size()) * piece.elements.size());
  const auto rank = share_by_cost(costs, communicator_.size());

  Results mine;
  std::vector<double> fractions;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (rank[i] != communicator_.rank()) continue;
    const auto numbers = pieces[i].elements.atomic_numbers();
    if (std::any_of(numbers.begin(), numbers.end(), [&](int z) { return phases_.element_phase(z) < 0; })) continue;
    SystemHull hull(phases_, pieces[i].elements);
    const auto every = [](std::int32_t) { return true; };
    for (const auto sub : phases_.subsystems(pieces[i].elements)) hull.add_system(sub, every);
    if (const auto own = phases_.find(pieces[i].elements); own >= 0 && numbers.size() > 1) hull.add_system(own, every);
    for (const auto c : pieces[i].candidates) {
      const HullPoint& point =
          hull.at(&candidates.fraction[static_cast<std::size_t>(candidates.begin[static_cast<std::size_t>(c)])]);
      const std::size_t before = mine.part.size();
      hull.append_parts(point, mine.part, mine.amount);
      mine.candidate.push_back(c);
      mine.hull.push_back(point.energy);
      mine.n_parts.push_back(static_cast<std::int64_t>(mine.part.size() - before));
    }
  }
  const Results all = {communicator_.gather(mine.candidate), communicator_.gather(mine.hull),
                       communicator_.gather(mine.n_parts), communicator_.gather(mine.part),
                       communicator_.gather(mine.amount)};
  if (!root) return {};

  constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> row(candidates.size(), none), part(all.candidate.size() + 1, 0);
  for (std::size_t i = 0; i < all.candidate.size(); ++i) {
    row[static_cast<std::size_t>(all.candidate[i])] = i;
    part[i + 1] = part[i] + static_cast<std::size_t>(all.n_parts[i]);
  }
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    auto& d = table.decomposition;
    double formation = candidates.energy[c];
    for (auto at = candidates.begin[c]; at < candidates.begin[c + 1]; ++at) {
      const auto z = static_cast<std::size_t>(candidates.element[static_cast<std::size_t>(at)]);
      if (phases_.element_phase(static_cast<int>(z)) < 0) table.missing.insert(static_cast<int>(z));
      if (total) formation -= candidates.fraction[static_cast<std::size_t>(at)] * reference_[z];
    }
    const std::size_t i = row[c];
    if (i == none) ++table.n_missing;
    table.formation_energy.push_back(i == none && total ? nan : formation);
    table.energy_above_hull.push_back(i == none ? nan : formation - all.hull[i]);
    for (std::size_t j = i == none ? 0 : part[i]; j < (i == none ? 0 : part[i + 1]); ++j) {
      d.entry.push_back(phases_.all()[static_cast<std::size_t>(all.part[j])].entry);
      d.amount.push_back(all.amount[j]);
    }
    d.begin.push_back(static_cast<std::int64_t>(d.entry.size()));
  }
  return table;
}

}  // namespace spinel
