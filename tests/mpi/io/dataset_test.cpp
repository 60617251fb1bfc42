#include "io/dataset/dataset.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "../temporary_folder.hpp"
#include "core/byte_stream.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"
#include "io/dataset/dataset_file.hpp"

namespace spinel {
namespace {

constexpr const char* xyz_text = R"(2
Lattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:3:forces:R:3 id=a band_gap=1.5 group=salt metal=False stress="0.1 0.6 0.5 0.6 0.2 0.4 0.5 0.4 0.3" energy=-3 pbc="T T F"
Na 0 0 0 0.1 0.2 0.3
Cl 2 2 2 -0.1 -0.2 -0.3
1
Lattice="0 1.8 1.8 1.8 0 1.8 1.8 1.8 0" Properties=species:S:1:pos:R:3 band_gap=nan group=metal metal=True virial="-2 0 0 0 -2 0 0 0 -2"
Cu 0.5 0 0
3
Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3 id=c metal=T
O 0 0 0
H 1 0 0
H 0 1 0
)";

/// The records of the text above dealt to ranks: `first` … to rank 0, and so on, some ranks with none.
DatasetRecords dealt_records() {
  const auto world = Communicator::world();
  DatasetRecords records;
  XyzReader reader(std::string_view(xyz_text), "text");
  Structure s;
  for (int frame = 0; reader.next(s); ++frame)
    if (frame * world.size() / 3 == world.rank()) records.add(s, "three-" + std::to_string(frame));
  return records;
}

void expect_three(const Dataset& data) {
  ASSERT_EQ(data.n_structures(), 3);
  ASSERT_EQ(data.n_atoms(), 6);
  EXPECT_EQ(std::vector<std::int64_t>(data.atom_offset(), data.atom_offset() + 4),
            (std::vector<std::int64_t>{0, 2, 3, 6}));
  EXPECT_EQ(std::vector<int>(data.atomic_number(), data.atomic_number() + 6), (std::vector<int>{11, 17, 29, 8, 1, 1}));
  EXPECT_EQ(data.cell()[9 + 1], 1.8);
  EXPECT_EQ(data.position()[6], 0.5);
  EXPECT_EQ(data.periodic_of(0), (std::array<bool, 3>{true, true, false}));
  EXPECT_EQ(data.periodic_of(2), (std::array<bool, 3>{true, true, true}));
  EXPECT_EQ(data.id(0), "a");
  EXPECT_EQ(data.id(1), "three-1");
  EXPECT_EQ(data.id(2), "c");
  EXPECT_EQ(data.scalar_names(), (std::vector<std::string>{"band_gap", "energy", "metal"}));
  EXPECT_EQ(data.text_names(), (std::vector<std::string>{"group"}));
  EXPECT_EQ(data.scalar("band_gap")[0], 1.5);
  EXPECT_TRUE(std::isnan(data.scalar("band_gap")[1]));
  EXPECT_TRUE(std::isnan(data.scalar("energy")[2]));
  EXPECT_EQ(data.scalar("metal")[0], 0.0);
  EXPECT_EQ(data.scalar("metal")[2], 1.0);
  EXPECT_EQ(data.text("group", 1), "metal");
  EXPECT_EQ(data.text("group", 2), "");
  EXPECT_EQ(data.unit("energy"), "eV");
  EXPECT_EQ(data.unit("metal"), "");
  ASSERT_NE(data.force(), nullptr);
  EXPECT_EQ(data.force()[5], -0.3);
  EXPECT_TRUE(std::isnan(data.force()[6]));
  ASSERT_NE(data.stress(), nullptr);
  for (int k = 0; k < 6; ++k) EXPECT_DOUBLE_EQ(data.stress()[k], 0.1 * (k + 1));
  EXPECT_NEAR(data.stress()[6], 2.0 / (2 * 1.8 * 1.8 * 1.8), 1e-12);
  EXPECT_EQ(data.stress()[9], 0.0);
  EXPECT_TRUE(std::isnan(data.stress()[12]));
  const Structure salt = data.structure(0);
  EXPECT_EQ(salt.formula(), "ClNa");
  EXPECT_EQ(salt.info.at("id"), "a");
  EXPECT_EQ(salt.info.at("stress"), "0.1 0.6 0.5 0.6 0.2 0.4 0.5 0.4 0.3");
  EXPECT_EQ(salt.force.size(), 2u);
  EXPECT_TRUE(data.structure(2).force.empty());
}

TEST(Dataset, RecordsOfAllRanksInAnyNumberOfNodes) {
  const auto world = Communicator::world();
  const Dataset dealt(dealt_records(), "records", world);
  for (const int ranks_per_node : {0, 1, 2}) {
    const Dataset data(dealt_records(), "records", world, ranks_per_node);
    expect_three(data);
    EXPECT_EQ(data.hash(), dealt.hash());
    EXPECT_EQ(data.structure_hash(), dealt.structure_hash());
  }
}

TEST(DatasetRecords, OneByOneAsBytesAndAppendedAreTheSame) {
  const auto world = Communicator::world();
  const DatasetRecords whole = dealt_records();
  // The second one alone has neither forces nor the properties of the others.
  DatasetRecords parts;
  XyzReader reader(std::string_view(xyz_text), "text");
  Structure s;
  for (int frame = 0; reader.next(s); ++frame) {
    if (frame * world.size() / 3 != world.rank()) continue;
    DatasetRecords one;
    one.add(s, "three-" + std::to_string(frame));
    parts.append(unpack<DatasetRecords>(pack(one)));
  }
  EXPECT_EQ(parts.n_atoms(), whole.n_atoms());
  const Dataset appended(std::move(parts), "records", world);
  expect_three(appended);
  EXPECT_EQ(appended.hash(), Dataset(dealt_records(), "records", world).hash());
}

TEST(Dataset, JoinsOthers) {
  const auto world = Communicator::world();
  const Dataset three(dealt_records(), "three", world);
  DatasetRecords one;
  if (world.is_root()) {
    Structure s = three.structure(1);
    s.info["id"] = "more";
    s.info["gap"] = "2";
    one.add(s, "");
  }
  const Dataset last(std::move(one), "one", world);
  const Dataset all = Dataset::joined({&last, &three});
  ASSERT_EQ(all.n_structures(), 4);
  EXPECT_EQ(all.id(0), "more");
  EXPECT_EQ(all.id(3), "c");
  EXPECT_EQ(all.scalar("gap")[0], 2.0);
  EXPECT_TRUE(std::isnan(all.scalar("gap")[1]));
  EXPECT_EQ(all.scalar("band_gap")[1], 1.5);
  EXPECT_EQ(all.force()[3], 0.1);
  EXPECT_EQ(all.path(), "one + three");
  EXPECT_EQ(Dataset::joined({&three}).hash(), three.hash());
}

TEST(Dataset, WritesAndReadsTheSame) {
  const auto world = Communicator::world();
  const Folder folder("spinel-dataset-hdf5");
  const std::string path = folder / "three.h5";
  write_dataset(path, dealt_records(), {{"metal", "one"}}, {{"who", "a test"}}, world);
  const Dataset data(path, world);
  EXPECT_EQ(data.unit("metal"), "one");
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  write_dataset(path, dealt_records(), {}, {}, world);
  const Dataset again(path, world), in_memory(dealt_records(), "records", world);
  expect_three(again);
  EXPECT_EQ(again.hash(), in_memory.hash());
  EXPECT_NE(data.hash(), again.hash());
  EXPECT_EQ(data.structure_hash(), again.structure_hash());
}

TEST(Dataset, SaysWhatIsWrong) {
  const auto world = Communicator::world();
  const Folder folder("spinel-dataset-wrong");
  const auto message = [&](const std::string& name) -> std::string {
    try {
      const Dataset data(folder / name, world);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_NE(message("none.h5").find("there is no file"), std::string::npos);
  write_text(folder / "text.h5", "no HDF5\n");
  EXPECT_NE(message("text.h5").find("is no dataset"), std::string::npos);
  const Dataset data(dealt_records(), "three", world);
  try {
    data.scalar("bandgap");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "three has no numbers 'bandgap'; did you mean 'band_gap'?");
  }
  EXPECT_THROW(write_dataset(folder / "unit.h5", dealt_records(), {{"gap", "eV"}}, {}, world), InputError);
  EXPECT_THROW(write_dataset(folder / "no_folder/x.h5", dealt_records(), {}, {}, world), Error);
  EXPECT_THROW(write_dataset(folder / "none.h5", DatasetRecords(), {}, {}, world), Error);
}

TEST(Dataset, DamagedFilesAreErrorsOnAllRanks) {
  const auto world = Communicator::world();
  const Folder folder("spinel-dataset-damaged");
  const std::string path = folder / "three.h5";
  write_dataset(path, dealt_records(), {}, {}, world);
  if (world.is_root()) std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  world.barrier();
  EXPECT_THROW(Dataset(path, world), Error);
}

}  // namespace
}  // namespace spinel
