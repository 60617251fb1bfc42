#include "io/checkpoint.hpp"

#include <fstream>
#include <numeric>

#include "io_test_support.hpp"

namespace spinel {
namespace {

using namespace io_test;

// Rows of rank r: r % 3 · 1000 + r, so that ranks 0, 3, … have few or none.
std::size_t rows_of(int rank) { return static_cast<std::size_t>(rank % 3 * 1000 + rank); }

struct Sample {
  std::vector<double> real;
  std::vector<std::int64_t> id;
  std::vector<std::int32_t> image;
  std::vector<std::uint8_t> flag;
};

Sample sample_of(int rank) {
  Sample sample;
  for (std::size_t i = 0; i < rows_of(rank); ++i) {
    const auto id = static_cast<std::int64_t>(i) + 100000 * rank;
    sample.id.push_back(id);
    sample.flag.push_back(static_cast<std::uint8_t>(id % 251));
    for (int k = 0; k < 3; ++k) {
      sample.real.push_back(noise(id, 0, k) * 1e-7);
      sample.image.push_back(static_cast<std::int32_t>(id) * (k - 1));
    }
  }
  return sample;
}

void write_sample(const Communicator& comm, const std::string& path, std::int64_t step) {
  const Sample sample = sample_of(comm.rank());
  const std::size_t rows = sample.id.size();
  CheckpointWriter writer(comm);
  writer.add("real", sample.real.data(), rows, 3);
  writer.add("id", sample.id.data(), rows);
  writer.add("image", sample.image.data(), rows, 3);
  writer.add("flag", sample.flag.data(), rows);
  writer.add("nothing", sample.real.data(), 0, 5);
  writer.set("step", step);
  writer.set("time", 1.0 / 3.0);
  // A rank other than 0 has no say in what is replicated.
  writer.set("chain", comm.is_root() ? std::vector<double>{0.1, -1e300, 5e-324} : std::vector<double>{7.0});
  writer.set("empty", std::vector<std::int64_t>{});
  writer.set_text("input", std::string(100000, 'x') + "σ");
  writer.write(path);
}

TEST(Checkpoint, EachRankGetsItsOwnBack) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const std::string path = folder.file("a.restart.h5");
  write_sample(world, path, 1);
  write_sample(world, path, 77);
  const CheckpointReader reader(world, path);
  const Sample sample = sample_of(world.rank());
  std::size_t width = 0;
  EXPECT_EQ(reader.ranks(), world.size());
  EXPECT_EQ(reader.read<double>("real", &width), sample.real);
  EXPECT_EQ(width, 3u);
  EXPECT_EQ(reader.read<std::int64_t>("id"), sample.id);
  EXPECT_EQ(reader.read<std::int32_t>("image"), sample.image);
  EXPECT_EQ(reader.read<std::uint8_t>("flag"), sample.flag);
  EXPECT_TRUE(reader.read<double>("nothing", &width).empty());
  EXPECT_EQ(width, 5u);
  EXPECT_EQ(reader.integer("step"), 77);
  EXPECT_EQ(reader.real("time"), 1.0 / 3.0);
  EXPECT_EQ(reader.reals("chain"), (std::vector<double>{0.1, -1e300, 5e-324}));
  EXPECT_TRUE(reader.integers("empty").empty());
  EXPECT_EQ(reader.text("input"), std::string(100000, 'x') + "σ");
  EXPECT_TRUE(reader.has_value("step"));
  EXPECT_FALSE(reader.has_value("unknown"));
  EXPECT_NE(error_of([&] { reader.read<double>("id"); }).find("of another type"), std::string::npos);
  EXPECT_NE(error_of([&] { reader.read<double>("unknown"); }).find("unknown"), std::string::npos);
  EXPECT_NE(error_of([&] { reader.real("chain"); }).find("is not one number"), std::string::npos);
}

TEST(Checkpoint, AnotherNumberOfRanksGetsEqualShares) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const std::string path = folder.file("a.restart.h5");
  write_sample(world, path, 5);
  std::vector<double> all;
  for (int rank = 0; rank < world.size(); ++rank) {
    const auto part = sample_of(rank).real;
    all.insert(all.end(), part.begin(), part.end());
  }
  for (int fewer = 1; fewer < world.size(); ++fewer) {
    const auto part = world.split(world.rank() < fewer ? 0 : 1);
    if (world.rank() >= fewer) continue;
    const CheckpointReader reader(part, path);
    EXPECT_EQ(reader.ranks(), world.size());
    const auto mine = reader.read<double>("real");
    EXPECT_LE(std::abs(static_cast<double>(mine.size()) - static_cast<double>(all.size()) / fewer), 3.0);
    const auto joined = part.gather(mine);
    if (part.is_root()) {
      EXPECT_EQ(joined, all);
    }
  }
}

TEST(Checkpoint, DamagedFilesAreRefusedByName) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const std::string path = folder.file("a.restart.h5");
  const auto refusal = [&] {
    world.barrier();
    const std::string message = error_of([&] {
      const CheckpointReader reader(world, path);
      static_cast<void>(reader.read<double>("real"));
    });
    world.barrier();
    EXPECT_NE(message.find(path), std::string::npos) << message;
    return message;
  };
  EXPECT_NE(refusal().find("there is no checkpoint"), std::string::npos);
  write_sample(world, path, 5);
  const auto size = world.is_root() ? std::filesystem::file_size(path) : 0;
  for (const double part : {0.99, 0.5, 0.01, 0.0}) {
    if (world.is_root())
      std::filesystem::resize_file(path, static_cast<std::uintmax_t>(part * static_cast<double>(size)));
    EXPECT_NE(refusal().find("is no whole checkpoint"), std::string::npos) << part;
  }
  if (world.is_root()) std::ofstream(path, std::ios::binary) << std::string(5000, '\x5a');
  EXPECT_NE(refusal().find("is no whole checkpoint"), std::string::npos);
  { auto trajectory = create_sample(world, sample_options(path, 10)); }
  EXPECT_NE(refusal().find("no checkpoint of Spinel"), std::string::npos);
}

}  // namespace
}  // namespace spinel
