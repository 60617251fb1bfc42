#include "train/data/element_references.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace spinel {
namespace {

TEST(ElementReferences, FindsTheValuesThatMadeTheTargets) {
  // Crystals of H (place 0), O (2), and C with N (1, 3) only together.
  const std::vector<std::vector<std::uint8_t>> crystals = {{1, 1, 8}, {8, 8}, {1, 8, 8, 8}, {6, 7, 1}, {6, 7}};
  std::vector<std::int64_t> offset = {0}, samples(crystals.size());
  std::vector<std::uint8_t> numbers;
  for (const auto& c : crystals) {
    numbers.insert(numbers.end(), c.begin(), c.end());
    offset.push_back(static_cast<std::int64_t>(numbers.size()));
  }
  std::iota(samples.begin(), samples.end(), 0);
  const ElementPlaces places({"H", "C", "O", "N", "He"});
  const std::vector<double> value = {-1.5, -4.0, 2.25, -4.0, 0.0};
  for (const bool per_atom : {false, true}) {
    std::vector<double> target;
    for (const auto& c : crystals) {
      double sum = 0.0;
      for (const auto z : c) sum += value[static_cast<std::size_t>(places.at(z))];
      target.push_back(per_atom ? sum / static_cast<double>(c.size()) : sum);
    }
    const auto found = fit_element_references(offset.data(), numbers.data(), target.data(), samples, places, per_atom);
    for (std::size_t k = 0; k < value.size(); ++k) EXPECT_NEAR(found[k], value[k], 1e-9) << k;
  }
}

}  // namespace
}  // namespace spinel
