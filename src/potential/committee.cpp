#include "potential/committee.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace spinel {

Committee::Committee(std::vector<std::shared_ptr<Potential>> members) : members_(std::move(members)) {
  if (members_.size() < 2) fail("a committee of {} members has no spread", members_.size());
}

double Committee::cutoff() const {
  double longest = 0.0;
  for (const auto& member : members_) longest = std::max(longest, member->cutoff());
  return longest;
}

GhostNeeds Committee::ghost_needs() const {
  GhostNeeds needs;
  for (const auto& member : members_) {
    const GhostNeeds its = member->ghost_needs();
    needs.returns_forces |= its.returns_forces;
    needs.exchanges_features |= its.exchanges_features;
  }
  return needs;
}

/// One member more of Welford's running mean and sum of squared deviations (Technometrics 4, 419 (1962)): no member's
/// forces are kept, and large forces that agree leave no rounding error of their squares.
void Committee::add_deviation(std::size_t n_before, std::size_t n_owned) {
  const double share = 1.0 / static_cast<double>(n_before + 1);
  for (std::size_t i = 0; i < n_owned; ++i) {
    const Vec3 change = member_forces_[i] - mean_force_[i];
    mean_force_[i] += share * change;
    spread_.force[i] += change.dot(member_forces_[i] - mean_force_[i]);
  }
}

EnergyVirial Committee::compute(const LocalAtoms& atoms, const NeighborList& list, Halo& halo, Wanted wanted,
                                Forces& forces) {
  const bool looks = looks_;
  looks_ = false;
  const double share = 1.0 / static_cast<double>(members_.size());
  Wanted of_member = wanted;
  of_member.energy |= looks;
  if (looks) {
    mean_force_.assign(atoms.n_owned, Vec3::Zero());
    spread_.force.assign(atoms.n_owned, 0.0);
  }
  EnergyVirial sum;
  std::vector<double> energies;
  std::fill(forces.begin(), forces.end(), Vec3::Zero());
  for (std::size_t m = 0; m < members_.size(); ++m) {
    Potential& member = *members_[m];
    const bool ghost_forces = member.ghost_needs().returns_forces;
    member_forces_.resize(ghost_forces ? atoms.n_all() : atoms.n_owned);
    const EnergyVirial one = member.compute(atoms, list, halo, of_member, member_forces_);
    // What lies on ghosts goes home with the caller's one reverse_add; the sum must not have it twice.
    for (std::size_t i = 0; i < member_forces_.size(); ++i) forces[i] += member_forces_[i];
    if (wanted.energy) sum.energy += one.energy;
    for (std::size_t k = 0; k < 6; ++k) sum.virial[k] += one.virial[k];
    if (!looks) continue;
    energies.push_back(one.energy);
    if (ghost_forces) halo.reverse_add(member_forces_.data()->data(), 3);
    add_deviation(m, atoms.n_owned);
  }
  for (Vec3& f : forces) f *= share;
  sum.energy *= share;
  for (double& v : sum.virial) v *= share;
  if (!looks) return sum;

  halo.communicator().sum(energies.data(), energies.size());
  const double degrees = static_cast<double>(members_.size() - 1);
  for (double& square : spread_.force) square = std::sqrt(std::max(square, 0.0) / degrees);
  // About the first, so that large energies that agree leave no rounding error of their mean.
  double shift = 0.0, squares = 0.0;
  for (const double e : energies) shift += share * (e - energies[0]);
  const double mean = energies[0] + shift;
  for (const double e : energies) squares += std::pow(e - energies[0] - shift, 2);
  spread_.mean_energy = mean;
  spread_.energy = std::sqrt(squares / degrees);
  return sum;
}

SpreadSummary summarize(const CommitteeSpread& spread, const LocalAtoms& atoms, const Communicator& communicator) {
  constexpr auto none = std::numeric_limits<std::int64_t>::max();
  std::array<double, 2> sums{};
  double largest = -1.0;
  std::int64_t worst = none;
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    const double here = std::isnan(spread.force[i]) ? std::numeric_limits<double>::infinity() : spread.force[i];
    sums[0] += here;
    sums[1] += here * here;
    if (here > largest || (here == largest && atoms.id[i] < worst)) {
      largest = here;
      worst = atoms.id[i];
    }
  }
  communicator.sum(sums.data(), sums.size());
  const double largest_of_all = communicator.max(largest);
  const auto n = static_cast<double>(std::max<std::int64_t>(atoms.n_global, 1));
  SpreadSummary summary;
  summary.mean_energy = spread.mean_energy;
  summary.energy = spread.energy / n;
  summary.force_max = std::max(largest_of_all, 0.0);
  summary.force_mean = sums[0] / n;
  summary.force_rms = std::sqrt(sums[1] / n);
  summary.worst_id = communicator.min(largest == largest_of_all ? worst : none);
  return summary;
}

std::vector<double> gather_force_spread(const CommitteeSpread& spread, const LocalAtoms& atoms,
                                        const Communicator& communicator) {
  const auto owned = static_cast<std::ptrdiff_t>(atoms.n_owned);
  const auto id = communicator.gather(std::vector<std::int64_t>(atoms.id.begin(), atoms.id.begin() + owned));
  const auto gathered = communicator.gather(spread.force);
  std::vector<double> result(gathered.size());
  for (std::size_t i = 0; i < id.size(); ++i) result[static_cast<std::size_t>(id[i])] = gathered[i];
  return result;
}

}  // namespace spinel
