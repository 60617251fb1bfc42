#include "task/train/load_dataset.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <tuple>

#include "core/text.hpp"
#include "crystal/formats/text_file.hpp"
#include "input/schema.hpp"
#include "parallel/on_root.hpp"
#include "run/report_warnings.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/read_options.hpp"
#include "source/read_dataset.hpp"

namespace spinel {

namespace {

/// work(), with an InputError located at a key of &dataset.
template <class Work>
auto at_key(const RunContext& context, const char* key, Work&& work) {
  try {
    return work();
  } catch (const InputError& error) {
    fail_key(context.input, "dataset", key, error.what());
  }
}

/// Collective. The file that a key of &dataset names.
std::string find(const RunContext& context, const char* key, const std::string& given) {
  return find_file(context.place("dataset"), key, given, context.world);
}

bool is_list_of_ids(const std::string& path) { return std::filesystem::path(path).extension() == ".txt"; }

/// Collective. An id a line, blank lines and those that begin with # passed over.
std::vector<std::string> read_ids(const std::string& path, const Communicator& world) {
  std::string text;
  on_root(world, [&] { text = read_text(path); });
  world.broadcast(text);
  std::vector<std::string> ids;
  LineReader lines(text, path);
  for (std::string_view line; lines.next(line);)
    if (const auto id = trim(line); !id.empty() && id.front() != '#') ids.emplace_back(id);
  if (ids.empty()) fail_input("{}: the file lists no ids", path);
  return ids;
}

/// The parts of split = 'files', by ids or by files of structures.
void read_parts(const RunContext& context, LoadedDataset& loaded, ReadWarnings& warnings) {
  const DatasetParameters& p = context.input.dataset;
  const ReadOptions read = read_options(p, &p);
  if (is_list_of_ids(p.validation_file) || is_list_of_ids(p.test_file)) {
    std::vector<std::string> validation, test;
    for (const auto& [file, key, ids] :
         {std::tuple(&p.validation_file, "validation_file", &validation), {&p.test_file, "test_file", &test}}) {
      if (file->empty()) continue;
      if (!is_list_of_ids(*file))
        fail_key(context.input, "dataset", key, "the other part is a list of ids (*.txt), so this one has to be, too");
      const std::string path = find(context, key, *file);
      *ids = at_key(context, key, [&] { return read_ids(path, context.world); });
    }
    loaded.split = at_key(context, validation.empty() ? "test_file" : "validation_file",
                          [&] { return split_by_ids(*loaded.dataset, validation, test); });
    return;
  }
  std::vector<std::unique_ptr<Dataset>> more;
  std::vector<const Dataset*> parts = {loaded.dataset.get()};
  Split& split = loaded.split;
  split.train.resize(static_cast<std::size_t>(loaded.dataset->n_structures()));
  std::iota(split.train.begin(), split.train.end(), 0);
  std::int64_t first = loaded.dataset->n_structures();
  for (const auto& [file, key, part] : {std::tuple(&p.validation_file, "validation_file", &split.validation),
                                        {&p.test_file, "test_file", &split.test}}) {
    if (file->empty()) continue;
    const std::string path = find(context, key, *file);
    more.push_back(at_key(context, key, [&] { return read_dataset(path, context.world, read, &warnings); }));
    parts.push_back(more.back().get());
    part->resize(static_cast<std::size_t>(more.back()->n_structures()));
    std::iota(part->begin(), part->end(), first);
    first += more.back()->n_structures();
  }
  split.description = "given files";
  loaded.dataset = std::make_unique<Dataset>(Dataset::joined(parts));
}

}  // namespace

LoadedDataset load_dataset(const RunContext& context) {
  const DatasetParameters& p = context.input.dataset;
  LoadedDataset loaded;
  const ReadOptions read = read_options(p, &p);
  ReadWarnings warnings;
  const std::string path = find(context, "file", p.file);
  loaded.dataset = at_key(context, "file", [&] { return read_dataset(path, context.world, read, &warnings); });
  if (p.split == "files") read_parts(context, loaded, warnings);
  report_warnings(context.log, warnings, "structures");
  const Dataset& data = *loaded.dataset;
  if (!p.target.empty() && !data.has_scalar(p.target)) {
    const auto names = data.scalar_names();
    const auto nearest = nearest_match(p.target, names);
    fail_key(context.input, "dataset", "target",
             fmt::format("{} has no numbers '{}'; {}", data.path(), p.target,
                         nearest         ? "did you mean '" + *nearest + "'?"
                         : names.empty() ? "it has none at all"
                                         : "it has " + quoted_list(names)));
  }
  const double* target = p.target.empty() ? nullptr : data.scalar(p.target);
  const auto has_target = [&](std::int64_t i) { return target == nullptr || std::isfinite(target[i]); };
  std::vector<std::int64_t> among;
  for (std::int64_t i = 0; i < data.n_structures(); ++i)
    if (has_target(i)) among.push_back(i);
  loaded.n_without_target = data.n_structures() - static_cast<std::int64_t>(among.size());
  if (among.empty())
    fail_key(context.input, "dataset", "target", fmt::format("no structure of {} has a '{}'", data.path(), p.target));
  if (p.split == "files") {
    Split& split = loaded.split;
    for (auto* part : {&split.train, &split.validation, &split.test})
      part->erase(std::remove_if(part->begin(), part->end(), [&](auto i) { return !has_target(i); }), part->end());
    if (split.train.empty())
      fail_key(context.input, "dataset", "target", fmt::format("no structure to train on has a '{}'", p.target));
    return loaded;
  }
  SplitSettings settings;
  settings.kind = p.split;
  settings.validation_fraction = p.validation_fraction;
  settings.test_fraction = p.test_fraction;
  settings.seed = static_cast<std::uint64_t>(p.split_seed);
  settings.elements = p.left_elements;
  settings.clusters = p.clusters;
  settings.left_cluster = p.left_cluster;
  loaded.split = at_key(context, p.split == "leave_element" ? "left_elements" : "split",
                        [&] { return split(data, settings, among); });
  return loaded;
}

}  // namespace spinel
