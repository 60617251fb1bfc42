#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/error.hpp"
#include "input/schema.hpp"

namespace spinel {
namespace {

/// Every file of tests/regression/bad_input states in its first line what must be wrong with it: "! expect: fragment"
/// where the namelist itself is, "! expect-run: fragment" where only a run finds out; those are not for here.
std::vector<std::filesystem::path> bad_inputs() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(SPINEL_SOURCE_DIR "/tests/regression/bad_input")) {
    std::string first_line;
    std::ifstream file(entry.path(), std::ios::binary);
    std::getline(file, first_line);
    if (entry.path().extension() == ".nml" && first_line.rfind("! expect-run: ", 0) != 0) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class BadInput : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(BadInput, GivesItsMessage) {
  std::ifstream file(GetParam(), std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  const std::string first_line = text.str().substr(0, text.str().find('\n'));
  const std::string tag = "! expect: ";
  ASSERT_EQ(first_line.rfind(tag, 0), 0u) << "the first line must begin with '" << tag << "'";
  const std::string expected = first_line.substr(tag.size());
  try {
    parse_input(text.str(), GetParam().string(),
                {{"md", ""},       {"energy", ""},   {"relax", ""},      {"serve", ""},      {"ising", ""},
                 {"phase", ""},    {"hull", ""},     {"convert", ""},    {"train", ""},      {"predict", ""},
                 {"evaluate", ""}, {"generate", ""}, {"likelihood", ""}, {"encode", ""},     {"query", ""},
                 {"propose", ""},  {"optimize", ""}, {"discover", ""},   {"likelihood", ""}, {"encode", ""}});
    FAIL() << "accepted, expected: " << expected;
  } catch (const InputError& error) {
    for (std::size_t begin = 0, end; begin < expected.size(); begin = end + 3) {
      end = std::min(expected.find(" | ", begin), expected.size());
      EXPECT_NE(std::string(error.what()).find(expected.substr(begin, end - begin)), std::string::npos)
          << "message:  " << error.what() << "\nexpected: " << expected;
    }
    EXPECT_EQ(std::string(error.what()).rfind(GetParam().string() + ":", 0), 0u) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Files, BadInput, testing::ValuesIn(bad_inputs()),
                         [](const auto& file) { return file.param.stem().string(); });

}  // namespace
}  // namespace spinel
