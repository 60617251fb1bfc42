#include "run/run_files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "core/error.hpp"

namespace spinel {
namespace {

namespace fs = std::filesystem;

class RunFilesTest : public testing::Test {
 protected:
  RunFilesTest() : folder(fs::temp_directory_path() / fmt::format("run_files_{}", getpid())) {
    control.outdir = folder.string();
    control.prefix = "a";
  }
  ~RunFilesTest() override { fs::remove_all(folder); }
  RunFiles files() const { return {control, output, locations, false}; }
  static void make(const std::string& path) { std::ofstream(path) << "x"; }
  std::set<std::string> names() const {
    std::set<std::string> result;
    for (const auto& entry : fs::directory_iterator(folder)) result.insert(entry.path().filename().string());
    return result;
  }

  fs::path folder;
  ControlParameters control;
  OutputParameters output;
  InputLocations locations;
};

TEST_F(RunFilesTest, KeepsWhatTheCalculationAdded) {
  RunFiles files = this->files();
  files.make_folder();
  const std::string model = files.add("_2.model.h5");
  EXPECT_EQ(model, (folder / "a_2.model.h5").string());
  for (const std::string& path : {files.result, files.hull, files.trajectory, model}) make(path);
  make((folder / "b.h5").string());
  files.keep_old();
  EXPECT_EQ(names(), (std::set<std::string>{"a.h5.old", "a_hull.csv.old", "a.h5md.old", "a_2.model.h5.old", "b.h5"}));
}

TEST_F(RunFilesTest, ATrajectoryAloneIsNotKept) {
  const RunFiles files = this->files();
  files.make_folder();
  make(files.trajectory);
  files.keep_old();
  EXPECT_EQ(names(), (std::set<std::string>{"a.h5md"}));
}

TEST_F(RunFilesTest, SaysAtWhichKeyAFolderCannotBeMade) {
  control.outdir = "/proc/none";
  locations.file = "a.nml";
  locations.line[{"control", "outdir"}] = 3;
  try {
    files().make_folder();
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()).rfind("a.nml:3: &control outdir: cannot make the folder /proc/none", 0), 0u);
  }
}

}  // namespace
}  // namespace spinel
