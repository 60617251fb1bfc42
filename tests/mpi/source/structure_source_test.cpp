#include "source/structure_source.hpp"
#include "source/read_warnings.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>

#include "../temporary_folder.hpp"
#include "core/error.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/structure_bytes.hpp"
#include "io/dataset/dataset_file.hpp"
#include "source/crystal_chunks.hpp"
#include "source/read_dataset.hpp"
#include "source/read_warnings.hpp"

namespace spinel {
namespace {

constexpr int n_all = 23;

std::string frame(int k) {
  const int n = 1 + k % 4;
  std::string text = fmt::format(
      "{}\nLattice=\"9 0 0 0 9 0 0 0 {}\" Properties=species:S:1:pos:R:3:forces:R:3 id=s-{} gap={} pbc=\"T T T\"\n", n,
      9 + k, k, 0.5 * k);
  for (int i = 0; i < n; ++i) text += fmt::format("{} {} 0 {} 0.5 0 0\n", i % 2 == 0 ? "Na" : "Cl", 2 * i, k % 5);
  return text;
}

std::string sites(int k) {
  std::string text;
  for (int i = 0; i < 1 + k % 4; ++i)
    text += fmt::format("{}{{\"species\": [{{\"element\": \"{}\", \"occu\": 1}}], \"xyz\": [{}, 0, {}]}}",
                        i == 0 ? "" : ", ", i % 2 == 0 ? "Na" : "Cl", 2 * i, k % 5);
  return text;
}

std::string pymatgen(int k) {
  return fmt::format("{{\"lattice\": {{\"matrix\": [[9, 0, 0], [0, 9, 0], [0, 0, {}]]}}, \"sites\": [{}]}}", 9 + k,
                     sites(k));
}

/// As the Materials Project has it.
std::string document(int k) {
  return fmt::format("{{\"id\": \"s-{}\", \"gap\": {}, \"structure\": {}}}", k, 0.5 * k, pymatgen(k));
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

template <class Each>
std::string joined(const char* before, const char* between, const char* after, Each&& each) {
  std::string text = before;
  for (int k = 0; k < n_all; ++k) text += (k == 0 ? "" : between) + each(k);
  return text + after;
}

void write_gzip(const std::string& path, const std::string& text) {
  if (Communicator::world().is_root()) {
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
  }
  Communicator::world().barrier();
}

std::shared_ptr<StructureSource> open(const std::string& path, const SourceOptions& options = {}) {
  return open_structure_source(path, options, Communicator::world());
}

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

void expect_crystal(const Structure& s, int k) {
  ASSERT_EQ(s.size(), static_cast<std::size_t>(1 + k % 4));
  EXPECT_NEAR(s.volume(), 81.0 * (9 + k), 1e-9);
  for (std::size_t i = 0; i < s.size(); ++i) {
    EXPECT_EQ(s.species[static_cast<std::size_t>(s.type[i])].symbol, i % 2 == 0 ? "Na" : "Cl");
    EXPECT_LT((s.position[i] - Vec3(2.0 * static_cast<double>(i), 0, k % 5)).norm(), 1e-12);
  }
  EXPECT_EQ(s.info.at("id"), fmt::format("s-{}", k));
  EXPECT_EQ(std::stod(s.info.at("gap")), 0.5 * k);
}

/// Every rank by itself, from the end, from the beginning and at random, without a word to the others.
void expect_all(StructureSource& source) {
  ASSERT_EQ(source.size(), n_all);
  for (int k = n_all - 1; k >= 0; --k) expect_crystal(source.read(k), k);
  for (int k = 0; k < n_all; ++k) expect_crystal(source.read(k), k);
  for (int k = 5 + Communicator::world().rank(), left = 9; left > 0; k = (7 * k + 3) % n_all, --left)
    expect_crystal(source.read(k), k);
  EXPECT_GT(source.cost(3), source.cost(0));
  CrystalRecord record;
  for (const int k : {4, 2}) {
    source.read_crystal(k, record);
    EXPECT_EQ(record.id, fmt::format("s-{}", k));
    EXPECT_TRUE(record.problem.empty());
    EXPECT_EQ(record.atomic_number.size(), static_cast<std::size_t>(1 + k % 4));
    EXPECT_EQ(record.atomic_number[0], 11);
    EXPECT_NEAR(record.position[2], k % 5, 1e-12);
    EXPECT_NEAR(record.cell(2, 2), 9 + k, 1e-12);
    ASSERT_EQ(record.scalar.size(), 1u);
    EXPECT_EQ(record.scalar[0], 0.5 * k);
  }
}

TEST(StructureSource, TheSameFromEveryFormat) {
  const Folder folder("spinel-source-formats");
  const std::string frames = joined("", "", "", frame), lines = joined("", "\n", "\n", document),
                    list = joined("[", ",\n", "]", document);
  write_text(folder / "a.xyz", frames);
  write_gzip(folder / "a.extxyz.gz", frames);
  write_text(folder / "a.json", list);
  write_gzip(folder / "b.json.gz", list);
  write_text(folder / "a.jsonl", lines);
  write_gzip(folder / "c.json.gz", lines);
  write_text(folder / "data.json", "{\"meta\": {}, \"data\": " + list + "}");
  const auto column = [](const char* name, auto&& cell) {
    return joined(fmt::format("\"{}\": {{", name).c_str(), ", ", "}",
                  [&](int k) { return fmt::format("\"{}\": {}", k, cell(k)); });
  };
  const std::string columns = "{" + column("structure", pymatgen) + ", " +
                              column("gap", [](int k) { return fmt::format("{}", 0.5 * k); }) + ", " +
                              column("id", [](int k) { return fmt::format("\"s-{}\"", k); }) + "}";
  write_text(folder / "columns.json", columns);
  write_gzip(folder / "columns.json.gz", columns);
  // By a number and then a frame, which alone is the id.
  write_text(folder / "frames.json", joined("{", ", ", "}", [](int k) {
               return fmt::format("\"m-{}\": {{\"s-{}\": {{\"mp_id\": \"m\", \"gap\": {}, \"structure\": {}}}}}", k, k,
                                  0.5 * k, pymatgen(k));
             }));
  write_text(folder / "a.csv", joined("id,structure,gap\n", "\n", "\n", [](int k) {
               return fmt::format("s-{},{},{}", k, quoted(pymatgen(k)), 0.5 * k);
             }));
  {
    DatasetRecords records;
    if (Communicator::world().is_root())
      for (int k = 0; k < n_all; ++k) {
        Structure s = open_structure_source(folder / "a.xyz", {}, Communicator::self())->read(k);
        records.add(s, "");
      }
    write_dataset(folder / "a.h5", std::move(records), {}, {}, Communicator::world());
  }
  SourceOptions options;
  options.scalars = {"gap"};
  for (const auto& [name, kind] : {std::pair{"a.xyz", "extended XYZ"},
                                   {"a.extxyz.gz", "extended XYZ"},
                                   {"a.json", "JSON list"},
                                   {"b.json.gz", "JSON list"},
                                   {"a.jsonl", "JSON lines"},
                                   {"c.json.gz", "JSON lines"},
                                   {"data.json", "JSON list"},
                                   {"columns.json", "JSON columns"},
                                   {"columns.json.gz", "JSON columns"},
                                   {"frames.json", "JSON frames by id"},
                                   {"a.csv", "CSV"},
                                   {"a.h5", "dataset"}}) {
    SCOPED_TRACE(name);
    const auto source = open(folder / name, options);
    EXPECT_EQ(source->kind(), kind);
    expect_all(*source);
  }
  EXPECT_EQ(open(folder / "a.xyz")->read(0).force.size(), 1u);
  EXPECT_EQ(open(folder / "a.xyz")->fingerprint(), open(folder / "a.extxyz.gz")->fingerprint());
  EXPECT_EQ(open(folder / "a.json")->name(3), "a.json record 3");
  EXPECT_EQ(open(folder / "a.xyz")->default_id(3), "a-3");
  // A dataset of any of them is the same one.
  const auto from_xyz = read_dataset(folder / "a.xyz", Communicator::world());
  EXPECT_EQ(from_xyz->hash(), read_dataset(folder / "a.h5", Communicator::world())->hash());
  EXPECT_EQ(from_xyz->hash(), read_dataset(folder / "a.extxyz.gz", Communicator::world())->hash());
  const auto from_lines = read_dataset(folder / "c.json.gz", Communicator::world());
  EXPECT_EQ(from_xyz->structure_hash(), from_lines->structure_hash());
  EXPECT_EQ(from_lines->scalar("gap")[7], 3.5);
  EXPECT_EQ(from_lines->id(7), "s-7");
}

TEST(StructureSource, BadOnesAmongGoodOnes) {
  const Folder folder("spinel-source-bad");
  const std::string bad_frame = "3\nLattice=\"4 0 0 0 4 0 0 0 4\"\nXq 0 0 0\nXq 1 0 0\nXq 2 0 0\n",
                    bad_cell = "\n\n1\nLattice=\"4 0 0 0 4 0 0 0 oops\"\nAr 0 0 0\n";
  write_text(folder / "set.xyz", frame(0) + bad_frame + frame(2) + bad_cell + frame(4));
  write_gzip(folder / "set.xyz.gz", frame(0) + bad_frame + frame(2) + bad_cell + frame(4));
  for (const char* name : {"set.xyz", "set.xyz.gz"}) {
    const auto source = open(folder / name);
    ASSERT_EQ(source->size(), 5);
    expect_crystal(source->read(4), 4);
    EXPECT_NE(error_of([&] { source->read(1); }).find(fmt::format("{}:6: unknown element 'Xq'", name)),
              std::string::npos);
    expect_crystal(source->read(2), 2);
    EXPECT_NE(error_of([&] { source->read(3); }).find(fmt::format("{}:17:", name)), std::string::npos)
        << error_of([&] { source->read(3); });
    expect_crystal(source->read(0), 0);
    CrystalRecord record;
    source->read_crystal(1, record);
    EXPECT_NE(record.problem.find("Xq"), std::string::npos);
    EXPECT_EQ(record.id, fmt::format("{} frame 1", name));
  }
  const auto before = open(folder / "set.xyz")->fingerprint();
  write_text(folder / "set.xyz", frame(0) + bad_frame + frame(1) + bad_cell + frame(4));
  EXPECT_NE(before, open(folder / "set.xyz")->fingerprint());

  write_text(folder / "set.jsonl", document(0) + "\n{\"id\": \"torn\", \"structure\": {\n\n" + document(2) +
                                       "\n{\"id\": \"bare\"}\n" + document(4) + "\n");
  const auto lines = open(folder / "set.jsonl");
  ASSERT_EQ(lines->size(), 5);
  expect_crystal(lines->read(4), 4);
  EXPECT_NE(error_of([&] { lines->read(1); }).find("set.jsonl record 1: "), std::string::npos);
  expect_crystal(lines->read(2), 2);
  EXPECT_NE(error_of([&] { lines->read(3); }).find("set.jsonl record 3: it has no structure"), std::string::npos);
  EXPECT_EQ(lines->default_id(3), "bare");
  EXPECT_EQ(lines->default_id(1), "set-1");

  write_text(folder / "set.csv", "id,structure,gap\ns-0," + quoted(pymatgen(0)) + ",0\n\nb,\"x\n\ny\",1\ns-2," +
                                     quoted(pymatgen(2)) + ",1\nshort\n");
  const auto rows = open(folder / "set.csv");
  ASSERT_EQ(rows->size(), 4);
  EXPECT_NE(error_of([&] { rows->read(3); }).find("set.csv:8: 1 cells, where the titles are 3"), std::string::npos)
      << error_of([&] { rows->read(3); });
  expect_crystal(rows->read(2), 2);
  EXPECT_NE(error_of([&] { rows->read(1); }).find("set.csv:4"), std::string::npos);
  EXPECT_EQ(rows->default_id(1), "b");
  EXPECT_EQ(error_of([&] { read_dataset(folder / "set.csv", Communicator::world()); }),
            error_of([&] { rows->read(1); }));
}

TEST(StructureSource, FoldersAndFiles) {
  const Folder folder("spinel-source-folders");
  if (Communicator::world().is_root())
    for (const char* name : {"cells/inner.xyz", "cifs", "empty"}) std::filesystem::create_directories(folder / name);
  write_text(folder / "cells/b.xyz", frame(0) + frame(2));
  write_text(folder / "cells/a.xyz", "nothing");
  write_text(folder / "cells/.hidden.xyz", frame(3));
  write_text(folder / "cells/readme.txt", "text");
  const auto cells = open(folder / "cells");
  // All frames of all files; one that cannot be looked through is one record, which cannot be read.
  ASSERT_EQ(cells->size(), 3);
  EXPECT_EQ(cells->name(0), "a.xyz");
  EXPECT_EQ(cells->name(2), "b.xyz frame 1");
  EXPECT_NE(error_of([&] { cells->read(0); }), "none");
  expect_crystal(cells->read(1), 0);
  expect_crystal(cells->read(2), 2);
  EXPECT_EQ(cells->default_id(0), "a");
  EXPECT_EQ(cells->default_id(2), "b-1");
  EXPECT_GT(cells->cost(2), 0.0);
  const auto passed_over = cells->passed_over();
  if (Communicator::world().is_root()) {
    ASSERT_EQ(passed_over.size(), 1u);
    EXPECT_NE(passed_over[0].find("cells: 2 passed over, by their names no structure files: inner.xyz/, readme.txt"),
              std::string::npos)
        << passed_over[0];
  }
  EXPECT_NE(error_of([&] { open(folder / "empty"); }).find("holds neither id_prop.csv nor structure files"),
            std::string::npos);

  if (Communicator::world().is_root())
    for (const int k : {0, 1, 2}) {
      Structure s = open_structure_source(folder / "cells/b.xyz", {}, Communicator::self())->read(0);
      s.position[0] = Vec3(k, 0, 0);
      write_structure(folder / fmt::format("cifs/x{}.cif", k), s);
    }
  write_text(folder / "cifs/id_prop.csv", "x2,0.5\nx0,1.5\nnone,2\n");
  const auto table = open(folder / "cifs");
  ASSERT_EQ(table->size(), 3);
  EXPECT_EQ(table->kind(), "folder of CIF with id_prop.csv");
  EXPECT_EQ(table->read(1).info.at("id"), "x0");
  EXPECT_EQ(table->read(0).info.at("target"), "0.5");
  EXPECT_NEAR(table->read(0).position[0][0], 2.0, 1e-6);
  EXPECT_NE(error_of([&] { table->read(2); }).find("id_prop.csv:3: there is no file"), std::string::npos);
  EXPECT_EQ(table->default_id(2), "none");
  EXPECT_EQ(open(folder / "cifs/x1.cif")->size(), 1);
  EXPECT_EQ(open(folder / "cifs/x1.cif")->kind(), "CIF");
  SourceOptions options;
  options.file_ids = true;
  EXPECT_EQ(open(folder / "cifs/x1.cif", options)->read(0).info.at("id"), "x1");
  if (Communicator::world().is_root()) {
    ASSERT_EQ(table->passed_over().size(), 1u);
    EXPECT_NE(table->passed_over()[0].find("x1.cif"), std::string::npos);
  }
  // Ids with the ending, and a first row whose second cell is a number is none of titles.
  write_text(folder / "cifs/id_prop.csv", "gone,-0.1\nx0.cif,1.5\n");
  const auto endings = open(folder / "cifs");
  ASSERT_EQ(endings->size(), 2);
  EXPECT_EQ(endings->default_id(0), "gone");
  EXPECT_NE(error_of([&] { endings->read(0); }).find("there is no file"), std::string::npos);
  EXPECT_EQ(endings->read(1).info.at("id"), "x0");
  EXPECT_EQ(endings->read(1).info.at("target"), "1.5");
  write_text(folder / "cifs/id_prop.csv", "name,gap\nx0,1.5\n");
  EXPECT_EQ(open(folder / "cifs")->read(0).info.at("gap"), "1.5");
}

TEST(StructureSource, EveryBlockOfACifAndItsName) {
  const Folder folder("spinel-source-blocks");
  const auto block = [](const std::string& name, int k) {
    return fmt::format(
        "data_{}\n_cell_length_a {}\n_cell_length_b 5\n_cell_length_c 5\n_cell_angle_alpha 90\n_cell_angle_beta "
        "90\n_cell_angle_gamma 90\nloop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z"
        "\nCu 0 0 0\n",
        name, 4 + k);
  };
  const std::string text = "data_global\n_journal x\n" + block("one", 0) + block("two", 1) + block("one", 2);
  write_text(folder / "a.cif", text);
  write_gzip(folder / "a.cif.gz", text);
  write_text(folder / "set.txt", text);
  SourceOptions options;
  options.file_ids = true;
  for (const char* name : {"a.cif", "a.cif.gz"}) {
    const auto source = open(folder / name, options);
    ASSERT_EQ(source->size(), 3);
    EXPECT_EQ(source->name(1), fmt::format("{} block 1", name));
    EXPECT_EQ(source->read(2).info.at("id"), "one-2");
    EXPECT_EQ(source->read(0).info.at("id"), "one");
    EXPECT_NEAR(source->read(1).cell(0, 0), 5, 1e-12);
    EXPECT_EQ(source->default_id(1), "two");
  }
  EXPECT_EQ(open(folder / "a.cif")->read(1).info.at("data_block"), "two");
  options.format = "cif";
  EXPECT_EQ(open(folder / "set.txt", options)->size(), 3);
  options.format = "auto";
  const auto all = open(folder / "", options);
  EXPECT_EQ(all->size(), 6);
  EXPECT_EQ(all->read(5).info.at("id"), "one-2");
}

TEST(StructureSource, WhatWasOddIsCountedOnce) {
  const Folder folder("spinel-source-odd");
  write_text(folder / "a.xyz", "1\nx\nFe1 0 0 0\n1\nx\nFe 0 0 0\n1\nx\nFe2 0 0 0\n");
  const auto source = open(folder / "a.xyz");
  ReadWarnings own;
  for (std::int64_t i = Communicator::world().rank(); i < source->size(); i += Communicator::world().size())
    own.add(source->read(i).warnings, i, source->name(i));
  const ReadWarnings all = own.gathered(Communicator::world());
  if (!Communicator::world().is_root()) return;
  ASSERT_EQ(all.rows().size(), 1u);
  EXPECT_EQ(all.rows().begin()->second.count, 2);
  EXPECT_EQ(all.rows().begin()->second.first, 0);
  EXPECT_EQ(all.rows().begin()->second.name, "a.xyz frame 0");
}

TEST(StructureSource, SaysWhatIsWrongOnEveryRank) {
  const Folder folder("spinel-source-wrong");
  const auto message = [&](const std::string& name, const std::string& text, const SourceOptions& options = {}) {
    write_text(folder / name, text);
    return error_of([&] { open(folder / name, options); });
  };
  const auto expect = [](const std::string& found, const std::string& words) {
    EXPECT_NE(found.find(words), std::string::npos) << found;
  };
  for (const std::string& text : {std::string(), std::string("\n\n")})
    expect(message("a.xyz", text), "the file holds no records");
  for (const std::string& text : {frame(0) + "no number\n", frame(1) + "2\nx\nNa 0 0 0\n", frame(2) + "-2\n\n"})
    expect(message("a.xyz", text), "a.xyz:");
  expect(message("a.pdb", "x"), "its name does not state what it is");
  expect(error_of([&] { open(folder / "none.xyz"); }), "there is no file or folder");
  expect(message("a.json", "{\"a\": 3}"), "a.json: neither a structure nor a list");
  expect(message("a.json", "[{\"a\": 3}"), "a.json: byte ");
  expect(message("a.csv", "id,gap\na,1\n"), "a.csv:1: no column of structures");
  expect(message("a.csv", "id,cif\na,\"1\n"), "a.csv:2: the quote that begins here never ends");
  expect(message("a.h5", "no HDF5"), "is no dataset");
  SourceOptions options;
  options.scalars = {"gap"};
  DatasetRecords records;
  write_text(folder / "b.xyz", frame(1));
  if (Communicator::world().is_root()) {
    Structure s = open_structure_source(folder / "b.xyz", {}, Communicator::self())->read(0);
    s.info.erase("gap");
    records.add(s, "");
  }
  write_dataset(folder / "b.h5", std::move(records), {}, {}, Communicator::world());
  expect(error_of([&] { open(folder / "b.h5", options); }), "holds no number 'gap'");
  const auto dataset_message = [&](const std::string& text) {
    write_text(folder / "c.xyz", text);
    return error_of([&] { read_dataset(folder / "c.xyz", Communicator::world()); });
  };
  expect(dataset_message(frame(0) + "1\nLattice=\"4 0 0 0 4 0 0 0 4\"\nXx 0 0 0\n" + frame(3)), "c.xyz:6:");
  expect(dataset_message(frame(0) + "1\nLattice=\"4 0 0 0 4 0 0 0 4\" stress=\"1 2\"\nH 0 0 0\n"),
         "c.xyz frame 1: stress must be nine or six numbers, not 2");
}

TEST(StructureSource, ListsInMemory) {
  Structure s;
  s.cell = 3.0 * Mat3::Identity();
  s.species = {{"Si", 14, 28.085}};
  s.type = {0};
  s.position = {{0, 0, 0}};
  Structure two = s;
  two.type = {0, 0};
  two.position.emplace_back(1, 1, 1);
  const auto source = structures_in_memory({s, two}, {"one", "two"});
  EXPECT_EQ(source->size(), 2);
  EXPECT_EQ(source->name(1), "two");
  EXPECT_EQ(source->read(1).size(), 2u);
  EXPECT_GT(source->cost(1), source->cost(0));
  EXPECT_NE(source->fingerprint(), structures_in_memory({s, s}, {"one", "two"})->fingerprint());
  EXPECT_EQ(source->fingerprint(), structures_in_memory({s, two}, {"one", "two"})->fingerprint());
}

TEST(CrystalChunks, CoverTheList) {
  for (const int n : {1, 7, 8, 1000, 5000, 40000}) {
    std::string text;
    for (int k = 0; k < n; ++k) text += "1\nc\nH 0 0 0\n";
    const Folder folder("spinel-source-chunks");
    write_text(folder / "a.xyz", text);
    CrystalChunks chunks(open(folder / "a.xyz"));
    EXPECT_TRUE(chunks.chunk_size() == 8 || chunks.n_chunks() >= 64);
    EXPECT_LE(chunks.chunk_size(), 256);
    std::int64_t sum = 0;
    for (std::int64_t chunk = 0; chunk < chunks.n_chunks(); ++chunk) sum += chunks.count_of(chunk);
    EXPECT_EQ(sum, n);
    std::vector<CrystalRecord> records;
    chunks.read(chunks.n_chunks() - 1, records);
    EXPECT_EQ(records.back().id, fmt::format("a.xyz frame {}", n - 1));
  }
}

}  // namespace
}  // namespace spinel
