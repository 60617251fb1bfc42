#include "fingerprint/set_measures.hpp"

#include <algorithm>

#include "fingerprint/composition_fingerprint.hpp"
#include "fingerprint/crystal_nn.hpp"
#include "fingerprint/pointwise_distances.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

FingerprintSet set_of(const std::vector<std::vector<double>>& rows) {
  FingerprintSet set(rows.front().size());
  for (const auto& row : rows) set.add(row.data());
  return set;
}

TEST(SetMeasures, NearestBothWays) {
  const auto generated = set_of({{0.0, 0.0}, {3.0, 4.0}}), reference = set_of({{0.0, 1.0}, {3.0, 0.0}, {30.0, 0.0}});
  const auto euclidean = nearest_in_set(generated, reference, FingerprintDistance::euclidean);
  EXPECT_EQ(euclidean.of_generated, (std::vector<double>{1.0, 4.0}));
  EXPECT_EQ(euclidean.of_reference, (std::vector<double>{1.0, 3.0, std::sqrt(27.0 * 27.0 + 16.0)}));
  const auto largest = nearest_in_set(generated, reference, FingerprintDistance::largest);
  EXPECT_EQ(largest.of_generated, (std::vector<double>{1.0, 3.0}));
  EXPECT_EQ(largest.of_reference, (std::vector<double>{1.0, 3.0, 27.0}));
  EXPECT_DOUBLE_EQ(mean_distance(largest.of_generated), 2.0);
  const auto none = nearest_in_set(FingerprintSet(2), reference, FingerprintDistance::largest);
  EXPECT_TRUE(none.of_generated.empty());
  EXPECT_TRUE(std::isinf(none.of_reference[0]));
  EXPECT_EQ(coverage({{&none, 1e9}}, 5).precision, 0.0);
  EXPECT_EQ(coverage({{&none, 1e9}}, 5).recall, 0.0);
}

TEST(SetMeasures, SpacesAreCoveredByDifferentCrystals) {
  // The first generated crystal has the structure of the reference, the second its composition.
  const auto structure = nearest_in_set(set_of({{0.0}, {9.0}}), set_of({{0.1}}), FingerprintDistance::euclidean);
  const auto composition = nearest_in_set(set_of({{9.0}, {0.0}}), set_of({{0.1}}), FingerprintDistance::euclidean);
  const Coverage both = coverage({{&structure, 0.2}, {&composition, 0.2}});
  EXPECT_EQ(both.recall, 1.0);
  EXPECT_EQ(both.precision, 0.0);
  const Coverage one = coverage({{&structure, 0.2}});
  EXPECT_EQ(one.recall, 1.0);
  EXPECT_EQ(one.precision, 0.5);
  EXPECT_EQ(coverage({{&structure, 0.2}}, 5).precision, 0.2);  // three of them without fingerprints
  EXPECT_EQ(coverage({{&structure, 0.1}}).recall, 1.0);        // at the cutoff
}

TEST(SetMeasures, Wasserstein) {
  EXPECT_DOUBLE_EQ(wasserstein_distance({0.0, 1.0, 3.0}, {5.0, 6.0, 8.0}), 5.0);
  EXPECT_DOUBLE_EQ(wasserstein_distance({2.0}, {0.0, 1.0, 2.0, 7.0}), 0.25 * (2.0 + 1.0 + 0.0 + 5.0));
  EXPECT_DOUBLE_EQ(wasserstein_distance({0.0, 0.0, 1.0}, {0.0, 1.0, 1.0}), 1.0 / 3.0);
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (int trial = 0; trial < 30; ++trial) {
    const std::size_t n = 1 + random() % 12, m = 1 + random() % 12;
    std::vector<double> a(n), b(m), many_a, many_b;
    for (auto* sample : {&a, &b})
      for (double& x : *sample) x = trial % 3 == 0 ? std::round(3.0 * uniform(random)) : uniform(random);
    // As many copies as make the samples equally large; then the sorted ones are paired.
    for (const double x : a) many_a.insert(many_a.end(), m, x);
    for (const double x : b) many_b.insert(many_b.end(), n, x);
    std::sort(many_a.begin(), many_a.end());
    std::sort(many_b.begin(), many_b.end());
    double expected = 0.0;
    for (std::size_t k = 0; k < n * m; ++k) expected += std::abs(many_a[k] - many_b[k]) / static_cast<double>(n * m);
    EXPECT_NEAR(wasserstein_distance(a, b), expected, 1e-12);
    EXPECT_NEAR(wasserstein_distance(b, a), expected, 1e-12);
  }
}

TEST(SetMeasures, Errors) {
  const auto one = nearest_in_set(set_of({{0.0}}), set_of({{0.0}}), FingerprintDistance::largest);
  const auto two = nearest_in_set(set_of({{0.0}, {1.0}}), set_of({{0.0}}), FingerprintDistance::largest);
  EXPECT_THROW(coverage({}), InputError);
  EXPECT_THROW(coverage({{&one, 1.0}, {&two, 1.0}}), InputError);
  EXPECT_THROW(coverage({{&two, 1.0}}, 1), InputError);
  EXPECT_THROW(nearest_in_set(set_of({{0.0}}), set_of({{0.0, 1.0}}), FingerprintDistance::largest), InputError);
  EXPECT_THROW(set_of({{std::nan("")}}), InputError);
  EXPECT_THROW(wasserstein_distance({}, {1.0}), InputError);
  EXPECT_THROW(wasserstein_distance({1.0}, {INFINITY}), InputError);
  EXPECT_THROW(mean_distance({}), InputError);
}

struct Described {
  FingerprintSet structure{n_crystal_nn}, composition{n_composition_fingerprint}, amd{100};
  std::vector<double> density, n_elements;
};

Described describe(const Golden::Set& set, std::size_t n) {
  Described result;
  CrystalNN crystal_nn;
  for (std::size_t i = 0; i < n; ++i) {
    result.structure.add(crystal_nn.fingerprint(set.structures[i])->data());
    result.composition.add(standardized(composition_fingerprint(set.structures[i])).data());
    result.amd.add(average_minimum_distances(set.structures[i], 100).data());
    result.density.push_back(set.described[i]["density"]);
    result.n_elements.push_back(set.described[i]["n_elements"]);
  }
  return result;
}

TEST(SetMeasures, AgreeWithCdvae) {
  SKIP_WITHOUT_GOLDEN_DATA();
  for (const std::string& name : golden_names) {
    const Golden& golden_set = *golden(name);
    const auto& sets = golden_set.sets;
    const auto whole = [&](const char* which) { return describe(sets.at(which), sets.at(which).structures.size()); };
    const CoverageCutoffs cutoffs = name == "mp_20" ? mp_20_cutoffs : perov_5_cutoffs;
    EXPECT_EQ(golden_set.file["cutoffs"][0], cutoffs.structure);
    EXPECT_EQ(golden_set.file["cutoffs"][1], cutoffs.composition);
    const Described reference = whole("reference"), same = whole("rattled_same"), train = whole("rattled_train");
    const Described first = describe(sets.at("reference"), same.density.size());
    const std::tuple<const char*, const Described*, const Described*> cases[] = {
        {"same_vs_reference_first", &same, &first},
        {"same_vs_reference", &same, &reference},
        {"train_vs_reference", &train, &reference},
        {"reference_vs_itself", &reference, &reference}};
    for (const auto& [which, generated, against] : cases) {
      const auto& expected = golden_set.file["metrics"][which];
      const auto structure = nearest_in_set(generated->structure, against->structure, FingerprintDistance::euclidean);
      const auto composition =
          nearest_in_set(generated->composition, against->composition, FingerprintDistance::euclidean);
      const auto amd = nearest_in_set(generated->amd, against->amd, FingerprintDistance::largest);
      const Coverage found = coverage({{&structure, cutoffs.structure}, {&composition, cutoffs.composition}});
      const std::pair<const char*, double> values[] = {
          {"cov_recall", found.recall},
          {"cov_precision", found.precision},
          {"amsd_recall", mean_distance(structure.of_reference)},
          {"amsd_precision", mean_distance(structure.of_generated)},
          {"amcd_recall", mean_distance(composition.of_reference)},
          {"amcd_precision", mean_distance(composition.of_generated)},
          {"amd_recall", mean_distance(amd.of_reference)},
          {"amd_precision", mean_distance(amd.of_generated)},
          {"wdist_density", wasserstein_distance(generated->density, against->density)},
          {"wdist_num_elems", wasserstein_distance(generated->n_elements, against->n_elements)}};
      // Up to what pymatgen's order of equal neighbors does to single fingerprints.
      for (const auto& [key, value] : values)
        EXPECT_NEAR(value, expected[key].get<double>(), std::string(key).compare(0, 4, "amsd") == 0 ? 1e-5 : 1e-9)
            << name << " " << which << " " << key;
    }
  }
}

}  // namespace
