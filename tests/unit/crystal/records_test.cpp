#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "crystal/formats/csv_file.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/json/json_records.hpp"
#include "crystal/formats/json/pymatgen_json.hpp"

namespace spinel {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const std::string& text, std::vector<std::int64_t>* lines = nullptr) {
  CsvReader reader(text, "x.csv");
  Rows rows;
  for (std::vector<std::string> cells; reader.next(cells);) {
    rows.push_back(cells);
    if (lines != nullptr) lines->push_back(reader.line_number());
  }
  return rows;
}

template <class Work>
std::string message_of(Work&& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

TEST(CsvFile, CellsQuotesAndLineBreaks) {
  std::vector<std::int64_t> lines;
  EXPECT_EQ(rows_of("\xef\xbb\xbf"
                    "id, cif ,gap\n\na,\"data_x\n_cell 1, 2\n\"\"q\"\"\n\" , 1.5\r\nb,,\n\"c\",\"\",\"x\"",
                    &lines),
            (Rows{{"id", "cif", "gap"}, {"a", "data_x\n_cell 1, 2\n\"q\"\n", "1.5"}, {"b", "", ""}, {"c", "", "x"}}));
  EXPECT_EQ(lines, (std::vector<std::int64_t>{1, 3, 7, 8}));
  EXPECT_EQ(rows_of(""), Rows{});
  EXPECT_EQ(message_of([] { rows_of("a,b\nc,\"d\ne\n"); }), "x.csv:2: the quote that begins here never ends");
  EXPECT_EQ(message_of([] { rows_of("a,b\n\"c\" d,e\n"); }), "x.csv:2: a comma is missing behind a quoted cell");
}

TEST(JsonItems, AreFoundWithoutParsingThem) {
  const std::string text = R"( {"a" : [1, {"b": "]}\"{"}], "c\"d": "x,y" ,"e":-1.5e3,"f":{}, "g":null} )";
  const auto items = json_items(text);
  ASSERT_EQ(items.size(), 5u);
  EXPECT_EQ(items[0].key, "a");
  EXPECT_EQ(items[0].text, R"([1, {"b": "]}\"{"}])");
  EXPECT_EQ(items[1].key, R"(c\"d)");
  EXPECT_EQ(items[1].text, R"("x,y")");
  EXPECT_EQ(items[2].text, "-1.5e3");
  EXPECT_EQ(items[3].text, "{}");
  EXPECT_EQ(items[4].text, "null");
  const auto list = json_items("[1 , [2],\"3\"]");
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[1].text, "[2]");
  EXPECT_EQ(json_items("[ ]").size(), 0u);
  EXPECT_EQ(json_kind(" \n["), '[');
  EXPECT_EQ(json_kind(" "), '\0');
  EXPECT_EQ(message_of([] { json_items("12"); }), "neither a list nor an object");
  EXPECT_EQ(message_of([] { json_items("[1, {\"a\": 2]"); }), "byte 12: a ']' closes nothing");
  EXPECT_EQ(message_of([] { json_items("[1, {\"a\": 2"); }), "byte 5: the text ends inside a value");
  EXPECT_EQ(message_of([] { json_items("[1, \"a"); }), "byte 5: a quote never ends");
  EXPECT_EQ(message_of([] { json_items("[1] 2"); }), "byte 5: text behind the end");
  EXPECT_EQ(message_of([] { json_items("{\"a\" 1}"); }), "byte 6: ':' is missing");
  EXPECT_EQ(message_of([] { json_items("[1 2]"); }), "byte 4: ']' is missing");
}

TEST(JsonItems, OnesALine) {
  EXPECT_TRUE(is_json_lines("\n{\"a\": 1}\n{\"b\": 2}"));
  EXPECT_FALSE(is_json_lines("{\"a\": 1}\n"));
  EXPECT_FALSE(is_json_lines("{\"a\": 1} x"));
  EXPECT_FALSE(is_json_lines("[{\"a\": 1}, {\"b\": 2}]"));
  EXPECT_FALSE(is_json_lines("{\"a\": {"));
  const auto lines = json_lines("{\"a\": 1}\r\n \n{\"b\"\n[3]");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1].text, "{\"b\"");
  EXPECT_EQ(lines[2].text, "[3]");
}

TEST(JsonRecords, AllWhatAStructureIsIn) {
  const std::string al = R"({"lattice": {"matrix": [[4, 0, 0], [0, 4, 0], [0, 0, 4]]},
                             "sites": [{"species": [{"element": "Al", "occu": 1}], "abc": [0, 0, 0]}]})",
                    line = R"({"structure": {"lattice": {"matrix": [[4, 0, 0], [0, 4, 0], [0, 0, 4]]}, "sites": )"
                           R"([{"species": [{"element": "Ti"}], "abc": [0, 0, 0]}]}, "material_id": "mp-1", "gap": 2})",
                    document = "{\"material_id\": \"mp-2\", \"gap\": 0.5, \"structure\": " + al + "}";
  JsonOptions options;
  options.id_keys = {"id", "material_id"};
  std::string id;
  for (const auto& [text, kind, own_id] :
       {std::tuple{al, "JSON structure", ""},
        {"[" + document + "]", "JSON list", "mp-2"},
        {"{\"meta\": {}, \"data\": [" + document + "]}", "JSON list", "mp-2"},
        {"{\"x\": " + document + "}", "JSON by id", "mp-2"},
        {"{\"columns\": [\"gap\", \"structure\"], \"index\": [\"r\"], \"data\": [[1, " + al + "]]}", "JSON table", ""},
        {line + "\n" + line, "JSON lines", "mp-1"}}) {
    const JsonRecords records = find_json_records(text, options);
    EXPECT_EQ(records.kind, kind);
    const Structure s = structure_from_json(records.items.at(0).text, records.columns, options, "here", id);
    EXPECT_EQ(s.size(), 1u) << text;
    EXPECT_EQ(id, own_id) << text;
    EXPECT_EQ(s.info.count("gap"), text == al ? 0u : 1u) << text;
  }
  EXPECT_EQ(find_json_records(line, options, true).kind, "JSON lines");
  EXPECT_EQ(message_of([&] { structure_from_json("{\"id\": \"a\"}", {}, options, "here", id); }),
            "here: it has no structure");
  EXPECT_EQ(id, "a");
  EXPECT_EQ(message_of([&] { find_json_records("{\"a\": 3}", options); }).substr(0, 11), "neither a s");
  EXPECT_EQ(message_of([&] { find_json_records(" ", options); }), "the file is empty");
}

TEST(FileNames, StemsAndKinds) {
  EXPECT_EQ(stem_of("out/set.dataset.h5"), "set");
  EXPECT_EQ(stem_of(".xyz"), ".xyz");
  EXPECT_TRUE(is_xyz_name("a/B.XYZ.gz") && is_xyz_name("b.extxyz") && !is_xyz_name("xyz") && !is_xyz_name("a.gz"));
  EXPECT_TRUE(is_json_name("a.json.gz") && is_json_name("a.jsonl") && !is_json_name("a.json.txt"));
  EXPECT_TRUE(is_json_lines_name("a.ndjson.gz") && !is_json_lines_name("a.json"));
}

TEST(PymatgenJson, StructureWithForces) {
  const auto json = nlohmann::json::parse(R"({"@module": "pymatgen.core.structure", "@class": "Structure", "charge": 0,
    "lattice": {"matrix": [[4, 0, 0], [0, 5, 0], [1, 0, 6]], "pbc": [true, true, false], "a": 4},
    "sites": [
      {"species": [{"element": "Fe", "oxidation_state": 3, "occu": 1}], "abc": [0.5, 0.5, 0.5], "label": "Fe",
       "properties": {"magmom": 5, "forces": [0.1, 0, -0.1]}},
      {"species": [{"element": "O2-", "occu": 1}], "xyz": [1, 2, 3], "properties": {"forces": [-0.1, 0, 0.1]}}]})");
  EXPECT_TRUE(is_pymatgen_structure(json));
  const Structure s = structure_from_pymatgen(json);
  EXPECT_EQ(s.formula(), "FeO");
  EXPECT_EQ(s.position[0], Vec3(2.5, 2.5, 3.0));
  EXPECT_EQ(s.position[1], Vec3(1, 2, 3));
  EXPECT_EQ(s.periodic, (std::array<bool, 3>{true, true, false}));
  ASSERT_EQ(s.force.size(), 2u);
  EXPECT_EQ(s.force[1], Vec3(-0.1, 0, 0.1));
}

TEST(PymatgenJson, SaysWhatIsWrong) {
  const auto message = [](const std::string& lattice, const std::string& sites) {
    const auto json = nlohmann::json::parse("{\"lattice\": " + lattice + ", \"sites\": " + sites + "}");
    return message_of([&] { structure_from_pymatgen(json); });
  };
  const std::string cubic = R"({"matrix": [[4, 0, 0], [0, 4, 0], [0, 0, 4]]})";
  const std::string site = R"([{"species": [{"element": "Si", "occu": 1}], "abc": [0, 0, 0]}])";
  EXPECT_EQ(message(cubic, site), "none");
  EXPECT_EQ(message("{}", site), "the lattice has no matrix of three vectors");
  EXPECT_EQ(message(R"({"matrix": [[4, 0], [0, 4, 0], [0, 0, 4]]})", site), "the lattice is not three numbers");
  EXPECT_EQ(message(R"({"matrix": [[4, 0, "x"], [0, 4, 0], [0, 0, 4]]})", site),
            "the lattice holds '\"x\"', which is no finite number");
  EXPECT_NE(message(R"({"matrix": [[4, 0, 0], [8, 0, 0], [0, 0, 4]]})", site).find("lie in a plane"),
            std::string::npos);
  EXPECT_EQ(message(cubic, "[]"), "there are no sites");
  EXPECT_EQ(message(cubic, "[1]"), "site 1 is no object");
  EXPECT_EQ(message(cubic, R"([{"abc": [0, 0, 0]}])"), "site 1 has no species");
  EXPECT_EQ(
      message(cubic, R"([{"species": [{"element": "Si", "occu": 0.5}], "abc": [0, 0, 0]}])"),
      "site 1 has the occupancy 0.5; only fully occupied sites are supported (or disorder = 'majority' or 'order')");
  EXPECT_EQ(message(cubic, R"([{"species": [{"element": "Si"}, {"element": "Ge"}], "abc": [0, 0, 0]}])"),
            "site 1 is shared by Si (1) and Ge (1), more than a site has");
  EXPECT_NE(message(cubic, R"([{"species": [{"element": "Xz"}], "abc": [0, 0, 0]}])").find("site 1: unknown element"),
            std::string::npos);
  EXPECT_EQ(message(cubic, R"([{"species": [{"element": "Si"}]}])"), "site 1 has no coordinates");
  EXPECT_EQ(message(cubic, R"([{"species": [{"element": "Si"}], "abc": [0, null, 0]}])"),
            "site 1 holds 'null', which is no finite number");
}

}  // namespace
}  // namespace spinel
