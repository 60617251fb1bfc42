#include "bayes/choice/search_box.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.hpp"

namespace spinel {
namespace {

TEST(SearchBox, ReadsVariables) {
  const Variable x = parse_variable("x: 0 .. 1"), t = parse_variable(" t_2 :300..1200   log"),
                 n = parse_variable("n: -2 .. 8 integer");
  EXPECT_EQ(x.name, "x");
  EXPECT_EQ(x.highest, 1.0);
  EXPECT_EQ(t.name, "t_2");
  EXPECT_TRUE(t.is_log && !t.is_integer);
  EXPECT_EQ(n.lowest, -2.0);
  EXPECT_TRUE(n.is_integer);
}

TEST(SearchBox, SaysWhatIsWrong) {
  const std::map<std::string, std::string> wrong = {{"x", "not a name and a range"},
                                                    {"x 0..1", "not a name and a range"},
                                                    {"2x: 0 .. 1", "name"},
                                                    {"x: a .. 1", "lowest is not a number"},
                                                    {"x: 0 .. b", "highest is not a number"},
                                                    {"x: 1 .. 1", "not below"},
                                                    {"x: 0 .. 1 log", "above 0"},
                                                    {"x: 0.5 .. 3 integer", "not whole"},
                                                    {"x: 0 .. 1 linear", "neither log nor integer"}};
  for (const auto& [text, what] : wrong) {
    try {
      parse_variable(text);
      ADD_FAILURE() << text;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
    }
  }
}

TEST(SearchBox, ValuesAndPointsBelongTogether) {
  const SearchBox box(
      {parse_variable("x: -1 .. 3"), parse_variable("t: 1 .. 100 log"), parse_variable("n: 1 .. 4 integer")});
  Eigen::VectorXd point(3);
  point << 0.25, 0.5, 0.5;
  const auto values = box.values(point);
  EXPECT_DOUBLE_EQ(values[0], 0.0);
  EXPECT_NEAR(values[1], 10.0, 1e-12);
  const Eigen::VectorXd snapped = box.snapped(point);
  EXPECT_EQ(box.values(snapped), values);
  EXPECT_EQ(box.snapped(snapped), snapped);
  EXPECT_EQ(box.count(), 0.0);
  // Whole numbers have equal shares of the cube.
  std::map<double, int> counts;
  for (int k = 0; k < 400; ++k)
    ++counts[SearchBox({parse_variable("n: 1 .. 4 integer")})
                 .values(Eigen::VectorXd::Constant(1, (k + 0.5) / 400.0))[0]];
  ASSERT_EQ(counts.size(), 4u);
  for (const auto& [value, count] : counts) EXPECT_EQ(count, 100) << value;
}

TEST(SearchBox, TextsReadBack) {
  const SearchBox box({parse_variable("x: 0 .. 1"), parse_variable("n: 1 .. 1000000 integer")});
  const double third = 1.0 / 3.0;
  EXPECT_EQ(std::stod(box.text(0, third)), third);
  EXPECT_EQ(box.text(1, 1e6), "1000000");
}

}  // namespace
}  // namespace spinel
