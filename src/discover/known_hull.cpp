#include "discover/known_hull.hpp"

#include <algorithm>

#include "core/byte_stream.hpp"

namespace spinel {

void KnownHull::compute() {
  table_ = compute_hull(communicator_, list_.entries);
  StoredHull stored;
  if (communicator_.is_root()) stored = stored_hull(list_.entries, table_, list_.kind);
  reference_ = std::make_shared<ReferenceHull>(communicator_, stored);
}

/// Collective. Entries of energy 0 against the hull.
CandidateTable KnownHull::assess(const std::vector<Composition>& compositions) const {
  EntryList asked;
  if (communicator_.is_root()) {
    asked.kind = list_.kind;
    for (const Composition& composition : compositions) asked.entries.push_back({"", composition, 0.0});
  }
  return reference_->assess(asked);
}

std::vector<KnownHull::Point> KnownHull::at(const std::vector<Composition>& compositions) const {
  // An entry of energy 0 is as far above the hull as the hull is below 0.
  const CandidateTable table = assess(compositions);
  std::vector<double> values(2 * compositions.size());
  if (communicator_.is_root())
    for (std::size_t c = 0; c < compositions.size(); ++c) {
      values[2 * c] = 0.0 - table.energy_above_hull[c];
      values[2 * c + 1] = table.formation_energy[c] - table.energy_above_hull[c];
    }
  communicator_.broadcast(values);
  std::vector<Point> points;
  for (std::size_t c = 0; c < compositions.size(); ++c) points.push_back({values[2 * c], values[2 * c + 1]});
  return points;
}

std::vector<std::vector<std::int64_t>> KnownHull::phases(const std::vector<Composition>& compositions) const {
  const CandidateTable table = assess(compositions);
  std::vector<std::vector<std::int64_t>> phases(compositions.size());
  std::vector<char> bytes;
  if (communicator_.is_root()) {
    std::vector<std::int64_t> entry;  // of each that is stable
    for (std::size_t e = 0; e < table_.size(); ++e)
      if (table_.stable[e] != 0) entry.push_back(static_cast<std::int64_t>(e));
    const Decompositions& parts = table.decomposition;
    for (std::size_t c = 0; c < compositions.size(); ++c) {
      for (auto p = parts.begin[c]; p < parts.begin[c + 1]; ++p)
        phases[c].push_back(entry[static_cast<std::size_t>(parts.entry[static_cast<std::size_t>(p)])]);
      std::sort(phases[c].begin(), phases[c].end());
    }
    bytes = pack(phases);
  }
  communicator_.broadcast(bytes);
  return unpack<std::vector<std::vector<std::int64_t>>>(bytes);
}

}  // namespace spinel
