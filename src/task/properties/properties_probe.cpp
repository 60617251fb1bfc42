#include "task/properties/properties_probe.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "domain/distribute.hpp"
#include "run/setup/make_structure.hpp"

namespace spinel {

namespace {

bool same_species(const std::vector<Species>& a, const std::vector<Species>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Species& x, const Species& y) { return x.symbol == y.symbol; });
}

}  // namespace

std::vector<Vec3> PropertiesProbe::shared(std::vector<Vec3> rows) const {
  std::int64_t n = static_cast<std::int64_t>(rows.size());
  context_.world.broadcast(&n, 1);
  rows.resize(static_cast<std::size_t>(n));
  if (n > 0) context_.world.broadcast(rows.data()->data(), 3 * rows.size());
  return rows;
}

Structure PropertiesProbe::shared(Structure structure) const {
  const Communicator& world = context_.world;
  // Species travel with the atoms.
  structure.species = local_atoms_from(structure, world).species;
  world.broadcast(structure.type);
  structure.position = shared(std::move(structure.position));
  world.broadcast(structure.cell.data(), 9);
  std::array<std::int32_t, 3> periodic{};
  std::copy(structure.periodic.begin(), structure.periodic.end(), periodic.begin());
  world.broadcast(periodic.data(), 3);
  std::transform(periodic.begin(), periodic.end(), structure.periodic.begin(), [](auto p) { return p != 0; });
  structure.velocity.clear();
  structure.force.clear();
  structure.fixed.clear();
  structure.info.clear();
  return structure;
}

std::unique_ptr<ForceField> PropertiesProbe::field(LocalAtoms atoms) {
  if (!potential_ || !same_species(species_, atoms.species)) {
    species_ = atoms.species;
    potential_ = make_(species_);
  }
  auto decomposition = make_decomposition(context_.input.parallel, context_.place("parallel"), atoms, context_.world);
  return std::make_unique<ForceField>(std::move(atoms), Halo(context_.world, std::move(decomposition)), potential_,
                                      context_.input.neighbor, context_.input.parallel, timers_);
}

PropertiesProbe::Point PropertiesProbe::compute(const Structure& structure) {
  const auto field = this->field(local_atoms_from(structure, context_.world));
  const EnergyVirial sums = field->update({true, true});
  Point point;
  point.energy = sums.energy;
  if (const double volume = std::abs(structure.cell.determinant()); volume > 0.0)
    for (std::size_t k = 0; k < 6; ++k) point.stress[k] = -sums.virial[k] / volume;
  point.force = shared(gather_structure(field->atoms(), context_.world, true, &field->forces()).force);
  return point;
}

Structure PropertiesProbe::relaxed(const Structure& structure, CellFreedom cell, double fmax, double smax) {
  const auto field = this->field(local_atoms_from(structure, context_.world));
  RelaxationSettings settings;
  settings.cell = cell;
  settings.fmax = fmax;
  settings.smax = smax;
  settings.max_evaluations = 1000;
  const RelaxationResult result = relax(*field, settings, [](const RelaxationProgress&) { return true; });
  if (result.status != RelaxationStatus::converged)
    throw CollectiveError(
        fmt::format("the crystal does not relax to {:g} eV/Å{}: {}, largest force {:.3g} eV/Å, stress {:.3g} eV/Å³",
                    fmax, cell == CellFreedom::fixed ? "" : fmt::format(" and {:g} eV/Å³", smax), result.reason,
                    result.last.fmax, result.last.smax));
  return shared(gather_structure(field->atoms(), context_.world, true));
}

}  // namespace spinel
