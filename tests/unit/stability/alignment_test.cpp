#include "stability/entries/alignment.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "stability/entries/hull_entry.hpp"

namespace spinel {
namespace {

HullEntry entry(const std::string& formula, double energy, const std::string& run_type) {
  return {formula + " " + run_type, parse_formula(formula), energy, run_type};
}

constexpr double shift_al = 1.25, shift_ti = -0.75;

double moved(const std::string& formula, double energy) {
  const Composition c = parse_formula(formula);
  return energy + c.fraction(13) * shift_al + c.fraction(22) * shift_ti;
}

/// Four compositions of one run type, and of another that differs by a shift for each element, to `noise`.
EntryList two_levels(double noise) {
  EntryList list;
  const std::vector<std::pair<std::string, double>> known = {
      {"Al", -3.7}, {"Ti", -7.8}, {"TiAl", -6.1}, {"TiAl3", -5.2}};
  double sign = 1.0;
  for (const auto& [formula, energy] : known) {
    list.entries.push_back(entry(formula, energy, "GGA"));
    list.entries.push_back(entry(formula, moved(formula, energy) + sign * noise, "quantum_espresso-12345678"));
    sign = -sign;
  }
  list.entries.push_back(entry("Ti2Al", -6.5, "GGA"));
  list.entries.push_back(entry("Ti3Al", moved("Ti3Al", -6.9), "quantum_espresso-12345678"));
  list.entries.push_back(entry("Ti3Al", -6.8, "PBE"));  // goes with GGA
  return list;
}

TEST(Alignment, FindsTheShiftsOfElements) {
  EntryList list = two_levels(0.0);
  const Alignment found = align_elements(list);
  EXPECT_EQ(found.reference, "GGA");
  ASSERT_EQ(found.levels.size(), 1u);
  const AlignedLevel& level = found.levels[0];
  EXPECT_EQ(level.n_entries, 5u);
  EXPECT_EQ(level.n_calibrants, 5u);
  ASSERT_EQ(level.elements, (std::vector<int>{13, 22}));
  // Ti3Al is 0.1 eV/atom lower in one level than in the other, which the fit spreads.
  EXPECT_NEAR(level.shift[0], shift_al, 0.06);
  EXPECT_NEAR(level.shift[1], shift_ti, 0.06);
  EXPECT_GT(level.error, 0.03);
}

TEST(Alignment, IsExactWhereLevelsDifferByShiftsAlone) {
  EntryList list = two_levels(0.0);
  list.entries.pop_back();
  const Alignment found = align_elements(list);
  EXPECT_NEAR(found.levels[0].shift[0], shift_al, 1e-5);
  EXPECT_NEAR(found.levels[0].shift[1], shift_ti, 1e-5);
  EXPECT_LT(found.error(), 1e-5);
  // The entry that only one level has is where the other would have it.
  EXPECT_NEAR(list.entries.back().energy, -6.9, 1e-5);
}

TEST(Alignment, ErrorIsThatOfPredictionNotOfFit) {
  constexpr double noise = 0.02;
  EntryList list = two_levels(noise);
  list.entries.pop_back();
  const double error = align_elements(list).error();
  EXPECT_GT(error, noise);
  EXPECT_LT(error, 4.0 * noise);
}

TEST(Alignment, RefusesWhatItCannotKnow) {
  const auto message = [](EntryList list) -> std::string {
    try {
      align_elements(list);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EntryList unstated = two_levels(0.0);
  unstated.entries[2].run_type.clear();
  EXPECT_NE(message(unstated).find("entry 'Ti GGA' states no run_type"), std::string::npos);
  EntryList few;
  few.entries = {entry("Al", -3.7, "GGA"), entry("Ti", -7.8, "GGA"), entry("TiAl", -6.0, "GGA"), entry("Al", -2.7, "X"),
                 entry("TiAl", -5.0, "X")};
  EXPECT_NE(message(few).find("X and GGA have one composition of Ti in common"), std::string::npos) << message(few);
  EntryList one;
  one.entries = {entry("Al", -3.7, "GGA"), entry("Ti", -7.8, "GGA+U")};
  EXPECT_TRUE(align_elements(one).levels.empty());
}

}  // namespace
}  // namespace spinel
