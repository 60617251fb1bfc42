#include "stability/entries/entry_file.hpp"

#include <zlib.h>

#include <cmath>

#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

const TemporaryFolder& folder() {
  static const TemporaryFolder one;
  return one;
}

EntryList read(const std::string& name, const std::string& text, const EntryFileOptions& options = {}) {
  return read_entries(folder().write(name, text), options);
}

std::string message(const std::string& name, const std::string& text, const EntryFileOptions& options = {}) {
  return input_error([&] { read(name, text, options); });
}

void expect_message(const std::string& name, const std::string& text, std::initializer_list<const char*> words,
                    const EntryFileOptions& options = {}) {
  const std::string found = message(name, text, options);
  for (const char* word : words) EXPECT_TRUE(contains(found, word)) << text << "\n" << found;
}

}  // namespace

TEST(EntryCsv, ColumnsByName) {
  const auto list = read("a.csv",
                         "\xef\xbb\xbf"
                         "Formula,Note,ID,Formation_Energy_Per_Atom\r\n"
                         "Ti1 Al1,\"a, \"\"b\"\"\",mp-1,-0.4\r\n\r\n"
                         "\"Al2O3\",,\"mp-2\",-3.25e0\r\n");
  EXPECT_EQ(list.kind, EnergyKind::formation);
  ASSERT_EQ(list.entries.size(), 2u);
  EXPECT_EQ(list.entries[0].id, "mp-1");
  EXPECT_EQ(list.entries[0].energy, -0.4);
  EXPECT_EQ(list.entries[1].id, "mp-2");
  EXPECT_EQ(list.entries[1].energy, -3.25);
  EXPECT_EQ(reduced_formula(list.entries[1].composition), "Al2O3");
}

TEST(EntryCsv, KindsOfEnergy) {
  const char* text = "name,formula,energy,heat_all\nx,Al2O3,-35.0,-16\n";
  EXPECT_DOUBLE_EQ(read("b.csv", text).entries[0].energy, -7.0);
  EXPECT_EQ(read("b.csv", text).kind, EnergyKind::total);
  EntryFileOptions options;
  options.energy_key = "heat_all";
  expect_message("b.csv", text, {"b.csv:1", "heat_all", "energy_kind"}, options);
  options.energy_kind = "formation";
  EXPECT_DOUBLE_EQ(read("b.csv", text, options).entries[0].energy, -3.2);
  EXPECT_EQ(read("b.csv", text, options).kind, EnergyKind::formation);
  options.energy_kind = "total_per_atom";
  EXPECT_DOUBLE_EQ(read("b.csv", text, options).entries[0].energy, -16.0);
  options.energy_key = "";
  options.energy_kind = "formation_per_atom";
  EXPECT_DOUBLE_EQ(read("b.csv", text, options).entries[0].energy, -35.0);
}

TEST(EntryCsv, OnlyWithinElementsAndNumberedWithoutId) {
  EntryFileOptions options;
  options.elements = {"Al", "O"};
  const auto list = read("c.csv", "formula,e_form\nAl2O3,-3\nTiAl,-0.4\nO2,0\n", options);
  ASSERT_EQ(list.entries.size(), 2u);
  EXPECT_EQ(list.entries[0].id, "c:1");
  EXPECT_EQ(list.entries[1].id, "c:3");
  options.elements = {"Xe"};
  expect_message("c.csv", "formula,e_form\nAl2O3,-3\n", {"no entries of the elements Xe"}, options);
  options.elements = {"Zz"};
  expect_message("c.csv", "formula,e_form\nAl2O3,-3\n", {"unknown element 'Zz'"}, options);
}

TEST(EntryCsv, WhatIsWrong) {
  const std::string titles = "id,formula,e_form\n";
  expect_message("d.csv", "", {"d.csv", "empty"});
  expect_message("d.csv", "\n\n", {"empty"});
  expect_message("d.csv", titles, {"no entries"});
  expect_message("d.csv", "id,e_form\nx,1\n", {"d.csv:1", "no column of formulas"});
  expect_message("d.csv", "id,formula,gap\nx,O,1\n", {"d.csv:1", "no energy", "'gap'"});
  expect_message("d.csv", titles + "x,O2,0\nx,Al2O3\n", {"d.csv:3", "2 cells", "3"});
  expect_message("d.csv", titles + "x,O2,0,7\n", {"d.csv:2", "4 cells"});
  expect_message("d.csv", titles + "x,Zq2,0\n", {"d.csv:2", "unknown element 'Zq'"});
  expect_message("d.csv", titles + "x,O2,nan\n", {"d.csv:2", "'nan' is no finite number"});
  expect_message("d.csv", titles + "x,O2,inf\n", {"d.csv:2", "finite"});
  expect_message("d.csv", titles + "x,O2,\n", {"d.csv:2", "'' is no finite number"});
  expect_message("d.csv", titles + "x,O2,1.0x\n", {"d.csv:2", "finite"});
  expect_message("d.csv", titles + "\"x,O2,1.0\n", {"d.csv:2", "quote"});
  expect_message("d.csv", titles + "\"x\"y,O2,1.0\n", {"d.csv:2", "comma"});
  expect_message("d.csv", titles + "x,O1e9,0\n", {"d.csv:2", "unexpected 'e'"});
  expect_message("d.csv", titles + "x,O99999999999,0\n", {"d.csv:2", "no amount"});
  expect_message("d.csv", titles + "x,O,1e9\n", {"d.csv:2", "no energy of O"});
  EntryFileOptions options;
  options.id_key = "number";
  expect_message("d.csv", titles + "x,O2,0\n", {"d.csv:1", "no column 'number'"}, options);
  expect_message("d.txt", titles, {"d.txt", ".csv"});
  EXPECT_TRUE(contains(input_error([] { read_entries(folder() / "none.csv"); }), "none.csv"));
}

TEST(EntryCsv, Gzip) {
  const std::string path = folder() / "z.csv.gz", text = "id,formula,energy_per_atom\nx,Fe2O3,-6.5\n";
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  const auto list = read_entries(path);
  ASSERT_EQ(list.entries.size(), 1u);
  EXPECT_EQ(list.entries[0].energy, -6.5);
  EXPECT_EQ(list.kind, EnergyKind::total);
}

TEST(EntryJson, ComputedEntries) {
  const auto list = read("a.json", R"([
    {"@module": "pymatgen.entries.computed_entries", "@class": "ComputedEntry", "energy": -10.0, "correction": -2.5,
     "composition": {"Fe": 2.0, "O": 3.0}, "parameters": {"energy": 99}, "data": {"id": 4}, "entry_id": "mp-7"},
    {"energy": -4.0, "correction": 0, "composition": {"@class": "Composition", "Fe3+": 1, "Fe2+": 1, "O2-": 0.0},
     "entry_id": null},
    {"@class": "ComputedStructureEntry", "energy": -6, "correction": null, "structure": {"lattice": {"a": 1},
     "sites": [{"species": [{"element": "Ti", "occu": 1}], "abc": [0, 0, 0]},
               {"species": [{"element": "Al", "occu": 0.5}, {"element": "V", "occu": 0.5}]}]}}])");
  EXPECT_EQ(list.kind, EnergyKind::total);
  ASSERT_EQ(list.entries.size(), 3u);
  EXPECT_EQ(list.entries[0].id, "mp-7");
  EXPECT_DOUBLE_EQ(list.entries[0].energy, -2.5);
  EXPECT_EQ(list.entries[1].id, "a:2");
  EXPECT_DOUBLE_EQ(list.entries[1].energy, -2.0);
  EXPECT_EQ(reduced_formula(list.entries[1].composition), "Fe");
  EXPECT_DOUBLE_EQ(list.entries[2].energy, -3.0);
  EXPECT_EQ(list.entries[2].composition.fraction(23), 0.25);
}

TEST(EntryJson, DocumentsOfTheMaterialsProject) {
  const auto list = read("b.json", R"({"data": [
    {"material_id": "mp-1", "formula_pretty": "Al2O3", "composition": {"Al": 4, "O": 6}, "nsites": 10,
     "energy_per_atom": -7.5, "formation_energy_per_atom": -3.4, "symmetry": {"number": 167}},
    {"material_id": {"string": "mp-2"}, "formula_pretty": "O2", "energy_per_atom": -4.9,
     "formation_energy_per_atom": 0.0}], "meta": {}})");
  EXPECT_EQ(list.kind, EnergyKind::formation);
  ASSERT_EQ(list.entries.size(), 2u);
  EXPECT_EQ(list.entries[0].id, "mp-1");
  EXPECT_EQ(list.entries[0].energy, -3.4);
  EXPECT_EQ(list.entries[1].id, "mp-2");
  EXPECT_EQ(reduced_formula(list.entries[1].composition), "O");
}

TEST(EntryJson, WhatIsWrong) {
  expect_message("c.json", "", {"c.json", "empty"});
  expect_message("c.json", "[]", {"no entries"});
  expect_message("c.json", "{\"a\": 1}", {"neither a list"});
  expect_message("c.json", "[{\"a\": 1]", {"c.json", "parse error", "line 1"});
  expect_message("c.json", "[1]", {"entry 1", "not an object"});
  expect_message("c.json", R"([{"composition": "O2"}])", {"entry 1", "no energy"});
  expect_message("c.json", R"([{"energy": 1, "id": "x"}])", {"entry 1 (x)", "no composition"});
  expect_message("c.json", R"([{"energy": 1, "composition": {"O": 1}}, {"energy": null, "composition": {"O": 1}}])",
                 {"entry 2", "energy = null"});
  expect_message("c.json", R"([{"energy": 1, "composition": {"O": 1}}, {"composition": {"O": 1}}])",
                 {"entry 2", "no 'energy'"});
  expect_message("c.json", R"([{"energy": "1", "composition": {"O": 1}}])", {"finite number"});
  expect_message("c.json", R"([{"energy": 1, "composition": {"Qq": 1}}])", {"unknown element 'Qq'"});
  expect_message("c.json", R"([{"energy": 1, "composition": {"O": -1}}])", {"negative"});
  expect_message("c.json", R"([{"energy": 1, "composition": {"O": "x"}}])", {"composition O", "finite"});
  expect_message("c.json", R"([{"energy": 1, "composition": {}}])", {"no element"});
  expect_message("c.json", R"([{"energy": 1, "composition": 5}])", {"neither a formula"});
  expect_message("c.json", R"([{"energy": 1, "structure": {"sites": [{"label": "O"}]}}])", {"without species"});
}

TEST(EntryJson, OneALine) {
  const auto list = read("d.jsonl", R"({"energy": -4.0, "composition": {"Fe": 2}, "entry_id": "a"}

{"energy": -10.0, "composition": {"Fe": 2, "O": 3}, "entry_id": "b"})");
  ASSERT_EQ(list.entries.size(), 2u);
  EXPECT_EQ(list.entries[1].id, "b");
  EXPECT_DOUBLE_EQ(list.entries[1].energy, -2.0);
  const std::string two = "{\"e_form\": 0, \"formula\": \"O\"}\n{\"e_form\": -1, \"formula\": \"Al2O3\"}\n";
  EXPECT_EQ(read("d.json", two).entries.size(), 2u);
  expect_message("d.jsonl", two + "{\"e_form\": ", {"d.jsonl", "parse error"});
}

TEST(EntryFiles, OneKindOfEnergyInAll) {
  const auto formation = folder().write("f.csv", "formula,e_form\nO2,0\n"),
             total = folder().write("t.csv", "formula,energy\nO2,-9.8\n");
  EXPECT_EQ(read_entries(std::vector<std::string>{formation, formation}).entries.size(), 2u);
  EXPECT_TRUE(contains(input_error([&] {
                         read_entries(std::vector<std::string>{formation, total});
                       }),
                       "total energies, but formation"));
}

TEST(EntryFiles, ZeroReferences) {
  auto list = read("r.csv", "id,formula,e_form\nx,Al2O3,-3\ny,O2,0.1\n");
  add_zero_references(list);
  ASSERT_EQ(list.entries.size(), 3u);
  EXPECT_EQ(list.entries[2].id, "reference-Al");
  EXPECT_EQ(list.entries[2].energy, 0.0);
}

TEST(EntryFunctionals, WhatGoesTogether) {
  for (const char* gga : {"GGA", "GGA+U", "GGA_U", "PBE", "pbe+u"}) EXPECT_EQ(functional_family(gga), "GGA") << gga;
  for (const char* r2scan : {"R2SCAN", "r2SCAN", "R2SCAN+U"}) EXPECT_EQ(functional_family(r2scan), "R2SCAN") << r2scan;
  EXPECT_EQ(functional_family("SCAN"), "SCAN");
  EXPECT_EQ(functional_family("PBEsol"), "PBESOL");
  EXPECT_EQ(functional_family("PBE+D3"), "PBE+D3");
  EXPECT_NE(functional_family("m3gnet-0a1b2c3d"), functional_family("m3gnet-0a1b2c3e"));
  EXPECT_EQ(functional_family(""), "");
}

TEST(EntryFunctionals, OneOfSeveralIsTaken) {
  const std::string text =
      R"([{"composition": {"Mg": 1}, "energy": -1, "parameters": {"hubbards": {"Mg": {"run_type": "x"}}, "run_type": "GGA"}},
          {"composition": {"O": 1}, "energy": -4, "run_type": "R2SCAN"}, {"composition": {"O": 1}, "energy": -5}])";
  EntryList list = read("functionals.json", text);
  ASSERT_EQ(list.entries.size(), 3u);
  EXPECT_EQ(list.entries[0].run_type, "GGA");
  EXPECT_EQ(list.entries[1].run_type, "R2SCAN");
  const std::string message = input_error([&] { keep_functional(list, ""); });
  EXPECT_TRUE(contains(message, "GGA (1), R2SCAN (1)")) << message;
  keep_functional(list, "any");
  EXPECT_EQ(list.entries.size(), 3u);
  EXPECT_TRUE(contains(input_error([&] { keep_functional(list, "SCAN"); }), "no entry is of run_type 'SCAN'"));
  keep_functional(list, "GGA");
  EXPECT_EQ(list.entries.size(), 2u);
  const EntryList csv = read("functionals.csv", "formula,energy_per_atom,run_type\nMg,-1,GGA\nO,-4,PBE\n");
  EXPECT_EQ(csv.entries[1].run_type, "PBE");
  EntryList same = csv;
  keep_functional(same, "");
  EXPECT_EQ(same.entries.size(), 2u);
}
