#include "task/md/md_run.hpp"

#include <algorithm>

#include "core/memory.hpp"
#include "crystal/formats/structure_file.hpp"
#include "domain/distribute.hpp"
#include "parallel/on_root.hpp"
#include "relax/relaxation.hpp"
#include "run/atoms_checkpoint.hpp"
#include "run/locate_error.hpp"
#include "run/restart.hpp"
#include "run/run_trajectory.hpp"
#include "run/setup/make_potential.hpp"
#include "run/setup/make_structure.hpp"
#include "task/md/md_results.hpp"

namespace spinel {

namespace {

bool is_due(std::int64_t step, std::int64_t every) { return every > 0 && step % every == 0; }

}  // namespace

MdRun::MdRun(const RunContext& context)
    : context_(context),
      memory_before_(memory_use().now),
      control_(context.input.control, context.input.output, context.world.is_root()),
      files_(context) {
  if (restart_is_wanted(context_, files_)) {
    const CheckpointReader reader(context_.world, files_.checkpoint);
    changes_ = check_restart(context_, files_, reader);
    was_complete_ =
        reader.integer("step") >= last_step() && results_are_complete(files_.result, last_step(), context_.world);
    if (was_complete_) return;
    restore(reader);
  } else {
    start_anew();
  }
  force_field_->set_flag_source([this] { return control_.flag(force_field_->potential().expected_seconds()); });
  on_root(context_.world, [&] {
    files_.make_folder();
    if (!restored_) files_.keep_old();
  });
  open_trajectory();
  if (watch_) watch_->open(restored_ ? std::optional(first_step_) : std::nullopt);
}

MdRun::~MdRun() = default;

void MdRun::make_potential(const std::vector<Species>& species) {
  const PotentialMaker maker(context_, context_.input.potential);
  potential_ = maker.make(species, context_.world);
}

void MdRun::make_force_field(LocalAtoms atoms, Decomposition decomposition) {
  const Input& input = context_.input;
  if (const auto committee = std::dynamic_pointer_cast<Committee>(potential_))
    watch_ = std::make_unique<CommitteeWatch>(context_, files_, *committee);
  force_field_ = std::make_unique<ForceField>(std::move(atoms), Halo(context_.world, std::move(decomposition)),
                                              potential_, input.neighbor, input.parallel, timers_);
}

void MdRun::make_measurements() {
  const Input& input = context_.input;
  analysis_ = std::make_unique<Analysis>(*force_field_, input.analysis, input.dynamics.timestep);
  series_ =
      std::make_unique<ThermoSeries>(context_.units, force_field_->atoms().n_global, input.dynamics.ensemble == "npt");
}

void MdRun::start_anew() {
  const Input& input = context_.input;
  const auto seed = static_cast<std::uint64_t>(input.control.seed);
  Structure structure = make_structure(context_.input.structure, context_.place("structure"), context_.units,
                                       context_.input.control.seed, context_.world);
  int has_velocities = structure.velocity.empty() ? 0 : 1;
  context_.world.broadcast(&has_velocities, 1);
  LocalAtoms atoms = local_atoms_from(structure, context_.world);
  warnings_ = structure.warnings;
  structure = Structure();
  with_location(context_.place("dynamics"), [&] {
    mark_fixed(atoms, input.dynamics);
    initialize_velocities(atoms, context_.world, input.dynamics, context_.units, seed, has_velocities != 0);
  });
  make_potential(atoms.species);
  auto decomposition = make_decomposition(context_.input.parallel, context_.place("parallel"), atoms, context_.world);
  make_force_field(std::move(atoms), std::move(decomposition));
  if (find_group("relax")->used_in(input)) relax_first();
  make_measurements();  // which begin where the dynamics does
  if (watch_) watch_->prepare(0);
  md_ = with_location(context_.place("dynamics"), [&] {
    return std::make_unique<MolecularDynamics>(*force_field_, input.dynamics, context_.units, seed);
  });
}

void MdRun::relax_first() {
  const Input& input = context_.input;
  const RelaxationSettings settings = relaxation_settings(input.relax, context_.units);
  double before = 0.0;
  const RelaxationResult result = relax(*force_field_, settings, [&](const RelaxationProgress& point) {
    if (point.evaluations == 1) before = point.energy;
    return true;
  });
  if (result.status == RelaxationStatus::failed)
    fail_key(input, "relax", "", fmt::format("the structure cannot be relaxed: {}", result.reason));
  const auto n = static_cast<double>(force_field_->atoms().n_global);
  relaxed_ = fmt::format("{} evaluations, {:.6f} → {:.6f} {}/atom, largest force {:.3g} {}{}",
                         grouped(result.last.evaluations), before / n, result.last.energy / n, context_.units.energy,
                         result.last.fmax, context_.units.force,
                         result.reason.empty() ? "" : fmt::format(" ({})", result.reason));
}

void MdRun::restore(const CheckpointReader& reader) {
  const Input& input = context_.input;
  AtomsCheckpoint checkpoint = read_atoms_checkpoint(reader);
  make_potential(checkpoint.atoms.species);
  // Bitwise continuation needs the atoms where they were and lists as they were.
  const auto& grid = input.parallel.grid;
  const bool same_grid = grid.empty() || std::equal(grid.begin(), grid.end(), checkpoint.grid.begin());
  const bool as_it_was = checkpoint.ranks == context_.world.size() && same_grid &&
                         checkpoint.range == potential_->cutoff() + input.neighbor.skin;
  const LocalAtoms& atoms = checkpoint.atoms;
  auto decomposition =
      as_it_was ? Decomposition(checkpoint.ranks, atoms.build_cell, atoms.periodic, checkpoint.grid)
                : make_decomposition(context_.input.parallel, context_.place("parallel"), atoms, context_.world);
  if (as_it_was) decomposition.set_cuts(checkpoint.cuts);
  make_force_field(std::move(checkpoint.atoms), std::move(decomposition));
  make_measurements();
  if (as_it_was) force_field_->rebuild_as_checkpointed(checkpoint.counts);
  md_ = std::make_unique<MolecularDynamics>(*force_field_, input.dynamics, context_.units,
                                            static_cast<std::uint64_t>(input.control.seed), checkpoint.step);
  md_->load(checkpoint.state);
  analysis_->load(checkpoint.state);
  series_->load(checkpoint.state);
  if (watch_) watch_->load(checkpoint.state);
  first_step_ = saved_step_ = checkpoint.step;
  restored_ = true;
}

bool MdRun::row_is_due(std::int64_t step) const {
  const std::int64_t every = context_.input.output.thermo_every;
  return every > 0 ? is_due(step, every) : step == 0 || step == last_step();
}

bool MdRun::frame_is_due(std::int64_t step) const { return is_due(step, context_.input.output.trajectory_every); }

void MdRun::begin() {
  Log& log = context_.log;
  report_structure(context_, force_field_->atoms());
  report_warnings(log, warnings_);
  echo_line(log, "potential", describe_potential(context_.input.potential, context_.units, *potential_));
  if (!relaxed_.empty()) echo_line(log, "relaxed first", relaxed_);
  if (watch_) echo_line(log, "committee", watch_->describe());
  echo_line(log, "dynamics", describe_dynamics(context_, *md_));
  report_decomposition(context_, *force_field_);
  echo_line(log, "output", fmt::format("{}{}", files_.result, trajectory_ ? ", " + files_.trajectory : ""));
  if (restored_) echo_line(log, "restart", fmt::format("from step {} of {}", first_step_, files_.checkpoint));
  for (const std::string& change : changes_) log.print("  NOTE: changed since the checkpoint: {}", change);
  log.line();
  log.line(series_->header());
  if (!restored_) {
    now_ = md_->observe();
    if (row_is_due(0)) add_row();
    if (frame_is_due(0)) write_frame();
    watch();
    analysis_->sample(md_->current_step());
  }
  timers_.reset();
  progress_.emplace(log, "steps", first_step_, last_step());
}

void MdRun::advance() {
  const std::int64_t step = md_->current_step() + 1;
  if (watch_) watch_->prepare(step);
  md_->step(row_is_due(step) || frame_is_due(step));
  request_ = control_.interpret(force_field_->flag());
}

void MdRun::measure() {
  const std::int64_t step = md_->current_step();
  if (row_is_due(step) || frame_is_due(step)) now_ = md_->observe();
  if (row_is_due(step)) add_row();
  analysis_->sample(md_->current_step());
  watch();
}

void MdRun::watch() {
  if (!watch_) return;
  const auto timing = timers_.scope(Region::output);
  const std::int64_t step = md_->current_step();
  const std::string reason = watch_->look(*force_field_, step, static_cast<double>(step) * md_->timestep());
  if (!reason.empty()) request_ = {true, true, reason};
}

void MdRun::write_what_is_due() {
  const std::int64_t step = md_->current_step();
  if (frame_is_due(step)) write_frame();
  const bool last = step == last_step() || request_.stop;
  if (!last && (is_due(step, context_.input.output.checkpoint_every) || request_.save)) save();
  progress_->update(step);
}

void MdRun::add_row() {
  series_->add(now_);
  analysis_->add(now_);
  context_.log.line(series_->last_row());
}

bool MdRun::end() {
  progress_->finish();
  performance_ = measure_performance(*force_field_, md_->current_step() - first_step_, md_->timestep(), context_.units,
                                     memory_before_);
  const bool complete = md_->current_step() >= last_step();
  if (complete && !files_.final_structure.empty()) write_final_structure();
  save();
  report_averages(context_, *analysis_, *md_);
  if (watch_) watch_->report();
  performance_->breakdown = measure_breakdown(timers_, context_.world);
  report_performance(context_, *performance_);
  if (complete)
    context_.log.print("\nComplete after {} steps: {}", md_->current_step(), files_.result);
  else
    context_.log.print("\nStopped by {} after step {} of {}; continue with restart_mode = 'auto' from {}",
                       request_.reason, md_->current_step(), last_step(), files_.checkpoint);
  return complete;
}

void MdRun::report_interruption(const Interrupted& interruption) {
  progress_->finish();
  context_.log.print("\nStopped by {} in the middle of step {} of {}, while another program computed; {}",
                     interruption.what(), md_->current_step() + 1, last_step(),
                     saved_step_ < 0 ? "there is no checkpoint yet, so the next run begins anew"
                                     : fmt::format("continue with restart_mode = 'auto' from {}, which holds step {}",
                                                   files_.checkpoint, saved_step_));
}

void MdRun::report_complete() {
  context_.log.print(
      "\n{} is complete: all {} steps are done. For more, raise steps; to begin anew, set restart_mode = "
      "'from_scratch'",
      files_.result, last_step());
}

void MdRun::open_trajectory() {
  const OutputParameters& output = context_.input.output;
  if (output.trajectory_every <= 0) return;
  const LocalAtoms& atoms = force_field_->atoms();
  TrajectoryOptions options =
      trajectory_options(output, context_.units, atoms, files_.trajectory, echo(context_.input));
  options.observables = trajectory_observables(context_.units);
  trajectory_ =
      spinel::open_trajectory(options, atoms, context_.world, restored_ ? std::optional(first_step_) : std::nullopt);
}

void MdRun::write_frame() {
  const auto timing = timers_.scope(Region::output);
  Frame frame = frame_of(*force_field_, now_.step, now_.time);
  frame.observables = trajectory_observables(context_.units, now_);
  trajectory_->write(frame);
}

void MdRun::write_final_structure() {
  const auto timing = timers_.scope(Region::output);
  Structure structure = gather_structure(force_field_->atoms(), context_.world);
  on_root(context_.world, [&] {
    if (context_.units.name == "lj") structure.info["units"] = "lj";
    write_structure(files_.final_structure, structure);
  });
}

void MdRun::save() {
  const auto timing = timers_.scope(Region::output);
  if (trajectory_) trajectory_->commit();
  if (watch_) watch_->commit();
  if (saved_step_ != md_->current_step()) {
    State state = md_->save();
    analysis_->save(state);
    series_->save(state);
    if (watch_) watch_->save(state);
    write_atoms_checkpoint(files_.checkpoint, echo(context_.input), *force_field_, state, md_->current_step());
    saved_step_ = md_->current_step();
    control_.saved();
  }
  write_md_results(context_, files_, *series_, watch_.get(), *analysis_, *md_, performance_,
                   md_->current_step() >= last_step());
}

}  // namespace spinel
