#include <gtest/gtest.h>

#include <cmath>

#include "core/units.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/formats/text_file.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

constexpr double rydberg = 13.605693122994, bohr = constants::bohr;

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

const std::string pw_head =
    R"(     Program PWSCF v.6.7MaX starts on 29Nov2026 at  9:56: 8

     bravais-lattice index     =            2
     lattice parameter (alat)  =      10.0000  a.u.
     number of atoms/cell      =            2
     scf convergence threshold =      1.0E-06
     celldm(1)=  10.000000  celldm(2)=   0.000000  celldm(3)=   0.000000

     crystal axes: (cart. coord. in units of alat)
               a(1) = (  -0.500000   0.000000   0.500000 )
               a(2) = (   0.000000   0.500000   0.500000 )
               a(3) = (  -0.500000   0.500000   0.000000 )

     reciprocal axes: (cart. coord. in units 2 pi/alat)
               b(1) = ( -1.000000 -1.000000  1.000000 )

     site n.     atom                  positions (alat units)
         1           Ga  tau(   1) = (   0.0000000   0.0000000   0.0000000  )
         2           As1 tau(   2) = (   0.2500000   0.2500000   0.2600000  )

     Self-consistent Calculation
)";
const std::string pw_labels =
    "\n"
    R"(!    total energy              =     -16.50000000 Ry
     estimated scf accuracy    <       0.00000020 Ry
     smearing contrib. (-TS)   =      -0.00239841 Ry

     total magnetization       =     2.50 Bohr mag/cell
     convergence has been achieved in   8 iterations

     Forces acting on atoms (cartesian axes, Ry/au):

     atom    1 type  1   force =     0.00000016    0.00220763    0.00117317
     atom    2 type  2   force =    -0.00000016   -0.00220763   -0.00117317
     The non-local contrib.  to forces
     atom    1 type  1   force =     9.0 9.0 9.0

          total   stress  (Ry/bohr**3)                   (kbar)     P=      -10.03
  -0.00011909   0.00000001   0.00000002          -17.52        0.00        0.00
   0.00000001  -0.00011675   0.00000071            0.00      -17.17        0.10
   0.00000002   0.00000071   0.00003137            0.00        0.10        4.61

)";
const std::string pw_end =
    R"(     PWSCF        :      1.09s CPU      1.65s WALL

   JOB DONE.
)";

std::string pw_move(const std::string& card, const std::string& row) {
  return card + "\nGa   0.0000000000  0.0000000000  0.0000000000    0   0   0\nAs1  " + row +
         "\n\n     Self-consistent Calculation\n";
}

}  // namespace

TEST(QuantumEspressoOutput, StepOfQuantumEspresso) {
  const Structure s = parse("a line of the batch system\n" + pw_head + pw_labels + pw_end);
  EXPECT_EQ(s.formula(), "AsGa");
  EXPECT_NEAR(s.cell(0, 2), 5 * bohr, 1e-12);
  EXPECT_NEAR(s.position[1][2], 2.6 * bohr, 1e-12);
  EXPECT_NEAR(info_number(s, "energy"), -16.5 * rydberg, 1e-12);
  EXPECT_NEAR(s.force[1][1], -0.00220763 * rydberg / bohr, 1e-12);
  EXPECT_NEAR(info_numbers(s, "stress").at(8), -0.00003137 * rydberg / std::pow(bohr, 3), 1e-12);
  EXPECT_NEAR(info_numbers(s, "stress").at(5), -0.00000071 * rydberg / std::pow(bohr, 3), 1e-12);
  EXPECT_EQ(info_number(s, "total_magnetization"), 2.5);
  EXPECT_EQ(s.info.at("code"), "Quantum ESPRESSO");
  EXPECT_EQ(s.info.at("code_version"), "6.7MaX");
  EXPECT_EQ(s.info.at("converged"), "T");
  // 'As1' is a kind of arsenic.
  EXPECT_EQ(s.warnings.size(), 1u);
}

TEST(QuantumEspressoOutput, WarningsOfTheProgram) {
  const std::string said =
      "     Message from routine read_cards :\n     DEPRECATED: no units specified in ATOMIC_POSITIONS card\n"
      "     Message from routine setup:\n     using ibrav=0 with symmetry is DISCOURAGED, use correct ibrav instead\n"
      "     Message from routine setup:\n     the lattice; is odd\n\n"
      "     WARNING: integrated charge=     7.90000000, expected=     8.00000000\n"
      "     WARNING: integrated charge=     7.95000000, expected=     8.00000000\n";
  const std::string end = "     SCF correction compared to forces is large: reduce conv_thr to get better values\n";
  const Structure s =
      parse(replaced(pw_head, "     crystal axes", said + "     crystal axes") + pw_labels + end + pw_end);
  EXPECT_EQ(
      s.info.at("warnings"),
      "read_cards : DEPRECATED: no units specified in ATOMIC_POSITIONS card; setup: the lattice, is odd; WARNING: "
      "integrated charge=     7.90000000, expected=     8.00000000; SCF correction compared to forces is large: "
      "reduce conv_thr to get better values");
  EXPECT_EQ(info_number(s, "n_scf"), 8.0);
  EXPECT_EQ(parse(pw_head + pw_labels + pw_end).info.count("warnings"), 0u);
  // A cycle whose number of steps is not one has lost nothing else.
  EXPECT_EQ(parse(pw_head + replaced(pw_labels, "in   8 iter", "in ** iter") + pw_end).info.count("n_scf"), 0u);
}

TEST(QuantumEspressoOutput, StepsOfARelaxation) {
  const std::string text =
      pw_head + pw_labels + pw_move("ATOMIC_POSITIONS (crystal)", "0.25 0.25 0.50") +
      replaced(pw_labels, "-16.5", "-16.6") + "CELL_PARAMETERS (alat= 20.00000000)\n 1 0 0\n 0 1 0\n 0 0 1\n\n" +
      pw_move("ATOMIC_POSITIONS (angstrom)", "0.25 0.25 0.50") + replaced(pw_labels, "-16.5", "-16.7") +
      "Begin final coordinates\nATOMIC_POSITIONS (bohr)\nGa 0 0 0\nAs1 9 9 9\nEnd final coordinates\n" + pw_end;
  ASSERT_EQ(steps(text), 3u);
  EXPECT_NEAR(info_number(parse(text, 0), "energy"), -16.5 * rydberg, 1e-12);
  const Structure moved = parse(text, 1), last = parse(text);
  EXPECT_NEAR(info_number(moved, "energy"), -16.6 * rydberg, 1e-12);
  EXPECT_NEAR((moved.position[1] - bohr * Vec3(-3.75, 3.75, 3.75 - 1.25)).norm(), 0.0,
              1e-9 + 0.0 * moved.position[1].norm());
  EXPECT_NEAR(info_number(last, "energy"), -16.7 * rydberg, 1e-12);
  EXPECT_NEAR(last.cell(0, 0), 20 * bohr, 1e-12);
  expect_in("plane waves of the first cell", last.warnings.back());
  EXPECT_EQ(last.position[1], Vec3(0.25, 0.25, 0.5));
}

TEST(QuantumEspressoOutput, FinalCycleOfARelaxationOfTheCell) {
  // pw.x then prints a new head, and only there the cell of the last cycle.
  const std::string text = pw_head + pw_labels +
                           "Begin final coordinates\nCELL_PARAMETERS (bohr)\n7 0 0\n0 7 0\n0 0 7\n\n" +
                           "ATOMIC_POSITIONS (crystal)\nGa 0 0 0\nAs1 0.5 0.5 0.5\nEnd final coordinates\n" +
                           replaced(pw_head.substr(pw_head.find("     bravais")), "-0.500000   0.000000   0.500000",
                                    "-0.600000   0.000000   0.600000") +
                           pw_labels + pw_end;
  ASSERT_EQ(steps(text), 2u);
  EXPECT_NEAR(parse(text).cell(0, 2), 6 * bohr, 1e-12);
  EXPECT_EQ(parse(text).warnings.size(), 1u);
  EXPECT_NEAR(parse(text).position[1][2], 2.6 * bohr, 1e-12);
}

TEST(QuantumEspressoOutput, RunsOfOneFileKeepTheirOwnCellAndVersion) {
  const std::string other =
      replaced(replaced(pw_head, "6.7MaX", "7.2"), "celldm(1)=  10.000000", "celldm(1)=  12.000000");
  const std::string text = pw_head + pw_labels + other + pw_labels +
                           pw_move("ATOMIC_POSITIONS (alat)", "0.25 0.25 0.50") + pw_labels + pw_head.substr(0, 900);
  ASSERT_EQ(steps(text), 3u);
  EXPECT_NEAR(parse(text, 0).cell(0, 2), 5 * bohr, 1e-12);
  EXPECT_EQ(parse(text, 0).info.at("code_version"), "6.7MaX");
  EXPECT_NEAR(parse(text, 2).cell(0, 2), 6 * bohr, 1e-12);
  EXPECT_NEAR(parse(text, 2).position[1][2], 6 * bohr, 1e-12);
  EXPECT_EQ(parse(text, 2).info.at("code_version"), "7.2");
}

TEST(QuantumEspressoOutput, SeveralCyclesOfOneStructureAreOneStep) {
  // Hybrid functionals: energies of inner cycles, then the one that counts.
  const std::string inner =
      R"(!    total energy              =     -11.00000000 Ry
     EXX: now go back to refine exchange calculation
     Self-consistent Calculation
)";
  const std::string text = pw_head + inner + inner + replaced(pw_labels, "!    total", "!!   total") + pw_end;
  ASSERT_EQ(steps(text), 1u);
  EXPECT_NEAR(info_number(parse(text), "energy"), -16.5 * rydberg, 1e-12);
}

TEST(QuantumEspressoOutput, WhatQuantumEspressoDidNotFinish) {
  const std::string good = pw_head + pw_labels;
  const std::string moved = pw_move("ATOMIC_POSITIONS (crystal)", "0.25 0.25 0.50");
  // Cut, not converged, crashed: that step is wrong by itself.
  EXPECT_EQ(parse(good + moved, 0).size(), 2u);
  expect_in("the step breaks off before its energy", parse_error(good + moved));
  expect_in("the self-consistent cycle did not converge: convergence NOT achieved after   2 iterations",
            parse_error(good + moved + "     convergence NOT achieved after   2 iterations: stopping\n"));
  const std::string crash = "     Error in routine cdiaghg (159):\n     S matrix not positive definite\n";
  expect_in("pw.x stopped: Error in routine cdiaghg (159): S matrix not positive definite",
            parse_error(good + moved + crash));
  expect_in("pw.x has not come to a self-consistent calculation: Error in routine cdiaghg (159): S matrix not",
            parse_error(pw_head.substr(0, pw_head.find("     bravais")) + crash));
  // A file that ends inside of the forces.
  expect_in("the file ends where forces should be", parse_error(good.substr(0, good.find("     atom    2 type"))));
  // No 'JOB DONE' is needed, nor forces and stress.
  EXPECT_EQ(parse(good).force.size(), 2u);
  const Structure bare = parse(good.substr(0, good.find("     Forces acting")));
  EXPECT_TRUE(bare.force.empty());
  EXPECT_EQ(bare.info.count("stress"), 0u);
  // scf_must_converge = .false.: pw.x says that convergence has been achieved.
  const Structure loose = parse(replaced(good, "0.00000020", "0.01481166"));
  EXPECT_EQ(loose.info.at("converged"), "F");
  expect_in("before it converged", loose.warnings.back());
}

TEST(QuantumEspressoOutput, OddQuantumEspresso) {
  const std::string good = pw_head + pw_labels;
  expect_in("'**********' is not a finite number", parse_error(replaced(good, "0.00220763", "**********")));
  expect_in("'NaN' is not a finite number", parse_error(replaced(good, "-16.50000000 Ry", "NaN Ry")));
  expect_in("t:20: atom 3 of 3 should be here",
            parse_error(replaced(good, "cell      =            2", "cell      =            3")));
  expect_in("the number of atoms is '0'",
            parse_error(replaced(good, "cell      =            2", "cell      =            0")));
  expect_in("the force on atom 2 of 2 should be here",
            parse_error(replaced(good, "     atom    2 type  2   force", "     atom    2 type  2   forth")));
  expect_in("unknown element 'Xx1'", parse_error(replaced(good, "As1 ", "Xx1 ")));
  expect_in("unknown unit 'furlong'", parse_error(good + pw_move("ATOMIC_POSITIONS (furlong)", "1 1 1") + pw_labels));
  expect_in("has not come to a self-consistent calculation", parse_error(pw_head.substr(0, 160)));
  expect_in("it is no output of pw.x or CP2K", parse_error("some other program\n"));
  expect_in("a magnetization is missing", parse_error(replaced(good, "=     2.50 Bohr mag", "     Bohr mag")));
  // Spins that are not collinear; moments of sites of versions 6 and 7.
  EXPECT_EQ(info_numbers(parse(replaced(good, "2.50 Bohr", "2.50 0.50 -1.00 Bohr")), "total_magnetization").size(), 3u);
  const std::string sites =
      "     atom:    1    charge:    5.3112    magn:    0.7812    constr:    0.0000\n"
      "     atom:    2    charge:    5.3112    magn:   -0.5000    constr:    0.0000\n";
  EXPECT_EQ(parse(pw_head + sites + sites + pw_labels).magnetic_moment[1], Vec3(0, 0, -0.5));
  const std::string sites7 =
      "     atom   1 (R=0.357)  charge=  5.3112  magn=  0.7812\n"
      "     atom   2 (R=0.357)  charge=  5.3112  magn= -0.5000\n";
  EXPECT_EQ(parse(pw_head + pw_labels + sites7).magnetic_moment[0], Vec3(0, 0, 0.7812));
  expect_in("the magnetic moment of atom 2",
            parse_error(pw_head + sites.substr(sites.find("     atom:    2")) + pw_labels));
}

TEST(QuantumEspressoOutput, SharedData) {
  const auto folder = data_folder() / "dft";
  if (data_folder().empty() || !std::filesystem::is_directory(folder)) GTEST_SKIP() << "the shared data are absent";
  const std::pair<const char*, int> outputs[] = {
      {"qe_si_file", 0}, {"qe_si2_gth", 2}, {"qe_al4_gth", 3}, {"qe_si8_gth", 4}, {"qe_tial_lda", 5}};
  for (const auto& [name, frame] : outputs) {
    const Structure expected = read_structure((folder / "reference.xyz").string(), frame);
    std::string text = read_text((folder / "outputs" / (std::string(name) + ".out.gz")).string());
    const Structure s = parse(text);
    expect_same_labels(s, expected, name);
    EXPECT_LT((s.cell - expected.cell).cwiseAbs().maxCoeff(), 1e-5) << name;
    EXPECT_LT(largest_difference(s.position, expected.position), 2e-6) << name;
  }
  // A relaxation of the cell: four steps, then a cycle with the plane waves of the final cell.
  const StructureFile relaxed((folder / "outputs/qe_si2_vc.out.gz").string(), format());
  ASSERT_EQ(relaxed.size(), 5u);
  const Structure first = relaxed.read(0, {}), last = relaxed.read(4, {});
  EXPECT_NEAR(first.cell(0, 1), 2.65, 1e-5);
  EXPECT_NEAR(info_number(first, "energy"), -15.69802239 * rydberg, 1e-6);
  EXPECT_NEAR(relaxed.read(1, {}).cell(0, 1), 2.703867611, 1e-8);
  EXPECT_NEAR(info_number(last, "energy"), -15.70908668 * rydberg, 1e-6);
  EXPECT_NEAR(2 * last.cell(0, 1), 5.493, 1e-3);
}
