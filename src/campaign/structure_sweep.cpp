#include "campaign/structure_sweep.hpp"

#include <algorithm>
#include <filesystem>

#include "core/progress.hpp"
#include "core/text.hpp"
#include "crystal/recipe.hpp"
#include "domain/distribute.hpp"
#include "parallel/on_root.hpp"
#include "run/make_structure.hpp"
#include "run/restart.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

double steady_seconds() { return Progress::steady_seconds(); }

}  // namespace

Structure completed_structure(const Input& input, Structure structure, std::int64_t number, const std::string& name) {
  StructureRecipe recipe = make_recipe(input.structure);
  // A structure of the list need not hold every species whose mass is given.
  recipe.mass_species.clear();
  recipe.masses.clear();
  for (std::size_t k = 0; k < input.structure.mass_species.size(); ++k)
    for (const Species& species : structure.species)
      if (species.symbol == input.structure.mass_species[k]) {
        recipe.mass_species.push_back(species.symbol);
        recipe.masses.push_back(input.structure.masses[k]);
        break;
      }
  // Two structures must not get the same moves.
  const std::uint64_t seed =
      static_cast<std::uint64_t>(input.control.seed) + static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15ull;
  return complete_structure(std::move(structure), recipe, seed, input.control.units == "lj", name);
}

void check_potential(const Input& input, const StructureSet& set, const PotentialMaker& maker) {
  constexpr std::int64_t most_tried = 20;
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
  const std::string& file = input.locations.file;
  if (first_problem.rfind(file + ":", 0) == 0) throw InputError(first_problem);
  fail_key(input, set.group, set.key, first_problem);
}

/// Collective. An error of one root is one of all ranks.
template <class Work>
void StructureSweep::on_pool_roots(Work&& work) {
  std::string problem;
  if (pools_.within.is_root()) {
    try {
      work();
    } catch (const std::exception& error) {
      problem = error.what();
    }
  }
  context_.world.fail_together(problem);
}

StructureSweep::StructureSweep(const RunContext& context, StructureSet set)
    : context_(context),
      set_(std::move(set)),
      files_(context),
      journal_(files_.journal),
      pools_(make_pools(context.world, number_of_pools())),
      control_(context.input.control, context.input.output, pools_.within.is_root()),
      maker_(context.input.potential, context.units, context.place("potential"), context.world) {
  on_root(context_.world, [&] {
    n_ = set_.source->size();
    check_potential(context_.input, set_, maker_);
  });
  context_.world.broadcast(&n_, 1);
  take_up();
}

bool StructureSweep::run() {
  report();
  if (n_done_ < n_) work();
  // Results of all pools are on the disk before one rank reads them.
  on_pool_roots([&] { journal_.close(); });
  on_root(context_.world, [&] { journal_.scan(); });
  return root_says(context_.world, [&] { return journal_.size() == n_; });
}

StructureResult StructureSweep::result(std::int64_t number) {
  if (journal_.has(number)) return unpack_result(journal_.read(number));
  StructureResult pending;
  pending.number = number;
  pending.name = set_.source->name(number);
  return pending;
}

StructureJournal::Header StructureSweep::header() const {
  return {echo(context_.input), set_.source ? set_.source->fingerprint() : 0, n_};
}

int StructureSweep::number_of_pools() const {
  const auto given = context_.input.parallel.pools;
  if (given == 0) return context_.world.size();
  if (given > context_.world.size() || context_.world.size() % given != 0)
    fail_key(context_.input, "parallel", "pools",
             fmt::format("{} pools cannot share {} ranks equally", given, context_.world.size()));
  return static_cast<int>(given);
}

/// Looks for what an earlier run did, or clears the way for a new one, and opens the journals.
void StructureSweep::take_up() {
  const Input& input = context_.input;
  std::vector<std::int64_t> ends(static_cast<std::size_t>(pools_.count), 0);
  std::string head;
  on_root(context_.world, [&] {
    const bool anew = input.control.restart_mode == "from_scratch";
    if (!anew) {
      const auto earlier = journal_.scan();
      if (!earlier && input.control.restart_mode == "restart")
        fail_key(input, "control", "restart_mode",
                 fmt::format("'restart', but there is no journal {}; use 'auto' to begin anew where there is none",
                             files_.journal));
      if (earlier) check_same(*earlier);
      n_done_ = journal_.size();
    }
    files_.make_folder();
    if (n_done_ == 0) files_.keep_old();
    std::error_code error;
    std::filesystem::create_directories(files_.journal, error);
    if (error) fail("cannot make the folder {}: {}", files_.journal, error.message());
    if (n_done_ > 0)
      for (int pool = 0; pool < pools_.count; ++pool)
        ends[static_cast<std::size_t>(pool)] = static_cast<std::int64_t>(journal_.end_of(pool));
  });
  context_.world.broadcast(&n_done_, 1);
  context_.world.broadcast(ends);
  StructureJournal::Header mine = header();
  context_.world.broadcast(&mine.fingerprint, 1);
  on_pool_roots([&] {
    const auto pool = static_cast<std::size_t>(pools_.index);
    journal_.open(pools_.index, static_cast<std::uint64_t>(ends[pool]), mine);
  });
}

void StructureSweep::check_same(const StructureJournal::Header& earlier) {
  const Input then = parse_input(earlier.input, files_.journal);
  changes_ = compare_with_checkpoint(context_.input, then, files_.journal);
  if (earlier.fingerprint == set_.source->fingerprint() && earlier.n_structures == n_) return;
  fail_key(context_.input, set_.group, set_.key,
           fmt::format("is no longer the list of {} structures that {} belongs to; put it back, or begin anew with "
                       "restart_mode = 'from_scratch'",
                       earlier.n_structures, files_.journal));
}

void StructureSweep::report() {
  Log& log = context_.log;
  const int size = context_.world.size() / pools_.count;
  echo_line(log, "structures", fmt::format("{} from {}", grouped(n_), set_.origin));
  echo_line(log, "pools", fmt::format("{} of {} rank{}", pools_.count, size, size > 1 ? "s" : ""));
  if (n_done_ > 0) echo_line(log, "restart", fmt::format("{} are done already", grouped(n_done_)));
  for (const std::string& change : changes_) log.print("  NOTE: changed since then: {}", change);
}

/// Every structure that is not done, the largest first: what comes last should not be what takes longest.
WorkQueue::Plan StructureSweep::plan() {
  WorkQueue::Plan plan;
  if (!set_.source) return plan;
  for (std::int64_t number = 0; number < n_; ++number)
    if (!journal_.has(number)) plan.order.push_back(number);
  std::stable_sort(plan.order.begin(), plan.order.end(),
                   [&](std::int64_t a, std::int64_t b) { return set_.source->work(a) > set_.source->work(b); });
  plan.content = [this](std::int64_t number) {
    StructureResult result;
    result.number = number;
    result.name = set_.source->name(number);
    try {
      result.structure = set_.source->read(number);
    } catch (const std::exception& error) {
      result.status = StructureStatus::failed;
      result.reason = error.what();
    }
    return pack(result);
  };
  return plan;
}

void StructureSweep::work() {
  Log quiet(false);
  const RunContext here{pools_.within, context_.input, context_.units, quiet};
  StructureJob job(here, maker_);
  // Single points are short and, in the order of their size, alike.
  WorkQueue queue(context_.world, pools_.within, plan(), !set_.relax);
  Progress progress(context_.log, "structures", n_done_, n_);
  job.set_flag_source([&] {
    queue.poll();
    progress.update(n_done_ + queue.done());
    return std::max(stop_flag(), queue.stop_code());
  });
  for (;;) {
    // Every rank of the pool learns of a signal to one of them.
    const double flag = pools_.within.max(stop_flag());
    if (flag > 0.0) queue.stop(flag);
    const WorkQueue::Item item = queue.next();
    if (item.number < 0) break;
    progress.update(n_done_ + queue.done());
    if (!treat(job, item)) queue.stop(stop_flag());
  }
  queue.finish();
  progress.finish();
  const double code = context_.world.max(queue.stop_code());
  if (code > 0.0) stop_reason_ = control_.interpret(code).reason;
}

/// What asks to stop, if anything: a checkpoint by time is of no use where every result is kept at once.
double StructureSweep::stop_flag() const {
  const double flag = control_.flag();
  return control_.interpret(flag).stop ? flag : 0.0;
}

/// False where a stop came before the end.
bool StructureSweep::treat(StructureJob& job, const WorkQueue::Item& item) {
  const double begin = steady_seconds();
  const bool root = pools_.within.is_root();
  StructureResult result;
  bool finished = true;
  job.guarded(result, [&] {
    on_root(pools_.within, [&] {
      result = unpack_result(item.content);
      if (result.status == StructureStatus::failed) throw InputError(result.reason);
      result.structure = completed_structure(context_.input, std::move(result.structure), result.number, result.name);
    });
    if (set_.relax)
      finished = relax(job, result);
    else
      job.compute(result);
  });
  result.seconds = steady_seconds() - begin;
  if (finished && root) journal_.append(pack(result));
  return finished;
}

bool StructureSweep::relax(StructureJob& job, StructureResult& result) {
  const RelaxationSettings settings = job.prepare_relaxation(result.structure);
  Timers timers;
  const auto field = job.make_force_field(local_atoms_from(result.structure, pools_.within), timers);
  result.initial_cell = field->atoms().cell;
  return job.relax(result, *field, settings, [&](const RelaxationProgress& point) {
    keep_frame(result, *field, point);
    return field->flag() == 0.0;
  });
}

void StructureSweep::keep_frame(StructureResult& result, ForceField& field, const RelaxationProgress& point) {
  const auto every = static_cast<std::size_t>(context_.input.output.trajectory_every);
  if (every == 0 || (result.series.energy.size() - 1) % every != 0) return;
  const Structure now = gather_structure(field.atoms(), pools_.within, true, &field.forces());
  if (!pools_.within.is_root()) return;
  result.frames.push_back({point.evaluations, point.energy, now.cell, now.position, now.force});
}

}  // namespace spinel
