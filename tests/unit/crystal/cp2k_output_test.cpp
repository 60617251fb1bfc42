#include <gtest/gtest.h>

#include "core/units.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/formats/text_file.hpp"
#include "crystal/lattice.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

constexpr double rydberg = 13.605693122994, hartree = 2 * rydberg, bohr = constants::bohr;

const StructureFormat& format() { return *structure_format("scf.out"); }
Structure parse(const std::string& text, std::int64_t frame = -1) {
  return parse_structure(format(), text, "t", frame);
}
std::string parse_error(const std::string& text, std::int64_t frame = -1) {
  return input_error([&] { parse(text, frame); });
}
std::size_t steps(const std::string& text) {
  LineReader lines(text, "t");
  return format().index(lines).pieces.size();
}

const std::string cp2k_head =
    "\n"
    R"(  **** **** ******  **  PROGRAM STARTED AT               2026-11-29 10:03:33.723
 CP2K| version string:                                       CP2K version 2023.1
 GLOBAL| Run type                                                   ENERGY_FORCE
 CELL_TOP| Vector a [angstrom     9.000     0.000     0.200   |a| =     4.004997
 CELL| Volume [angstrom^3]:                                            75.606000
 CELL| Vector a [angstrom]:       4.000     0.000     0.200   |a| =     4.004997
 CELL| Vector b [angstrom]:       0.100     4.200     0.000   |b| =     4.201190
 CELL| Vector c [angstrom]:       0.000     0.300     4.500   |c| =     4.509989
 CELL| Angle (b,c), alpha [degree]:                                    86.187007
 CELL| Angle (a,c), beta  [degree]:                                    87.143940
 CELL| Angle (a,b), gamma [degree]:                                    88.637775
 CELL| Periodicity                                                           XYZ

)";
const std::string cp2k_atoms =
    R"( MODULE QUICKSTEP: ATOMIC COORDINATES IN ANGSTROM

   Atom Kind Element         X             Y             Z       Z(eff)     Mass
      1    1 H     1      0.000000      0.000000      0.000000   1.0000   1.0079
      2    2 Li    3      0.000000      0.020000      0.780000   1.0000   1.0079

)";
const std::string cp2k_labels =
    R"( SCF WAVEFUNCTION OPTIMIZATION
  *** SCF run converged in     5 steps ***

 #  Atom  Element  Kind  Atomic population (alpha,beta) Net charge  Spin moment
       1     H        1          1.0  0.5            -0.5      0.5
       2     Li       2          1.0  0.5             0.5      1.5
 # Total charge and spin        2.000000     0.000000    -0.000000     2.000000
 ENERGY| Total FORCE_EVAL ( QS ) energy [a.u.]:               -1.500000000000000

 ATOMIC FORCES in [a.u.]

 # Atom   Kind   Element          X              Y              Z
      1      1      H          -0.25000000     0.00069730     0.03238439
      2      2      Li          0.01212499    -0.21503653    -0.22080532
 SUM OF ATOMIC FORCES           0.01208076    -0.21433923    -0.18842093     0.28563911

 STRESS| Analytical stress tensor [GPa]
 STRESS|                        x                   y                   z
 STRESS|      x       -1.14064470503E+01   1.60561656657E-01   1.34615301486E-01
 STRESS|      y        1.60561656657E-01  -1.13014950204E+01   5.88883292186E-01
 STRESS|      z        1.34615301486E-01   5.88883292186E-01  -8.70256884171E+00
 STRESS| Eigenvectors and eigenvalues of the analytical stress tensor [GPa]
 STRESS|                        1                   2                   3
 STRESS| Eigenvalues  1 2 3
 STRESS|      x           0.688438748493      0.722949818576      0.058272200863
)";

/// Reads the same in the units and layouts of newer versions.
const std::string cp2k_2025 = replaced(
    replaced(
        replaced(cp2k_labels, "energy [a.u.]", "energy [hartree]"),
        cp2k_labels.substr(cp2k_labels.find(" ATOMIC FORCES"),
                           cp2k_labels.find(" STRESS|") - cp2k_labels.find(" ATOMIC FORCES")),
        " FORCES| Atomic forces [hartree/bohr]\n FORCES|   Atom     x       y       z       |f|\n"
        " FORCES|      1 -2.50000000E-01  6.97300000E-04  3.23843900E-02  0.1\n"
        " FORCES|      2  1.21249900E-02 -2.15036530E-01 -2.20805320E-01  0.1\n FORCES|    Sum  0.0 0.0 0.0 0.1\n"),
    "tensor [GPa]\n STRESS|                        x                   y                   z\n"
    " STRESS|      x       -1.14064470503E+01",
    "tensor [kbar]\n STRESS|                        x                   y                   z\n"
    " STRESS|      x       -1.14064470503E+02");

}  // namespace

TEST(Cp2kOutput, StepOfCp2k) {
  for (const std::string& labels : {cp2k_labels, cp2k_2025}) {
    const Structure s = parse(cp2k_head + cp2k_atoms + labels);
    EXPECT_EQ(s.formula(), "HLi");
    EXPECT_EQ(s.cell(0, 2), 0.2);
    EXPECT_EQ(s.position[1], Vec3(0, 0.02, 0.78));
    EXPECT_NEAR(info_number(s, "energy"), -1.5 * hartree, 1e-12);
    EXPECT_NEAR(s.force[0][0], -0.25 * hartree / bohr, 1e-12);
    EXPECT_NEAR(s.force[1][2], -0.22080532 * hartree / bohr, 1e-9);
    EXPECT_NEAR(info_numbers(s, "stress").at(0), 11.4064470503 / constants::gpa_per_ev_a3, 1e-12);
    EXPECT_EQ(info_number(s, "total_magnetization"), 2.0);
    EXPECT_EQ(s.magnetic_moment[1], Vec3(0, 0, 1.5));
    EXPECT_EQ(s.info.at("code"), "CP2K");
    EXPECT_EQ(s.info.at("code_version"), "2023.1");
    EXPECT_EQ(s.info.at("converged"), "T");
    EXPECT_TRUE(s.warnings.empty());
    if (HasFailure()) return;
  }
}

TEST(Cp2kOutput, WarningsOfTheProgram) {
  const std::string said =
      "\n *** WARNING in qs_scf_post_gpw.F:2206 :: Spin contamination estimate not  ***\n"
      " *** implemented for k-points.                                             ***\n\n"
      " *** WARNING in cell_types.F:99 :: The cell is odd ***\n *** WARNING in cell_types.F:99 :: The cell is odd ***\n"
      " *******************************************************************************\n"
      " *** SCF run converged in     5 steps ***\n *** Something else ***\n";
  const Structure s = parse(cp2k_head + cp2k_atoms + cp2k_labels + said);
  EXPECT_EQ(s.info.at("warnings"), "Spin contamination estimate not implemented for k-points.; The cell is odd");
  EXPECT_EQ(info_number(s, "n_scf"), 5.0);
  EXPECT_EQ(parse(cp2k_head + cp2k_atoms + cp2k_labels).info.count("warnings"), 0u);
}

TEST(Cp2kOutput, Cp2kPrintsCellsWithThreeDigits) {
  const Mat3 cell = (Mat3() << 4.0012345, 0, 0, 0.1, 4.2000777, 0, 0.3, 0.2, 4.5).finished();
  const Mat3 turn = Eigen::AngleAxisd(0.7, Vec3(1, 2, 3).normalized()).toRotationMatrix();
  const auto printed = [](const Mat3& c) {
    const CellParameters p = cell_parameters(c);
    std::string text = " CP2K| version string:  CP2K version 2024.1\n CELL| Volume [angstrom^3]:  1\n";
    const double lengths[] = {p.a, p.b, p.c};
    for (int k = 0; k < 3; ++k)
      text += fmt::format(" CELL| Vector {} [angstrom]: {:9.3f} {:9.3f} {:9.3f}   |a| = {:12.6f}\n", "abc"[k], c(k, 0),
                          c(k, 1), c(k, 2), lengths[k]);
    return text + fmt::format(
                      " CELL| Angle (b,c), alpha [degree]: {:.6f}\n CELL| Angle (a,c), beta  [degree]: {:.6f}\n"
                      " CELL| Angle (a,b), gamma [degree]: {:.6f}\n CELL| Periodicity     XY\n",
                      p.alpha, p.beta, p.gamma);
  };
  const Structure straight = parse(printed(cell) + cp2k_atoms + cp2k_labels);
  EXPECT_LT((straight.cell - cell).cwiseAbs().maxCoeff(), 2e-6);
  EXPECT_TRUE(straight.warnings.empty());
  EXPECT_EQ(straight.periodic, (std::array<bool, 3>{true, true, false}));
  const Structure turned = parse(printed(cell * turn) + cp2k_atoms + cp2k_labels);
  EXPECT_LT((turned.cell - cell * turn).cwiseAbs().maxCoeff(), 6e-4);
  EXPECT_NEAR(cell_parameters(turned.cell).b, cell_parameters(cell).b, 1e-6);
  ASSERT_EQ(turned.warnings.size(), 1u);
  expect_in("three digits", turned.warnings[0]);
  // A relaxation of the cell turns it behind the atoms, and with it the forces.
  const std::string text = printed(cell * turn) + cp2k_atoms + printed(cell).substr(44) + cp2k_labels;
  const Structure rotated = parse(text);
  EXPECT_LT((rotated.cell - cell).cwiseAbs().maxCoeff(), 2e-6);
  EXPECT_LT((rotated.position[1] - turn * Vec3(0, 0.02, 0.78)).norm(), 2e-4);
  Mat3 longer = cell;
  longer(0, 0) += 0.1;
  expect_in("the cell changes between the positions and the energy",
            parse_error(printed(cell) + cp2k_atoms + printed(longer).substr(44) + cp2k_labels));
}

TEST(Cp2kOutput, StepsOfCp2kWithoutPositions) {
  const std::string md = replaced(cp2k_head, "ENERGY_FORCE", "          MD") + cp2k_atoms + cp2k_labels +
                         replaced(cp2k_labels, "-1.50", "-1.70");
  const Structure s = parse(md);
  EXPECT_EQ(steps(md), 1u);
  EXPECT_NEAR(info_number(s, "energy"), -1.5 * hartree, 1e-12);
  expect_in("positions of the first step only", s.warnings.at(0));
  // A numerical stress: many energies before the one that the forces belong to.
  const std::string displaced = " ENERGY| Total FORCE_EVAL ( QS ) energy [a.u.]:               -1.800000000000000\n";
  const std::string numerical = replaced(cp2k_labels, "Analytical", "Numerical");
  EXPECT_NEAR(info_number(parse(cp2k_head + cp2k_atoms + displaced + displaced + numerical), "energy"), -1.5 * hartree,
              1e-12);
  expect_in("the energies of a numerical stress cannot be told",
            parse_error(replaced(cp2k_head, "ENERGY_FORCE", "    CELL_OPT") + cp2k_atoms + displaced + displaced +
                        numerical));
}

TEST(Cp2kOutput, OddCp2k) {
  const std::string good = cp2k_head + cp2k_atoms + cp2k_labels;
  expect_in("there are no positions: CP2K prints them with PRINT_LEVEL MEDIUM", parse_error(cp2k_head + cp2k_labels));
  expect_in("there is no cell", parse_error(cp2k_head.substr(0, cp2k_head.find(" CELL| ")) + cp2k_atoms + cp2k_labels));
  const Structure loose = parse(replaced(good, "*** SCF run converged in     5 steps ***",
                                         "*** WARNING in qs_scf.F:601 :: SCF run NOT converged ***"));
  EXPECT_EQ(loose.info.at("converged"), "F");
  const std::string abort = " * [ABORT]                  *\n *  \\___/   found an unknown keyword X in section SCF *\n";
  expect_in("CP2K has not come to its first energy: found an unknown keyword X", parse_error(cp2k_head + abort));
  expect_in("t: CP2K stopped: found an unknown keyword X", parse_error(abort));
  expect_in("CP2K stopped: found an unknown keyword X",
            parse_error(good.substr(0, good.find("  *** SCF run")) + abort));
  expect_in("breaks off before its first energy", parse_error(good.substr(0, good.find("  *** SCF run"))));
  expect_in("the file ends where a force should be", parse_error(good.substr(0, good.find("      2      2      Li"))));
  expect_in("the force on atom 2 of 2",
            parse_error(replaced(good, "      2      2      Li          0.0121", " SUM\n")));
  expect_in("'***********' is not a finite number", parse_error(replaced(good, "-0.25000000", "***********")));
  expect_in("atom 2 should be here", parse_error(replaced(good, "      2    2 Li", "      3    2 Li")));
  expect_in("the unit of length 'pm' is not known", parse_error(replaced(good, "IN ANGSTROM", "IN PM")));
  expect_in("the unit of stress 'atm' is not known", parse_error(replaced(good, "tensor [GPa]", "tensor [atm]")));
  expect_in("the unit of the energy is not known", parse_error(replaced(good, "energy [a.u.]", "energy [kcal]")));
  // Two runs in one file, the second of which breaks off.
  const std::string two = good + good.substr(0, good.find("  *** SCF run"));
  EXPECT_EQ(steps(two), 2u);
  EXPECT_EQ(parse(two, 0).size(), 2u);
  expect_in("breaks off", parse_error(two));
  // Version 7.
  const std::string old =
      R"( STRESS TENSOR [GPa]

            X               Y               Z
  X       0.5   0.0  0.0
  Y       0.0   0.5  0.0
  Z       0.0   0.0  1.5
)";
  EXPECT_NEAR(info_numbers(parse(good.substr(0, good.find(" STRESS|")) + old), "stress").at(8),
              -1.5 / constants::gpa_per_ev_a3, 1e-12);
}

TEST(Cp2kOutput, OthersOfTheSameNameAreNotTakenOfFolders) {
  const TemporaryFolder folder;
  EXPECT_TRUE(is_structure_file(write_file(folder / "a.out", "\n     Program PWSCF v.6.7MaX starts on 29Nov2026\n")));
  EXPECT_TRUE(is_structure_file(write_file(folder / "b.pwo", cp2k_head)));
  EXPECT_FALSE(is_structure_file(write_file(folder / "slurm-12.out", "a job\n")));
}

TEST(Cp2kOutput, SharedData) {
  const auto folder = data_folder() / "dft";
  if (data_folder().empty() || !std::filesystem::is_directory(folder)) GTEST_SKIP() << "the shared data are absent";
  const std::pair<const char*, int> outputs[] = {{"cp2k_si_file", 7}, {"cp2k_nacl", 9}};
  for (const auto& [name, frame] : outputs) {
    const Structure expected = read_structure((folder / "reference.xyz").string(), frame);
    std::string text = read_text((folder / "outputs" / (std::string(name) + ".out.gz")).string());
    // Printed by PRINT_LEVEL LOW, without cell and atoms.
    expect_in("there are no positions", parse_error(text));
    std::string atoms = " MODULE QUICKSTEP: ATOMIC COORDINATES IN ANGSTROM\n\n";
    for (std::size_t i = 0; i < expected.size(); ++i)
      atoms += fmt::format("{} 1 {} 1 {:.6f} {:.6f} {:.6f} 1.0 1.0\n", i + 1, symbol_of(expected, i),
                           expected.position[i][0], expected.position[i][1], expected.position[i][2]);
    const CellParameters p = cell_parameters(expected.cell);
    std::string cell;
    for (int k = 0; k < 3; ++k)
      cell += fmt::format(" CELL| Vector {} [angstrom]: {:.3f} {:.3f} {:.3f}  |a| = {:.6f}\n", "abc"[k],
                          expected.cell(k, 0), expected.cell(k, 1), expected.cell(k, 2),
                          k == 0   ? p.a
                          : k == 1 ? p.b
                                   : p.c);
    for (const double angle : {p.alpha, p.beta, p.gamma}) cell += fmt::format(" CELL| Angle [degree]: {:.6f}\n", angle);
    text = replaced(text, "\n GENERATE|", "\n" + cell + atoms + "\n GENERATE|");
    const Structure s = parse(text);
    expect_same_labels(s, expected, name);
    EXPECT_LT((s.cell - expected.cell).cwiseAbs().maxCoeff(), 1e-5) << name;
    EXPECT_LT(largest_difference(s.position, expected.position), 2e-6) << name;
  }
}
