#include "discover/known_hull.hpp"

namespace spinel {

void KnownHull::compute() {
  table_ = compute_hull(communicator_, list_.entries);
  StoredHull stored;
  if (communicator_.is_root()) stored = stored_hull(list_.entries, table_, list_.kind);
  reference_ = std::make_shared<ReferenceHull>(communicator_, stored);
}

std::vector<KnownHull::Point> KnownHull::at(const std::vector<Composition>& compositions) const {
  EntryList asked;
  if (communicator_.is_root()) {
    asked.kind = list_.kind;
    for (const Composition& composition : compositions) asked.entries.push_back({"", composition, 0.0});
  }
  // An entry of energy 0 is as far above the hull as the hull is below 0.
  const CandidateTable table = reference_->assess(asked);
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

}  // namespace spinel
