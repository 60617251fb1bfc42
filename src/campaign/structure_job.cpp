#include "campaign/structure_job.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/stop_signal.hpp"
#include "crystal/symmetry.hpp"
#include "domain/distribute.hpp"
#include "input/schema.hpp"
#include "parallel/on_root.hpp"
#include "run/run_control.hpp"
#include "run/setup/make_structure.hpp"

namespace spinel {

namespace {

/// On the root. Marks what fixed_ids and fixed_species name. One of many structures need not hold every species.
void mark_fixed(Structure& structure, const RelaxParameters& p, bool one_of_many) {
  if (p.fixed_ids.empty() && p.fixed_species.empty()) return;
  structure.fixed.resize(structure.size(), 0);
  const std::set<std::string> symbols(p.fixed_species.begin(), p.fixed_species.end());
  std::set<std::string> found;
  for (std::size_t i = 0; i < structure.size(); ++i) {
    const std::string& symbol = structure.species[static_cast<std::size_t>(structure.type[i])].symbol;
    if (symbols.count(symbol) == 0) continue;
    structure.fixed[i] = 7;
    found.insert(symbol);
  }
  for (const std::string& symbol : symbols)
    if (!one_of_many && found.count(symbol) == 0)
      fail_input("fixed_species: the structure has no atoms of species '{}'", symbol);
  for (const std::int64_t id : p.fixed_ids) {
    if (id > static_cast<std::int64_t>(structure.size()))
      fail_input("fixed_ids: there is no atom {}; the structure has atoms 1 to {}", id, structure.size());
    structure.fixed[static_cast<std::size_t>(id - 1)] = 7;
  }
}

/// The space group of the structure that the root holds, on every rank.
std::vector<SymmetryAction> find_symmetry(const Structure& structure, double tolerance,
                                          const Communicator& communicator) {
  std::vector<double> rotations, translations;
  std::vector<std::int64_t> images;
  on_root(communicator, [&] {
    for (const bool periodic : structure.periodic)
      if (!periodic) fail_input("keep_symmetry needs a structure that is periodic along all directions");
    for (const AtomSymmetry& operation : atom_symmetries(structure, tolerance)) {
      rotations.insert(rotations.end(), operation.rotation.data(), operation.rotation.data() + 9);
      translations.insert(translations.end(), operation.translation.data(), operation.translation.data() + 3);
      images.insert(images.end(), operation.image.begin(), operation.image.end());
    }
  });
  communicator.broadcast(rotations);
  communicator.broadcast(translations);
  communicator.broadcast(images);
  const std::size_t n = rotations.size() / 9, n_atoms = images.size() / std::max<std::size_t>(n, 1);
  std::vector<SymmetryAction> actions(n);
  for (std::size_t k = 0; k < n; ++k) {
    actions[k].rotation = Mat3(rotations.data() + 9 * k);
    actions[k].translation = Vec3(translations.data() + 3 * k);
    const auto begin = images.begin() + static_cast<std::ptrdiff_t>(k * n_atoms);
    actions[k].image.assign(begin, begin + static_cast<std::ptrdiff_t>(n_atoms));
  }
  return actions;
}

StructureStatus status_of(RelaxationStatus status) {
  switch (status) {
    case RelaxationStatus::converged:
      return StructureStatus::done;
    case RelaxationStatus::not_converged:
      return StructureStatus::not_converged;
    case RelaxationStatus::failed:
      return StructureStatus::failed;
    case RelaxationStatus::stopped:
      break;
  }
  return StructureStatus::pending;
}

}  // namespace

StructureJob::StructureJob(const Communicator& pool, const UnitSystem& units, const PotentialMaker& maker,
                           StructureJobParameters parameters, KeyPlace place)
    : pool_(pool),
      units_(units),
      parameters_(std::move(parameters)),
      place_(std::move(place)),
      potentials_(maker, pool) {}

std::unique_ptr<ForceField> StructureJob::make_force_field(LocalAtoms atoms, Timers& timers) {
  std::vector<std::int32_t> index;
  auto potential = potentials_.get(atoms.species, index);
  committee_ = std::dynamic_pointer_cast<Committee>(potential);
  for (std::int32_t& type : atoms.type) type = index[static_cast<std::size_t>(type)];
  atoms.species = potentials_.species();
  auto decomposition = make_decomposition(parameters_.parallel, place_, atoms, pool_);
  auto field = std::make_unique<ForceField>(std::move(atoms), Halo(pool_, std::move(decomposition)), potential,
                                            parameters_.neighbor, parameters_.parallel, timers);
  if (flag_source_) {
    field->set_flag_source(flag_source_);
    // Others ask for work meanwhile, or have been told to stop.
    potential->set_look([look = flag_source_] { return RunControl::is_signal(look()); });
  }
  potential_ = potential;
  return field;
}

void StructureJob::keep_end(StructureResult& result, const ForceField& field) const {
  const Structure end = gather_structure(field.atoms(), pool_, true, &field.forces());
  if (!pool_.is_root()) return;
  // Species, masks and info are those of the input; types of the force field index another table.
  result.structure.cell = end.cell;
  result.structure.position = end.position;
  result.structure.force = end.force;
  // Of an energy that the file had.
  for (const char* key : {"run_type", "n_scf", "warnings"}) result.structure.info.erase(key);
  for (const auto& [key, value] : field.potential().labels()) result.structure.info[key] = value;
  if (const std::string& level = potentials_.maker().level(); !level.empty()) result.structure.info["run_type"] = level;
  result.structure.magnetic_moment = field.potential().magnetic_moments();
}

void StructureJob::keep_spread(StructureResult& result, const ForceField& field) const {
  const SpreadSummary spread = summarize(committee_->spread(), field.atoms(), pool_);
  result.energy_spread = spread.energy;
  result.force_spread = spread.force_mean;
  result.largest_force_spread = spread.force_max;
}

void guarded(const Communicator& pool, StructureResult& result, const std::function<void()>& work) {
  const auto failed = [&result](const std::exception& error) {
    result.status = StructureStatus::failed;
    result.reason = error.what();
  };
  try {
    work();
  } catch (const Interrupted&) {
    result.status = StructureStatus::pending;
  } catch (const InputError& error) {
    failed(error);
  } catch (const CollectiveError& error) {
    failed(error);
  } catch (const std::exception& error) {
    // Other ranks of this pool may not have met it and wait for this one.
    if (pool.size() > 1) throw;
    failed(error);
  }
}

void StructureJob::compute(StructureResult& result) {
  Timers timers;
  const auto field = make_force_field(local_atoms_from(result.structure, pool_), timers);
  if (committee_) committee_->look_at_next();
  const EnergyVirial total = field->update({true, true});
  if (committee_) keep_spread(result, *field);
  const LocalAtoms& atoms = field->atoms();
  double largest = 0.0;
  bool finite = std::isfinite(total.energy);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    largest = std::max(largest, field->forces()[i].norm());
    finite = finite && field->forces()[i].allFinite();
  }
  result.evaluations = 1;
  result.energy = result.enthalpy = result.initial_energy = total.energy;
  result.fmax = pool_.max(largest);
  for (std::size_t k = 0; k < 6; ++k) result.stress[k] = -total.virial[k] / atoms.volume();
  for (const double component : result.stress) result.smax = std::max(result.smax, std::abs(component));
  result.initial_cell = atoms.cell;
  keep_end(result, *field);
  result.status = StructureStatus::done;
  if (pool_.max(finite ? 0 : 1) > 0) {
    result.status = StructureStatus::failed;
    result.reason = "energy or forces are not finite";
  }
}

RelaxationSettings StructureJob::prepare_relaxation(Structure& structure) const {
  const RelaxParameters& p = parameters_.relax;
  RelaxationSettings settings = relaxation_settings(p, units_);
  on_root(pool_, [&] { mark_fixed(structure, p, parameters_.one_of_many); });
  if (p.keep_symmetry) settings.symmetry = find_symmetry(structure, p.symmetry_tolerance, pool_);
  return settings;
}

bool StructureJob::relax(StructureResult& result, ForceField& field, const RelaxationSettings& settings,
                         const RelaxationObserver& observer) {
  StructureSeries& series = result.series;
  const std::int64_t before = result.evaluations;
  RelaxationSettings left = settings;
  left.max_evaluations = std::max<std::int64_t>(0, settings.max_evaluations - before);
  const RelaxationResult end = spinel::relax(field, left, [&](const RelaxationProgress& point) {
    series.evaluation.push_back(before + point.evaluations);
    series.energy.push_back(point.energy);
    series.fmax.push_back(point.fmax);
    series.smax.push_back(point.smax);
    series.volume.push_back(point.volume);
    return observer(point);
  });
  result.status = status_of(end.status);
  result.reason = end.reason;
  result.evaluations = before + end.last.evaluations;
  result.energy = end.last.energy;
  result.enthalpy = end.last.enthalpy;
  result.fmax = end.last.fmax;
  result.smax = end.last.smax;
  result.stress = end.stress;
  if (!series.energy.empty()) result.initial_energy = series.energy.front();
  keep_end(result, field);
  const bool is_over = end.status != RelaxationStatus::stopped;
  if (committee_ && is_over && end.status != RelaxationStatus::failed) {
    committee_->look_at_next();
    field.update({true, true});
    keep_spread(result, field);
  }
  return is_over;
}

}  // namespace spinel
