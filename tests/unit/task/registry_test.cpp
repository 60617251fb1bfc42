#include "task/registry.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

namespace spinel {
namespace {

std::set<std::string> names() {
  std::set<std::string> result;
  for (const Calculation& row : calculations()) result.insert(row.name);
  return result;
}

TEST(Registry, EveryRowIsWhole) {
  EXPECT_EQ(names().size(), calculations().size());
  for (const Calculation& row : calculations()) {
    EXPECT_NE(row.check, nullptr) << row.name;
    EXPECT_NE(row.run, nullptr) << row.name;
    EXPECT_NE(std::string(row.help), "") << row.name;
  }
}

TEST(Registry, TheSchemaNamesNoOtherCalculation) {
  const auto known = names();
  const auto check = [&](const std::vector<std::string>& used, const std::string& where) {
    for (const std::string& name : used) EXPECT_EQ(known.count(name), 1u) << where << ": " << name;
  };
  for (const Group& group : schema()) {
    check(group.calculations, group.name);
    check(group.optional_for, group.name);
    for (const Key& key : group.keys) check(key.calculations, group.name + " " + key.name);
  }
}

TEST(Registry, ExamplesAreInputsOfTheirCalculation) {
  for (const Calculation& row : calculations()) {
    const std::string path = std::string(SPINEL_SOURCE_DIR) + "/input/" + row.example;
    std::ifstream file(path);
    ASSERT_TRUE(file) << path;
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(parse_input(text, path, calculation_help()).control.calculation, row.name);
  }
}

}  // namespace
}  // namespace spinel
