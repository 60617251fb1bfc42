#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "../temporary_folder.hpp"
#include "core/error.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/prototypes.hpp"
#include "io/dataset/dataset_file.hpp"
#include "stability/entries/entry_file.hpp"

using namespace spinel;

namespace {

Structure labeled(Structure structure, const std::string& id, double energy, const std::string& status) {
  structure.info = {{"id", id}, {"Energy", fmt::format("{}", energy)}, {"gap", "0.5"}, {"status", status}};
  return structure;
}

}  // namespace

/// Written by all ranks, read by the first, as hulls read their entries.
TEST(EntryDataset, EnergiesOfStructures) {
  const auto world = Communicator::world();
  const Folder folder("spinel-entries");
  const std::string path = folder / "entries.h5";
  DatasetRecords records;
  if (world.is_root()) {
    records.add(labeled(make_prototype("fcc", {"Al"}, 4.05), "al", -14.8, "converged"), "a");
    records.add(labeled(make_prototype("L1_0", {"Ti", "Al"}, 4.0), "tial", -25.0, "converged"), "b");
    records.add(labeled(make_prototype("hcp", {"Ti"}, 2.95), "ti", 0.0, "failed"), "c");
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
  }
}

/// As one rank reads them, by itself.
TEST(EntryXyz, EnergiesOfFrames) {
  const Folder folder("spinel-entries-xyz");
  if (!Communicator::world().is_root()) return;
  const auto read = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder / name) << text;
    return read_entries(folder / name);
  };
  const auto message = [&](const std::string& name, const std::string& text) -> std::string {
    try {
      read(name, text);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  const std::string frames =
      "2\nLattice=\"3 0 0 0 3 0 0 0 3\" Properties=species:S:1:pos:R:3 energy=-8.5 material_id=mp-9\n"
      "Ti 0 0 0\nAl 1.5 1.5 1.5\n"
      "1\nLattice=\"3 0 0 0 3 0 0 0 3\" Properties=species:S:1:pos:R:3 energy=-3.0\nAl 0 0 0\n";
  const auto list = read("a.xyz", frames);
  EXPECT_EQ(list.kind, EnergyKind::total);
  ASSERT_EQ(list.entries.size(), 2u);
  EXPECT_EQ(list.entries[0].id, "mp-9");
  EXPECT_EQ(list.entries[0].energy, -4.25);
  EXPECT_EQ(list.entries[1].id, "a:2");
  const auto relaxed =
      read("relaxed.xyz", frames + "1\nLattice=\"3 0 0 0 3 0 0 0 3\" energy=-999 status=failed\nAl 0 0 0\n");
  EXPECT_EQ(relaxed.entries.size(), 2u);
  ASSERT_EQ(relaxed.left_out.size(), 1u);
  EXPECT_NE(relaxed.left_out[0].find("relaxed.xyz: structure 3"), std::string::npos);
  const std::string none = message("b.xyz", "1\nLattice=\"3 0 0 0 3 0 0 0 3\" id=7\nAl 0 0 0\n");
  EXPECT_NE(none.find("b.xyz: structure 1: no energy"), std::string::npos) << none;
  const std::string nan = message("b.xyz", "1\nLattice=\"3 0 0 0 3 0 0 0 3\" energy=NaN\nAl 0 0 0\n");
  EXPECT_NE(nan.find("finite"), std::string::npos) << nan;
}

/// CIF whose energies a table beside them has.
TEST(EntryFolder, EnergiesOfATable) {
  const Folder folder("spinel-entries-folder");
  if (!Communicator::world().is_root()) return;
  const Structure al = make_prototype("fcc", {"Al"}, 4.05);
  write_structure(folder / "x.cif", al);
  write_structure(folder / "y.cif", make_prototype("L1_0", {"Ti", "Al"}, 4.0));
  std::ofstream(folder / "id_prop.csv") << "id,e_form\nx,0\ny,-0.4\n";
  const EntryList list = read_entries(std::filesystem::path(folder / "x.cif").parent_path().string());
  EXPECT_EQ(list.kind, EnergyKind::formation);
  ASSERT_EQ(list.entries.size(), 2u);
  EXPECT_EQ(list.entries[1].id, "y");
  EXPECT_EQ(list.entries[1].energy, -0.4);
  EXPECT_EQ(reduced_formula(list.entries[1].composition), "TiAl");
}
