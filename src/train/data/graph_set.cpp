#include "train/data/graph_set.hpp"

#include <algorithm>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "io/attempt.hpp"
#include "io/collective_file.hpp"
#include "io/posix_file.hpp"

namespace spinel {

namespace {

constexpr const char* format_name = "Spinel graphs";

/// The structures first … end − 1 of a rank: about as many atoms as the others'.
std::pair<std::int64_t, std::int64_t> part_of(const Dataset& dataset) {
  const Communicator& all = dataset.group().all();
  const std::int64_t* offset = dataset.atom_offset();
  const auto boundary = [&](int rank) {
    const std::int64_t atom = dataset.n_atoms() * rank / all.size();
    return rank == all.size() ? dataset.n_structures()
                              : std::lower_bound(offset, offset + dataset.n_structures(), atom) - offset;
  };
  return {boundary(all.rank()), boundary(all.rank() + 1)};
}

}  // namespace

GraphSet::GraphSet(const Dataset& dataset, const GraphSettings& settings, const std::string& cache)
    : settings_(settings), atom_offset_(dataset.atom_offset()) {
  const Communicator& all = dataset.group().all();
  int there = cache.empty() || !all.is_root() ? 0 : file_exists(cache) ? 1 : 0;
  all.broadcast(&there, 1);
  if (there == 1 && read(dataset, cache)) {
    was_cached_ = true;
    return;
  }
  build(dataset);
  if (!cache.empty()) write(dataset, cache);
}

std::string GraphSet::cache_path(const Dataset& dataset, const GraphSettings& settings) {
  if (!is_dataset_name(dataset.path())) return "";
  return fmt::format("{}.r{}-n{}.graphs", dataset.path(), settings.radius, settings.max_neighbors);
}

void GraphSet::build(const Dataset& dataset) {
  const NodeGroup& group = dataset.group();
  const auto [first, end] = part_of(dataset);
  std::vector<std::int64_t> ends;  // of the edges of each atom, counted within this rank
  std::vector<std::int32_t> neighbor;
  std::vector<std::array<std::int8_t, 3>> image;
  std::vector<float> distance;
  group.all().fail_together(attempt([&, first = first, end = end] {
    const auto n_atoms = static_cast<std::size_t>(dataset.atom_offset()[end] - dataset.atom_offset()[first]);
    const std::size_t expected = n_atoms * static_cast<std::size_t>(std::max(settings_.max_neighbors, 0));
    ends.reserve(n_atoms);
    neighbor.reserve(expected);
    image.reserve(expected);
    distance.reserve(expected);
    CrystalGraphBuilder builder(settings_);
    CrystalGraph graph;
    for (std::int64_t i = first; i < end; ++i) {
      try {
        builder.build(dataset.cell_of(i), dataset.position() + 3 * dataset.atom_offset()[i], dataset.n_atoms(i),
                      dataset.periodic_of(i), graph);
      } catch (const Error& error) {
        fail("structure '{}': {}", dataset.id(i), error.what());
      }
      const auto before = static_cast<std::int64_t>(neighbor.size());
      for (std::size_t atom = 1; atom < graph.offset.size(); ++atom) ends.push_back(before + graph.offset[atom]);
      neighbor.insert(neighbor.end(), graph.neighbor.begin(), graph.neighbor.end());
      image.insert(image.end(), graph.image.begin(), graph.image.end());
      distance.insert(distance.end(), graph.distance.begin(), graph.distance.end());
    }
  }));
  const auto n = static_cast<std::int64_t>(neighbor.size());
  const std::int64_t before = group.all().exclusive_scan(n), total = group.all().sum(n);
  const auto at = static_cast<std::size_t>(before);
  edge_offset_ = NodeShared<std::int64_t>(group, static_cast<std::size_t>(dataset.n_atoms()) + 1);
  neighbor_ = NodeShared<std::int32_t>(group, static_cast<std::size_t>(total));
  image_ = NodeShared<std::int8_t>(group, 3 * static_cast<std::size_t>(total));
  distance_ = NodeShared<float>(group, static_cast<std::size_t>(total));
  const auto first_atom = static_cast<std::size_t>(dataset.atom_offset()[first]);
  for (std::size_t k = 0; k < ends.size(); ++k) edge_offset_[first_atom + 1 + k] = before + ends[k];
  std::copy(neighbor.begin(), neighbor.end(), neighbor_.data() + at);
  std::copy(distance.begin(), distance.end(), distance_.data() + at);
  for (std::size_t e = 0; e < image.size(); ++e)
    std::copy(image[e].begin(), image[e].end(), image_.data() + 3 * (at + e));
  edge_offset_.exchange(group, first_atom + 1, ends.size());
  neighbor_.exchange(group, at, neighbor.size());
  image_.exchange(group, 3 * at, 3 * image.size());
  distance_.exchange(group, at, distance.size());
}

/// What the graphs depend on.
std::string GraphSet::key(const Dataset& dataset) const {
  return fmt::format("1 {} radius {} neighbors {}", dataset.structure_hash(), settings_.radius,
                     settings_.max_neighbors);
}

/// Collective. Of the arrays as they are in memory.
std::string GraphSet::content_hash(const Dataset& dataset) const {
  const Communicator& all = dataset.group().all();
  const auto [first, end] = part_of(dataset);
  std::uint64_t total[2] = {};
  for (std::int64_t i = first; i < end; ++i) {
    const auto atom = static_cast<std::size_t>(atom_offset_[i]), atoms = static_cast<std::size_t>(dataset.n_atoms(i));
    const auto edge = static_cast<std::size_t>(edge_offset_[atom]), edges = static_cast<std::size_t>(n_edges(i));
    ContentHash hash(static_cast<std::uint64_t>(i));
    hash.add(edge_offset_.data() + atom, (atoms + 1) * sizeof(std::int64_t));
    hash.add(neighbor_.data() + edge, edges * sizeof(std::int32_t));
    hash.add(image_.data() + 3 * edge, 3 * edges);
    hash.add(distance_.data() + edge, edges * sizeof(float));
    for (std::size_t k = 0; k < 2; ++k) total[k] += hash.value()[k];
  }
  all.sum(total, 2);
  return ContentHash::hex({total[0], total[1]});
}

/// Collective. Returns whether the file's graphs are those of this dataset. What goes wrong goes wrong on all ranks.
bool GraphSet::read(const Dataset& dataset, const std::string& cache) {
  std::string found_key, found_hash;
  bool fits = false;
  std::string problem = attempt([&] {
    const CollectiveReader file(cache, dataset.group());
    if (file.attribute("/", "format") != format_name) fail("it is no file of graphs");
    found_key = file.attribute("/", "key");
    fits = found_key == key(dataset);
    if (!fits) return;
    found_hash = file.attribute("/", "content_hash");
    edge_offset_ = file.read<std::int64_t>("/edge_offset", dataset.n_atoms() + 1, 1);
    const std::int64_t n = edge_offset_[edge_offset_.size() - 1];
    neighbor_ = file.read<std::int32_t>("/neighbor", n, 1);
    image_ = file.read<std::int8_t>("/image", n, 3);
    distance_ = file.read<float>("/distance", n, 1);
    // What follows walks along the offsets.
    for (std::size_t k = 1; k < edge_offset_.size(); ++k)
      if (edge_offset_[k] < edge_offset_[k - 1]) fail("its offsets do not ascend");
  });
  if (problem.empty() && fits && content_hash(dataset) != found_hash) problem = "its content is not what was written";
  if (!problem.empty())
    notice_ = fmt::format("{} is damaged ({}); the graphs are built anew", cache, problem);
  else if (!fits)
    notice_ = fmt::format("{} holds graphs of other structures; they are built anew", cache);
  return problem.empty() && fits;
}

/// Collective. Keeps the graphs; where that cannot be done, reports so.
void GraphSet::write(const Dataset& dataset, const std::string& cache) {
  const Communicator& all = dataset.group().all();
  const std::string hash = content_hash(dataset);
  const auto [first, end] = part_of(dataset);
  const auto atom = static_cast<std::size_t>(atom_offset_[first]),
             last_atom = static_cast<std::size_t>(atom_offset_[end]);
  const auto edge = static_cast<std::size_t>(edge_offset_[atom]);
  const std::int64_t edges = edge_offset_[last_atom] - edge_offset_[atom];
  CollectiveWriter file(all);
  file.set_attribute("/", "format", format_name);
  file.set_attribute("/", "key", key(dataset));
  file.set_attribute("/", "content_hash", hash);
  // The first rank brings the 0 before the ends of all atoms.
  const std::size_t from = all.is_root() ? 0 : atom + 1;
  file.add("/edge_offset", edge_offset_.data() + from, static_cast<std::int64_t>(last_atom + 1 - from), {}, "",
           "first edge of each atom, and the end");
  file.add("/neighbor", neighbor_.data() + edge, edges, {}, "", "place of an atom within its structure");
  file.add("/image", image_.data() + 3 * edge, edges, {3}, "", "cell of the neighbor");
  file.add("/distance", distance_.data() + edge, edges, {}, "Å", "");
  try {
    file.save(cache);
  } catch (const CollectiveError& error) {
    notice_ = fmt::format("the graphs are not kept for later runs: {}", error.what());
  }
}

}  // namespace spinel
