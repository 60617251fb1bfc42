#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.hpp"
#include "crystal/prototypes.hpp"
#include "io/dataset/dataset_file.hpp"
#include "stability/entries/entry_file.hpp"

using namespace spinel;

namespace {

Structure labelled(Structure structure, const std::string& id, double energy, const std::string& status) {
  structure.info = {{"id", id}, {"Energy", fmt::format("{}", energy)}, {"gap", "0.5"}, {"status", status}};
  return structure;
}

}  // namespace

/// Written by all ranks, read by the first, as hulls read their entries.
TEST(EntryDataset, EnergiesOfStructures) {
  const auto world = Communicator::world();
  const std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("spinel-entries-{}.h5", world.size())).string();
  DatasetRecords records;
  if (world.is_root()) {
    records.add(labelled(make_prototype("fcc", {"Al"}, 4.05), "al", -14.8, "converged"), "a");
    records.add(labelled(make_prototype("L1_0", {"Ti", "Al"}, 4.0), "tial", -25.0, "converged"), "b");
    records.add(labelled(make_prototype("hcp", {"Ti"}, 2.95), "ti", 0.0, "failed"), "c");
  }
  write_dataset(path, std::move(records), {}, {}, world);
  if (world.is_root()) {
    const EntryList list = read_entries(path);
    EXPECT_EQ(list.kind, EnergyKind::total);
    ASSERT_EQ(list.entries.size(), 2u);
    EXPECT_EQ(list.entries[0].id, "al");
    EXPECT_DOUBLE_EQ(list.entries[0].energy, -14.8 / 4);
    EXPECT_EQ(reduced_formula(list.entries[1].composition), "TiAl");
    EXPECT_DOUBLE_EQ(list.entries[1].energy, -25.0 / 4);
    ASSERT_EQ(list.left_out.size(), 1u);
    EXPECT_NE(list.left_out[0].find("structure ti"), std::string::npos);
    EntryFileOptions options;
    options.elements = {"Al"};
    EXPECT_EQ(read_entries(path, options).entries.size(), 1u);
    options.energy_key = "charge";
    try {
      read_entries(path, options);
      FAIL() << "no such energy";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("'charge'"), std::string::npos) << error.what();
      EXPECT_EQ(std::string(error.what()).rfind(path, 0), 0u) << error.what();
    }
    std::filesystem::remove(path);
  }
  world.barrier();
}
