#include "campaign/structure_sweep.hpp"

#include <algorithm>

#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "crystal/formats/labels.hpp"
#include "crystal/recipe.hpp"
#include "domain/distribute.hpp"
#include "parallel/on_root.hpp"
#include "run/report_warnings.hpp"
#include "run/run_report.hpp"
#include "run/setup/make_structure.hpp"

namespace spinel {

Structure completed_structure(const StructureParameters& parameters, const UnitSystem& units, std::int64_t seed,
                              Structure structure, std::int64_t number, const std::string& name) {
  StructureRecipe recipe = make_recipe(parameters);
  // A structure of the list need not hold every species whose mass is given.
  recipe.mass_species.clear();
  recipe.masses.clear();
  for (std::size_t k = 0; k < parameters.mass_species.size(); ++k)
    for (const Species& species : structure.species)
      if (species.symbol == parameters.mass_species[k]) {
        recipe.mass_species.push_back(species.symbol);
        recipe.masses.push_back(parameters.masses[k]);
        break;
      }
  // Two structures must not get the same moves.
  const std::uint64_t own_seed =
      static_cast<std::uint64_t>(seed) + static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15ull;
  return complete_structure(std::move(structure), recipe, own_seed, units.name == "lj", name);
}

void check_potential(const RunContext& context, const StructureSet& set, const PotentialMaker& maker) {
  constexpr std::int64_t most_tried = 20;
  const KeyPlace place = context.place(set.group.c_str());
  on_root(context.world, [&] {
    const auto alone = Communicator::self();
    PotentialTable table(maker, alone);
    std::string first_problem;
    for (std::int64_t number = 0; number < std::min(set.source->size(), most_tried); ++number) {
      try {
        const Structure structure = set.source->read(number);
        std::vector<std::int32_t> index;
        table.get(structure.species, index);
        return;
      } catch (const InputError& error) {
        if (first_problem.empty()) first_problem = error.what();
      }
    }
    if (first_problem.rfind(place.locations->file + ":", 0) == 0) throw InputError(first_problem);
    place.fail(set.key, first_problem);
  });
}

namespace {

std::unique_ptr<PotentialMaker> make_maker(const RunContext& context, const StructureSet& set,
                                           const SweepParameters& parameters) {
  if (set.action == StructureSet::Action::none) return nullptr;
  auto maker = std::make_unique<PotentialMaker>(context, parameters.potential, parameters.potential_group.c_str());
  check_potential(context, set, *maker);
  return maker;
}

/// On one rank. Programs are asked with the positions that a force field gathers, whose digits may differ from those of
/// the file where atoms lie outside the cell.
Structure as_force_field_has_it(const Structure& structure) {
  const auto alone = Communicator::self();
  LocalAtoms atoms = local_atoms_from(structure, alone);
  Halo halo(alone, Decomposition(1, atoms.cell, atoms.periodic, {1, 1, 1}));
  halo.migrate(atoms, 1.0);
  return gather_structure(atoms, alone, true);
}

}  // namespace

StructureSweep::StructureSweep(const RunContext& context, const RunFiles& files, StructureSet set,
                               SweepParameters parameters)
    : context_(context),
      set_(std::move(set)),
      parameters_(std::move(parameters)),
      maker_(make_maker(context, set_, parameters_)),
      campaign_(context, files, plan()) {}

CampaignPlan StructureSweep::plan() const {
  CampaignPlan plan;
  plan.journal = parameters_.journal;
  plan.n_items = set_.source->size();
  // Every rank is a pool where none are given, also where there are more ranks than structures.
  plan.n_pools =
      pools_for(context_, parameters_.job.parallel.pools, std::max<std::int64_t>(plan.n_items, context_.world.size()));
  // Single points are short and, in the order of their size, alike, but for those of other programs.
  plan.short_items = set_.action != StructureSet::Action::relaxation && !(maker_ && maker_->asks_program());
  plan.cost = [source = set_.source](std::int64_t number) { return source->cost(number); };
  plan.step_seconds = [this] { return job_ != nullptr ? job_->expected_seconds() : 0.0; };
  plan.content = {{"the list of structures is", set_.source->fingerprint()}};
  if (maker_ && maker_->template_fingerprint() != 0)
    plan.content.emplace_back("the template is", maker_->template_fingerprint());
  plan.group = set_.group;
  plan.key = set_.key;
  return plan;
}

bool StructureSweep::run() {
  campaign_.report(set_.origin);
  for (const std::string& text : set_.source->passed_over()) echo_line(context_.log, "NOTE", text);
  std::optional<StructureJob> job;
  run_array();
  if (maker_) job.emplace(campaign_.pool(), context_.units, *maker_, parameters_.job, context_.place("parallel"));
  job_ = job ? &*job : nullptr;
  const bool complete =
      campaign_.run([&](std::int64_t number, const Campaign::Pulse& pulse) { return treat(job_, number, pulse); });
  job_ = nullptr;
  return complete;
}

/// On one rank. A structure of the list as it is computed.
Structure StructureSweep::completed(Structure structure, std::int64_t number) const {
  // Labels of a dataset are of no use here.
  structure.force.clear();
  structure.velocity.clear();
  structure.magnetic_moment.clear();
  structure.charge.clear();
  return completed_structure(parameters_.structure, context_.units, parameters_.seed, std::move(structure), number,
                             set_.source->name(number));
}

/// Collective. Where a program computes in an array of jobs: what is left, so that work on it finds the results.
void StructureSweep::run_array() {
  const auto array = maker_ ? maker_->make_array() : nullptr;
  if (!array) return;
  const auto compute = [&](const std::function<int()>& signal) {
    std::vector<Structure> structures;
    for (const std::int64_t number : campaign_.left()) {
      try {
        structures.push_back(as_force_field_has_it(completed(set_.source->read(number), number)));
      } catch (const std::exception&) {
        // It fails when it is its turn.
      }
    }
    array->set_report([this](const std::string& text) { echo_line(context_.log, "array", text); });
    array->set_look([&] {
      if (const int number = signal(); number != 0) throw Interrupted(StopSignal::name(number));
      if (const std::string reason = campaign_.asked_to_stop(); !reason.empty()) throw Interrupted(reason);
    });
    try {
      array->run(structures);
    } catch (const InputError& error) {
      context_.place(parameters_.potential_group.c_str()).fail("array", error.what());
    }
  };
  try {
    on_root_asleep(context_.world, compute);
  } catch (const Interrupted& interruption) {
    campaign_.stop(interruption.what());
  }
}

/// Nothing where a stop came before the end.
std::optional<Bytes> StructureSweep::treat(StructureJob* job, std::int64_t number, const Campaign::Pulse& pulse) {
  const double begin = Progress::steady_seconds();
  const Communicator& pool = campaign_.pool();
  StructureResult result;
  result.number = number;
  result.name = set_.source->name(number);
  Structure before;
  const auto work = [&] {
    on_root(pool, [&] {
      // Kept where it cannot be completed: the row of a failure has its identifier.
      before = set_.source->read(number);
      before = completed(before, number);
      result.structure = before;
    });
    if (set_.action == StructureSet::Action::relaxation)
      relax(*job, result);
    else if (set_.action == StructureSet::Action::single_point)
      job->compute(result);
    else
      result.status = StructureStatus::done;
  };
  if (job != nullptr) job->set_flag_source([&pulse] { return pulse(0.0); });
  guarded(pool, result, work);
  result.structure.warnings = before.warnings;
  if (result.status != StructureStatus::failed && set_.action != StructureSet::Action::none)
    for (const std::string& text : warnings_of_program(result.structure.info)) warn(result.structure.warnings, text);
  result.seconds = Progress::steady_seconds() - begin;
  if (result.status == StructureStatus::pending) return std::nullopt;
  if (!pool.is_root()) return Bytes();
  const Bytes more = set_.assess ? set_.assess(result, before) : Bytes();
  if (set_.action == StructureSet::Action::none) result.structure = {};
  ByteWriter out;
  put_result(out, result);
  out.put(more);
  return out.take();
}

StructureSweep::Record StructureSweep::record(std::int64_t number) {
  Record record;
  if (const auto bytes = campaign_.result(number)) {
    ByteReader in(*bytes);
    record.result = get_result(in);
    in.get(record.assessment);
  } else {
    record.result.number = number;
    record.result.name = set_.source->name(number);
  }
  return record;
}

StructureResult StructureSweep::result(std::int64_t number) { return record(number).result; }

void StructureSweep::relax(StructureJob& job, StructureResult& result) {
  const RelaxationSettings settings = job.prepare_relaxation(result.structure);
  Timers timers;
  const auto field = job.make_force_field(local_atoms_from(result.structure, campaign_.pool()), timers);
  result.initial_cell = field->atoms().cell;
  job.relax(result, *field, settings, [&](const RelaxationProgress& point) {
    keep_frame(result, *field, point);
    return field->flag() == 0.0;
  });
}

void StructureSweep::keep_frame(StructureResult& result, ForceField& field, const RelaxationProgress& point) {
  const auto every = static_cast<std::size_t>(parameters_.trajectory_every);
  if (every == 0 || (result.series.energy.size() - 1) % every != 0) return;
  const Structure now = gather_structure(field.atoms(), campaign_.pool(), true, &field.forces());
  if (!campaign_.pool().is_root()) return;
  result.frames.push_back({point.evaluations, point.energy, now.cell, now.position, now.force});
}

}  // namespace spinel
