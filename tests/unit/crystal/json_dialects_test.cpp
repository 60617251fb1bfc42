// The JSON that programs and databases write: which records a text has, and what each of them is.
#include <gtest/gtest.h>

#include "crystal/formats/json/json_records.hpp"
#include "support.hpp"

namespace spinel {
namespace {

using testing::input_error;
using testing::symbol_of;

const std::string cell = R"({"matrix": [[4, 0, 0], [0, 5, 0], [0, 0, 6]]})";

std::string pymatgen_site(const std::string& species, const std::string& more = "") {
  return R"({"species": )" + species + R"(, "abc": [0.5, 0, 0])" + more + "}";
}

std::string pymatgen(const std::string& sites) { return R"({"lattice": )" + cell + R"(, "sites": [)" + sites + "]}"; }

const std::string mgo = pymatgen(pymatgen_site(R"([{"element": "Mg", "occu": 1}])") + ", " +
                                 pymatgen_site(R"([{"element": "O", "occu": 1}])"));
const std::string with_mgo = R"({"structure": )" + mgo + ", ";

/// The document's records as a source reads them.
struct Document {
  explicit Document(std::string document, const ReadOptions& read = {}, const std::string& structure_key = "")
      : text(std::move(document)) {
    options.id_keys = {"id", "material_id", "mp_id", "matpes_id", "jid"};
    options.structure_key = structure_key;
    options.read = read;
    records = find_json_records(text, options);
  }
  Structure read(std::size_t i = 0) {
    if (records.cells == 0) return structure_from_json(records.items.at(i).text, records.columns, options, "x", id);
    std::vector<std::string_view> cells;
    for (std::size_t c = 0; c < records.cells; ++c) cells.push_back(records.items.at(i * records.cells + c).text);
    return structure_from_json(json_row(cells), records.columns, options, "x", id);
  }
  std::string error(std::size_t i = 0) {
    return input_error([&] { read(i); });
  }

  std::string text, id;
  JsonOptions options;
  JsonRecords records;
};

const std::string only_full = "; only fully occupied sites are supported (or disorder = 'majority' or 'order')";

std::vector<std::string> warnings_of(const std::string& text, const ReadOptions& read = {}) {
  return Document(text, read).read().warnings;
}

TEST(JsonDialects, NumbersThatPythonHasAndJsonHasNot) {
  Document list("[" + with_mgo + R"("gap": NaN, "modulus": -Infinity, "other": Infinity, "k": nan, "e": -1.5,)" +
                R"( "text": "NaN, \"-Infinity", "stress": [NaN, 0, 0, 0, 0, 0]}])");
  const Structure s = list.read();
  EXPECT_EQ(s.info, (std::map<std::string, std::string>{{"e", "-1.5"}, {"text", "NaN, \"-Infinity"}}));
  EXPECT_EQ(s.warnings, std::vector<std::string>{"the stress holds no number in some place and is not used"});
  EXPECT_EQ(Document(with_mgo + R"("forces": [[0, 0, 0], [0, NaN, 0]]})").error(),
            "x: the force of atom 2 holds 'null', which is no finite number");
  EXPECT_TRUE(Document(with_mgo + R"("magmoms": [1, NaN]})").read().magnetic_moment.empty());
  EXPECT_EQ(Document(R"({"lattice": )" + cell + R"(, "sites": [{"species": [{"element": "Si"}], "abc": [0, NaN, 0]}]})")
                .error(),
            "x: site 1 holds 'null', which is no finite number");
}

TEST(JsonDialects, OneBehindTheOther) {
  const std::string one = with_mgo + R"("material_id": "a"})", two = with_mgo + R"("material_id": "b"})";
  for (const std::string& text : {one + "\n" + two, one + "\r\n\n" + two + "\n", one + " " + two, one + two,
                                  "{\n" + one.substr(1) + "\n{\n" + two.substr(1)}) {
    Document lines(text);
    EXPECT_EQ(lines.records.kind, "JSON lines");
    ASSERT_EQ(lines.records.size(), 2u) << text;
    lines.read(1);
    EXPECT_EQ(lines.id, "b");
  }
  for (const std::string bad : {R"({"structure": {"lattice": )", R"({"material_id": "a)", R"({"a" 1})"}) {
    Document first(bad + std::string("\n") + one + "\n" + two), middle(one + "\n" + bad + "\n" + two);
    ASSERT_EQ(first.records.size(), 3u) << bad;
    ASSERT_EQ(middle.records.size(), 3u) << bad;
    EXPECT_EQ(first.error(0).rfind("x: byte ", 0), 0u) << first.error(0);
    EXPECT_EQ(middle.error(1), first.error(0));
    middle.read(2);
    EXPECT_EQ(middle.id, "b");
  }
  EXPECT_EQ(Document("[" + one + "]\n[" + two + "]").error(), "x: it is a list, not a record");
  // A file named *.jsonl may be one document all the same.
  EXPECT_EQ(find_json_records("[\n" + one + ",\n" + two + "\n]", {}, true).size(), 2u);
  EXPECT_EQ(find_json_records("{\n" + one.substr(1), {}, true).kind, "JSON structure");
}

TEST(JsonDialects, ByteOrderMark) {
  const std::string mark = "\xef\xbb\xbf";
  for (const std::string& text : {mark + mgo, mark + "[" + mgo + "]", mark + mgo + "\n" + mgo}) {
    Document document(text);
    const std::string_view item = document.records.items.at(0).text;
    EXPECT_TRUE(item.data() > document.text.data() && item.data() < document.text.data() + document.text.size());
    EXPECT_EQ(document.read().size(), 2u);
  }
  EXPECT_EQ(input_error([&] { Document{mark}; }), "the file is empty");
  EXPECT_EQ(input_error([] { Document{std::string("\xff\xfe{\0", 4)}; }), "the text is UTF-16, and JSON is UTF-8");
}

TEST(JsonDialects, FramesOfMptrj) {
  const std::string labels =
      R"("mp_id": "mp-1", "corrected_total_energy": -11.5, "energy_per_atom": -5.75, "bandgap": 0.5,)"
      R"( "force": [[0.25, 0, 0], [-0.25, 0, 0]], "magmom": [1.5, -0.5], "stress": [[10, 0, 0], [0, 20, 0], [0, 0, 30]]})";
  const std::string text = R"({"mp-0": {}, "mp-1": {"mp-1-0-0": )" + with_mgo + labels + R"(, "mp-1-0-1": )" +
                           with_mgo + labels + R"(}, "mp-2": {"mp-2-1-0": )" + with_mgo + labels + "}}";
  Document frames(text);
  EXPECT_EQ(frames.records.kind, "JSON frames by id");
  EXPECT_TRUE(frames.records.keys_are_ids);
  ASSERT_EQ(frames.records.size(), 3u);
  EXPECT_EQ(frames.records.items[1].key, "mp-1-0-1");
  EXPECT_EQ(frames.records.items[2].key, "mp-2-1-0");
  const Structure s = frames.read(1);
  EXPECT_EQ(s.info.at("bandgap"), "0.5");
  ASSERT_EQ(s.force.size(), 2u);
  EXPECT_EQ(s.force[1], Vec3(-0.25, 0, 0));
  ASSERT_EQ(s.magnetic_moment.size(), 2u);
  EXPECT_EQ(s.magnetic_moment[1], Vec3(0, 0, -0.5));
  EXPECT_NEAR(std::stod(s.info.at("stress")), -10.0 / 1602.1766340, 1e-12);
  EXPECT_EQ(s.warnings, std::vector<std::string>{"the stress of MPtrj is taken as kilobar, pressure positive"});
  ReadOptions stated;
  stated.stress_unit = StressUnit::kbar;
  EXPECT_TRUE(Document(text, stated).read(1).warnings.empty());
}

TEST(JsonDialects, StressOfMatpes) {
  Document one("[" + with_mgo + R"("matpes_id": "matpes-7", "energy": -12.5, "forces": [[0, 0, 1], [0, 0, -1]],)" +
               R"( "stress": [10, 20, 30, 4, 5, 6], "bader_charges": [1.5, -1.5]}])");
  const Structure s = one.read();
  EXPECT_EQ(one.id, "matpes-7");
  EXPECT_NEAR(std::stod(s.info.at("stress")), -10.0 / 1602.1766340, 1e-12);
  EXPECT_EQ(s.warnings, std::vector<std::string>{"the stress of MatPES is taken as kilobar, pressure positive"});
  EXPECT_EQ(s.charge, (std::vector<double>{1.5, -1.5}));
  // In a document of no known kind such a stress is not believed.
  EXPECT_NE(Document("[" + with_mgo + R"("stress": [10, 20, 30, 4, 5, 6]}])").error().find("stress_unit"),
            std::string::npos);
}

TEST(JsonDialects, TablesOfPandas) {
  const std::string escaped = [] {
    std::string quoted;
    for (const char c : mgo) quoted += c == '"' ? std::string("\\\"") : std::string(1, c);
    return "\"" + quoted + "\"";
  }();
  for (const auto& [text, kind] : std::vector<std::pair<std::string, std::string>>{
           {R"({"material_id": {"0": "a", "1": "b"}, "structure": {"0": )" + mgo + R"(, "1": )" + mgo +
                R"(}, "energy": {"1": -2, "0": -1}, "note": {"1": "n"}})",
            "JSON columns"},
           {R"({"material_id": ["a", "b"], "structure": [)" + mgo + ", " + mgo + R"(], "energy": [-1, -2], "n": 3})",
            "JSON columns"},
           {R"({"energy": {"0": -1, "1": -2}, "material_id": {"0": "a", "1": "b"}, "structure": {"0": null, "1": )" +
                escaped + "}}",
            "JSON columns"},
           {R"({"columns": ["energy", "material_id", "structure"], "index": [0, 1], "data": [[-1, "a", )" + mgo +
                R"(], [-2, "b", )" + mgo + "]]}",
            "JSON table"},
           {R"([{"material_id": "a", "energy": -1}, )" + with_mgo + R"("material_id": "b", "energy": -2}])",
            "JSON list"},
           {R"({"0": {"material_id": "a"}, "1": )" + with_mgo + R"("material_id": "b", "energy": -2}})", "JSON by id"},
           {R"({"schema": {"fields": [], "pandas_version": "1.4.0"}, "data": [{"index": 0}, )" + with_mgo +
                R"("index": 1, "material_id": "b", "energy": -2}]})",
            "JSON list"}}) {
    Document table(text);
    EXPECT_EQ(table.records.kind, kind);
    ASSERT_EQ(table.records.size(), 2u) << text;
    const Structure s = table.read(1);
    EXPECT_EQ(s.formula(), "MgO");
    EXPECT_EQ(table.id, "b") << text;
    EXPECT_EQ(s.info.at("energy"), "-2");
  }
  Document indexed(R"({"structure": {"mp-1": )" + mgo + R"(}, "gap": {"mp-1": 0.5}})");
  EXPECT_EQ(indexed.records.items.at(0).key, "mp-1");
  EXPECT_EQ(Document(R"({"structure": {"0": )" + mgo + "}}").records.items.at(0).key, "");
  EXPECT_EQ(Document(R"({"crystal": {"0": )" + mgo + R"(}, "gap": {"0": 1}})", {}, "crystal").read().info.at("gap"),
            "1");
  EXPECT_EQ(input_error([] { Document{R"({"structure": [)" + mgo + R"(], "gap": [1, 2]})"}; }),
            "the column 'gap' has 2 rows, 'structure' 1");
}

TEST(JsonDialects, Jarvis) {
  const std::string atoms = R"("atoms": {"lattice_mat": [[4, 0, 0], [0, 4, 0], [0, 0, 4]], "coords": [[0, 0, 0], )"
                            R"([0.5, 0.5, 0.25]], "elements": ["Mg", "O"], "cartesian": )";
  Document fractional(R"([{"jid": "JVASP-9", )" + atoms + R"(false}, "formation_energy_peratom": -3.0, "gap": "na"}])");
  const Structure s = fractional.read();
  EXPECT_EQ(fractional.id, "JVASP-9");
  EXPECT_EQ(s.formula(), "MgO");
  EXPECT_EQ(s.position[1], Vec3(2, 2, 1));
  EXPECT_EQ(s.info, (std::map<std::string, std::string>{{"formation_energy_peratom", "-3"}, {"jid", "JVASP-9"}}));
  EXPECT_EQ(Document("{" + atoms + "true}}").read().position[1], Vec3(0.5, 0.5, 0.25));
  EXPECT_EQ(
      Document(R"({"lattice_mat": [[4, 0, 0], [0, 4, 0], [0, 0, 4]], "coords": [[0, 0, 0]], "elements": []})").error(),
      "x: there is no list of 'elements'");
}

std::string optimade(const std::string& sites, const std::string& species, const std::string& positions) {
  return R"({"id": "e1", "type": "structures", "attributes": {"lattice_vectors": [[4, 0, 0], [0, 4, 0], [0, 0, 4]],)"
         R"( "dimension_types": [1, 1, 0], "cartesian_site_positions": )" +
         positions + R"(, "species_at_sites": )" + sites + R"(, "species": )" + species +
         R"(, "nsites": 2, "_exmpl_energy": -2.5}, "links": {"a": 1}})";
}

TEST(JsonDialects, Optimade) {
  const std::string positions = "[[0, 0, 0], [2, 2, 2]]",
                    species = R"([{"name": "A", "chemical_symbols": ["Mg"], "concentration": [1.0]},)"
                              R"( {"name": "O2", "chemical_symbols": ["O"], "concentration": [1.0]}])",
                    entry = optimade(R"(["A", "O2"])", species, positions),
                    page = R"({"data": [)" + entry + "," + entry + R"(], "links": {}, "meta": {}})";
  for (const auto& [text, n] : std::vector<std::pair<std::string, std::size_t>>{
           {page, 2u},
           {R"({"data": )" + entry + R"(, "meta": {}})", 1u},
           {page + "\n" + page, 4u},
           {"[" + page + "]", 2u},
           {R"({"x-optimade": {"meta": {}}})" + ("\n" + entry) + "\n" + R"({"type": "info", "id": "structures"})",
            1u}}) {
    Document document(text);
    ASSERT_EQ(document.records.size(), n) << text;
    const Structure s = document.read(n - 1);
    EXPECT_EQ(s.formula(), "MgO");
    EXPECT_EQ(document.id, "e1");
    EXPECT_EQ(s.info, (std::map<std::string, std::string>{{"_exmpl_energy", "-2.5"}, {"id", "e1"}, {"nsites", "2"}}));
    EXPECT_EQ(s.periodic, (std::array<bool, 3>{true, true, false}));
  }
  const auto error_of = [&](const std::string& kinds) {
    return Document(optimade(R"(["A", "O2"])", kinds, positions)).error();
  };
  EXPECT_EQ(Document(optimade(R"(["A", "O2"])", species, "null")).error(),
            "x: the positions of its sites are not given");
  const std::string mg = R"([{"name": "A", "chemical_symbols": ["Mg"]}, {"name": "O2", )";
  EXPECT_EQ(error_of(mg + R"("chemical_symbols": ["O", "vacancy"], "concentration": [0.9, 0.1]}])"),
            "x: site 2 has the occupancy 0.9" + only_full);
  EXPECT_EQ(error_of(mg + R"("chemical_symbols": ["O", "F"], "concentration": [0.75, 0.25]}])"),
            "x: site 2 is shared by O (0.75) and F (0.25)" + only_full);
  EXPECT_EQ(error_of(mg + R"("chemical_symbols": ["vacancy"], "concentration": [1]}])"), "x: site 2 is vacant");
  EXPECT_EQ(error_of(R"([{"name": "A", "chemical_symbols": ["Mg"]}])"),
            "x: site 2 is of the species 'O2', which 'species' has not");
  const auto error_with = [&](const std::string& features) {
    std::string text = entry;
    text.insert(text.find("\"lattice_vectors\""), "\"structure_features\": " + features + ", ");
    return Document(text).error();
  };
  EXPECT_EQ(error_with(R"(["disorder", "implicit_atoms"])"), "x: it has atoms without positions ('implicit_atoms')");
  EXPECT_EQ(error_with(R"(["assemblies"])"), "x: it has sites that exclude each other ('assemblies')");
}

TEST(JsonDialects, DisorderedSitesAreOrderedInASupercell) {
  ReadOptions order;
  order.disorder = Disorder::order;
  // Sites with the same parts share their atoms: a half of two is one, without a supercell.
  const std::string half = R"([{"element": "Fe", "occu": 0.5}, {"element": "Mg", "occu": 0.5}])";
  const std::string sites = pymatgen_site(half) + ", " + pymatgen_site(half);
  Structure s = Document(pymatgen(sites), order).read();
  EXPECT_EQ(s.formula(), "FeMg");
  EXPECT_EQ(s.warnings,
            std::vector<std::string>{
                "disorder = 'order': the places of disordered sites are dealt out at random in a supercell"});
  // An occupancy of a quarter needs four cells; what is left of a site is empty.
  const std::string quarter = R"([{"element": "Li", "occu": 0.25}])";
  s = Document(pymatgen(pymatgen_site(R"([{"element": "Si"}])") + ", " + pymatgen_site(quarter)), order).read();
  EXPECT_EQ(s.formula(), "LiSi4");
  const std::string kinds =
      R"([{"name": "A", "chemical_symbols": ["Mg", "Fe"], "concentration": [0.5, 0.5]}, {"name": "O2", )"
      R"("chemical_symbols": ["O"], "concentration": [1]}])";
  s = Document(optimade(R"(["A", "O2"])", kinds, "[[0, 0, 0], [2, 2, 2]]"), order).read();
  EXPECT_EQ(s.formula(), "FeMgO2");
  EXPECT_EQ(s.cell(2, 2), 4.0) << "along c it is not periodic";
}

TEST(JsonDialects, RowsOfAse) {
  const std::string rows =
      R"({"1": {"numbers": [12, 8], "positions": [[0, 0, 0], [2, 2, 2]], "cell": [[4, 0, 0], [0, 4, 0], [0, 0, 4]],)"
      R"( "pbc": [true, true, true], "energy": -11, "forces": [[0, 0, 0.5], [0, 0, -0.5]], "magmoms": [1, -1],)"
      R"( "stress": [0.1, 0.2, 0.3, 0, 0, 0.01], "key_value_pairs": {"gap": 4.5}, "ctime": 24.5, "user": "x"},)"
      R"( "2": {"numbers": {"__ndarray__": [[2], "int64", [12, 8]]}, "positions": {"__ndarray__": [[2, 3], "float64",)"
      R"( [0, 0, 0, 2, 2, 1]]}, "cell": {"array": {"__ndarray__": [[3, 3], "float64", [4, 0, 0, 0, 4, 0, 0, 0, 4]]},)"
      R"( "__ase_objtype__": "cell"}, "pbc": {"__ndarray__": [[3], "bool", [true, false, true]]}, "momenta": [[0, 0, 1], [0, 0, 2]]},)"
      R"( "ids": [1, 2], "nextid": 3, "metadata": {"title": "t"}})";
  Document database(rows);
  ASSERT_EQ(database.records.size(), 2u);
  Structure s = database.read(0);
  EXPECT_EQ(s.formula(), "MgO");
  EXPECT_EQ(s.force.at(1), Vec3(0, 0, -0.5));
  EXPECT_EQ(s.magnetic_moment.at(1), Vec3(0, 0, -1));
  EXPECT_EQ(s.info, (std::map<std::string, std::string>{
                        {"energy", "-11"}, {"gap", "4.5"}, {"stress", "0.1 0.2 0.3 0 0 0.01"}}));
  s = database.read(1);
  EXPECT_EQ(s.position.at(1), Vec3(2, 2, 1));
  EXPECT_EQ(s.periodic, (std::array<bool, 3>{true, false, true}));
  EXPECT_EQ(Document(R"({"symbols": ["H", "Xx"], "positions": [[0, 0, 0], [0, 0, 1]], "pbc": false})")
                .error()
                .rfind("x: site 2: unknown element 'Xx'", 0),
            0u);
  EXPECT_EQ(Document(R"({"numbers": {"__ndarray__": [[3], "int", [1]]}, "positions": [[0, 0, 0]]})").error(),
            "x: the shape of an __ndarray__ does not fit its 1 numbers");
}

TEST(JsonDialects, SitesOfPymatgen) {
  const auto structure = [](const std::string& species, const ReadOptions& read = {}) {
    return Document(pymatgen(pymatgen_site(R"([{"element": "Si"}])") + ", " + pymatgen_site(species)), read);
  };
  for (const auto& [species, symbol] : std::vector<std::pair<std::string, std::string>>{
           {R"([{"element": "Fe", "oxidation_state": 3, "occu": 1}])", "Fe"},
           {R"([{"element": "Fe3+", "occu": 1}])", "Fe"},
           {R"(["O2-"])", "O"},
           {R"("O")", "O"},
           {R"([{"element": "D+", "occu": 1}])", "D"},
           {R"([{"element": "Fe2+", "occu": 0.5}, {"element": "Fe3+", "occu": 0.5}])", "Fe"},
           {R"([{"element": "X", "occu": 0}, {"element": "Na", "occu": 0.9999}])", "Na"}})
    EXPECT_EQ(symbol_of(structure(species).read(), 1), symbol) << species;
  const std::string half = R"([{"element": "Fe", "occu": 0.5}, {"element": "Mg", "occu": 0.5}])",
                    few = R"([{"element": "Li", "occu": 0.25}])";
  EXPECT_EQ(structure(half).error(), "x: site 2 is shared by Fe (0.5) and Mg (0.5)" + only_full);
  EXPECT_EQ(structure(R"([{"element": "Fe", "occu": 0.9}])").error(), "x: site 2 has the occupancy 0.9" + only_full);
  EXPECT_EQ(structure(R"([{"element": "Fe", "occu": NaN}])").error(), "x: site 2: 'null' is no occupancy");
  ReadOptions majority;
  majority.disorder = Disorder::majority;
  Structure s = structure(half, majority).read();
  EXPECT_EQ(symbol_of(s, 1), "Fe");
  EXPECT_EQ(s.warnings,
            std::vector<std::string>{"disorder = 'majority': sites of Fe (0.5) and Mg (0.5) are taken as Fe"});
  s = structure(few, majority).read();
  EXPECT_EQ(s.formula(), "Si");
  EXPECT_EQ(s.warnings, std::vector<std::string>{"disorder = 'majority': sites of Li (0.25) are left empty"});
  EXPECT_EQ(structure(R"([{"element": "Fe", "occu": 0.75}, {"element": "Mg", "occu": 0.5}])", majority).error(),
            "x: site 2 is shared by Fe (0.75) and Mg (0.5), more than a site has");
  ReadOptions types;
  types.type_map = {{"T1", "Ge"}};
  EXPECT_EQ(symbol_of(structure(R"([{"element": "T1"}])", types).read(), 1), "Ge");
  const std::string older = R"({"lattice": {"a": 4, "b": 4, "c": 5, "alpha": 90, "beta": 90, "gamma": 90}, "sites": )"
                            R"([{"specie": "Si", "xyz": [1, 2, 3]}]})";
  EXPECT_EQ(Document(older).read().position[0], Vec3(1, 2, 3));
  EXPECT_EQ(Document(R"({"@class": "Molecule", "sites": []})").error(),
            "x: it is a molecule, without a cell, and no structure");
  EXPECT_EQ(Document(R"({"sites": [], "charge": 0})").error(), "x: the lattice has no matrix of three vectors");
  EXPECT_EQ(Document(R"({"id": "m", "structure": {"@class": "Molecule", "sites": []}})").error(),
            "x: it is a molecule, without a cell, and no structure");
}

TEST(JsonDialects, PropertiesOfSites) {
  const auto site = [](const std::string& properties) {
    return pymatgen_site(R"([{"element": "Fe"}])", R"(, "properties": )" + properties);
  };
  Structure s = Document(pymatgen(site(R"({"magmom": [1, 2, 3], "charge": 0.5, "forces": [1, 0, 0]})") + "," +
                                  site(R"({"magmom": 2, "charge": -0.5, "forces": [-1, 0, 0]})")))
                    .read();
  EXPECT_EQ(s.magnetic_moment, (std::vector<Vec3>{Vec3(1, 2, 3), Vec3(0, 0, 2)}));
  EXPECT_EQ(s.charge, (std::vector<double>{0.5, -0.5}));
  EXPECT_EQ(s.force, (std::vector<Vec3>{Vec3(1, 0, 0), Vec3(-1, 0, 0)}));
  s = Document(pymatgen(site(R"({"magmom": 1})") + "," + site(R"({"magmom": null, "charge": 1})"))).read();
  EXPECT_TRUE(s.magnetic_moment.empty() && s.charge.empty());
}

TEST(JsonDialects, LabelsUnderOtherNames) {
  Structure s = Document(with_mgo + R"("data": {"gap": 1, "energy": -1}, "energy": -2, "symmetry": {"number": 225},)" +
                         R"( "attributes": {"a": 3}, "key_value_pairs": {"b": true}, "properties": {"c": "t"},)" +
                         R"( "displacements": [[0, 0, 1], [0, 0, 2]]})")
                    .read();
  EXPECT_EQ(s.info,
            (std::map<std::string, std::string>{
                {"a", "3"}, {"b", "True"}, {"c", "t"}, {"energy", "-2"}, {"gap", "1"}, {"symmetry.number", "225"}}));
  EXPECT_EQ(s.warnings, std::vector<std::string>{"the list 'displacements' of vectors of atoms is not used"});
  const std::string text = with_mgo + R"("E": [-3.5], "energy": -1, "F": [[0, 0, 1], [0, 0, -1]], "m": [1, 2],)" +
                           R"( "q": [0.5, -0.5], "S": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]})";
  ReadOptions read;
  read.keys = {"E", "F", "S", "", "m", "q"};
  read.stress_unit = StressUnit::gpa;
  s = Document(text, read).read();
  EXPECT_EQ(s.info.at("energy"), "-3.5");
  EXPECT_EQ(s.force.at(0), Vec3(0, 0, 1));
  EXPECT_EQ(s.magnetic_moment.at(1), Vec3(0, 0, 2));
  EXPECT_EQ(s.charge.at(1), -0.5);
  EXPECT_NEAR(std::stod(s.info.at("stress")), 1.0 / 160.21766340, 1e-12);
  EXPECT_EQ(warnings_of(with_mgo + R"("REF_forces": [[0, 0, 1], [0, 0, -1]]})"),
            std::vector<std::string>{"the forces are 'REF_forces'"});
  // Those with the usual name are taken where there are both.
  EXPECT_EQ(Document(with_mgo + R"("REF_forces": [[0, 0, 1], [0, 0, -1]], "forces": [[0, 0, 2], [0, 0, -2]]})")
                .read()
                .force.at(0),
            Vec3(0, 0, 2));
  EXPECT_EQ(Document(with_mgo + R"("forces": [[0, 0, 1]]})").error(), "x: 1 forces for 2 atoms");
}

TEST(JsonDialects, SaysWhatIsMissingWhere) {
  EXPECT_EQ(Document("[{\"id\": 1, \"gap\": x}]").error(), "x: byte 18: this is no JSON: '{\"id\": 1, \"gap\": x}'");
  EXPECT_EQ(Document("[{'id': 1}]").error(),
            "x: its texts are in single quotes, as Python prints a dictionary; json.dumps writes JSON");
  EXPECT_EQ(Document("[{\"initial\": " + mgo + ", \"final\": " + mgo + "}]").error(),
            "x: it has no structure; structure_key can name one of 'final', 'initial'");
  EXPECT_EQ(
      Document("[{\"structure\": {\"a\": 1}}]").error().rfind("x: 'structure' is no structure: it has neither", 0), 0u);
  EXPECT_EQ(Document("[{\"structure\": {\"sites\": []}}]").error(), "x: the lattice has no matrix of three vectors");
  EXPECT_EQ(Document("[{\"structure\": \" \"}]").error(), "x: 'structure' is an empty text");
  EXPECT_EQ(input_error([] { Document{"{\"columns\": 3, \"data\": []}"}; }),
            "'columns' and 'data' of a table are lists, and these are not");
}

}  // namespace
}  // namespace spinel
