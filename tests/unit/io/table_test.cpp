#include "io/table.hpp"

#include <gtest/gtest.h>

namespace spinel {
namespace {

enum class Verdict : std::int64_t { good = 0, bad = 2 };

struct Base {
  double energy = 0.0;
};
struct Row : Base {
  std::string name;
  Verdict verdict = Verdict::good;
  bool stable = false;
  std::array<double, 2> stress{};
  double hidden = 0.0;
};

Table<Row> table_of(bool has_hull) {
  Table<Row> table;
  table.column("name", "", "where it came from", &Row::name);
  table.column("verdict", "", "0 good, 2 bad", &Row::verdict).csv_name("result").csv([](const Row& r) {
    return std::string(r.verdict == Verdict::good ? "good" : "bad");
  });
  table.column("energy", "meV", "", &Row::energy).scaled(1000.0);
  table.column("stable", "", "1: yes", &Row::stable).where(has_hull);
  table.column("stress", "GPa", "xx yy", &Row::stress).scaled(2.0);
  table.column("double_energy", "eV", "", [](const Row& r) { return 2.0 * r.energy; }).only_in_csv();
  table.column("hidden", "", "", &Row::hidden).in_no_file();
  return table;
}

Row some_row() {
  Row row;
  row.name = "a \"b\", c";
  row.verdict = Verdict::bad;
  row.energy = 0.25;
  row.stable = true;
  row.stress = {1.5, -2.5};
  row.hidden = 7.0;
  return row;
}

TEST(Table, CsvOfRows) {
  const Table<Row> table = table_of(true);
  EXPECT_EQ(table.csv_titles(), "name,result,energy,stable,double_energy");
  EXPECT_EQ(table.csv_line(some_row()), "\"a \"\"b\"\", c\",bad,250,1,0.5");
  Row nothing;
  nothing.energy = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(table_of(false).csv_line(nothing), ",good,,,");
}

TEST(Table, PacksWhatRowsHold) {
  const Table<Row> table = table_of(false);
  ByteWriter out;
  table.pack(some_row(), out);
  const auto bytes = out.take();
  ByteReader in(bytes);
  Row row;
  EXPECT_FALSE(in.is_done());
  table.unpack(in, row);
  EXPECT_TRUE(in.is_done());
  EXPECT_EQ(row.name, some_row().name);
  EXPECT_EQ(row.verdict, Verdict::bad);
  EXPECT_EQ(row.energy, 0.25);
  EXPECT_TRUE(row.stable);
  EXPECT_EQ(row.stress, some_row().stress);
  EXPECT_EQ(row.hidden, 7.0);
  const std::vector<char> torn(bytes.begin(), bytes.end() - 1);
  ByteReader short_in(torn);
  EXPECT_THROW(table.unpack(short_in, row), Error);
}

TEST(Table, CountsRows) {
  Table<Row> table = table_of(true);
  EXPECT_EQ(table.size(), 0);
  table.add(some_row());
  table.add({});
  EXPECT_EQ(table.size(), 2);
}

TEST(Table, PrintsWhatIsShown) {
  Table<Row> table;
  table.column("name", "", "", &Row::name).shown("name");
  table.column("energy", "meV", "", &Row::energy).scaled(1000.0).shown("E", 1);
  table.column("verdict", "", "", &Row::verdict).shown("code");
  table.column("stable", "", "", &Row::stable).shown("", [](const Row& r) { return r.stable ? "*" : ""; });
  table.column("hidden", "", "", &Row::hidden);
  table.column("spread", "eV", "", [](const Row& r) { return r.hidden; }).where(false).shown("spread");
  table.column("square", "", "", [](const Row& r) { return 1e6 * r.energy; }).in_no_file().shown("square", 0);
  Row nothing;
  nothing.energy = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(table.text(std::vector<Row>{some_row(), nothing}),
            "  name      E (meV)  code     square\n"
            "  --------  -------  ----  -  ------\n"
            "  a \"b\", c    250.0     2  *  250000\n"
            "                  –     0          –");
  EXPECT_EQ(table.csv_titles(), "name,energy,verdict,stable,hidden,spread");
}

TEST(Table, OfPlacesInArrays) {
  const std::vector<double> energy = {0.5, -1.5};
  const std::vector<std::uint8_t> stable = {0, 1};
  Table<std::size_t> table;
  table.column("energy", "eV", "", each(energy));
  table.column("stable", "", "", each(stable));
  const std::vector<std::size_t> rows = places(2);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(table.csv_line(rows[0]), "0.5,0");
  EXPECT_EQ(table.csv_line(rows[1]), "-1.5,1");
}

}  // namespace
}  // namespace spinel
