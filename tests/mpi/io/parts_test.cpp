// Arrays that no rank holds as a whole: pieces of a checkpoint, rows of one, bytes of a reserved dataset.
#include <numeric>

#include "io/checkpoint.hpp"
#include "io/dataset/dataset_bytes.hpp"
#include "io/hdf_reader.hpp"
#include "io/result_file.hpp"
#include "io_test_support.hpp"

namespace spinel {
namespace {

using namespace io_test;

TEST(CheckpointPieces, AreOneArray) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const std::string path = folder.file("pieces.restart.h5");
  // Rank r has r % 3 pieces of 1000 + k bytes: some ranks have none.
  const auto rank = static_cast<std::size_t>(world.rank());
  std::vector<CheckpointWriter::Piece> pieces;
  std::vector<std::uint8_t> own;
  for (std::size_t k = 0; k < rank % 3; ++k) {
    const std::size_t size = 1000 + k;
    const auto value = static_cast<std::uint8_t>(7 * rank + k);
    pieces.push_back({size, [=](std::uint8_t* to) { std::fill_n(to, size, value); }});
    own.insert(own.end(), size, value);
  }
  const std::vector<std::int64_t> row = {world.rank(), 10 * world.rank()};
  CheckpointWriter writer(world);
  writer.add("pieces", pieces);
  writer.add("none", std::vector<CheckpointWriter::Piece>());
  writer.add("rows", row.data(), 1, 2);
  writer.write(path);

  const CheckpointReader reader(world, path);
  EXPECT_EQ(reader.read<std::uint8_t>("pieces"), own);
  EXPECT_TRUE(reader.read<std::uint8_t>("none").empty());
  // Any rank reads any rows, none of them together.
  const auto total = world.sum(static_cast<std::int64_t>(own.size())),
             before = world.exclusive_scan(static_cast<std::int64_t>(own.size()));
  if (world.is_root()) {
    std::vector<std::int64_t> all(2 * static_cast<std::size_t>(world.size()));
    reader.read_rows("rows", 0, world.size(), all.data());
    for (std::int64_t r = 0; r < world.size(); ++r) EXPECT_EQ(all[static_cast<std::size_t>(2 * r + 1)], 10 * r);
    EXPECT_THROW(reader.read_rows("rows", world.size(), 1, all.data()), Error);
    EXPECT_THROW(reader.read_rows("nothing", 0, 1, all.data()), Error);
  }
  if (!own.empty()) {
    std::vector<std::uint8_t> part(10);
    reader.read_rows("pieces", before + 5, 10, part.data());
    EXPECT_EQ(part, std::vector<std::uint8_t>(10, own.front()));
    EXPECT_LE(before + 1000, total);
  }
}

TEST(DatasetBytes, AreWrittenInPlaceByAnyRank) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const std::string path = folder.file("reserved.h5");
  const std::int64_t size = world.size();
  {
    ResultFile file(world, path);
    file.write("/a/small", std::vector<double>{1.0, 2.0}, {"", ""});
    file.reserve<std::uint8_t>("/a/bytes", {"", "filled in later"}, {size, 3, 5});
    file.reserve<double>("/a/numbers", {"eV", ""}, {size});
    file.save();
  }
  {
    const DatasetBytes bytes(world, path, "/a/bytes", static_cast<std::uint64_t>(size * 15));
    const DatasetBytes numbers(world, path, "/a/numbers", static_cast<std::uint64_t>(size) * 8);
    // From the last rank to the first, as the world pleases.
    const std::int64_t row = size - 1 - world.rank();
    const std::vector<std::uint8_t> mine(15, static_cast<std::uint8_t>(row + 1));
    bytes.write(mine.data(), mine.size(), static_cast<std::uint64_t>(row * 15));
    const double number = 0.5 * static_cast<double>(row);
    numbers.write(&number, sizeof number, static_cast<std::uint64_t>(row) * sizeof number);
    bytes.sync();
    world.barrier();
    std::vector<std::uint8_t> back(15);
    bytes.read(back.data(), back.size(), 0);
    EXPECT_EQ(back, std::vector<std::uint8_t>(15, 1));
    EXPECT_THROW(bytes.write(mine.data(), 15, static_cast<std::uint64_t>(size * 15 - 14)), Error);
    EXPECT_THROW(DatasetBytes(world, path, "/a/bytes", 7), Error);
    EXPECT_THROW(DatasetBytes(world, path, "/a/none", 7), Error);
  }
  const HdfReader reader(path);
  EXPECT_EQ(reader.dims("/a/bytes"), (std::vector<std::int64_t>{size, 3, 5}));
  EXPECT_EQ(reader.attribute("/a/numbers", "unit"), "eV");
  const auto bytes = reader.read<std::uint8_t>("/a/bytes");
  for (std::int64_t k = 0; k < size * 15; ++k)
    EXPECT_EQ(static_cast<std::int64_t>(bytes[static_cast<std::size_t>(k)]), k / 15 + 1);
  const auto block = reader.read_block<std::uint8_t>("/a/bytes", {size - 1, 1, 2}, {1, 2, 3});
  EXPECT_EQ(block, std::vector<std::uint8_t>(6, static_cast<std::uint8_t>(size)));
  EXPECT_EQ(reader.read_block<double>("/a/numbers", {size - 1}, {1}).at(0), 0.5 * static_cast<double>(size - 1));
  EXPECT_THROW(reader.read_block<double>("/a/numbers", {size}, {1}), Error);
  EXPECT_THROW(reader.read_block<double>("/a/numbers", {0, 0}, {1, 1}), Error);
}

}  // namespace
}  // namespace spinel
