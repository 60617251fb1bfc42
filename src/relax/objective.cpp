#include "relax/objective.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace spinel {

namespace {

// Found best among 0.3 … 2 by the evaluations that 130 rattled and strained crystals took (doc/relaxation.md).
constexpr double strain_factor = 0.7;
constexpr double infinity = std::numeric_limits<double>::infinity();

Mat3 tensor(const std::array<double, 6>& t) {
  Mat3 m;
  m << t[0], t[5], t[4], t[5], t[1], t[3], t[4], t[3], t[2];
  return m;
}

Vec3 at(const Variables& x, std::size_t i) { return {x[3 * i], x[3 * i + 1], x[3 * i + 2]}; }

// The atoms' components that may move, as 1 or 0.
std::vector<Vec3> free_components(const LocalAtoms& atoms) {
  std::vector<Vec3> free(atoms.n_owned, Vec3::Ones());
  if (!atoms.fixed.empty())
    for (std::size_t i = 0; i < atoms.n_owned; ++i)
      for (int k = 0; k < 3; ++k)
        if (((atoms.fixed[i] >> k) & 1U) != 0) free[i][k] = 0.0;
  return free;
}

std::vector<std::uint8_t> fixed_of_all(const LocalAtoms& atoms, const Communicator& communicator) {
  std::vector<std::int32_t> bits(static_cast<std::size_t>(atoms.n_global), 0);
  if (!atoms.fixed.empty())
    for (std::size_t i = 0; i < atoms.n_owned; ++i) bits[static_cast<std::size_t>(atoms.id[i])] = atoms.fixed[i];
  communicator.sum(bits.data(), bits.size());
  return {bits.begin(), bits.end()};
}

}  // namespace

RelaxationObjective::RelaxationObjective(ForceField& field, const RelaxationSettings& settings)
    : field_(field),
      settings_(settings),
      blocks_(field.communicator(), field.atoms().n_global),
      start_cell_(field.atoms().cell),
      strains_(CellFreedom::fixed, {}, Mat3::Identity(), {}, {}) {
  LocalAtoms& atoms = field.atoms();
  if (atoms.image.empty()) atoms.image.assign(atoms.n_owned, Int3{0, 0, 0});
  blocks_.follow(atoms);
  std::vector<Vec3> unwrapped(atoms.n_owned);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) unwrapped[i] = atoms.unwrapped(i);
  start_ = blocks_.to_blocks(unwrapped);
  free_ = blocks_.to_blocks(free_components(atoms));

  if (!settings.symmetry.empty()) {
    if (settings.cell != CellFreedom::fixed) {
      start_cell_ = SymmetryProjection::symmetric_cell(settings.symmetry, atoms.cell);
      const Mat3 deformation = (atoms.cell.inverse() * start_cell_).transpose();
      for (Vec3& x : start_) x = (deformation * x).eval();
    }
    symmetry_ = std::make_unique<SymmetryProjection>(settings.symmetry, start_cell_,
                                                     fixed_of_all(atoms, communicator()), blocks_, communicator());
    const auto shift = symmetry_->displacement_to_symmetric(start_, start_cell_, atoms.periodic);
    for (std::size_t i = 0; i < start_.size(); ++i) start_[i] += free_[i].cwiseProduct(shift[i]);
  }
  strains_ = StrainSpace(settings.cell, settings.fixed_axes, start_cell_, atoms.periodic,
                         symmetry_ ? symmetry_->rotations() : std::vector<Mat3>());
  if (communicator().rank() == communicator().size() - 1) n_local_strains_ = strains_.size();
  start_volume_ = start_cell_.determinant();
  const auto n = static_cast<double>(std::max<std::int64_t>(atoms.n_global, 1));
  length_ = std::cbrt(start_volume_ / n);
  strain_unit_ = strain_factor * std::sqrt(n) * length_;
}

std::string RelaxationObjective::volume_obstacle(double volume) const {
  const double factor = volume / start_volume_;
  if (factor > settings_.max_volume_change)
    return fmt::format("the volume grew by more than a factor of {:.4g}, from {:.6g} to {:.6g}",
                       settings_.max_volume_change, start_volume_, volume);
  if (!(factor * settings_.max_volume_change >= 1.0))
    return fmt::format("the volume shrank by more than a factor of {:.4g}, from {:.6g} to {:.6g}",
                       settings_.max_volume_change, start_volume_, volume);
  return {};
}

void RelaxationObjective::move_to(const Variables& x, const Mat3& deformation) {
  LocalAtoms& atoms = field_.atoms();
  std::vector<Vec3> place(blocks_.size());
  for (std::size_t i = 0; i < place.size(); ++i) place[i] = at(x, i);
  if (symmetry_) symmetry_->project(place);
  for (std::size_t i = 0; i < place.size(); ++i) place[i] = start_[i] + free_[i].cwiseProduct(place[i]);
  const auto owned = blocks_.to_owners(place);
  atoms.cell = start_cell_ * deformation;
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    const Int3& n = atoms.image[i];
    atoms.position[i] = deformation * owned[i] - atoms.cell.transpose() * Vec3(n[0], n[1], n[2]);
  }
}

ObjectiveValue RelaxationObjective::compute(const Variables& x, Variables& gradient) {
  ObjectiveValue result;
  std::vector<double> y(strains_.size());
  const int last = communicator().size() - 1;
  if (n_local_strains_ > 0) std::copy(x.end() - static_cast<std::ptrdiff_t>(y.size()), x.end(), y.begin());
  if (last > 0 && !y.empty()) communicator().broadcast(y.data(), y.size(), last);
  for (double& component : y) component /= strain_unit_;
  const SymmetricExponential deformation(strains_.strain(y.data()));
  const double volume = start_volume_ * deformation.value().determinant();
  result.obstacle = volume_obstacle(volume);
  if (!result.physical()) return result;

  move_to(x, deformation.value());
  const EnergyVirial sums = field_.update({true, true});
  ++evaluations_;
  if (field_.counts().builds != builds_) {
    builds_ = field_.counts().builds;
    blocks_.follow(field_.atoms());
  }

  RelaxationProgress& progress = result.progress;
  progress.evaluations = evaluations_;
  progress.energy = sums.energy;
  progress.volume = volume;
  progress.enthalpy = result.enthalpy = sums.energy + settings_.pressure * volume;
  const Mat3 beyond = settings_.pressure * volume * Mat3::Identity() - tensor(sums.virial);
  for (std::size_t k = 0; k < 6; ++k) result.stress[k] = -sums.virial[k] / volume;
  progress.smax = strains_.project(beyond).cwiseAbs().maxCoeff() / volume;

  auto force = blocks_.to_blocks(
      {field_.forces().begin(), field_.forces().begin() + static_cast<std::ptrdiff_t>(field_.atoms().n_owned)});
  // −∂E/∂u before the projection. Where only some components are free they are so in the unstrained cell.
  std::vector<Vec3> pulled(force.size());
  for (std::size_t i = 0; i < force.size(); ++i) {
    pulled[i] = free_[i].cwiseProduct(deformation.value() * force[i]);
    if (free_[i] != Vec3::Ones()) force[i] = pulled[i];
  }
  if (symmetry_) symmetry_->project_gradient(force);
  double largest2 = 0.0;
  bool finite = true;
  for (const Vec3& f : force) {
    finite &= f.allFinite();
    largest2 = std::max(largest2, f.squaredNorm());
  }
  std::array<double, 2> extremes{std::sqrt(largest2), finite ? 0.0 : 1.0};
  if (last > 0) communicator().max(extremes.data(), extremes.size());
  progress.fmax = extremes[0];
  finite = extremes[1] == 0.0 && std::isfinite(sums.energy) && std::isfinite(progress.smax);
  if (!finite) {
    result.obstacle =
        fmt::format("the {} not finite", std::isfinite(sums.energy) ? "forces or stress are" : "energy is");
    return result;
  }
  find_distances(result);
  if (!result.physical()) return result;

  if (symmetry_) symmetry_->project_gradient(pulled);
  gradient.resize(size());
  for (std::size_t i = 0; i < pulled.size(); ++i)
    for (std::size_t k = 0; k < 3; ++k) gradient[3 * i + k] = -pulled[i][static_cast<int>(k)];
  if (n_local_strains_ > 0) {
    double* out = gradient.data() + 3 * blocks_.size();
    strains_.coordinates(deformation.gradient(beyond), out);
    for (std::size_t k = 0; k < n_local_strains_; ++k) out[k] /= strain_unit_;
  }
  return result;
}

void RelaxationObjective::find_distances(ObjectiveValue& result) const {
  if (!(settings_.minimum_distance > 0.0)) return;
  const LocalAtoms& atoms = field_.atoms();
  const NeighborList& list = field_.neighbors();
  double least2 = infinity;
  std::int64_t first = 0, second = 0;
  for (std::size_t i = 0; i < list.n_rows(); ++i) {
    const std::uint32_t* row = list.begin(i);
    for (std::size_t k = 0; k < list.count(i); ++k) {
      const double distance2 = (atoms.position[row[k]] - atoms.position[i]).squaredNorm();
      if (distance2 >= least2) continue;
      least2 = distance2;
      first = atoms.id[i];
      second = atoms.id[row[k]];
    }
  }
  const double least = communicator().min(least2);
  if (least >= settings_.minimum_distance * settings_.minimum_distance) return;
  const int owner = communicator().min(least2 == least ? communicator().rank() : communicator().size());
  std::array<std::int64_t, 2> pair{first, second};
  communicator().broadcast(pair.data(), 2, owner);
  std::sort(pair.begin(), pair.end());
  result.obstacle = fmt::format("atoms {} and {} came within {:.4g} of each other, less than minimum_distance = {:.4g}",
                                pair[0] + 1, pair[1] + 1, std::sqrt(least), settings_.minimum_distance);
}

double RelaxationObjective::dot(const Variables& a, const Variables& b) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return communicator().sum(sum);
}

double RelaxationObjective::longest_move(const Variables& step) const {
  double longest2 = 0.0;
  for (std::size_t i = 0; i < blocks_.size(); ++i) longest2 = std::max(longest2, at(step, i).squaredNorm());
  if (n_local_strains_ > 0) {
    const Mat3 strain = strains_.strain(step.data() + 3 * blocks_.size()) / strain_unit_;
    longest2 = std::max(longest2, std::pow(length_ * strain.cwiseAbs().maxCoeff(), 2));
  }
  return std::sqrt(communicator().max(longest2));
}

}  // namespace spinel
