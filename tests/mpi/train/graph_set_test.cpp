#include "train/data/graph_set.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "io/dataset/dataset_file.hpp"

namespace spinel {
namespace {

namespace fs = std::filesystem;

/// Structures of different sizes and shapes, the same on any number of ranks; `first` moves the first atom.
DatasetRecords some_records(double first = 0.0) {
  const auto world = Communicator::world();
  DatasetRecords records;
  for (int n = 0; n < 23; ++n) {
    if (n * world.size() / 23 != world.rank()) continue;
    Structure s;
    s.cell = (3.0 + 0.1 * n) * Mat3::Identity();
    s.cell(2, 0) = 0.3 * n;
    s.periodic[2] = n % 4 != 0;
    s.species = {{"Si", 14, 28.085}, {"O", 8, 15.999}};
    for (int i = 0; i <= n % 5; ++i) {
      s.type.push_back(i % 2);
      s.position.emplace_back(1.1 * i + (n == 0 ? first : 0.0), 0.7 * i, 0.1 * n * i);
    }
    records.add(s, "s" + std::to_string(n));
  }
  return records;
}

std::string common_folder() {
  std::int64_t id = getpid();
  Communicator::world().broadcast(&id, 1);
  const auto path = fs::temp_directory_path() / ("spinel-graph-set." + std::to_string(id));
  if (Communicator::world().is_root()) fs::create_directories(path);
  Communicator::world().barrier();
  return path.string();
}

void expect_graphs_of(const GraphSet& graphs, const Dataset& data) {
  for (std::int64_t i = 0; i < data.n_structures(); ++i) {
    const std::int64_t atom = data.atom_offset()[i], first = graphs.edge_offset()[atom];
    const CrystalGraph expected = crystal_graph(data.cell_of(i), data.position() + 3 * atom, data.n_atoms(i),
                                                graphs.settings(), data.periodic_of(i));
    ASSERT_EQ(graphs.n_edges(i), expected.n_edges());
    for (std::int64_t a = 0; a <= data.n_atoms(i); ++a)
      ASSERT_EQ(graphs.edge_offset()[atom + a] - first, expected.offset[static_cast<std::size_t>(a)]);
    for (std::size_t e = 0; e < expected.neighbor.size(); ++e) {
      const auto at = first + static_cast<std::int64_t>(e);
      ASSERT_EQ(graphs.neighbor()[at], expected.neighbor[e]);
      ASSERT_EQ(graphs.distance()[at], expected.distance[e]);
      for (int k = 0; k < 3; ++k) ASSERT_EQ(graphs.image()[3 * at + k], expected.image[e][static_cast<std::size_t>(k)]);
    }
  }
}

TEST(GraphSet, IsTheGraphsOfAllStructures) {
  const auto world = Communicator::world();
  for (const int ranks_per_node : {0, 1, 2})
    for (const GraphSettings& settings : {GraphSettings{6.0, 12}, GraphSettings{4.0, 0}}) {
      const Dataset data(some_records(), "records", world, ranks_per_node);
      const GraphSet graphs(data, settings, "");
      EXPECT_FALSE(graphs.was_cached());
      expect_graphs_of(graphs, data);
    }
}

TEST(GraphSet, KeepsThemAndTellsAFileThatDoesNotFit) {
  const auto world = Communicator::world();
  const std::string folder = common_folder(), cache = folder + "/x.graphs";
  const GraphSettings settings{5.0, 12};
  const Dataset data(some_records(), "records", world), other(some_records(0.25), "records", world);
  const auto notice = [&](const GraphSet& graphs) {
    std::string text = graphs.notice();
    world.broadcast(text);
    return text;
  };
  {
    const GraphSet first(data, settings, cache);
    EXPECT_FALSE(first.was_cached());
    EXPECT_EQ(notice(first), "");
    const GraphSet second(data, settings, cache);
    EXPECT_TRUE(second.was_cached());
    expect_graphs_of(second, data);
  }
  {
    const GraphSet wider(data, {5.5, 12}, cache);
    EXPECT_FALSE(wider.was_cached());
    EXPECT_NE(notice(wider).find("other structures"), std::string::npos);
    const GraphSet moved(other, settings, cache);
    EXPECT_FALSE(moved.was_cached());
    expect_graphs_of(moved, other);
    const GraphSet again(other, settings, cache);
    EXPECT_TRUE(again.was_cached());
  }
  // One byte in the middle, a file cut short, and text.
  for (const int damage : {0, 1, 2}) {
    if (world.is_root()) {
      if (damage == 0) {
        std::fstream file(cache, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(fs::file_size(cache) / 2));
        const int byte = file.get();
        file.seekp(static_cast<std::streamoff>(fs::file_size(cache) / 2));
        file.put(static_cast<char>(byte ^ 0x41));
        // Nothing of the arrays may lie just there: change the distances for sure.
        for (std::size_t at = 65536; at + 8 < fs::file_size(cache); at += 4096) {
          file.seekp(static_cast<std::streamoff>(at));
          file.put('\x33');
        }
      } else if (damage == 1) {
        fs::resize_file(cache, fs::file_size(cache) / 3);
      } else {
        std::ofstream(cache) << "no graphs\n";
      }
    }
    world.barrier();
    const GraphSet rebuilt(other, settings, cache);
    EXPECT_FALSE(rebuilt.was_cached()) << damage;
    EXPECT_NE(notice(rebuilt).find("is damaged"), std::string::npos) << damage << notice(rebuilt);
    expect_graphs_of(rebuilt, other);
    const GraphSet again(other, settings, cache);
    EXPECT_TRUE(again.was_cached());
  }
  const GraphSet nowhere(data, settings, folder + "/none/x.graphs");
  EXPECT_NE(notice(nowhere).find("not kept"), std::string::npos);
  expect_graphs_of(nowhere, data);
  world.barrier();
  if (world.is_root()) fs::remove_all(folder);
}

TEST(GraphSet, NamesTheStructureThatIsWrong) {
  DatasetRecords records = some_records();
  // Five atoms, one of them a thousand cells away.
  if (Communicator::world().is_root()) {
    Structure s;
    s.cell = 3.0 * Mat3::Identity();
    s.species = {{"Si", 14, 28.085}};
    s.type = {0, 0};
    s.position = {{0, 0, 0}, {3000, 0, 0}};
    records.add(s, "far away");
  }
  const Dataset data(std::move(records), "records", Communicator::world());
  try {
    const GraphSet graphs(data, {8.0, 12}, "");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("structure 'far away': "), std::string::npos) << error.what();
  }
}

TEST(GraphSet, NamesOfCaches) {
  const auto world = Communicator::world();
  EXPECT_EQ(GraphSet::cache_path(Dataset(some_records(), "set.h5", world), {8.0, 12}), "set.h5.r8-n12.graphs");
  EXPECT_EQ(GraphSet::cache_path(Dataset(some_records(), "set.xyz.gz", world), {8.0, 12}), "");
}

}  // namespace
}  // namespace spinel
