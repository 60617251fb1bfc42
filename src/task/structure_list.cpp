#include "task/structure_list.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <numeric>

#include "core/progress.hpp"
#include "core/text.hpp"
#include "crystal/recipe.hpp"
#include "domain/distribute.hpp"
#include "parallel/pools.hpp"
#include "parallel/work_queue.hpp"
#include "task/locate_error.hpp"
#include "task/make_structure.hpp"
#include "task/on_root.hpp"
#include "task/restart.hpp"
#include "task/run_control.hpp"
#include "task/run_report.hpp"
#include "task/structure_job.hpp"
#include "task/structure_journal.hpp"
#include "task/structure_list_results.hpp"
#include "task/structure_source.hpp"

namespace spinel {

namespace {

double steady_seconds() { return Progress::steady_seconds(); }

/// On rank 0. InputError at &structure file.
std::unique_ptr<StructureSource> open_source(const Input& input) {
  const std::filesystem::path folder = std::filesystem::path(input.locations.file).parent_path();
  try {
    return open_structure_source((folder / input.structure.file).string(), input.control.units == "lj");
  } catch (const InputError& error) {
    fail_key(input, "structure", "file", error.what());
  }
}

/// One structure of the list with what else &structure says.
Structure completed(const Input& input, Structure structure, std::int64_t number, const std::string& name) {
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

/// On rank 0, alone. A potential that fits none of the first structures is wrong for all of them: InputError, with what
/// is wrong with the first.
void check_potential(const Input& input, const StructureSource& source, const PotentialMaker& maker) {
  constexpr std::int64_t most_tried = 20;
  const auto alone = Communicator::self();
  PotentialTable table(maker, alone);
  std::string first_problem;
  for (std::int64_t number = 0; number < std::min(source.size(), most_tried); ++number) {
    try {
      const Structure structure = source.read(number);
      std::vector<std::int32_t> index;
      table.get(structure.species, index);
      return;
    } catch (const InputError& error) {
      if (first_problem.empty()) first_problem = error.what();
    }
  }
  const std::string& file = input.locations.file;
  if (first_problem.rfind(file + ":", 0) == 0) throw InputError(first_problem);
  fail_key(input, "structure", "file", first_problem);
}

class StructureList {
 public:
  explicit StructureList(const RunContext& context)
      : context_(context),
        relaxes_(context.input.control.calculation == "relax"),
        files_(context.input),
        journal_(files_.journal),
        pools_(make_pools(context.world, number_of_pools(context))),
        control_(context.input, pools_.within.is_root()),
        maker_(context.input, context.world) {
    report_start(context_);
    on_root(context_.world, [&] {
      source_ = open_source(context_.input);
      n_ = source_->size();
      check_potential(context_.input, *source_, maker_);
    });
    context_.world.broadcast(&n_, 1);
    take_up();
  }

  void run() {
    report();
    if (n_done() < n_) work();
    // Results of all pools are on the disk before one rank reads them.
    on_pool_roots([&] { journal_.close(); });
    const StructureListSummary summary = write();
    report_structure_list(context_, summary);
    Log& log = context_.log;
    if (summary.pending == 0)
      log.print("\nComplete: {}, {}", files_.result, files_.structures);
    else
      log.print("\nStopped by {} with {} of {} structures done; continue with restart_mode = 'auto'", stop_reason_,
                grouped(n_ - summary.pending), grouped(n_));
  }

 private:
  static int number_of_pools(const RunContext& context) {
    const auto given = context.input.parallel.pools;
    if (given == 0) return context.world.size();
    if (given > context.world.size() || context.world.size() % given != 0)
      fail_key(context.input, "parallel", "pools",
               fmt::format("{} pools cannot share {} ranks equally", given, context.world.size()));
    return static_cast<int>(given);
  }

  std::int64_t n_done() const { return n_done_; }

  StructureJournal::Header header() const { return {echo(context_.input), source_ ? source_->fingerprint() : 0, n_}; }

  /// Looks for what an earlier run did, or clears the way for a new one, and opens the journals.
  void take_up() {
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
      files_.make_folder(input);
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

  void check_same(const StructureJournal::Header& earlier) {
    const Input then = parse_input(earlier.input, files_.journal);
    changes_ = compare_with_checkpoint(context_.input, then, files_.journal);
    if (earlier.fingerprint == source_->fingerprint() && earlier.n_structures == n_) return;
    fail_key(context_.input, "structure", "file",
             fmt::format("is no longer the list of {} structures that {} belongs to; put it back, or begin anew with "
                         "restart_mode = 'from_scratch'",
                         earlier.n_structures, files_.journal));
  }

  /// Collective. An error of one root is one of all ranks.
  template <class Work>
  void on_pool_roots(Work&& work) {
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

  void report() {
    Log& log = context_.log;
    const int size = context_.world.size() / pools_.count;
    echo_line(log, "structures", fmt::format("{} from {}", grouped(n_), context_.input.structure.file));
    echo_line(log, "pools", fmt::format("{} of {} rank{}", pools_.count, size, size > 1 ? "s" : ""));
    if (n_done_ > 0) echo_line(log, "restart", fmt::format("{} are done already", grouped(n_done_)));
    for (const std::string& change : changes_) log.print("  NOTE: changed since then: {}", change);
  }

  /// Every structure that is not done, the largest first: what comes last should not be what takes longest.
  WorkQueue::Plan plan() {
    WorkQueue::Plan plan;
    if (!source_) return plan;
    for (std::int64_t number = 0; number < n_; ++number)
      if (!journal_.has(number)) plan.order.push_back(number);
    std::stable_sort(plan.order.begin(), plan.order.end(),
                     [&](std::int64_t a, std::int64_t b) { return source_->work(a) > source_->work(b); });
    plan.content = [this](std::int64_t number) {
      StructureResult result;
      result.number = number;
      result.name = source_->name(number);
      try {
        result.structure = source_->read(number);
      } catch (const std::exception& error) {
        result.status = StructureStatus::failed;
        result.reason = error.what();
      }
      return pack(result);
    };
    return plan;
  }

  void work() {
    Log quiet(false);
    const RunContext here{pools_.within, context_.input, context_.units, quiet};
    StructureJob job(here, maker_);
    // Single points are short and, in the order of their size, alike.
    WorkQueue queue(context_.world, pools_.within, plan(), !relaxes_);
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
  double stop_flag() const {
    const double flag = control_.flag();
    return control_.interpret(flag).stop ? flag : 0.0;
  }

  /// False where a stop came before the end.
  bool treat(StructureJob& job, const WorkQueue::Item& item) {
    const double begin = steady_seconds();
    const bool root = pools_.within.is_root();
    StructureResult result;
    bool finished = true;
    job.guarded(result, [&] {
      on_root(pools_.within, [&] {
        result = unpack_result(item.content);
        if (result.status == StructureStatus::failed) throw InputError(result.reason);
        result.structure = completed(context_.input, std::move(result.structure), result.number, result.name);
      });
      if (relaxes_)
        finished = relax(job, result);
      else
        job.compute(result);
    });
    result.seconds = steady_seconds() - begin;
    if (finished && root) journal_.append(result);
    return finished;
  }

  bool relax(StructureJob& job, StructureResult& result) {
    const RelaxationSettings settings = job.prepare_relaxation(result.structure);
    Timers timers;
    const auto field = job.make_force_field(local_atoms_from(result.structure, pools_.within), timers);
    result.initial_cell = field->atoms().cell;
    return job.relax(result, *field, settings, [&](const RelaxationProgress& point) {
      keep_frame(result, *field, point);
      return field->flag() == 0.0;
    });
  }

  void keep_frame(StructureResult& result, ForceField& field, const RelaxationProgress& point) {
    const auto every = static_cast<std::size_t>(context_.input.output.trajectory_every);
    if (every == 0 || (result.series.energy.size() - 1) % every != 0) return;
    const Structure now = gather_structure(field.atoms(), pools_.within, true, &field.forces());
    if (!pools_.within.is_root()) return;
    result.frames.push_back({point.evaluations, point.energy, now.cell, now.position, now.force});
  }

  StructureListSummary write() {
    on_root(context_.world, [&] { journal_.scan(); });
    const auto result = [&](std::int64_t number) {
      if (journal_.has(number)) return journal_.read(number);
      StructureResult pending;
      pending.number = number;
      pending.name = source_->name(number);
      return pending;
    };
    int complete = context_.world.is_root() && journal_.size() == n_ ? 1 : 0;
    context_.world.broadcast(&complete, 1);
    return write_structure_list(context_, files_, n_, result, complete != 0);
  }

  const RunContext& context_;
  bool relaxes_;
  RunFiles files_;
  StructureJournal journal_;
  Pools pools_;
  RunControl control_;
  PotentialMaker maker_;
  std::unique_ptr<StructureSource> source_;  // on rank 0
  std::int64_t n_ = 0, n_done_ = 0;
  std::vector<std::string> changes_;
  std::string stop_reason_;
};

}  // namespace

void run_structure_list(const RunContext& context) { StructureList(context).run(); }

void check_structure_list(const RunContext& context) {
  const PotentialMaker maker(context.input, context.world);
  on_root(context.world, [&] {
    const auto source = open_source(context.input);
    check_potential(context.input, *source, maker);
  });
}

}  // namespace spinel
