#include "task/convert/convert.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>

#include "campaign/campaign.hpp"
#include "core/byte_stream.hpp"
#include "core/progress.hpp"
#include "core/provenance.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_file.hpp"
#include "io/table.hpp"
#include "parallel/blocks.hpp"
#include "parallel/on_root.hpp"
#include "run/report_dataset.hpp"
#include "run/report_warnings.hpp"
#include "run/result_common.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"
#include "run/setup/find_file.hpp"
#include "task/convert/convert_ising.hpp"
#include "task/convert/convert_sources.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

std::string output_path(const Input& input) {
  if (!input.convert.output.empty()) return input.convert.output;
  return (fs::path(input.control.outdir) / (input.control.prefix + ".dataset.h5")).string();
}

std::map<std::string, std::string> units_of(const ConvertParameters& parameters) {
  std::map<std::string, std::string> units;
  for (const std::string& text : parameters.units) {
    const auto colon = text.find(':');
    units[std::string(trim(text.substr(0, colon)))] = trim(std::string_view(text).substr(colon + 1));
  }
  return units;
}

/// Collective.
bool all_ising(const RunContext& context, const std::vector<std::string>& paths) {
  const ConvertParameters& p = context.input.convert;
  int all = 0;
  on_root(context.world, [&] {
    const auto n = std::count_if(paths.begin(), paths.end(),
                                 [&](const std::string& source) { return is_ising_source(source, p.format); });
    if (n != 0 && n != static_cast<std::ptrdiff_t>(paths.size()))
      fail_key(context.input, "convert", "sources",
               "configurations of spins and structures do not go into one dataset");
    all = n != 0 ? 1 : 0;
  });
  context.world.broadcast(&all, 1);
  return all == 1;
}

/// Collective. Where the sources are.
std::vector<std::string> find_sources(const RunContext& context) {
  return find_files(context.place("convert"), "sources", context.input.convert.sources, context.world);
}

CampaignPlan plan_for(const RunContext& context, const RunFiles& files, const ConvertSources& sources) {
  CampaignPlan plan;
  plan.journal = files.journal;
  plan.n_items = sources.n_chunks();
  plan.things = "records";
  plan.things_per_item = sources.chunk_size();
  plan.n_things = sources.size();
  plan.n_pools = context.world.size();
  plan.short_items = true;
  plan.content = {{"the sources are", sources.fingerprint()}};
  plan.group = "convert";
  plan.key = "sources";
  return plan;
}

/// Collective. This rank's share of what all ranks read, in the order of the sources.
ConvertedRecords share_of(const Communicator& world, Campaign& campaign) {
  campaign.share_results();
  const auto begin = [&](int rank) { return block_begin(campaign.n_items(), rank, world.size()); };
  ConvertedRecords own;
  for (std::int64_t chunk = begin(world.rank()); chunk < begin(world.rank() + 1); ++chunk) {
    ConvertedRecords more = unpack<ConvertedRecords>(*campaign.result(chunk));
    own.good.append(std::move(more.good));
    std::move(more.bad.begin(), more.bad.end(), std::back_inserter(own.bad));
    own.warnings.add(more.warnings);
  }
  return own;
}

/// Collective. The bad records of all ranks, on rank 0.
std::vector<BadRecord> gather_bad(const std::vector<BadRecord>& own, const Communicator& world) {
  ByteWriter out;
  for (const BadRecord& one : own) out.put(one);
  const auto bytes = world.gather(out.take());
  std::vector<BadRecord> all;
  for (ByteReader in(bytes); !in.is_done();) in.get(all.emplace_back());
  return all;
}

void report_bad(Log& log, const std::vector<BadRecord>& bad) {
  if (bad.empty()) return;
  constexpr std::size_t shown = 5;
  echo_line(log, "WARNING",
            fmt::format("{} bad records are left out:", grouped(static_cast<std::int64_t>(bad.size()))));
  for (std::size_t k = 0; k < std::min(bad.size(), shown); ++k)
    log.line(fmt::format("    {}: {}", bad[k].id, bad[k].reason));
  if (bad.size() > shown)
    log.line(fmt::format("    … and {} more, all of them in the result file", bad.size() - shown));
}

void check_output(const RunContext& context, const std::vector<std::string>& sources) {
  const std::string path = output_path(context.input);
  if (context.input.convert.output.empty()) return;
  fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const auto wrong = [&](const std::string& what) { fail_key(context.input, "convert", "output", what); };
  if (!fs::is_directory(folder)) wrong(fmt::format("there is no folder {}", folder.string()));
  if (access(folder.c_str(), W_OK | X_OK) != 0) wrong(fmt::format("the folder {} is not writable", folder.string()));
  if (fs::is_directory(path)) wrong(fmt::format("{} is a folder", path));
  if (!fs::exists(path)) return;
  for (const std::string& source : sources)
    if (fs::equivalent(path, source)) wrong("is one of the sources");
  if (fs::exists(RunFiles(context).result) && fs::equivalent(path, RunFiles(context).result))
    wrong("is the result file of this run; choose another name");
}

}  // namespace

void check_convert(const RunContext& context) {
  const auto paths = find_sources(context);
  on_root(context.world, [&] { check_output(context, paths); });
  if (all_ising(context, paths)) return check_ising_sources(context, paths);
  ConvertSources(context, paths);
}

bool run_convert(const RunContext& context) {
  const auto& [world, input, units, log] = context;
  const ConvertParameters& p = input.convert;
  const RunFiles files(context);
  const auto paths = find_sources(context);
  on_root(world, [&] { check_output(context, paths); });
  report_start(context);
  const double start = Progress::steady_seconds();
  const std::string output = output_path(input);
  if (all_ising(context, paths)) {
    convert_ising(context, paths, output);
    return true;
  }

  ConvertSources sources(context, paths);
  const std::int64_t total = sources.size();
  Campaign campaign(context, files, plan_for(context, files, sources));
  std::string sources_text;
  for (std::size_t k = 0; k < sources.n_sources(); ++k) {
    const auto line = [&](const std::string& n) {
      return fmt::format("{}: {}, {} records", p.sources[k], sources.kind_of(k), n);
    };
    sources_text += (k == 0 ? "" : "\n") + line(fmt::format("{}", sources.size_of(k)));
    if (k < 10) echo_line(log, k == 0 ? "sources" : "", line(grouped(sources.size_of(k))));
  }
  for (const std::string& text : sources.passed_over()) echo_line(log, "NOTE", text);
  campaign.report_restart();
  const bool complete = campaign.run([&](std::int64_t chunk, const Campaign::Pulse& pulse) {
    return std::optional<Bytes>(pack(sources.read(chunk, pulse)));
  });
  if (!complete) {
    report_end(context, files.result, false, campaign.stop_reason(), campaign.n_done(), total, "records");
    return false;
  }
  ConvertedRecords records = share_of(world, campaign);
  const auto bad = gather_bad(records.bad, world);
  const ReadWarnings warnings = records.warnings.gathered(world);
  const double read = Progress::steady_seconds();
  try {
    on_root(world, [&] {
      if (!bad.empty() && p.strict)
        fail_input("record '{}' is bad, and strict = .true.: {}", bad.front().id, bad.front().reason);
      if (static_cast<std::int64_t>(bad.size()) == total)
        fail_input("all {} records are bad; nothing is written: {}", total, bad.front().reason);
    });
  } catch (const InputError& error) {
    campaign.remove_journal();
    std::error_code is_in_use;
    if (world.is_root()) fs::remove(files.folder, is_in_use);  // where this run made it, nothing is in it
    fail_key(input, "convert", "sources", error.what());
  }
  report_bad(log, bad);
  report_warnings(log, warnings, "records");

  const std::map<std::string, std::string> notes = {
      {"sources", sources_text},
      {"bad_records", fmt::format("{}", world.is_root() ? bad.size() : 0)},
      {"spinel_version", provenance().version},
      {"title", input.control.title},
      {"namelist", echo(input)}};
  try {
    write_dataset(output, std::move(records.good), units_of(p), notes, world);
  } catch (const InputError& error) {
    fail_key(input, "convert", "units",
             fmt::format("{}. The records are kept in {}; with other units and restart_mode = 'auto' they are not read "
                         "again",
                         error.what(), files.journal));
  }
  const double written = Progress::steady_seconds();
  const Dataset data(output, world);
  for (const std::string& name : p.properties)
    if (!data.has(name) && world.is_root()) echo_line(log, "WARNING", fmt::format("no record has a '{}'", name));
  report_dataset(log, data);
  const double seconds = Progress::steady_seconds() - start;
  echo_line(log, "time",
            fmt::format("{}: read {}, written {} ({:.0f} records/s)", human_duration(seconds),
                        human_duration(read - start), human_duration(written - read),
                        static_cast<double>(total - campaign.n_before()) / std::max(1e-9, written - start)));

  ResultFile result(world, files.result);
  write_header(result, context, true);
  if (world.is_root()) {
    result.write_text("/convert/dataset", output);
    result.write_text("/convert/hash", data.hash());
    result.write("/convert/n_records", total, {"", "of all sources"});
    result.write("/convert/n_structures", data.n_structures(), {"", "in the dataset"});
    result.write("/convert/n_atoms", data.n_atoms(), {"", "in the dataset"});
    bad_records().write(result, "/convert/bad", bad);
    write_warnings(result, "/convert/warning", warnings);
    result.write("/timing/wall", seconds, {"s", ""});
  }
  result.save();
  campaign.remove_journal();
  echo_line(log, "written", fmt::format("{} (hash {})", output, data.hash()));
  log.print("\nComplete: {}", files.result);
  return true;
}

}  // namespace spinel
