#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "crystal/prototypes.hpp"
#include "crystal/symmetry.hpp"
#include "propose/generators/colorings.hpp"
#include "propose/symmetry/wyckoff_sets.hpp"

namespace spinel {
namespace {

TEST(SpaceGroup, HasTheWyckoffPositionsOfTheInternationalTables) {
  // 1731 of all groups (International Tables A; Bilbao Crystallographic Server).
  std::size_t n = 0;
  for (int number = 1; number <= 230; ++number) n += SpaceGroup::of(number).positions().size();
  EXPECT_EQ(n, 1731u);
  const auto list = [](int number) {
    std::vector<std::pair<int, int>> all;
    for (const auto& p : SpaceGroup::of(number).positions()) all.emplace_back(p.multiplicity, p.freedom);
    return all;
  };
  using List = std::vector<std::pair<int, int>>;
  EXPECT_EQ(list(2), (List{{1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {2, 3}}));
  EXPECT_EQ(list(62), (List{{4, 0}, {4, 0}, {4, 2}, {8, 3}}));
  EXPECT_EQ(
      list(225),
      (List{{4, 0}, {4, 0}, {8, 0}, {24, 0}, {24, 1}, {32, 1}, {48, 1}, {48, 1}, {48, 1}, {96, 2}, {96, 2}, {192, 3}}));
  EXPECT_THROW(SpaceGroup::of(231), InputError);
}

TEST(SpaceGroup, ItsCellsAndPlacesHaveItsSymmetry) {
  // Two general positions of different elements leave no more symmetry than the group has.
  for (const int number : {1, 2, 5, 12, 19, 62, 88, 122, 141, 148, 166, 167, 186, 198, 206, 220, 227, 230}) {
    const SpaceGroup& group = SpaceGroup::of(number);
    RandomSequence random(Random(3, RandomPurpose::test), 0, static_cast<std::uint64_t>(number));
    Structure structure;
    structure.cell = 12.0 * group.random_cell(random);
    EXPECT_NEAR(structure.volume(), 12.0 * 12.0 * 12.0, 1e-6);
    for (const char* symbol : {"Na", "Cl"}) {
      const auto type = add_species(structure, species_from_symbol(symbol));
      for (const Vec3& place :
           group.places(group.positions().back(), {random.uniform(), random.uniform(), random.uniform()})) {
        structure.position.push_back(to_cartesian(structure.cell, place));
        structure.type.push_back(type);
      }
    }
    EXPECT_EQ(symmetry(structure, 1e-4).number, number);
    EXPECT_NEAR(std::abs(group.primitive().determinant()) * group.centering(), 1.0, 1e-9);
  }
}

TEST(WyckoffSets, AreThoseOfBruteForce) {
  // Every way to put 2 + 3 atoms into P-1 (eight points, and pairs), counted by hand: each element takes some of the
  // points and fills up with pairs.
  const auto choose = [](double n, int k) {
    double c = 1.0;
    for (int i = 0; i < k; ++i) c *= (n - i) / (i + 1);
    return c;
  };
  double wanted = 0.0;
  for (int a = 0; a <= 2; a += 2)
    for (int b = 1; b <= 3; b += 2) wanted += choose(8, a) * choose(8 - a, b);
  EXPECT_DOUBLE_EQ(WyckoffSets(SpaceGroup::of(2), {2, 3}).count(), wanted);
  // Rock salt, fluorite and perovskite exist; one atom cannot be in a group without points of multiplicity one.
  EXPECT_GT(WyckoffSets(SpaceGroup::of(225), {1, 1}).count(), 0.0);
  EXPECT_GT(WyckoffSets(SpaceGroup::of(225), {1, 2}).count(), 0.0);
  EXPECT_GT(WyckoffSets(SpaceGroup::of(221), {1, 1, 3}).count(), 0.0);
  EXPECT_EQ(WyckoffSets(SpaceGroup::of(19), {1}).count(), 0.0);
  EXPECT_EQ(WyckoffSets(SpaceGroup::of(225), {5}).count(), 0.0);
  // What is drawn adds up, and takes points once.
  const SpaceGroup& group = SpaceGroup::of(47);
  WyckoffSets sets(group, {4, 5, 2});
  RandomSequence random(Random(1, RandomPurpose::test), 0, 0);
  for (int k = 0; k < 200; ++k) {
    std::vector<int> taken;
    const auto drawn = sets.draw(random);
    ASSERT_EQ(drawn.size(), 3u);
    for (std::size_t s = 0; s < 3; ++s) {
      int atoms = 0;
      for (const int p : drawn[s]) {
        const auto& position = group.positions()[static_cast<std::size_t>(p)];
        atoms += position.multiplicity;
        if (position.freedom == 0) taken.push_back(p);
      }
      EXPECT_EQ(atoms, std::vector<int>({4, 5, 2})[s]);
    }
    std::sort(taken.begin(), taken.end());
    EXPECT_EQ(std::adjacent_find(taken.begin(), taken.end()), taken.end());
  }
}

TEST(Colorings, OfARingAreNecklaces) {
  // Rotations of n beads in two colors: (1/n) Σ over the divisors d of n of φ(d) 2^(n/d) necklaces.
  for (const std::size_t n : {3u, 4u, 6u, 8u, 12u}) {
    SitePermutations turns;
    for (std::size_t shift = 0; shift < n; ++shift) {
      std::vector<std::uint8_t> turn;
      for (std::size_t k = 0; k < n; ++k) turn.push_back(static_cast<std::uint8_t>((k + shift) % n));
      turns.all.push_back(turn);
      if (shift > 0) turns.translations.push_back(turn);
    }
    std::size_t found = 0, primitive = 0;
    for (std::size_t chosen = 0; chosen <= n; ++chosen) {
      found += unique_colorings(n, chosen, turns, false).size();
      primitive += unique_colorings(n, chosen, turns, true).size();
    }
    std::size_t wanted = 0;
    for (std::size_t shift = 0; shift < n; ++shift) wanted += std::size_t{1} << std::gcd(n, shift);
    EXPECT_EQ(found, wanted / n);
    // Those without a smaller period: Lyndon words.
    const std::map<std::size_t, std::size_t> lyndon = {{3, 2}, {4, 3}, {6, 9}, {8, 30}, {12, 335}};
    EXPECT_EQ(primitive, lyndon.at(n));
  }
}

TEST(Colorings, OfSupercellsFollowFromTheOperationsOfTheCell) {
  // The permutations that spglib's operations of the supercell itself make.
  const Structure cell = make_prototype("CsCl", {"Cs", "Cl"}, 4.0);
  Eigen::Matrix3i matrix;
  matrix << 1, 0, 1, 0, 1, 1, 0, 0, 2;
  Structure larger = cell;
  larger.cell = matrix.cast<double>() * cell.cell;
  larger.position.clear();
  larger.type.clear();
  std::vector<Vec3> sites;
  for (std::size_t a = 0; a < cell.size(); ++a)
    for (const Vec3& shift : {Vec3(0, 0, 0), Vec3(0, 0, 1)}) {
      larger.position.emplace_back(cell.position[a] + to_cartesian(cell.cell, shift));
      larger.type.push_back(cell.type[a]);
      if (cell.type[a] == 0) sites.push_back(larger.position.back());
    }
  const auto found = site_permutations(atom_symmetries(cell), cell.cell, matrix, sites, 0.1);
  std::set<std::vector<std::uint8_t>> wanted;
  for (const AtomSymmetry& operation : atom_symmetries(larger))
    wanted.insert({static_cast<std::uint8_t>(operation.image[0]), static_cast<std::uint8_t>(operation.image[1])});
  EXPECT_EQ((std::set<std::vector<std::uint8_t>>(found.all.begin(), found.all.end())), wanted);
  EXPECT_EQ(found.all.size(), 2u);
  EXPECT_EQ(found.translations.size(), 1u);
  // Rock salt order on a CsCl lattice: one way to take half of the sites of a cell of two.
  EXPECT_EQ(unique_colorings(2, 1, found, true).size(), 1u);
}

}  // namespace
}  // namespace spinel
