#include "input/target_window.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"

namespace spinel {
namespace {

TEST(TargetWindow, HasOneBoundOrTwo) {
  const TargetWindow both = parse_target_window(" band_gap :1.1 .. 1.7");
  EXPECT_EQ(both.name, "band_gap");
  EXPECT_EQ(both.lowest, 1.1);
  EXPECT_EQ(both.highest, 1.7);
  const TargetWindow below = parse_target_window("e_above_hull: .. 0.02");
  EXPECT_EQ(below.highest, 0.02);
  EXPECT_TRUE(below.contains(-1e300));
  EXPECT_FALSE(below.contains(std::nextafter(0.02, 1.0)));
  const TargetWindow above = parse_target_window("gap: -3e-1..");
  EXPECT_EQ(above.lowest, -0.3);
  EXPECT_TRUE(std::isinf(above.highest));
  EXPECT_FALSE(above.contains(std::nan("")));
}

TEST(TargetWindow, RefusesWhatIsNone) {
  for (const char* text : {"gap", "gap: 1", "gap: ..", ": 1 .. 2", "gap: 2 .. 1", "gap: a .. 2", "gap: 1 .. 2 3",
                           "gap: nan .. 1", "", "gap 1 .. 2", "gap: 0 .. inf"})
    EXPECT_THROW(parse_target_window(text), InputError) << text;
}

}  // namespace
}  // namespace spinel
