#include "task/md/committee_watch.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"
#include "domain/distribute.hpp"
#include "parallel/on_root.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

/// Of a frame's comment; 0 where it has none.
std::int64_t step_of(std::string_view comment) {
  for (std::string_view token; !(token = next_token(comment)).empty();) {
    std::int64_t step = 0;
    if (token.substr(0, 5) == "step=" && parse_number(token.substr(5), step)) return step;
  }
  return 0;
}

/// Bytes of the whole frames up to the first of a step after `last`. What a kill left of a frame in its middle is no
/// whole frame. By steps, not by a length that the checkpoint holds, so that frames may be taken out between two runs.
std::uint64_t frames_until(const std::string& path, std::int64_t last) {
  LineReader lines(path);
  std::uint64_t end = 0;
  std::string_view line;
  std::int64_t n_atoms = 0;
  while (lines.next(line) && parse_number(trim(line), n_atoms) && lines.next(line) && step_of(line) <= last) {
    for (std::int64_t i = 0; i < n_atoms; ++i)
      if (!lines.next(line)) return end;
    end = static_cast<std::uint64_t>(lines.offset());
  }
  return end;
}

}  // namespace

CommitteeWatch::CommitteeWatch(const RunContext& context, const RunFiles& files, Committee& committee)
    : context_(context),
      files_(files),
      committee_(committee),
      every_(context.input.potential.spread_every),
      threshold_(context.input.potential.spread_threshold),
      stops_(context.input.potential.spread_action == "stop") {
  const UnitSystem& units = context.units;
  columns_ = {{"time", units.reported_time, "", {}},
              {"energy", units.energy + "/atom", "standard deviation over the models, N − 1", {}},
              {"force_max", units.force, "largest over the atoms of the standard deviation of the force vector", {}},
              {"force_mean", units.force, "mean over the atoms of the same", {}},
              {"force_rms", units.force, "root mean square over the atoms of the same", {}}};
}

void CommitteeWatch::save(State& state) const {
  state["spread.step"].assign(steps_.begin(), steps_.end());
  for (const Column& c : columns_) state["spread." + c.name] = c.values;
  state["spread.frames"] = {static_cast<double>(frames_)};
}

void CommitteeWatch::load(const State& state) {
  if (state.count("spread.step") == 0) return;
  const auto& steps = state_array(state, "spread.step");
  steps_.assign(steps.begin(), steps.end());
  for (Column& c : columns_) c.values = state_array(state, "spread." + c.name, steps_.size());
  frames_ = static_cast<std::int64_t>(state_array(state, "spread.frames", 1)[0]);
}

void CommitteeWatch::open(std::optional<std::int64_t> restored) {
  on_root(context_.world, [&] {
    if (!file_exists(files_.uncertain)) return;
    const std::uint64_t end = restored ? frames_until(files_.uncertain, *restored) : 0;
    if (end == 0) return remove_file(files_.uncertain);
    file_.emplace(files_.uncertain, PosixFile::Mode::update);
    file_->resize(end);
  });
}

std::string CommitteeWatch::describe() const {
  std::string text = fmt::format("{} models, spread every {} steps", committee_.size(), every_);
  if (threshold_ == 0.0) return text;
  return text + fmt::format("; frames above {:g} {} go to {}{}", threshold_, context_.units.force, files_.uncertain,
                            stops_ ? " and end the run" : "");
}

void CommitteeWatch::prepare(std::int64_t step) {
  if (is_due(step)) committee_.look_at_next();
}

std::string CommitteeWatch::look(const ForceField& force_field, std::int64_t step, double time) {
  if (!is_due(step)) return "";
  const SpreadSummary now = summarize(committee_.spread(), force_field.atoms(), context_.world);
  add(step, time, now);
  if (threshold_ == 0.0 || now.force_max <= threshold_) return "";
  append_frame(force_field, step, time, now);
  if (!stops_) return "";
  const UnitSystem& units = context_.units;
  return fmt::format("a force spread of {:.4g} {} on atom {}, above spread_threshold = {:g},", now.force_max,
                     units.force, now.worst_id + 1, threshold_);
}

void CommitteeWatch::add(std::int64_t step, double time, const SpreadSummary& now) {
  steps_.push_back(step);
  const double row[] = {time * context_.units.time_to_output, now.energy, now.force_max, now.force_mean, now.force_rms};
  for (std::size_t k = 0; k < columns_.size(); ++k) columns_[k].values.push_back(row[k]);
}

void CommitteeWatch::append_frame(const ForceField& force_field, std::int64_t step, double time,
                                  const SpreadSummary& now) {
  const LocalAtoms& atoms = force_field.atoms();
  const Communicator& world = context_.world;
  Structure frame = gather_structure(atoms, world, false, &force_field.forces());
  const std::vector<double> spread = gather_force_spread(committee_.spread(), atoms, world);
  on_root(world, [&] {
    frame.info["step"] = fmt::format("{}", step);
    frame.info["time"] = fmt::format("{}", time);
    frame.info["energy"] = fmt::format("{}", now.mean_energy);
    frame.info["energy_spread"] = fmt::format("{}", now.energy);
    frame.info["force_spread_max"] = fmt::format("{}", now.force_max);
    const std::string text = xyz_frame_with(frame, "force_spread", spread);
    if (!file_) file_.emplace(files_.uncertain, PosixFile::Mode::create);
    file_->write(text.data(), text.size(), file_->size());
  });
  ++frames_;
}

void CommitteeWatch::commit() {
  on_root(context_.world, [&] {
    if (file_) file_->sync();
  });
}

void CommitteeWatch::write(ResultFile& file) const {
  file.write("/spread/models", static_cast<std::int64_t>(committee_.size()), {"", "of the committee"});
  if (threshold_ > 0.0) file.write("/spread/threshold", threshold_, {context_.units.force, "spread_threshold"});
  file.write("/spread/frames", frames_, {"", "written to <prefix>_uncertain.xyz"});
  file.write("/spread/step", steps_, {"", "time step"});
  for (const Column& c : columns_) file.write("/spread/" + c.name, c.values, {c.unit, c.description});
}

void CommitteeWatch::report() const {
  if (steps_.empty()) return;
  const UnitSystem& units = context_.units;
  double energy = 0.0, largest = 0.0, mean = 0.0;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    energy += columns_[1].values[i];
    largest = std::max(largest, columns_[2].values[i]);
    mean += columns_[3].values[i];
  }
  const auto n = static_cast<double>(steps_.size());
  context_.log.line();
  echo_line(context_.log, "spread",
            fmt::format("of {} models at {} steps: energy {:.3g} {}/atom, forces {:.3g} {} on average, {:.3g} at most",
                        committee_.size(), steps_.size(), energy / n, units.energy, mean / n, units.force, largest));
  if (threshold_ > 0.0)
    echo_line(context_.log, "",
              frames_ == 0
                  ? fmt::format("never above {:g} {}", threshold_, units.force)
                  : fmt::format("above {:g} {} in {} frames: {}", threshold_, units.force, frames_, files_.uncertain));
}

}  // namespace spinel
