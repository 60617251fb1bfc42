#include "task/relax/relax_run.hpp"

#include <algorithm>
#include <cmath>

#include "core/memory.hpp"
#include "crystal/formats/structure_file.hpp"
#include "domain/distribute.hpp"
#include "parallel/on_root.hpp"
#include "run/atoms_checkpoint.hpp"
#include "run/locate_error.hpp"
#include "run/restart.hpp"
#include "run/result_common.hpp"
#include "run/run_trajectory.hpp"
#include "run/setup/make_structure.hpp"
#include "task/structures/structure_list_results.hpp"

namespace spinel {

namespace {

RunningTable make_table(const UnitSystem& units) {
  return RunningTable({{"evaluation", "", 10, 0, true},
                       {"energy", units.energy + "/atom", 16, 8},
                       {"fmax", units.force, 12, 6},
                       {"smax", units.pressure, 12, 6},
                       {"volume", units.length + "³", 14, 4}});
}

std::string describe_relaxation(const RunContext& context, const RelaxationSettings& settings) {
  const RelaxParameters& p = context.input.relax;
  const UnitSystem& u = context.units;
  std::string text = fmt::format("{}, cell {}", p.minimizer, p.cell);
  if (p.pressure != 0.0) text += fmt::format(" at {:g} {}", p.pressure, u.pressure);
  text += fmt::format(", to {:g} {}", p.fmax, u.force);
  if (p.cell != "fixed") text += fmt::format(" and {:g} {}", p.smax, u.pressure);
  text += fmt::format(", {} evaluations at most", grouped(p.max_steps));
  if (!settings.symmetry.empty()) text += fmt::format(", {} symmetry operations kept", settings.symmetry.size());
  return text;
}

void report_relaxation(const RunContext& context, const StructureResult& r) {
  const UnitSystem& u = context.units;
  Log& log = context.log;
  const double gpa = u.pressure_to_output;
  log.line();
  if (!r.reason.empty()) log.print("  {}", r.reason);
  const auto n = static_cast<double>(std::max<std::size_t>(r.structure.size(), 1));
  log.print("  energy         {:.10g} → {:.10g} {}, {:.6g} {}/atom gained", r.initial_energy, r.energy, u.energy,
            (r.initial_energy - r.energy) / n, u.energy);
  log.print("  volume         {:.8g} → {:.8g} {}³", std::abs(r.initial_cell.determinant()), r.structure.volume(),
            u.length);
  log.print("  largest force  {:.3g} {}", r.fmax, u.force);
  log.print("  stress         {:.4g} {:.4g} {:.4g} {:.4g} {:.4g} {:.4g} {} (xx yy zz yz xz xy, tension positive)",
            r.stress[0] * gpa, r.stress[1] * gpa, r.stress[2] * gpa, r.stress[3] * gpa, r.stress[4] * gpa,
            r.stress[5] * gpa, u.pressure);
}

}  // namespace

RelaxRun::RelaxRun(const RunContext& context)
    : context_(context),
      memory_before_(memory_use().now),
      control_(context.input.control, context.input.output, context.world.is_root()),
      files_(context),
      maker_(context, context.input.potential),
      job_(context.world, context.units, maker_,
           {context.input.relax, context.input.neighbor, context.input.parallel, false}, context.place("parallel")),
      table_(make_table(context.units)) {
  const Input& input = context_.input;
  std::optional<CheckpointReader> checkpoint;
  if (restart_is_wanted(context_, files_)) {
    checkpoint.emplace(context_.world, files_.checkpoint);
    changes_ = check_restart(context_, files_, *checkpoint);
    const bool over = state_array(read_atoms_checkpoint(*checkpoint).state, "over")[0] != 0.0;
    was_complete_ = over && changes_.empty() && results_are_complete(files_.result, 0, context_.world);
    if (was_complete_) return;
    restored_ = true;
  }
  job_.set_flag_source([this] { return control_.flag(job_.expected_seconds()); });
  result_.number = 0;
  result_.name = input.structure.file.empty() ? input.structure.prototype : input.structure.file;
  // The space group is that of the start also where a checkpoint has gone on from there.
  result_.structure = make_structure(context_.input.structure, context_.place("structure"), context_.units,
                                     context_.input.control.seed, context_.world);
  result_.structure.velocity.clear();
  LocalAtoms atoms = with_location(context_.place("relax"), [&] {
    settings_ = job_.prepare_relaxation(result_.structure);
    return local_atoms_from(result_.structure, context_.world);
  });
  result_.initial_cell = atoms.cell;
  if (restored_) atoms = restore(*checkpoint);
  field_ = job_.make_force_field(std::move(atoms), timers_);
  on_root(context_.world, [&] {
    files_.make_folder();
    if (!restored_) files_.keep_old();
  });
  open_trajectory();
}

LocalAtoms RelaxRun::restore(const CheckpointReader& reader) {
  AtomsCheckpoint checkpoint = read_atoms_checkpoint(reader);
  const auto values = [&](const char* name) { return state_array(checkpoint.state, name); };
  StructureSeries& series = result_.series;
  for (const double evaluation : values("evaluation"))
    series.evaluation.push_back(static_cast<std::int64_t>(evaluation));
  series.energy = values("energy");
  series.fmax = values("fmax");
  series.smax = values("smax");
  series.volume = values("volume");
  result_.evaluations = evaluations_before_ = saved_ = checkpoint.step;
  return std::move(checkpoint.atoms);
}

void RelaxRun::open_trajectory() {
  if (context_.input.output.trajectory_every <= 0) return;
  const LocalAtoms& atoms = field_->atoms();
  TrajectoryOptions options =
      trajectory_options(context_.input.output, context_.units, atoms, files_.trajectory, echo(context_.input));
  const bool reduced = context_.units.name == "lj";
  options.observables = {{"potential_energy", reduced ? "" : "eV"}, {"fmax", reduced ? "" : "eV Angstrom-1"}};
  trajectory_ = spinel::open_trajectory(options, atoms, context_.world,
                                        restored_ ? std::optional(evaluations_before_) : std::nullopt);
}

void RelaxRun::begin() {
  Log& log = context_.log;
  report_start(context_);
  report_structure(context_, field_->atoms());
  report_warnings(log, result_.structure.warnings);
  echo_line(log, "potential", describe_potential(context_.input.potential, context_.units, field_->potential()));
  echo_line(log, "relaxation", describe_relaxation(context_, settings_));
  echo_line(log, "output",
            fmt::format("{}, {}{}", files_.result, files_.structures, trajectory_ ? ", " + files_.trajectory : ""));
  if (restored_)
    echo_line(log, "restart", fmt::format("after {} evaluations, of {}", evaluations_before_, files_.checkpoint));
  for (const std::string& change : changes_) log.print("  NOTE: changed since the checkpoint: {}", change);
}

void RelaxRun::walk() {
  progress_.emplace(context_.log, "evaluations", evaluations_before_, settings_.max_evaluations);
  const double begin = Progress::steady_seconds();
  job_.relax(result_, *field_, settings_, [this](const RelaxationProgress& point) { return see(point); });
  result_.seconds = Progress::steady_seconds() - begin;
  progress_->finish();
}

bool RelaxRun::see(const RelaxationProgress& point) {
  const StructureSeries& series = result_.series;
  const std::int64_t evaluation = series.evaluation.back();
  if (point.evaluations == 1) {
    report_decomposition(context_, *field_);
    context_.log.line();
    context_.log.line(table_.header());
  }
  const auto n = static_cast<double>(field_->atoms().n_global);
  context_.log.line(table_.row({static_cast<double>(evaluation), point.energy / n, point.fmax,
                                point.smax * context_.units.pressure_to_output, point.volume}));
  progress_->update(evaluation);

  const auto index = static_cast<std::int64_t>(series.evaluation.size()) - 1;
  const auto is_due = [index](std::int64_t every) { return every > 0 && index % every == 0; };
  const OutputParameters& output = context_.input.output;
  // The point a checkpoint was written at comes again at the start of the continuation.
  if (is_due(output.trajectory_every) && !(restored_ && point.evaluations == 1)) write_frame(evaluation, point);
  request_ = control_.interpret(field_->flag());
  if (request_.stop) return false;
  if (request_.save || (is_due(output.checkpoint_every) && index > 0)) save(false);
  return true;
}

void RelaxRun::write_frame(std::int64_t evaluation, const RelaxationProgress& point) {
  const auto timing = timers_.scope(Region::output);
  Frame frame = frame_of(*field_, evaluation, static_cast<double>(evaluation));
  frame.observables = {point.energy, point.fmax};
  trajectory_->write(frame);
}

void RelaxRun::save(bool over) {
  const auto timing = timers_.scope(Region::output);
  if (trajectory_) trajectory_->commit();
  const StructureSeries& series = result_.series;
  State state;
  state["over"] = {over ? 1.0 : 0.0};
  state["evaluation"] = std::vector<double>(series.evaluation.begin(), series.evaluation.end());
  state["energy"] = series.energy;
  state["fmax"] = series.fmax;
  state["smax"] = series.smax;
  state["volume"] = series.volume;
  saved_ = series.evaluation.empty() ? 0 : series.evaluation.back();
  write_atoms_checkpoint(files_.checkpoint, echo(context_.input), *field_, state, saved_);
  control_.saved();
}

bool RelaxRun::end() {
  const bool over = result_.status != StructureStatus::pending;
  save(over);
  const auto summary = write_structure_list(
      context_, files_, 1, [this](std::int64_t) { return result_; }, over);
  on_root(context_.world, [&] {
    if (!over || files_.final_structure.empty()) return;
    Structure structure = result_.structure;
    if (context_.units.name == "lj") structure.info["units"] = "lj";
    write_structure(files_.final_structure, structure);
  });
  const Performance performance =
      measure_performance(*field_, result_.evaluations - evaluations_before_, 0.0, context_.units, memory_before_);
  report_relaxation(context_, result_);
  report_warnings(context_.log, warnings_of_program(result_.structure.info));
  report_performance(context_, performance);
  if (over)
    context_.log.print("\n{} after {} evaluations: {}, {}", summary.done > 0 ? "Converged" : "Ended",
                       result_.evaluations, files_.result, files_.structures);
  else
    context_.log.print("\nStopped by {} after {} evaluations; continue with restart_mode = 'auto' from {}",
                       request_.reason, result_.evaluations, files_.checkpoint);
  return over;
}

void RelaxRun::report_interruption(const Interrupted& interruption) {
  progress_->finish();
  context_.log.print(
      "\nStopped by {} after {} evaluations, while another program computed; {}", interruption.what(),
      result_.series.evaluation.empty() ? 0 : result_.series.evaluation.back(),
      saved_ < 0
          ? "there is no checkpoint yet, so the next run begins anew"
          : fmt::format("continue with restart_mode = 'auto' from {}, which holds the point after {} evaluations",
                        files_.checkpoint, saved_));
}

void RelaxRun::report_complete() {
  context_.log.print("\n{} is complete; to begin anew, set restart_mode = 'from_scratch'", files_.result);
}

}  // namespace spinel
