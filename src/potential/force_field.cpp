#include "potential/force_field.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace spinel {

ForceField::ForceField(LocalAtoms atoms, Halo halo, std::shared_ptr<Potential> potential,
                       const NeighborParameters& neighbor, const ParallelParameters& parallel, Timers& timers)
    : atoms_(std::move(atoms)),
      halo_(std::move(halo)),
      potential_(std::move(potential)),
      neighbor_(neighbor),
      parallel_(parallel),
      timers_(timers) {
  potential_->begin_structure();
}

EnergyVirial ForceField::update(Wanted wanted) {
  // What a checkpoint restored has had its turn in the run that wrote it.
  if (!built_ || (!restored_ && must_rebuild())) {
    rebuild();
  } else {
    const auto timing = timers_.scope(Region::halo);
    halo_.forward_positions(atoms_);
  }
  if (!restored_) ++counts_.steps_since_build;
  restored_ = false;

  const bool ghost_forces = potential_->ghost_needs().returns_forces;
  forces_.resize(ghost_forces ? atoms_.n_all() : atoms_.n_owned);
  EnergyVirial result;
  {
    const auto timing = timers_.scope(Region::pair);
    result = potential_->compute(atoms_, list_, halo_, wanted, forces_);
  }
  const auto timing = timers_.scope(Region::halo);
  if (ghost_forces) halo_.reverse_add(forces_.data()->data(), 3);
  if (communicator().size() > 1 && (wanted.energy || wanted.virial)) {
    std::array<double, 7> sums{result.energy};
    std::copy(result.virial.begin(), result.virial.end(), sums.begin() + 1);
    communicator().sum(sums.data(), sums.size());
    result.energy = sums[0];
    std::copy(sums.begin() + 1, sums.end(), result.virial.begin());
  }
  return result;
}

ForceField::Staleness ForceField::staleness() const {
  double least_stretch = 1.0;
  Mat3 deformation = Mat3::Identity();  // x = deformation · x_build for an atom carried along by the cell
  const bool cell_moved = atoms_.cell != atoms_.build_cell;
  if (cell_moved) {
    deformation = (atoms_.build_cell.inverse() * atoms_.cell).transpose();
    const Eigen::SelfAdjointEigenSolver<Mat3> stretch(deformation.transpose() * deformation, Eigen::EigenvaluesOnly);
    least_stretch = std::sqrt(std::max(stretch.eigenvalues()[0], 0.0));
  }
  const double room = least_stretch * list_.range() - potential_->cutoff();
  if (room <= 0.0) return Staleness::stale;
  const double limit2 = 0.25 * room * room;
  // No early exit: the plain maximum vectorizes, and most steps look at every atom anyway.
  double largest2 = 0.0;
  bool finite = true;
  for (std::size_t i = 0; i < atoms_.n_owned; ++i) {
    const Vec3 moved = cell_moved ? Vec3(atoms_.position[i] - deformation * atoms_.build_position[i])
                                  : Vec3(atoms_.position[i] - atoms_.build_position[i]);
    const double distance2 = moved.squaredNorm();
    finite &= distance2 <= 1e300;
    largest2 = std::max(largest2, distance2);
  }
  return largest2 > limit2 || !finite ? Staleness::stale : Staleness::fresh;
}

bool ForceField::must_rebuild() {
  const auto timing = timers_.scope(Region::neighbor);
  const bool due = neighbor_.rebuild_every > 0 && counts_.steps_since_build >= neighbor_.rebuild_every;
  // With the check on every step no list is ever used stale; without it, a list found stale when its time has come
  // may have been so before.
  bool stale = false;
  if (neighbor_.check_displacement || due) stale = staleness() == Staleness::stale;
  if (communicator().size() == 1) {
    flag_ = flag_source_ ? flag_source_() : 0.0;
  } else if (neighbor_.check_displacement || due || flag_source_) {
    std::array<double, 2> decision{stale ? 1.0 : 0.0, flag_source_ ? flag_source_() : 0.0};
    communicator().max(decision.data(), decision.size());
    stale = decision[0] > 0.0;
    flag_ = decision[1];
  }
  if (stale && !neighbor_.check_displacement) ++counts_.dangerous;
  return due || stale;
}

double ForceField::measure_imbalance() const {
  const auto most = static_cast<double>(communicator().max(static_cast<std::int64_t>(atoms_.n_owned)));
  return most * communicator().size() / static_cast<double>(std::max<std::int64_t>(atoms_.n_global, 1));
}

void ForceField::build_list() {
  const double range = potential_->cutoff() + neighbor_.skin;
  {
    const auto timing = timers_.scope(Region::halo);
    halo_.exchange(atoms_, range);
  }
  list_.build(atoms_, range);
}

void ForceField::rebuild() {
  const auto timing = timers_.scope(Region::neighbor);
  const double sort_length = 0.5 * (potential_->cutoff() + neighbor_.skin);
  halo_.migrate(atoms_, sort_length);
  if (communicator().size() > 1) {
    if (counts_.builds_since_balance_check == 0) {
      imbalance_ = measure_imbalance();
      if (parallel_.balance && imbalance_ > parallel_.balance_threshold) {
        const Mat3 to_fractional = atoms_.cell.inverse().transpose();
        std::vector<Vec3> fractional(atoms_.n_owned);
        for (std::size_t i = 0; i < atoms_.n_owned; ++i) fractional[i] = to_fractional * atoms_.position[i];
        halo_.decomposition().balance(communicator(), fractional);
        halo_.migrate(atoms_, sort_length);
        imbalance_ = measure_imbalance();
        ++counts_.balances;
      }
    }
    if (++counts_.builds_since_balance_check >= parallel_.balance_every) counts_.builds_since_balance_check = 0;
  }
  atoms_.build_position.assign(atoms_.position.begin(),
                               atoms_.position.begin() + static_cast<std::ptrdiff_t>(atoms_.n_owned));
  atoms_.build_cell = atoms_.cell;
  build_list();
  ++counts_.builds;
  counts_.steps_since_build = 0;
  built_ = true;
}

void ForceField::rebuild_as_checkpointed(const BuildCounts& counts) {
  const auto timing = timers_.scope(Region::neighbor);
  const auto present = atoms_.position;
  const Mat3 present_cell = atoms_.cell;
  std::copy(atoms_.build_position.begin(), atoms_.build_position.end(), atoms_.position.begin());
  atoms_.cell = atoms_.build_cell;
  build_list();
  std::copy(present.begin(), present.begin() + static_cast<std::ptrdiff_t>(atoms_.n_owned), atoms_.position.begin());
  atoms_.cell = present_cell;
  counts_ = counts;
  imbalance_ = measure_imbalance();
  built_ = true;
  restored_ = true;
}

std::size_t ForceField::memory_bytes() const {
  const LocalAtoms& a = atoms_;
  std::size_t bytes = list_.memory_bytes() + halo_.memory_bytes() + forces_.capacity() * sizeof(Vec3);
  bytes += (a.position.capacity() + a.velocity.capacity() + a.build_position.capacity()) * sizeof(Vec3);
  bytes += a.type.capacity() * sizeof(std::int32_t) + a.id.capacity() * sizeof(std::int64_t);
  bytes += a.image.capacity() * sizeof(Int3) + a.fixed.capacity();
  for (const AtomColumn& column : a.columns) bytes += column.values.capacity() * sizeof(double);
  return bytes;
}

}  // namespace spinel
