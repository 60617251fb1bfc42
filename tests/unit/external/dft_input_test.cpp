#include "external/dft_input.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "../crystal/support.hpp"
#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/formats/text_file.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

/// Triclinic, with the species in another order than the templates have them.
Structure crystal(const std::vector<std::string>& symbols) {
  Structure s;
  s.cell << 3.0, 0.0, 0.1, -0.5, 4.25, 0.0, 0.25, 0.75, 5.5;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    s.type.push_back(add_species(s, species_from_symbol(symbols[i])));
    s.position.emplace_back(0.5 * static_cast<double>(i), 0.25, -0.125);
  }
  return s;
}

const std::string pw_template =
    R"(! a comment
&CONTROL
  calculation='relax' prefix='x' outdir='/scratch/x', pseudo_dir = './pp/' ! where they are
  etot_conv_thr = 1d-5
/
 &system
  ibrav=2, celldm(1) = 10.2, nat= 2, ntyp =3
  ecutwfc = 30. nspin=2
  starting_magnetization(1)=0.5, starting_magnetization( 3 ) = -0.25
  lda_plus_u=.true. Hubbard_U(3) = 4.0
  Hubbard_J(1,3) = 0.5
/
&electrons
  conv_thr=1d-8
/
&ions
  ion_dynamics='bfgs'
/
ATOMIC_SPECIES
Mg 24.3 Mg.UPF

# another comment
O 16.0 O.UPF
Fe1 55.8 Fe.UPF
ATOMIC_POSITIONS crystal
Mg 0 0 0
O 0.5 0.5 0.5
K_POINTS (automatic)
3 3 3 0 0 0
)";

const std::string pw_filled =
    R"(&control
  calculation = 'scf'
  prefix = 'pwscf'
  outdir = './'
  pseudo_dir = './pp/'
  etot_conv_thr = 1d-5
  tprnfor = .true.
  tstress = .true.
/
&system
  ecutwfc = 30.
  nspin = 2
  starting_magnetization(2) = -0.25
  lda_plus_u = .true.
  hubbard_u(2) = 4.0
  hubbard_j(1,2) = 0.5
  ibrav = 0
  nat = 3
  ntyp = 2
/
&electrons
  conv_thr = 1d-8
/
ATOMIC_SPECIES
O 16.0 O.UPF
Fe1 55.8 Fe.UPF
CELL_PARAMETERS angstrom
3.000000000000 0.000000000000 0.100000000000
-0.500000000000 4.250000000000 0.000000000000
0.250000000000 0.750000000000 5.500000000000
ATOMIC_POSITIONS angstrom
Fe1 0.000000000000 0.250000000000 -0.125000000000
O 0.500000000000 0.250000000000 -0.125000000000
O 1.000000000000 0.250000000000 -0.125000000000
)";

std::string pw_error(const std::string& text, const Structure& s) {
  return input_error([&] { fill_quantum_espresso(text, "pw.in", s, {}); });
}
std::string cp2k_error(const std::string& text, const Structure& s, const DftSettings& settings = {}) {
  return input_error([&] { fill_cp2k(text, "cp2k.inp", s, settings); });
}
const std::string cp2k_template =
    R"(@SET CUT 300
&GLOBAL
  PROJECT x
  run_type GEO_OPT ! relax
&END
&MOTION
  &GEO_OPT
    MAX_ITER 3
  &END GEO_OPT
&END MOTION
&FORCE_EVAL
  METHOD QS
  &DFT
    BASIS_SET_FILE_NAME BASIS_MOLOPT
    &MGRID
      CUTOFF ${CUT}
    &END
    &KPOINTS
      SCHEME GAMMA
      FULL_GRID T
    &END
    @INCLUDE 'scf.inc'
    &XC
      &XC_FUNCTIONAL PBE
      &END XC_FUNCTIONAL
    &END XC
  &END DFT
  &PRINT
    &FORCES OFF
      FILENAME forces
    &END
  &END
  &SUBSYS
    &CELL
      ABC 5 5 5
    &END
    &TOPOLOGY
      COORD_FILE_NAME x.xyz
    &END
    &COORD
      O 0 0 0
    &END
    &KIND O
      BASIS_SET DZVP
    &END
    &KIND Fe1 # iron
      ELEMENT Fe
    &END KIND
  &END SUBSYS
&END FORCE_EVAL
)";

const std::string cp2k_filled =
    R"(@SET CUT 300
&GLOBAL
  PROJECT cp2k
  RUN_TYPE ENERGY_FORCE
&END GLOBAL
&MOTION
  &GEO_OPT
    MAX_ITER 3
  &END GEO_OPT
&END MOTION
&FORCE_EVAL
  STRESS_TENSOR ANALYTICAL
  METHOD QS
  &DFT
    BASIS_SET_FILE_NAME BASIS_MOLOPT
    &MGRID
      CUTOFF ${CUT}
    &END MGRID
    &KPOINTS
      SCHEME GAMMA
      FULL_GRID T
    &END KPOINTS
    @INCLUDE 'scf.inc'
    &XC
      &XC_FUNCTIONAL PBE
      &END XC_FUNCTIONAL
    &END XC
  &END DFT
  &PRINT
    &FORCES ON
    &END FORCES
    &STRESS_TENSOR ON
    &END STRESS_TENSOR
  &END PRINT
  &SUBSYS
    &CELL
      A 3.000000000000 0.000000000000 0.100000000000
      B -0.500000000000 4.250000000000 0.000000000000
      C 0.250000000000 0.750000000000 5.500000000000
      PERIODIC XYZ
    &END CELL
    &COORD
      Fe1 0.000000000000 0.250000000000 -0.125000000000
      O 0.500000000000 0.250000000000 -0.125000000000
      O 1.000000000000 0.250000000000 -0.125000000000
    &END COORD
    &KIND O
      BASIS_SET DZVP
    &END KIND
    &KIND Fe1 # iron
      ELEMENT Fe
    &END KIND
    &PRINT
      &ATOMIC_COORDINATES ON
      &END ATOMIC_COORDINATES
      &CELL ON
      &END CELL
    &END PRINT
  &END SUBSYS
&END FORCE_EVAL
)";

}  // namespace

TEST(DftInput, GridOfKPoints) {
  Structure s = crystal({"O"});
  // Distances of opposite faces, not lengths: |b_i| by hand from the inverse of the cell.
  const Mat3 inverse = s.cell.inverse();
  const auto n = k_grid(s, 0.25);
  for (int k = 0; k < 3; ++k)
    EXPECT_EQ(n[static_cast<std::size_t>(k)], static_cast<int>(std::ceil(2 * M_PI * inverse.col(k).norm() / 0.25)));
  s.cell = 4.0 * Mat3::Identity();
  EXPECT_EQ(k_grid(s, 2 * M_PI / 4.0 / 5), (std::array<int, 3>{5, 5, 5}));
  s.periodic[1] = false;
  EXPECT_EQ(k_grid(s, 2 * M_PI / 4.0 / 5.01), (std::array<int, 3>{6, 1, 6}));
}

TEST(DftInput, QuantumEspresso) {
  const Structure s = crystal({"Fe", "O", "O"});
  EXPECT_EQ(fill_quantum_espresso(pw_template, "t", s, {}), pw_filled + "K_POINTS (automatic)\n3 3 3 0 0 0\n");
  DftSettings settings;
  settings.k_spacing = 0.5;
  settings.pseudo_dir = "/data/upf";
  EXPECT_EQ(fill_quantum_espresso(pw_template, "t", s, settings),
            replaced(pw_filled, "'./pp/'", "'/data/upf'") + "K_POINTS automatic\n5 3 3 0 0 0\n");
  settings.pseudo_dir = "Ann's";
  settings.k_spacing = 0.0;
  const std::string named = fill_quantum_espresso(pw_template, "t", s, settings);
  expect_in("pseudo_dir = 'Ann''s'\n", named);
  EXPECT_EQ(fill_quantum_espresso(named, "t", s, {}), named);
  // What is filled is a template too.
  EXPECT_EQ(fill_quantum_espresso(pw_filled, "t", s, {}), pw_filled);
}

TEST(DftInput, QuantumEspressoForASocket) {
  DftSettings settings;
  settings.for_socket = true;
  const std::string text = fill_quantum_espresso(pw_template, "t", crystal({"Mg", "O"}), settings);
  for (const char* part :
       {"calculation = 'vc-relax'", "nosym = .true.", "noinv = .true.", "ntyp = 2", "starting_magnetization(1) = 0.5",
        "&ions\n  ion_dynamics = 'bfgs'\n/\n&cell\n  cell_factor = 2.0\n/\nATOMIC_SPECIES\nMg 24.3 Mg.UPF\nO 16.0 "
        "O.UPF\nCELL"})
    expect_in(part, text);
  // No element with a U is left.
  EXPECT_EQ(text.find("hubbard"), std::string::npos);
  EXPECT_EQ(text.find("lda_plus_u"), std::string::npos);
  // pw.x wants to be told that there is no magnetization.
  expect_in("starting_magnetization(1) = 0.0", fill_quantum_espresso(pw_template, "t", crystal({"O"}), settings));
}

TEST(DftInput, TemplatesOfQuantumEspressoThatCannotBeFilled) {
  const Structure s = crystal({"Mg", "O"});
  EXPECT_EQ(pw_error(pw_template, crystal({"Mg", "S"})),
            "pw.in: ATOMIC_SPECIES of the template has no 'S': add a line with its mass and pseudopotential");
  expect_in("has 'Fe2' and 'Fe1' for Fe", pw_error(replaced(pw_template, "Mg 24.3", "Fe2 24.3"), crystal({"Fe"})));
  expect_in("pw.in:13: &electron is no namelist of pw.x",
            pw_error(replaced(pw_template, "&electrons", "&electron"), s));
  expect_in("has no ATOMIC_SPECIES", pw_error(pw_template.substr(0, pw_template.find("ATOMIC_SPECIES")), s));
  expect_in("the file ends where the / of the namelist",
            pw_error(pw_template.substr(0, pw_template.find("/\n&electrons")), s));
  expect_in("calculation = 'nscf': a template of 'scf' is needed",
            pw_error(replaced(pw_template, "'relax'", "'nscf'"), s));
  expect_in("is neither a namelist nor a card", pw_error(replaced(pw_template, "'relax'", "'relax"), s));
  expect_in("pw.in:3: a text has no closing '", pw_error(replaced(pw_template, "'./pp/'", "'./pp/"), s));
  expect_in("starting_magnetization(4): ATOMIC_SPECIES has only 3 species",
            pw_error(replaced(pw_template, "(1)=0.5", "(4)=0.5"), s));
  expect_in("starting_magnetization(x): one value and 1 indices",
            pw_error(replaced(pw_template, "(1)=0.5", "(x)=0.5"), s));
  expect_in("the parentheses do not match", pw_error(replaced(pw_template, "(1)=0.5", "(1=0.5"), s));
  expect_in("K_POINTS is there twice", pw_error(pw_template + "K_POINTS gamma\n", s));
  expect_in("CONSTRAINTS belongs to one structure", pw_error(pw_template + "CONSTRAINTS\n1\n", s));
  expect_in("HUBBARD: V belongs to the atoms", pw_error(pw_template + "HUBBARD atomic\nV Fe-3d O-2p 1 2 0.5\n", s));
  expect_in("pw.in:1: '5 5 5' is neither a namelist nor a card", pw_error("5 5 5\n" + pw_template, s));
  expect_in("angle1 = 3*0.5: a value for each", pw_error(replaced(pw_template, "nspin=2", "angle1 = 3*0.5"), s));
  // Values that count up, and version 7's parameters of Hubbard.
  const std::string listed = fill_quantum_espresso(
      replaced(pw_template, "starting_magnetization(1)=0.5,", "angle1 = 10, 20, 30"), "t", crystal({"O", "Fe"}), {});
  expect_in("  angle1(1) = 20\n  angle1(2) = 30\n", listed);
  const std::string hubbard = pw_template + "HUBBARD atomic\nU Fe1-3d 5.0\nU Mg-3s 1.0\n";
  expect_in("HUBBARD atomic\nU Mg-3s 1.0\n", fill_quantum_espresso(hubbard, "t", s, {}));
  EXPECT_EQ(fill_quantum_espresso(hubbard, "t", crystal({"O"}), {}).find("HUBBARD"), std::string::npos);
}

TEST(DftInput, Cp2k) {
  const Structure s = crystal({"Fe", "O", "O"});
  EXPECT_EQ(fill_cp2k(cp2k_template, "t", s, {}), cp2k_filled);
  EXPECT_EQ(fill_cp2k(cp2k_filled, "t", s, {}), cp2k_filled);
  DftSettings settings;
  settings.k_spacing = 0.5;
  settings.pseudo_dir = "/data/gth";
  EXPECT_EQ(fill_cp2k(cp2k_template, "t", s, settings),
            replaced(replaced(cp2k_filled, "SCHEME GAMMA", "SCHEME MONKHORST-PACK 5 3 3"), "BASIS_MOLOPT",
                     "/data/gth/BASIS_MOLOPT"));
  settings.k_spacing = 0.6;
  // The same points as the Γ-centred grid of pw.x.
  expect_in("SCHEME MACDONALD 4 3 2 0.125 0 0.25\n", fill_cp2k(cp2k_template, "t", s, settings));
  expect_in("SYMMETRY .FALSE.\n", fill_cp2k(replaced(cp2k_template, "FULL_GRID T", "symmetry on"), "t", s, settings));
  const std::string spins =
      fill_cp2k(replaced(cp2k_template, "  &DFT\n", "  &DFT\n    uks\n    &PRINT\n    &END\n"), "t", s, {});
  expect_in("    &PRINT\n      &MULLIKEN ON\n      &END MULLIKEN\n    &END PRINT\n", spins);
}

/// The structures of a list have one table of species, which grows from one to the next.
TEST(DftInput, SpeciesWithoutAtoms) {
  const Structure alone = crystal({"Fe", "O", "O"});
  Structure in_list;
  for (const char* symbol : {"Mg", "O", "Cu", "Fe"}) add_species(in_list, species_from_symbol(symbol));
  in_list.cell = alone.cell;
  in_list.position = alone.position;
  in_list.type = {3, 1, 1};
  EXPECT_EQ(fill_quantum_espresso(pw_template, "t", in_list, {}), fill_quantum_espresso(pw_template, "t", alone, {}));
  EXPECT_EQ(fill_cp2k(cp2k_template, "t", in_list, {}), fill_cp2k(cp2k_template, "t", alone, {}));
}

TEST(DftInput, Cp2kForASocket) {
  DftSettings settings;
  settings.for_socket = true;
  settings.host = "spinel_1";
  settings.port = 31415;
  const std::string text = fill_cp2k(cp2k_template, "t", crystal({"O"}), settings);
  for (const char* part :
       {"RUN_TYPE DRIVER", "  &DRIVER\n    HOST spinel_1\n    PORT 31415\n    UNIX .TRUE.\n  &END DRIVER\n&END MOTION",
        "&QS\n      EXTRAPOLATION USE_GUESS\n    &END QS"})
    expect_in(part, text);
}

TEST(DftInput, TemplatesOfCp2kThatCannotBeFilled) {
  const Structure s = crystal({"O"});
  EXPECT_EQ(cp2k_error(cp2k_template, crystal({"Mg"})),
            "cp2k.inp: &SUBSYS of the template has no &KIND Mg: add it with its basis set and potential");
  // A kind may be in a file that is included, or be meant for all elements.
  const std::string open = replaced(cp2k_template, "  &SUBSYS\n", "  &SUBSYS\n@INCLUDE kinds.inc\n");
  EXPECT_EQ(cp2k_error(open, crystal({"Mg"})), "");
  EXPECT_EQ(cp2k_error(replaced(cp2k_template, "&KIND O", "&KIND DEFAULT"), crystal({"Mg"})), "");
  expect_in("&KIND Fe2 and Fe1 are both Fe",
            cp2k_error(replaced(cp2k_template, "&KIND O\n", "&KIND Fe2\n ELEMENT Fe\n"), crystal({"Fe"})));
  expect_in("&END DFT where &SUBSYS is open", cp2k_error(replaced(cp2k_template, "&END SUBSYS", "&END DFT"), s));
  expect_in("&FORCE_EVAL has no &END", cp2k_error(replaced(cp2k_template, "&END FORCE_EVAL", ""), s));
  expect_in("&END without a section", cp2k_error(cp2k_template + "&END\n", s));
  expect_in("has 2 sections &FORCE_EVAL, one is needed", cp2k_error(cp2k_template + "&FORCE_EVAL\n&END\n", s));
  expect_in("&FORCE_EVAL of the template has no &DFT", cp2k_error("&FORCE_EVAL\n&SUBSYS\n&END\n&END\n", s));
  DftSettings settings;
  settings.k_spacing = 0.5;
  expect_in("k_spacing asks for 5 × 3 × 3 k points, but &OT of &SCF knows none",
            cp2k_error(replaced(cp2k_template, "@INCLUDE 'scf.inc'", "&SCF\n&OT\n&END\n&END"), s, settings));
}
