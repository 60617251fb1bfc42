// Inputs filled, the real programs run, their outputs read.
#include <gtest/gtest.h>

#include <cstdlib>

#include "../crystal/support.hpp"
#include "core/error.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/formats/text_file.hpp"
#include "external/dft_input.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

int run(const std::string& command) { return std::system(command.c_str()); }

bool has_program(const std::string& name) { return run("command -v " + name + " > /dev/null 2>&1") == 0; }

/// All frames of the shared data where SPINEL_LONG_TESTS is set, else those of a second or so.
std::vector<int> frames(std::vector<int> quick, const std::vector<int>& slow) {
  if (std::getenv("SPINEL_LONG_TESTS") != nullptr) quick.insert(quick.end(), slow.begin(), slow.end());
  return quick;
}

}  // namespace

TEST(DftPrograms, QuantumEspresso) {
  const auto data = data_folder() / "dft";
  if (data_folder().empty() || !std::filesystem::exists(data)) GTEST_SKIP() << "the shared data are absent";
  if (!has_program("pw.x") || !has_program("cp2k.psmp"))
    GTEST_SKIP() << "pw.x, or CP2K for its pseudopotentials, is absent";
  const TemporaryFolder folder;
  const auto tools = data_folder() / "../tools/gth2upf.sh";
  ASSERT_EQ(run("bash " + tools.string() + " " + (folder / "pseudo") + " Si Al > /dev/null"), 0);
  for (const int frame : frames({0, 1, 2, 3, 6}, {4, 5})) {
    const Structure expected = read_structure((data / "reference.xyz").string(), frame);
    const std::string& name = expected.info.at("input");
    DftSettings settings;
    settings.pseudo_dir = name.find("_lda") == std::string::npos ? folder / "pseudo" : "/usr/share/espresso/pseudo";
    std::filesystem::create_directories(folder / "run");
    write_file(folder / "run/pw.in",
               fill_quantum_espresso(read_text((data / name).string()), name, expected, settings));
    ASSERT_EQ(run("cd " + (folder / "run") + " && OMP_NUM_THREADS=1 pw.x -in pw.in > pw.out 2> /dev/null"), 0) << name;
    expect_same_labels(read_structure(folder / "run/pw.out"), expected, name);
  }
}

TEST(DftPrograms, Cp2k) {
  const auto data = data_folder() / "dft";
  if (data_folder().empty() || !std::filesystem::exists(data)) GTEST_SKIP() << "the shared data are absent";
  if (!has_program("cp2k.psmp")) GTEST_SKIP() << "CP2K is absent";
  const TemporaryFolder folder;
  for (const int frame : frames({8}, {7, 9})) {
    const Structure expected = read_structure((data / "reference.xyz").string(), frame);
    const std::string& name = expected.info.at("input");
    std::filesystem::create_directories(folder / "run");
    write_file(folder / "run/cp2k.inp", fill_cp2k(read_text((data / name).string()), name, expected, {}));
    ASSERT_EQ(run("cd " + (folder / "run") + " && OMP_NUM_THREADS=1 cp2k.psmp -i cp2k.inp > cp2k.out 2> /dev/null"), 0)
        << name;
    const Structure s = read_structure(folder / "run/cp2k.out");
    expect_same_labels(s, expected, name);
    EXPECT_LT((s.cell - expected.cell).cwiseAbs().maxCoeff(), 1e-6) << name;
  }
}
