#include "fingerprint/nearest_distributions.hpp"

#include <algorithm>

#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

TEST(NearestDistributions, AsEveryPairDecides) {
  // Noise of several sizes on crystals of several kinds: AMD and PDD do not order neighbors alike.
  std::vector<PointwiseDistances> sets[2];
  for (std::size_t k = 0; k < 40; ++k) {
    Structure s;
    s.cell = (3.0 + 0.1 * static_cast<double>(k % 7)) * Mat3::Identity();
    s.species.push_back({"X", 0, 1.0});
    for (std::size_t a = 0; a < 2 + k % 3; ++a) {
      const auto place = static_cast<double>(a) + 0.37 * static_cast<double>(k);
      s.type.push_back(0);
      s.position.emplace_back(s.cell * Vec3(std::fmod(0.31 * place, 1.0), std::fmod(0.57 * place, 1.0),
                                            std::fmod(0.83 * place + 0.1, 1.0)));
    }
    sets[k % 2].push_back(pointwise_distances(s, 12));
  }
  const auto nearest = nearest_in_set(sets[0], sets[1]);
  for (int side = 0; side < 2; ++side) {
    const auto& found = side == 0 ? nearest.of_generated : nearest.of_reference;
    ASSERT_EQ(found.size(), sets[side].size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      double least = 1e9;
      for (const auto& other : sets[1 - side]) least = std::min(least, pdd_distance(sets[side][i], other));
      EXPECT_NEAR(found[i], least, 1e-12);
    }
  }
  EXPECT_TRUE(std::isinf(nearest_in_set({}, sets[1]).of_reference.front()));
  EXPECT_THROW(nearest_in_set({pointwise_distances(Structure(), 0)}, {}), InputError);
}

}  // namespace
