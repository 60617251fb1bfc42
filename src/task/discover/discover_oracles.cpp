#include "task/discover/discover_oracles.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <unordered_map>

#include "core/text.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"
#include "io/table.hpp"
#include "parallel/on_root.hpp"
#include "run/run_report.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/read_options.hpp"
#include "source/read_dataset.hpp"
#include "task/discover/discover_candidates.hpp"
#include "task/discover/discover_entries.hpp"
#include "task/structures/sweep_parameters.hpp"

namespace spinel {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

CandidateLabel label_of(const StructureResult& result, std::int64_t candidate) {
  CandidateLabel label;
  label.candidate = candidate;
  label.seconds = result.seconds;
  if (result.status == StructureStatus::done || result.status == StructureStatus::not_converged) {
    label.structure = result.structure;
    label.value = {result.energy / static_cast<double>(result.structure.size())};
  } else {
    label.failure = result.reason;
  }
  return label;
}

std::string sweep_of(std::int64_t round) { return fmt::format("round_{}", round); }

}  // namespace

PotentialEnergies::PotentialEnergies(const RunContext& context, const char* group, bool relaxes)
    : context_(context), group_(group), relaxes_(relaxes) {}

const PotentialParameters& PotentialEnergies::parameters() const {
  return std::string(group_) == "oracle" ? context_.input.oracle : context_.input.potential;
}

StructureSet PotentialEnergies::set_of(std::vector<Structure> structures, const std::string& origin) const {
  std::vector<std::string> names;
  for (const Structure& structure : structures) {
    const auto id = structure.info.find("id");
    names.push_back(id == structure.info.end() ? fmt::format("structure {}", names.size() + 1) : id->second);
  }
  return {structures_in_memory(std::move(structures), names), origin, "discover", "oracle",
          relaxes_ ? StructureSet::Action::relaxation : StructureSet::Action::single_point};
}

void PotentialEnergies::check(std::vector<Structure> structures) const {
  if (structures.empty()) return;
  check_potential(context_, set_of(std::move(structures), "known"), PotentialMaker(context_, parameters(), group_));
}

std::optional<std::vector<CandidateLabel>> PotentialEnergies::compute(const std::string& name,
                                                                      std::vector<Structure> structures,
                                                                      const std::vector<std::int64_t>& candidate) {
  if (structures.empty()) return std::vector<CandidateLabel>();
  Input input = context_.input;
  input.control.prefix += "_" + name;
  if (input.control.restart_mode == "restart") input.control.restart_mode = "auto";
  // The clock of max_seconds is that of the whole run.
  if (input.control.max_seconds > 0.0) {
    constexpr double least = 1e-3;
    input.control.max_seconds = std::max(least, input.control.max_seconds - (Progress::steady_seconds() - begin_));
  }
  const RunContext context{context_.world, input, context_.units, context_.log};
  const RunFiles files(context);
  const auto n = static_cast<std::int64_t>(structures.size());
  SweepParameters sweep_with = sweep_parameters(context, files);
  sweep_with.potential = parameters();
  sweep_with.potential_group = group_;
  StructureSweep sweep(context, files, set_of(std::move(structures), name), std::move(sweep_with));
  const bool complete = sweep.run();
  std::vector<char> bytes;
  if (complete)
    on_root(context.world, [&] {
      std::vector<CandidateLabel> labels;
      for (std::int64_t k = 0; k < n; ++k)
        labels.push_back(label_of(sweep.result(k), candidate[static_cast<std::size_t>(k)]));
      bytes = pack(labels);
    });
  stop_reason_ = sweep.campaign().stop_reason();
  if (stop_reason_.rfind("max_seconds", 0) == 0)
    stop_reason_ = fmt::format("max_seconds = {:g}", context_.input.control.max_seconds);
  if (!complete) return std::nullopt;
  context.world.broadcast(bytes);
  std::vector<CandidateLabel> labels = unpack<std::vector<CandidateLabel>>(bytes);
  for (const CandidateLabel& label : labels)
    if (const auto type = label.structure.info.find("run_type"); type != label.structure.info.end())
      level_ = type->second;
  return labels;
}

void PotentialEnergies::forget(const std::string& name) {
  ControlParameters control = context_.input.control;
  control.prefix += "_" + name;
  const RunFiles files(control, context_.input.output, context_.input.locations, true);
  on_root(context_.world, [&] {
    std::error_code ignored;
    std::filesystem::remove_all(files.journal, ignored);
  });
}

HullEntry entry_of(const CandidateLabel& label, const std::string& id) {
  const auto level = label.structure.info.find("run_type");
  return {id, composition_of(label.structure), label.value[0],
          level == label.structure.info.end() ? "" : level->second};
}

std::optional<std::vector<CandidateLabel>> TableOracle::ask(const std::vector<std::int64_t>& candidates, std::int64_t) {
  std::vector<CandidateLabel> labels;
  for (const std::int64_t candidate : candidates) {
    CandidateLabel& label = labels.emplace_back();
    label.candidate = candidate;
    for (const auto& value : value_) label.value.push_back(value[static_cast<std::size_t>(candidate)]);
    for (const double value : label.value)
      if (std::isnan(value)) label.failure = "the pool has no label of it";
    if (!label.failure.empty()) label.value.clear();
  }
  return labels;
}

std::optional<std::vector<CandidateLabel>> PotentialOracle::ask(const std::vector<std::int64_t>& candidates,
                                                                std::int64_t round) {
  std::vector<Structure> structures;
  for (const std::int64_t candidate : candidates) structures.push_back(crystal_(candidate));
  return energies_.compute(sweep_of(round), std::move(structures), candidates);
}

void PotentialOracle::is_kept(std::int64_t round) { energies_.forget(sweep_of(round)); }

FileOracle::FileOracle(const RunContext& context, const CandidateSource& candidates, std::vector<TargetWindow> windows,
                       std::string wanted)
    : context_(context), candidates_(candidates), windows_(std::move(windows)), wanted_(std::move(wanted)) {}

std::optional<std::vector<CandidateLabel>> FileOracle::ask(const std::vector<std::int64_t>& candidates,
                                                           std::int64_t round) {
  const DiscoverParameters& p = context_.input.discover;
  std::unordered_map<std::string, std::vector<double>> known;
  if (windows_.empty()) {
    if (!p.labels.empty())
      for (const HullEntry& entry : shared_entries(context_, "labels", p.labels).entries)
        known[entry.id] = {entry.energy};
  } else {
    const KeyPlace place = context_.place("discover");
    for (const std::string& path : find_files(place, "labels", p.labels, context_.world)) {
      std::unique_ptr<Dataset> data;
      try {
        data = read_dataset(path, context_.world, read_options(p));
      } catch (const InputError& error) {
        place.fail("labels", error.what());
      }
      for (std::int64_t i = 0; i < data->n_structures(); ++i) {
        std::vector<double> values;
        for (const TargetWindow& window : windows_)
          values.push_back(data->has_scalar(window.name) ? data->scalar(window.name)[i] : nan);
        known[data->id(i)] = values;
      }
    }
  }
  std::vector<CandidateLabel> labels;
  std::vector<std::int64_t> missing;
  for (const std::int64_t candidate : candidates) {
    CandidateLabel& label = labels.emplace_back();
    label.candidate = candidate;
    const auto found = known.find(candidates_.id(candidate));
    if (found == known.end()) {
      missing.push_back(candidate);
      continue;
    }
    label.value = found->second;
    for (const double value : label.value)
      if (std::isnan(value)) label.failure = "the file of labels has no number for it";
    if (!label.failure.empty()) label.value.clear();
  }
  if (missing.empty()) {
    on_root(context_.world, [&] {
      std::error_code ignored;
      std::filesystem::remove(wanted_, ignored);
    });
    return labels;
  }
  on_root(context_.world, [&] {
    TextWriter out(wanted_);
    if (!candidates_.has_structures()) out.write("id,formula\n");
    for (const std::int64_t candidate : missing) {
      if (candidates_.has_structures())
        write_xyz_frame(out, candidates_.structure(candidate));
      else
        out.write("{},{}\n", csv_field(candidates_.id(candidate)),
                  csv_field(reduced_formula(candidates_.composition(candidate))));
    }
    out.close();
    waits_for_ = fmt::format(
        "waiting for {} label{} of round {}: {} has what is wanted, &discover labels names files "
        "with the answers",
        missing.size(), missing.size() == 1 ? "" : "s", round, wanted_);
  });
  return std::nullopt;
}

std::vector<std::vector<double>> pool_labels(const RunContext& context, const CandidateSource& candidates,
                                             const std::vector<TargetWindow>& windows, EnergyKind& kind) {
  const DiscoverParameters& p = context.input.discover;
  const auto n = static_cast<std::size_t>(candidates.size());
  std::vector<std::vector<double>> labels;
  if (!windows.empty()) {
    const auto* pool = dynamic_cast<const DatasetCandidates*>(&candidates);
    for (const TargetWindow& window : windows) {
      if (pool == nullptr || !pool->data().has_scalar(window.name))
        fail_key(context.input, "discover", "targets",
                 fmt::format("the pool has no number '{}'{}", window.name,
                             pool == nullptr ? "" : "; it has " + quoted_list(pool->data().scalar_names())));
      const double* values = pool->data().scalar(window.name);
      labels.emplace_back(values, values + n);
    }
    return labels;
  }
  const bool formulas = !p.pool_entries.empty();
  const EntryList list =
      shared_entries(context, formulas ? "pool_entries" : "pool", {formulas ? p.pool_entries : p.pool});
  kind = list.kind;
  std::unordered_map<std::string, double> energy;
  for (const HullEntry& entry : list.entries) energy[entry.id] = entry.energy;
  labels.emplace_back(n, nan);
  for (std::size_t i = 0; i < n; ++i)
    if (const auto found = energy.find(candidates.id(static_cast<std::int64_t>(i))); found != energy.end())
      labels[0][i] = found->second;
  return labels;
}

}  // namespace spinel
