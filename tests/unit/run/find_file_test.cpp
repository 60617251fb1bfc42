#include "run/setup/find_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/error.hpp"

namespace spinel {
namespace {

namespace fs = std::filesystem;

/// A folder for the input and another one to run in, which is the current one for as long as this lives.
class FindFile : public testing::Test {
 protected:
  FindFile() : home_(fs::current_path()), root_(fs::temp_directory_path() / fmt::format("find_file_{}", getpid())) {
    fs::create_directories(root_ / "inputs");
    fs::create_directories(root_ / "here");
    fs::current_path(root_ / "here");
    locations.file = "../inputs/run.nml";
    locations.line[{"structure", "file"}] = 7;
  }
  ~FindFile() override {
    fs::current_path(home_);
    fs::remove_all(root_);
  }
  static void make(const std::string& path) { std::ofstream(path) << "x"; }
  std::string find(const std::string& given) const { return find_file({locations, "structure"}, "file", given); }

  InputLocations locations;

 private:
  fs::path home_, root_;
};

TEST_F(FindFile, BesideTheInputComesFirst) {
  make("../here/a.xyz");
  EXPECT_EQ(find("a.xyz"), "a.xyz");
  make("../inputs/a.xyz");
  EXPECT_EQ(find("a.xyz"), "../inputs/a.xyz");
  EXPECT_EQ(find(fs::absolute("a.xyz").string()), fs::absolute("a.xyz").string());
}

TEST_F(FindFile, NamesBothPlacesWhereItIsInNeither) {
  const auto message = [&](const std::string& given) {
    try {
      return find(given);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(
      message("b.xyz"),
      "../inputs/run.nml:7: &structure file: there is no file ../inputs/b.xyz, nor b.xyz from the current folder");
  EXPECT_EQ(message("/no/b.xyz"), "../inputs/run.nml:7: &structure file: there is no file /no/b.xyz");
}

}  // namespace
}  // namespace spinel
