#include "crystal/composition_features.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace spinel {
namespace {

TEST(CompositionFeatures, ElementsHaveTheirProperties) {
  // number, weight, group, period, electronegativity, covalent radius, s and p electrons, d and f electrons
  const auto expect = [](int number, std::vector<double> expected) {
    for (std::size_t k = 0; k < n_element_properties; ++k)
      EXPECT_NEAR(element_properties(number)[k], expected[k], 1e-9) << number << " " << element_property_names[k];
  };
  expect(1, {1, 1.008, 1, 1, 2.20, 0.31, 1, 0});
  expect(8, {8, 15.999, 16, 2, 3.44, 0.66, 6, 0});
  expect(46, {46, 106.42, 10, 5, 2.20, 1.39, 0, 10});
  expect(64, {64, 157.25, 3, 6, 1.20, 1.96, 2, 8});
  expect(79, {79, 196.96657, 11, 6, 2.54, 1.36, 1, 24});
  EXPECT_THROW(element_properties(0), InputError);
  EXPECT_THROW(element_properties(104), InputError);
}

TEST(CompositionFeatures, StatisticsOfSaltAndWater) {
  float out[n_composition_statistics()];
  const std::uint8_t water[] = {1, 8, 1};
  composition_statistics(water, 3, out);
  EXPECT_FLOAT_EQ(out[0], 10.0f / 3.0f);  // mean atomic number
  EXPECT_FLOAT_EQ(out[1], 28.0f / 9.0f);  // (2·|1 − 10/3| + |8 − 10/3|)/3
  EXPECT_FLOAT_EQ(out[2], 1.0f);
  EXPECT_FLOAT_EQ(out[3], 8.0f);
  EXPECT_FLOAT_EQ(out[16], (2.0f * 2.20f + 3.44f) / 3.0f);  // mean electronegativity
}

}  // namespace
}  // namespace spinel
