#include "matching/structure_matcher.hpp"

#include <fstream>
#include <sstream>

#include "crystal/formats/text_file.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"
#include "crystal/transform.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

struct ReferencePair {
  bool match;
  double rms, max;
};

/// Of matcher/reference.json: {"match": true, "rms": 0.19, "max": 0.26}, …
std::vector<ReferencePair> read_reference(const std::string& path) {
  const std::string text = read_text(path);
  std::vector<ReferencePair> pairs;
  const auto number = [&](const std::string& key, std::size_t from) {
    const std::size_t at = text.find("\"" + key + "\": ", from) + key.size() + 4;
    return text.compare(at, 4, "null") == 0 ? 0.0 : std::stod(text.substr(at, 30));
  };
  for (std::size_t at = text.find("\"match\""); at != text.npos; at = text.find("\"match\"", at + 1))
    pairs.push_back({text.compare(at + 9, 4, "true") == 0, number("rms", at), number("max", at)});
  return pairs;
}

TEST(StructureMatcher, AgreesWithPymatgen) {
  const auto folder = data_folder() / "matcher";
  if (!std::filesystem::exists(folder / "pairs.xyz")) GTEST_SKIP() << "no " << folder << " (SPINEL_DATA names it)";
  const auto reference = read_reference((folder / "reference.json").string());
  XyzReader reader((folder / "pairs.xyz").string());
  StructureMatcher matcher({});
  ASSERT_EQ(reference.size(), 300u);
  std::size_t n_matches = 0, n_fits = 0;
  for (std::size_t k = 0; k < reference.size(); ++k) {
    Structure first, second;
    ASSERT_TRUE(reader.next(first) && reader.next(second));
    const ReducedCell a = matcher.reduced(first), b = matcher.reduced(second);
    const auto closest = matcher.closest(a, b);
    ASSERT_EQ(closest.has_value(), reference[k].match) << "pair " << k;
    if (closest) {
      EXPECT_NEAR(closest->rms, reference[k].rms, 1e-6) << "pair " << k;
      EXPECT_NEAR(closest->max, reference[k].max, 1e-6) << "pair " << k;
      ++n_matches;
    }
    const auto fit = matcher.fit(a, b);
    if (fit) {
      EXPECT_TRUE(closest) << "pair " << k;
      EXPECT_LT(fit->max, 0.3);
      EXPECT_LE(closest->rms, fit->rms + 1e-12);
      ++n_fits;
    }
  }
  EXPECT_EQ(n_matches, 98u);
  // StructureMatcher.fit of pymatgen 2026 finds the same for these pairs.
  EXPECT_EQ(n_fits, 78u);
}

TEST(StructureMatcher, FindsDisguisedCopies) {
  std::mt19937 random(3);
  StructureMatcher matcher({});
  for (int trial = 0; trial < 60; ++trial) {
    const Structure one = random_crystal(random, {1 + trial % 3, 2, 1 + trial % 4});
    const Structure two = disguised(random, one);
    const auto match = matcher.closest(matcher.reduced(one), matcher.reduced(two));
    ASSERT_TRUE(match) << trial;
    EXPECT_LT(match->rms, 1e-7) << trial;
    EXPECT_TRUE(matcher.fit(matcher.reduced(two), matcher.reduced(one)));
  }
}

TEST(StructureMatcher, FindsSupercells) {
  std::mt19937 random(4);
  StructureMatcher primitive({}), as_given({0.2, 0.3, 5.0, false, true, false}),
      multiples({0.2, 0.3, 5.0, false, true, true});
  const std::array<std::int64_t, 3> shapes[] = {{2, 1, 1}, {1, 3, 1}, {2, 2, 1}, {1, 1, 5}, {2, 3, 1}};
  for (const auto& shape : shapes) {
    const Structure one = random_crystal(random, {1, 2, 1});
    const Structure two = disguised(random, supercell(one, shape));
    EXPECT_EQ(primitive.reduced(two).size(), 4);
    EXPECT_TRUE(primitive.fit(primitive.reduced(one), primitive.reduced(two)));
    EXPECT_FALSE(as_given.fit(as_given.reduced(one), as_given.reduced(two)));
    for (const bool swapped : {false, true}) {
      const auto& [a, b] = swapped ? std::pair(two, one) : std::pair(one, two);
      const auto match = multiples.closest(multiples.reduced(a), multiples.reduced(b));
      ASSERT_TRUE(match) << shape[0] << shape[1] << shape[2] << swapped;
      EXPECT_LT(match->rms, 1e-7);
    }
  }
}

TEST(StructureMatcher, MeasuresADisplacement) {
  // One of four atoms moves by d: distances d·3/4 and three times d/4 once the mean is taken off.
  const Structure one = crystal(
      4.0 * Mat3::Identity(), {{"Na", {0, 0, 0}}, {"Cl", {0.5, 0.5, 0}}, {"O", {0.5, 0, 0.5}}, {"Ti", {0, 0.5, 0.5}}});
  Structure two = one;
  two.position[3] += Vec3(0.0, 0.0, 0.2);
  StructureMatcher matcher({});
  const auto match = matcher.closest(matcher.reduced(one), matcher.reduced(two));
  ASSERT_TRUE(match);
  const double length = std::cbrt(16.0);
  EXPECT_NEAR(match->length, length, 1e-12);
  EXPECT_NEAR(match->max, 0.15 / length, 1e-9);
  EXPECT_NEAR(match->rms, std::sqrt((0.15 * 0.15 + 3 * 0.05 * 0.05) / 4.0) / length, 1e-9);
}

TEST(StructureMatcher, TellsApart) {
  std::mt19937 random(5);
  StructureMatcher matcher({}), unscaled({0.2, 0.3, 5.0, true, false, false});
  const Structure one = random_crystal(random, {2, 2, 2});
  const auto cell = matcher.reduced(one);
  Structure other = one;
  std::swap(other.position[0], other.position[3]);  // Na and Cl in each other's place
  EXPECT_FALSE(matcher.fit(cell, matcher.reduced(other)));
  other = random_crystal(random, {2, 2, 2});
  EXPECT_FALSE(matcher.fit(cell, matcher.reduced(other)));
  other = random_crystal(random, {2, 3, 1});
  EXPECT_FALSE(matcher.fit(cell, matcher.reduced(other)));
  other = one;
  other.species[1] = species_from_symbol("Br");
  EXPECT_FALSE(matcher.fit(cell, matcher.reduced(other)));
  // A mirror image is the same crystal; a swollen one is with scale only.
  other = one;
  for (Vec3& r : other.position) r[0] = -r[0];
  other.cell.col(0) *= -1.0;
  other.cell.row(0).swap(other.cell.row(1));
  EXPECT_TRUE(matcher.fit(cell, matcher.reduced(other)));
  other = one;
  other.cell *= 1.3;
  for (Vec3& r : other.position) r *= 1.3;
  EXPECT_TRUE(matcher.fit(cell, matcher.reduced(other)));
  EXPECT_FALSE(unscaled.fit(unscaled.reduced(one), unscaled.reduced(other)));
}

TEST(StructureMatcher, ComparesSingleAtoms) {
  StructureMatcher matcher({});
  Mat3 fcc, bcc;
  fcc << 0, 2, 2, 2, 0, 2, 2, 2, 0;
  bcc << -1.5, 1.5, 1.5, 1.5, -1.5, 1.5, 1.5, 1.5, -1.5;
  const auto a = matcher.reduced(crystal(fcc, {{"Al", {0, 0, 0}}}));
  const auto conventional = matcher.reduced(
      crystal(4.0 * Mat3::Identity(),
              {{"Al", {0, 0, 0}}, {"Al", {0, 0.5, 0.5}}, {"Al", {0.5, 0, 0.5}}, {"Al", {0.5, 0.5, 0}}}));
  EXPECT_EQ(conventional.size(), 1);
  ASSERT_TRUE(matcher.fit(a, conventional));
  EXPECT_NEAR(matcher.closest(a, conventional)->rms, 0.0, 1e-12);
  EXPECT_FALSE(matcher.fit(a, matcher.reduced(crystal(bcc, {{"Al", {0.3, 0, 0}}}))));
}

}  // namespace
