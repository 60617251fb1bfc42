#include "io/result_file.hpp"

#include "io/table.hpp"
#include "io_test_support.hpp"

namespace spinel {
namespace {

using namespace io_test;

TEST(ResultFile, HoldsWhatWasWrittenWithItsUnits) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const std::string path = folder.file("a.h5");
  ResultFile results(world, path);
  results.write("/energy", -1.0 / 3, {"eV", "potential energy"});
  results.write("/atoms", std::int64_t{1} << 40, {"", ""});
  results.write("/cell", std::vector<double>{1, 2, 3, 4, 5, 6}, {"Å", ""}, {2, 3});
  results.write("/rdf/bins", std::vector<std::int64_t>{}, {"", ""});
  results.write_text("/input", "&control\n  prefix = 'σ'\n/\n");
  results.set_attribute("/", "program", "Spinel");
  results.set_attribute("/provenance", "hosts", "a b");
  results.write("/thermo/step", std::vector<std::int64_t>{0, 10, 20, 30, 40}, {"", ""});
  results.write("/thermo/temperature", std::vector<double>{300.5, 301.5, 302.5, 303.5, 304.5}, {"K", "kinetic"});
  results.save();
  results.write("/energy", -2.0, {"eV", "potential energy"});
  results.save();
  if (world.is_root()) {
    const HdfReader reader(path);
    EXPECT_EQ(reader.read<double>("/energy"), std::vector<double>{-2.0});
    EXPECT_TRUE(reader.dims("/energy").empty());
    EXPECT_EQ(reader.attribute("/energy", "unit"), "eV");
    EXPECT_EQ(reader.attribute("/energy", "description"), "potential energy");
    EXPECT_EQ(reader.read<std::int64_t>("/atoms"), std::vector<std::int64_t>{std::int64_t{1} << 40});
    EXPECT_EQ(reader.dims("/cell"), (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(reader.attribute("/cell", "unit"), "Å");
    EXPECT_TRUE(reader.read<std::int64_t>("/rdf/bins").empty());
    EXPECT_EQ(reader.read_text("/input"), "&control\n  prefix = 'σ'\n/\n");
    EXPECT_EQ(reader.attribute("/", "program"), "Spinel");
    EXPECT_EQ(reader.attribute("/provenance", "hosts"), "a b");
    EXPECT_EQ(reader.read<std::int64_t>("/thermo/step"), (std::vector<std::int64_t>{0, 10, 20, 30, 40}));
    EXPECT_EQ(reader.attribute("/thermo/temperature", "unit"), "K");
    EXPECT_EQ(reader.list("/thermo"), (std::vector<std::string>{"step", "temperature"}));
    EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
    EXPECT_NE(error_of([&] { reader.read<double>("/nothing"); }).find("holds no '/nothing'"), std::string::npos);
    EXPECT_NE(error_of([&] { reader.read<double>("/thermo"); }).find("not a dataset"), std::string::npos);
  }
}

TEST(ResultFile, HoldsTheColumnsOfATable) {
  struct Row {
    std::string name;
    double energy = 0.0;
    std::array<double, 2> pair{};
  };
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const std::string path = folder.file("a.h5");
  ResultFile results(world, path);
  Table<Row> table;
  table.column("name", "", "of a row", &Row::name).shown("name");
  table.column("energy", "meV", "", &Row::energy).scaled(1000.0);
  table.column("pair", "", "", &Row::pair);
  table.column("unknown", "", "", &Row::energy).where(false);
  table.column("printed", "", "", &Row::energy).in_no_file().shown("printed");
  table.write(results, "/rows", std::vector<Row>{{"a", 0.5, {1, 2}}, {"b", -1.5, {3, 4}}});
  results.save();
  if (world.is_root()) {
    const HdfReader reader(path);
    EXPECT_EQ(reader.list("/rows"), (std::vector<std::string>{"energy", "name", "pair"}));
    EXPECT_EQ(reader.read_texts("/rows/name"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(reader.attribute("/rows/name", "description"), "of a row");
    EXPECT_EQ(reader.read<double>("/rows/energy"), (std::vector<double>{500, -1500}));
    EXPECT_EQ(reader.attribute("/rows/energy", "unit"), "meV");
    EXPECT_EQ(reader.read<double>("/rows/pair"), (std::vector<double>{1, 2, 3, 4}));
    EXPECT_EQ(reader.dims("/rows/pair"), (std::vector<std::int64_t>{2, 2}));
  }
}

TEST(ResultFile, KeepsSinglePrecision) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const std::string path = folder.file("a.h5");
  ResultFile results(world, path);
  results.write("/weights/a", std::vector<float>{0.1f, -1e-42f, 3, 4, 5, 6}, {}, {3, 2});
  results.write("/weights/b", 0.3f, {});
  results.save();
  if (world.is_root()) {
    const HdfReader reader(path);
    EXPECT_TRUE(reader.is_single("/weights/a"));
    EXPECT_EQ(reader.read<float>("/weights/a"), (std::vector<float>{0.1f, -1e-42f, 3, 4, 5, 6}));
    EXPECT_EQ(reader.dims("/weights/a"), (std::vector<std::int64_t>{3, 2}));
    EXPECT_TRUE(reader.is_single("/weights/b"));
    EXPECT_EQ(reader.read<float>("/weights/b"), std::vector<float>{0.3f});
    EXPECT_TRUE(reader.dims("/weights/b").empty());
  }
}

TEST(ResultFile, RefusesWhatDoesNotFit) {
  const auto self = Communicator::self();
  ResultFile results(self, "unused.h5");
  EXPECT_NE(error_of([&] {
              results.write("/a", std::vector<double>{1, 2, 3}, {"", ""}, {2, 2});
            }).find("3 values"),
            std::string::npos);
  EXPECT_NE(error_of([&] { results.write("a", 1.0, {"", ""}); }).find("does not start"), std::string::npos);
}

TEST(ResultFile, FailsOnAllRanksWhereTheFolderIsMissing) {
  const auto world = Communicator::world();
  ResultFile results(world, "/no/such/folder/a.h5");
  results.write("/a", 1.0, {"", ""});
  EXPECT_NE(error_of([&] { results.save(); }).find("/no/such/folder/a.h5"), std::string::npos);
}

}  // namespace
}  // namespace spinel
