#include "task/convert/convert.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "core/progress.hpp"
#include "core/provenance.hpp"
#include "core/text.hpp"
#include "crystal/closest_pair.hpp"
#include "crystal/formats/text_file.hpp"
#include "input/schema.hpp"
#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_file.hpp"
#include "io/table.hpp"
#include "parallel/on_root.hpp"
#include "run/result_common.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"
#include "run/setup/find_file.hpp"
#include "source/structure_source.hpp"
#include "task/convert/convert_ising.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

struct BadRecord {
  std::int64_t number = 0;  // through all sources
  std::string id, reason;
};

Table<BadRecord> bad_records() {
  Table<BadRecord> t;
  t.column("number", "", "of a record left out, from 0 through all sources", &BadRecord::number);
  t.column("id", "", "of a record left out", &BadRecord::id);
  t.column("reason", "", "why it is left out", &BadRecord::reason);
  return t;
}

/// Makes records of the structures of sources, and a list of those that are bad.
class Collector {
 public:
  Collector(const ConvertParameters& parameters, bool several_sources)
      : parameters_(parameters), several_sources_(several_sources), records(parameters.id_key) {}

  /// Records first … end − 1 of a source at `path`, before which all others have `before`. InputError at the first bad
  /// one where that is an error.
  void read(const std::string& path, StructureSource& source, std::int64_t first, std::int64_t end,
            std::int64_t before) {
    const std::string file = fs::path(path).filename().string();
    for (std::int64_t i = first; i < end; ++i) {
      Structure structure;
      try {
        structure = source.read(i);
        take(structure, source.default_id(i), file);
      } catch (const InputError& error) {
        bad.push_back({before + i, id_of(structure, source.default_id(i)), error.what()});
        if (parameters_.strict)
          fail_input("record '{}' is bad, and strict = .true.: {}", bad.back().id, bad.back().reason);
      }
    }
    source.close();
  }

 private:
  void take(Structure& structure, const std::string& fallback_id, const std::string& file) {
    check_overlap(structure, parameters_.minimum_distance, file);
    scale_stress(structure);
    keep_properties(structure);
    if (several_sources_) structure.info.emplace("source", file);
    records.add(structure, fallback_id);
  }

  std::string id_of(const Structure& structure, const std::string& fallback_id) const {
    if (const auto own = structure.info.find(parameters_.id_key); own != structure.info.end()) return own->second;
    for (const std::string& key : dataset_id_keys())
      if (const auto own = structure.info.find(key); own != structure.info.end()) return own->second;
    return fallback_id;
  }

  void keep_properties(Structure& structure) const {
    if (parameters_.properties.empty()) return;
    const auto is_kept = [&](const std::string& key) {
      const auto in = [&](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), key) != names.end();
      };
      const std::string name = lower_case(key);
      return in(parameters_.properties) || in(dataset_id_keys()) || key == parameters_.id_key || name == "stress" ||
             name == "virial" || name == "virials";
    };
    for (auto at = structure.info.begin(); at != structure.info.end();)
      at = is_kept(at->first) ? std::next(at) : structure.info.erase(at);
  }

  void scale_stress(Structure& structure) const {
    if (parameters_.stress_unit == "eV/A3") return;
    constexpr double gpa = 1.0 / 160.21766208;  // eV/Å³
    const double factor = parameters_.stress_unit == "GPa" ? gpa : -0.1 * gpa;
    for (auto& [key, value] : structure.info) {
      if (lower_case(key) != "stress") continue;
      std::string scaled;
      for (const std::string_view token : split(value)) {
        double x = 0.0;
        if (!parse_number(token, x)) fail_input("'{}' in {} is not a finite number", token, key);
        scaled += fmt::format("{} ", factor * x);
      }
      value = scaled;
    }
  }

  const ConvertParameters& parameters_;
  bool several_sources_;

 public:
  DatasetRecords records;
  std::vector<BadRecord> bad;
};

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

using Sources = std::vector<std::shared_ptr<StructureSource>>;

/// Collective. Where the sources are.
std::vector<std::string> find_sources(const RunContext& context) {
  return find_files(context.place("convert"), "sources", context.input.convert.sources, context.world);
}

/// Collective.
Sources open_sources(const RunContext& context, const std::vector<std::string>& paths) {
  const ConvertParameters& p = context.input.convert;
  SourceOptions options;
  options.format = p.format;
  options.structure_key = p.structure_key;
  options.id_key = p.id_key;
  options.properties = p.properties;
  options.file_ids = true;
  Sources sources;
  for (const std::string& path : paths) {
    try {
      sources.push_back(open_structure_source(path, options, context.world));
    } catch (const InputError& error) {
      fail_key(context.input, "convert", "sources", error.what());
    }
  }
  return sources;
}

/// Collective. This rank's share of all records; the first bad one of all ranks is an InputError with strict.
void read_share(const RunContext& context, const Sources& sources, Collector& collector) {
  const auto& [world, input, units, log] = context;
  std::int64_t total = 0;
  for (const auto& source : sources) total += source->size();
  const std::int64_t first = total * world.rank() / world.size(), end = total * (world.rank() + 1) / world.size();
  try {
    // The lowest rank's records come first in the sources.
    on_all_ranks(world, [&] {
      std::int64_t before = 0;
      for (std::size_t k = 0; k < sources.size(); ++k) {
        const std::int64_t size = sources[k]->size();
        collector.read(context.input.convert.sources[k], *sources[k], std::max<std::int64_t>(0, first - before),
                       std::min(size, end - before), before);
        before += size;
      }
    });
  } catch (const InputError& error) {
    fail_key(input, "convert", "sources", error.what());
  }
}

/// Collective. The bad records of all ranks, on rank 0.
std::vector<BadRecord> gather_bad(const std::vector<BadRecord>& own, const Communicator& world) {
  const auto table = bad_records();
  ByteWriter out;
  for (const BadRecord& one : own) table.pack(one, out);
  const auto bytes = world.gather(out.take());
  std::vector<BadRecord> all;
  for (ByteReader in(bytes); !in.is_done();) table.unpack(in, all.emplace_back());
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

/// What a dataset holds, as a table of its numbers.
void report_dataset(Log& log, const Dataset& data) {
  std::string labels;
  if (data.force() != nullptr) labels += ", forces";
  if (data.stress() != nullptr) labels += ", stress";
  echo_line(log, "dataset",
            fmt::format("{} structures, {} atoms{}", grouped(data.n_structures()), grouped(data.n_atoms()), labels));
  const auto texts = data.text_names();
  if (!texts.empty()) echo_line(log, "texts", fmt::format("{}", fmt::join(texts, ", ")));
  const auto names = data.scalar_names();
  if (names.empty()) return;
  TextTable table({"numbers", "unit", "records", "lowest", "mean", "highest"});
  for (const std::string& name : names) {
    std::int64_t n = 0;
    double low = INFINITY, high = -INFINITY, sum = 0.0;
    for (std::int64_t i = 0; i < data.n_structures(); ++i) {
      const double x = data.scalar(name)[i];
      if (std::isnan(x)) continue;
      ++n;
      sum += x;
      low = std::min(low, x);
      high = std::max(high, x);
    }
    const auto text = [&](double x) { return n == 0 ? std::string("-") : fmt::format("{:.5g}", x); };
    table.add({name, data.unit(name), grouped(n), text(low),
               text(sum / static_cast<double>(std::max<std::int64_t>(n, 1))), text(high)});
  }
  log.line();
  log.line(table.text());
  log.line();
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
  open_sources(context, paths);
}

void run_convert(const RunContext& context) {
  const auto& [world, input, units, log] = context;
  const ConvertParameters& p = input.convert;
  const RunFiles files(context);
  const auto paths = find_sources(context);
  on_root(world, [&] { check_output(context, paths); });
  report_start(context);
  const double start = Progress::steady_seconds();
  const std::string output = output_path(input);
  if (all_ising(context, paths)) return convert_ising(context, paths, output);

  const auto sources = open_sources(context, paths);
  std::int64_t total = 0;
  std::string sources_text;
  for (std::size_t k = 0; k < sources.size(); ++k) {
    total += sources[k]->size();
    sources_text +=
        fmt::format("{}{}: {}, {} records", k == 0 ? "" : "\n", p.sources[k], sources[k]->kind(), sources[k]->size());
    if (k < 10)
      echo_line(log, k == 0 ? "sources" : "",
                fmt::format("{}: {}, {} records", p.sources[k], sources[k]->kind(), grouped(sources[k]->size())));
  }
  Collector collector(p, p.sources.size() > 1);
  read_share(context, sources, collector);
  const auto bad = gather_bad(collector.bad, world);
  report_bad(log, bad);
  if (world.sum(collector.records.n_structures()) == 0)
    fail_key(input, "convert", "sources", fmt::format("all {} records are bad; {}", total, "nothing is written"));

  on_root(world, [&] {
    files.make_folder();
    files.keep_old();
  });
  const double read = Progress::steady_seconds();
  const std::map<std::string, std::string> notes = {
      {"sources", sources_text},
      {"bad_records", fmt::format("{}", world.is_root() ? bad.size() : 0)},
      {"spinel_version", provenance().version},
      {"title", input.control.title},
      {"namelist", echo(input)}};
  try {
    write_dataset(output, std::move(collector.records), units_of(p), notes, world);
  } catch (const InputError& error) {
    fail_key(input, "convert", "units", error.what());
  }
  const double written = Progress::steady_seconds();
  const Dataset data(output, world);
  for (const std::string& name : p.properties)
    if (!data.has(name) && world.is_root()) echo_line(log, "WARNING", fmt::format("no record has a '{}'", name));
  report_dataset(log, data);
  const double seconds = Progress::steady_seconds() - start;
  echo_line(
      log, "time",
      fmt::format("{}: read {}, written {} ({:.0f} records/s)", human_duration(seconds), human_duration(read - start),
                  human_duration(written - read), static_cast<double>(total) / std::max(1e-9, written - start)));

  ResultFile result(world, files.result);
  write_header(result, context, true);
  if (world.is_root()) {
    result.write_text("/convert/dataset", output);
    result.write_text("/convert/hash", data.hash());
    result.write("/convert/n_records", total, {"", "of all sources"});
    result.write("/convert/n_structures", data.n_structures(), {"", "in the dataset"});
    result.write("/convert/n_atoms", data.n_atoms(), {"", "in the dataset"});
    bad_records().write(result, "/convert/bad", bad);
    result.write("/timing/wall", seconds, {"s", ""});
  }
  result.save();
  echo_line(log, "written", fmt::format("{} (hash {})", output, data.hash()));
  log.print("\nComplete: {}", files.result);
}

}  // namespace spinel
