#include "crystal/transform.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "crystal/elements.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"
#include "crystal/lattice.hpp"
#include "crystal/prototypes.hpp"
#include "crystal/recipe.hpp"
#include "crystal/symmetry.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

Structure small() {
  Structure s = make_prototype("CsCl", {"Cs", "Cl"}, 4.0);
  s.cell(2, 0) = 0.5;
  s.velocity = {{1, 2, 3}, {4, 5, 6}};
  s.force = {{7, 8, 9}, {0, 1, 2}};
  s.fixed = {0, 5};
  return s;
}

}  // namespace

TEST(Supercell, CellByCellWithAllArrays) {
  const Structure s = small();
  const Structure t = supercell(s, {2, 3, 4});
  ASSERT_EQ(t.size(), 48u);
  EXPECT_NEAR(t.volume(), 24 * s.volume(), 1e-9);
  for (std::int64_t p = 0; p < 2; ++p)
    for (std::int64_t q = 0; q < 3; ++q)
      for (std::int64_t r = 0; r < 4; ++r)
        for (std::size_t i = 0; i < 2; ++i) {
          const std::size_t place = static_cast<std::size_t>((p * 3 + q) * 4 + r) * 2 + i;
          const Vec3 shift =
              to_cartesian(s.cell, Vec3(static_cast<double>(p), static_cast<double>(q), static_cast<double>(r)));
          EXPECT_NEAR((t.position[place] - s.position[i] - shift).norm(), 0, 1e-13);
          EXPECT_EQ(t.type[place], s.type[i]);
          EXPECT_EQ(t.velocity[place], s.velocity[i]);
          EXPECT_EQ(t.force[place], s.force[i]);
          EXPECT_EQ(t.fixed[place], s.fixed[i]);
        }
  EXPECT_EQ(symmetry(supercell(make_prototype("fcc", {"Al"}, 4.05), {2, 2, 2})).number, 225);
  EXPECT_NE(input_error([&] { supercell(s, {1, 0, 1}); }), "");
  EXPECT_NE(input_error([&] { supercell(s, {1000000, 1000000, 1000000}); }).find("atoms"), std::string::npos);
}

TEST(Vacuum, LengthensVectorsAndWrapsFirst) {
  Structure s = small();
  s.position[1] += to_cartesian(s.cell, Vec3(0, 0, 2));
  const Structure t = add_vacuum(s, {0, 0, 10});
  EXPECT_NEAR(t.cell.row(2).norm(), s.cell.row(2).norm() + 10, 1e-12);
  EXPECT_NEAR(t.cell.row(2).cross(s.cell.row(2)).norm(), 0, 1e-12);
  EXPECT_EQ(t.cell.row(0), s.cell.row(0));
  EXPECT_NEAR((t.position[1] - small().position[1]).norm(), 0, 1e-12);
  EXPECT_EQ(t.periodic, s.periodic);
  EXPECT_NE(input_error([&] { add_vacuum(s, {0, -1, 0}); }), "");
}

TEST(Rattle, NormalKeyedByAtomAndStillWhereFixed) {
  Structure s = supercell(make_prototype("fcc", {"Ar"}, 5.3), {12, 12, 12});
  s.fixed.assign(s.size(), 0);
  s.fixed[3] = 7;
  s.fixed[4] = 2;
  Structure t = s, u = s, longer = supercell(s, {2, 1, 1});
  rattle(t, 0.1, 42);
  rattle(u, 0.1, 43);
  rattle(longer, 0.1, 42);
  EXPECT_EQ(t.position[3], s.position[3]);
  EXPECT_EQ(t.position[4][1], s.position[4][1]);
  EXPECT_NE(t.position[4][0], s.position[4][0]);
  EXPECT_NE(t.position[0], u.position[0]);
  double mean = 0, square = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    EXPECT_EQ(longer.position[i], t.position[i]);
    const Vec3 d = t.position[i] - s.position[i];
    mean += d.sum();
    square += d.squaredNorm();
  }
  const double n = 3.0 * static_cast<double>(s.size());
  EXPECT_NEAR(mean / n, 0, 5 * 0.1 / std::sqrt(n));
  EXPECT_NEAR(square / n, 0.01, 5 * 0.01 * std::sqrt(2 / n));
}

TEST(Recipe, PrototypeWithMassesVacuumAndRattle) {
  StructureRecipe recipe;
  recipe.prototype = "rocksalt";
  recipe.species = {"Na", "Cl"};
  recipe.a = 5.64;
  recipe.supercell = {2, 1, 1};
  recipe.vacuum = {0, 0, 8};
  recipe.periodic = {true, true, false};
  recipe.mass_species = {"Cl"};
  recipe.masses = {37.0};
  const Structure s = build_structure(recipe, 1, false);
  EXPECT_EQ(s.size(), 16u);
  EXPECT_EQ(s.periodic, (std::array<bool, 3>{true, true, false}));
  EXPECT_EQ(s.species[1].mass, 37.0);
  EXPECT_NEAR((s.cell - Mat3(Vec3(11.28, 5.64, 13.64).asDiagonal())).norm(), 0, 1e-12);
  recipe.rattle = 0.05;
  const Structure t = build_structure(recipe, 1, false);
  EXPECT_NE(t.position, s.position);
  EXPECT_EQ(t.position, build_structure(recipe, 1, false).position);
  EXPECT_NE(t.position, build_structure(recipe, 2, false).position);
}

TEST(Recipe, FilesAndUnits) {
  const TemporaryFolder folder;
  write_file(folder / "a.xyz", "1\nLattice=\"2 0 0 0 2 0 0 0 2\" units=lj\nbead 0 0 0\n");
  StructureRecipe recipe;
  recipe.file = folder / "a.xyz";
  recipe.supercell = {3, 3, 3};
  EXPECT_EQ(build_structure(recipe, 0, true).size(), 27u);
  EXPECT_NE(input_error([&] { build_structure(recipe, 0, false); }), "");
  write_file(folder / "a.xyz", "1\nLattice=\"2 0 0 0 2 0 0 0 2\" units=lj\nAr 0 0 0\n");
  EXPECT_NE(input_error([&] { build_structure(recipe, 0, false); }).find("units=lj"), std::string::npos);
  recipe.file = "a.xyz";
  EXPECT_NE(input_error([&] { build_structure(recipe, 0, false); }).find("cannot open a.xyz"), std::string::npos);
}

TEST(Recipe, Mistakes) {
  const auto message = [](const auto& change) {
    StructureRecipe recipe;
    recipe.prototype = "fcc";
    recipe.species = {"Al"};
    recipe.a = 4.05;
    change(recipe);
    return input_error([&] { build_structure(recipe, 1, false); });
  };
  EXPECT_EQ(message([](StructureRecipe&) {}), "");
  EXPECT_NE(message([](StructureRecipe& r) { r.file = "x.xyz"; }).find("not both"), std::string::npos);
  EXPECT_NE(message([](StructureRecipe& r) { r.prototype.clear(); }).find("either file or prototype"),
            std::string::npos);
  EXPECT_NE(message([](StructureRecipe& r) { r.mass_species = {"Fe"}, r.masses = {1.0}; }).find("'Fe'"),
            std::string::npos);
  EXPECT_NE(message([](StructureRecipe& r) { r.mass_species = {"Al"}; }).find("masses"), std::string::npos);
  EXPECT_NE(message([](StructureRecipe& r) { r.a = 0.6; }).find("overlap"), std::string::npos);
  EXPECT_NE(message([](StructureRecipe& r) {
              r.rattle = 3.0, r.supercell = {5, 5, 5};
            }).find("overlap"),
            std::string::npos);
}

// A molecule repeated along a direction that is not periodic must not run into its copy.
TEST(Recipe, CopiesOfAClusterAreChecked) {
  const TemporaryFolder folder;
  write_file(folder / "a.xyz", "2\nLattice=\"3 0 0 0 3 0 0 0 3\" pbc=\"F F F\"\nH 0 0 0\nH 0 0 2.9\n");
  StructureRecipe recipe;
  recipe.file = folder / "a.xyz";
  EXPECT_EQ(build_structure(recipe, 0, false).size(), 2u);
  recipe.supercell = {1, 1, 2};
  EXPECT_NE(input_error([&] { build_structure(recipe, 0, false); }).find("overlap"), std::string::npos);
}
