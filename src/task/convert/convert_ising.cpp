#include "task/convert/convert_ising.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/progress.hpp"
#include "core/provenance.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "io/attempt.hpp"
#include "io/collective_file.hpp"
#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_file.hpp"
#include "io/hdf_reader.hpp"
#include "io/result_file.hpp"
#include "parallel/on_root.hpp"
#include "run/result_common.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"
#include "task/phase/phase_data.hpp"

namespace spinel {

namespace {

/// A configuration that is written in a source.
struct Place {
  std::int64_t source, size, temperature, replica, index;  // size: place in the list of sizes
  static constexpr std::size_t width = 5;
};

/// One lattice size of one source.
struct Group {
  std::int64_t lx = 0, ly = 0;
  std::vector<double> temperature;
  std::vector<std::int64_t> sweep;
};

Group read_group(const HdfReader& file, const std::string& size) {
  Group group;
  const auto edges = file.read<std::int64_t>("/" + size + "/size");
  group.lx = edges.at(0);
  group.ly = edges.at(1);
  group.temperature = file.read<double>("/" + size + "/temperature");
  group.sweep = file.read<std::int64_t>("/" + size + "/sweep");
  return group;
}

std::vector<std::string> sizes_of(const RunContext& context, const std::vector<std::string>& sources) {
  try {
    return PhaseData::sizes(sources, context.world);
  } catch (const InputError& error) {
    fail_key(context.input, "convert", "sources", error.what());
  }
}

/// Collective. All configurations that are written, by source, size, temperature, replica and time.
std::vector<Place> find_places(const RunContext& context, const std::vector<std::string>& sources,
                               const std::vector<std::string>& sizes) {
  std::vector<std::int64_t> packed;
  on_root(context.world, [&] {
    for (std::size_t f = 0; f < sources.size(); ++f) {
      const HdfReader file(sources[f]);
      for (std::size_t s = 0; s < sizes.size(); ++s) {
        const std::string group = "/" + sizes[s] + "/";
        if (!file.exists(group + "spins")) continue;
        const auto dims = file.dims(group + "spins");
        const auto written = file.read<std::uint8_t>(group + "written");
        if (dims.size() != 5 || written.size() != static_cast<std::size_t>(dims[0] * dims[1] * dims[2]))
          fail_key(context.input, "convert", "sources",
                   fmt::format("'{}': the datasets of {} do not fit together", sources[f], sizes[s]));
        for (std::int64_t k = 0; k < static_cast<std::int64_t>(written.size()); ++k)
          if (written[static_cast<std::size_t>(k)] != 0)
            packed.insert(packed.end(), {static_cast<std::int64_t>(f), static_cast<std::int64_t>(s),
                                         k / (dims[1] * dims[2]), k / dims[2] % dims[1], k % dims[2]});
      }
    }
    if (packed.empty()) fail_key(context.input, "convert", "sources", "no configuration is written in the files");
  });
  context.world.broadcast(packed);
  std::vector<Place> places;
  for (std::size_t k = 0; k < packed.size(); k += Place::width)
    places.push_back({packed[k], packed[k + 1], packed[k + 2], packed[k + 3], packed[k + 4]});
  return places;
}

/// This rank's configurations, as the file has them.
struct Spins {
  std::vector<std::int64_t> offset = {0};  // [configuration + 1]
  std::vector<std::int32_t> size;          // [configuration][2]
  std::vector<std::int8_t> spin;           // ±1
  std::vector<double> temperature, magnetization, replica, sweep;
  std::vector<std::string> id;
};

Spins read_share(const RunContext& context, const std::vector<std::string>& sources,
                 const std::vector<std::string>& sizes, const std::vector<Place>& places) {
  const auto n = static_cast<std::int64_t>(places.size());
  const std::int64_t ranks = context.world.size(), rank = context.world.rank();
  Spins own;
  std::unique_ptr<HdfReader> file;
  Group group;
  Place before{-1, -1, 0, 0, 0};
  for (std::int64_t k = n * rank / ranks; k < n * (rank + 1) / ranks; ++k) {
    const Place& at = places[static_cast<std::size_t>(k)];
    const std::string& name = sizes[static_cast<std::size_t>(at.size)];
    if (at.source != before.source) file = std::make_unique<HdfReader>(sources[static_cast<std::size_t>(at.source)]);
    if (at.source != before.source || at.size != before.size) group = read_group(*file, name);
    before = at;
    const std::int64_t row = (group.lx + 7) / 8;
    const auto bits = file->read_block<std::uint8_t>(
        "/" + name + "/spins", {at.temperature, at.replica, at.index, 0, 0}, {1, 1, 1, group.ly, row});
    std::int64_t sum = 0;
    for (std::int64_t y = 0; y < group.ly; ++y)
      for (std::int64_t x = 0; x < group.lx; ++x) {
        const int spin = ((bits[static_cast<std::size_t>(y * row + x / 8)] >> (x % 8)) & 1) != 0 ? 1 : -1;
        own.spin.push_back(static_cast<std::int8_t>(spin));
        sum += spin;
      }
    own.offset.push_back(static_cast<std::int64_t>(own.spin.size()));
    own.size.insert(own.size.end(), {static_cast<std::int32_t>(group.lx), static_cast<std::int32_t>(group.ly)});
    own.temperature.push_back(group.temperature.at(static_cast<std::size_t>(at.temperature)));
    own.magnetization.push_back(static_cast<double>(sum) / static_cast<double>(group.lx * group.ly));
    own.replica.push_back(static_cast<double>(at.replica));
    own.sweep.push_back(static_cast<double>(group.sweep.at(static_cast<std::size_t>(at.index))));
    own.id.push_back(fmt::format("{}-t{}-r{}-c{}", name, at.temperature, at.replica, at.index));
  }
  return own;
}

}  // namespace

bool is_ising_source(const std::string& path, const std::string& format) {
  return format == "ising" || (format == "auto" && is_dataset_name(path) && !is_dataset_file(path));
}

void check_ising_sources(const RunContext& context, const std::vector<std::string>& sources) {
  sizes_of(context, sources);
}

void convert_ising(const RunContext& context, const std::vector<std::string>& paths, const std::string& output) {
  const auto& [world, input, units, log] = context;
  const RunFiles files(context);
  const double start = Progress::steady_seconds();
  const auto sizes = sizes_of(context, paths);
  const auto places = find_places(context, paths, sizes);
  Spins own;
  world.fail_together(attempt([&] { own = read_share(context, paths, sizes, places); }));
  on_root(world, [&] {
    files.make_folder();
    files.keep_old();
  });
  CollectiveWriter file(world);
  file.set_attribute("/", "format", "Spinel spins");
  file.set_attribute("/", "version", "1");
  std::string sources;
  for (const std::string& source : input.convert.sources) sources += (sources.empty() ? "" : "\n") + source;
  file.set_attribute("/provenance", "sources", sources);
  file.set_attribute("/provenance", "spinel_version", provenance().version);
  file.set_attribute("/provenance", "namelist", echo(input));
  file.add_offsets("/configuration/offset", own.offset, "first spin of each configuration, and the end");
  file.add("/configuration/size", own.size, {2}, "", "Lx, Ly");
  file.add("/spin", own.spin, {}, "", "1 or -1, row after row of a configuration");
  file.add("/scalar/temperature", own.temperature, {}, "|J|/k_B", "");
  file.add("/scalar/magnetization", own.magnetization, {}, "", "mean spin");
  file.add("/scalar/replica", own.replica, {}, "", "number of the chain at this temperature");
  file.add("/scalar/sweep", own.sweep, {}, "sweeps", "measured sweeps before the configuration");
  file.add_texts("/id", own.id, "ids, UTF-8, one after the other");
  file.save(output);
  const double seconds = Progress::steady_seconds() - start;

  const auto n = static_cast<std::int64_t>(places.size());
  const std::int64_t n_spins = world.sum(static_cast<std::int64_t>(own.spin.size()));
  echo_line(log, "dataset", fmt::format("{} configurations, {} spins", grouped(n), grouped(n_spins)));
  ResultFile result(world, files.result);
  write_header(result, context, true);
  if (world.is_root()) {
    result.write_text("/convert/dataset", output);
    result.write("/convert/n_configurations", n, {"", "in the dataset"});
    result.write("/convert/n_spins", n_spins, {"", "in the dataset"});
    result.write("/timing/wall", seconds, {"s", ""});
  }
  result.save();
  echo_line(log, "time", human_duration(seconds));
  echo_line(log, "written", output);
  log.print("\nComplete: {}", files.result);
}

}  // namespace spinel
