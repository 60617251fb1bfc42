#include "propose/candidate_volume.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "crystal/prototypes.hpp"

namespace spinel {
namespace {

TEST(Volume, KeepsTheShortestBondOverItsRadii) {
  const StructureMatcher matcher(proposal_matcher({}));
  const KnownCrystal salt = known_crystal(make_prototype("rocksalt", {"Na", "Cl"}, 5.64), matcher);
  Assignment elements{};
  elements[0] = 19, elements[1] = 17;  // K, Cl: Na comes first
  const double wanted = (radius_of(19) + radius_of(17)) / (radius_of(11) + radius_of(17));
  EXPECT_NEAR(length_factor(salt, elements, VolumeRule::bonds), wanted, 1e-12);
  const double cubes = (std::pow(radius_of(19), 3) + std::pow(radius_of(17), 3)) /
                       (std::pow(radius_of(11), 3) + std::pow(radius_of(17), 3));
  EXPECT_NEAR(length_factor(salt, elements, VolumeRule::radii), std::cbrt(std::min(cubes, 1.5)), 1e-12);
  EXPECT_EQ(length_factor(salt, elements, VolumeRule::parent), 1.0);
  elements[0] = 1, elements[1] = 9;  // far too small
  EXPECT_NEAR(length_factor(salt, elements, VolumeRule::bonds), std::cbrt(0.5), 1e-12);
}

}  // namespace
}  // namespace spinel
