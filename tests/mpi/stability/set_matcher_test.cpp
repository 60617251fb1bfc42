#include "stability/assess/set_matcher.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "stability/assess/bootstrap.hpp"

using namespace spinel;

namespace {

/// A cell with `n` atoms at random, those of one `kind` alike up to small moves by `trial`.
KeyedCell cell(std::int64_t number, std::uint64_t kind, std::uint64_t trial, const StructureMatcher& matcher) {
  Structure structure;
  structure.cell = Vec3(4.0, 5.0, 6.0).asDiagonal();
  const Random random(17, RandomPurpose::test);
  for (std::uint64_t i = 0; i < 5; ++i) {
    structure.type.push_back(add_species(structure, species_from_symbol(i < 2 ? "Ti" : "O")));
    const auto u = random.uniform4(kind, i);
    structure.position.push_back(to_cartesian(structure.cell, {u[0], u[1], u[2]}) + 0.01 * random.normal3(trial, i));
  }
  return {number, "Ti2O3", matcher.reduced(structure)};
}

/// Greedy grouping as it is defined, on one rank.
std::vector<SetMatch> by_definition(const std::vector<KeyedCell>& set, const std::vector<KeyedCell>& reference) {
  StructureMatcher matcher({});
  std::vector<SetMatch> result(set.size());
  std::vector<const KeyedCell*> first;
  const auto fits = [&](const KeyedCell& a, const KeyedCell& b) {
    return a.key == b.key && matcher.fit(a.cell, b.cell).has_value();
  };
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set[i].key.empty()) continue;
    for (const auto* earlier : first)
      if (result[i].first < 0 && fits(*earlier, set[i])) result[i].first = earlier->number;
    if (result[i].first < 0) first.push_back(&set[i]);
    for (const auto& known : reference)
      if (result[i].reference < 0 && fits(known, set[i])) result[i].reference = known.number;
  }
  return result;
}

TEST(SetMatcher, GroupsAsDefinedWhateverTheBlocks) {
  const auto world = Communicator::world();
  const StructureMatcher matcher({});
  std::vector<KeyedCell> set, reference;
  const Random random(3, RandomPurpose::test);
  for (std::int64_t i = 0; i < 60; ++i) {
    const auto kind = static_cast<std::uint64_t>(20.0 * random.uniform4(99, static_cast<std::uint64_t>(i))[0]);
    set.push_back(cell(i, kind, static_cast<std::uint64_t>(1000 + i), matcher));
    if (i % 11 == 5) set.back() = {i, "", {}};
    if (i % 13 == 6) set.back().key = "other";
  }
  for (std::int64_t i = 0; i < 8; ++i)
    reference.push_back(cell(i, static_cast<std::uint64_t>(2 * i), static_cast<std::uint64_t>(5000 + i), matcher));
  const auto expected = by_definition(set, reference);
  std::size_t duplicates = 0, known = 0;
  for (const std::size_t block : {std::size_t{60}, std::size_t{7}, std::size_t{1}}) {
    SetMatcher matches(world, {});
    matches.set_reference(reference);
    SetMatcher resumed(world, {});
    resumed.set_reference(reference);
    for (std::size_t begin = 0; begin < set.size(); begin += block) {
      const std::size_t end = std::min(begin + block, set.size());
      const std::vector<KeyedCell> part(set.begin() + static_cast<std::ptrdiff_t>(begin),
                                        set.begin() + static_cast<std::ptrdiff_t>(end));
      const auto got = matches.add(part);
      // Every other block as after a restart.
      const auto again = begin / block % 2 == 0 ? got : resumed.add(part);
      if (begin / block % 2 == 0) resumed.restore(part, got);
      for (std::size_t k = 0; k < got.size(); ++k) {
        EXPECT_EQ(got[k].first, expected[begin + k].first);
        EXPECT_EQ(got[k].reference, expected[begin + k].reference);
        EXPECT_EQ(again[k].first, got[k].first);
        EXPECT_EQ(again[k].first_rms, got[k].first_rms);
        duplicates += got[k].first >= 0;
        known += got[k].reference >= 0;
        if (got[k].reference >= 0) {
          EXPECT_LT(got[k].reference_rms, 0.02);
        }
      }
    }
  }
  EXPECT_GT(duplicates, 60u);
  EXPECT_GT(known, 30u);
}

TEST(Bootstrap, KnowsTheErrorOfARate) {
  const auto world = Communicator::world();
  std::vector<std::vector<double>> values(2);
  const std::size_t n = 2000;
  for (std::size_t i = 0; world.is_root() && i < n; ++i) {
    values[0].push_back(i % 5 == 0 ? 1.0 : 0.0);
    values[1].push_back(i % 2 == 0 ? NAN : static_cast<double>(i));
  }
  if (!world.is_root()) values.clear();
  const auto found = Bootstrap(1, 4000)(world, values);
  if (!world.is_root()) return;
  ASSERT_EQ(found.size(), 2u);
  const double error = std::sqrt(0.2 * 0.8 / static_cast<double>(n));
  EXPECT_NEAR(found[0].value, 0.2, 1e-12);
  EXPECT_NEAR(found[0].error, error, 0.04 * error);
  EXPECT_NEAR(found[0].low, 0.2 - 1.96 * error, 0.2 * error);
  EXPECT_NEAR(found[0].high, 0.2 + 1.96 * error, 0.2 * error);
  EXPECT_NEAR(found[1].value, 1000.0, 1e-9);
  EXPECT_NEAR(found[1].error, 2000.0 / std::sqrt(12.0 * 1000.0), 1.0);
  // The same numbers whatever the number of ranks.
  const auto alone = Bootstrap(1, 4000)(Communicator::self(), values);
  EXPECT_EQ(alone[0].error, found[0].error);
  EXPECT_EQ(alone[1].high, found[1].high);
}

}  // namespace
