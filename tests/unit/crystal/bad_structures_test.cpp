#include <gtest/gtest.h>

#include <set>

#include "crystal/recipe.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

// Every file in tests/regression/bad_structures is refused with the message in expected.txt.
TEST(BadStructures, GiveTheirMessages) {
  const auto folder = std::filesystem::path(SPINEL_SOURCE_DIR) / "tests/regression/bad_structures";
  std::ifstream table(folder / "expected.txt");
  std::set<std::string> tested = {"expected.txt"};
  std::string line;
  while (std::getline(table, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t colon = line.find(": ");
    ASSERT_NE(colon, std::string::npos) << line;
    const std::string name = line.substr(0, colon), part = line.substr(colon + 2);
    tested.insert(name);
    StructureRecipe recipe;
    recipe.file = (folder / name).string();
    const std::string message = input_error([&] { build_structure(recipe, 0, false); });
    EXPECT_NE(message.find(part), std::string::npos) << name << "\n  message:  " << message << "\n  expected: " << part;
    EXPECT_NE(message.find(name), std::string::npos) << message << "\n  does not name the file " << name;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    EXPECT_EQ(tested.count(entry.path().filename().string()), 1u) << entry.path() << " is not in expected.txt";
}
