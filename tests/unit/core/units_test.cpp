#include "core/units.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/timers.hpp"

namespace spinel {
namespace {

TEST(Units, FollowFromCodata2018) {
  constexpr double e = 1.602176634e-19, k = 1.380649e-23, amu = 1.66053906660e-27;  // C, J/K, kg
  const auto& metal = UnitSystem::metal();
  EXPECT_NEAR(metal.boltzmann, k / e, 1e-15 * k / e);
  EXPECT_NEAR(metal.kinetic, amu * 1e10 / e, 1e-13 * metal.kinetic);  // (Å/fs)² = 1e10 m²/s²
  EXPECT_NEAR(metal.acceleration * metal.kinetic, 1.0, 1e-15);
  EXPECT_NEAR(metal.pressure_to_output, e * 1e30 / 1e9, 1e-13 * metal.pressure_to_output);
  EXPECT_EQ(UnitSystem::lj().kinetic, 1.0);
  EXPECT_EQ(&UnitSystem::by_name("lj"), &UnitSystem::lj());
  EXPECT_THROW(UnitSystem::by_name("real"), InputError);
}

TEST(Timers, RegionsDoNotNest) {
  Timers timers;
  {
    auto outer = timers.scope(Region::pair);
    auto inner = timers.scope(Region::halo);
    const auto start = Timers::Clock::now();
    while (Timers::Clock::now() - start < std::chrono::milliseconds(20)) {
    }
  }
  const auto seconds = timers.seconds();
  EXPECT_GE(seconds[static_cast<std::size_t>(Region::halo)], 0.02);
  double sum = 0.0;
  for (const double part : seconds) sum += part;
  EXPECT_LE(sum, timers.total());
  EXPECT_STREQ(name(Region::pair), "pair");
  timers.reset();
  EXPECT_EQ(timers.seconds()[static_cast<std::size_t>(Region::halo)], 0.0);
}

}  // namespace
}  // namespace spinel
