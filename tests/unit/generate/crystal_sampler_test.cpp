#include "generate/crystal_sampler.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "crystal/closest_pair.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "crystal/symmetry.hpp"

namespace spinel {
namespace {

GeneratorArchitecture architecture(bool generates_types, const std::string& kind = "crystal_flow") {
  GeneratorArchitecture a;
  a.kind = kind;
  a.width = 16;
  a.layers = 2;
  a.frequencies = 2;
  a.generates_types = generates_types;
  a.elements = {"O", "Ti", "Sr"};
  a.lattice_mean = {0.0, 0.0, 0.0, 0.0, 0.0, 1.7};
  a.lattice_std = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
  a.levels = 50;
  // An untrained network takes no noise from the lattice, which then grows by a large factor.
  if (a.is_diffusion()) a.lattice_std.fill(1e-4);
  return a;
}

std::vector<float> weights_of(const GeneratorArchitecture& a) {
  std::vector<float> weights(Denoiser<float>(a.shape()).n_parameters());
  RandomSequence numbers(Random(1, RandomPurpose::test), 0, 0);
  for (float& w : weights) w = static_cast<float>(0.05 * numbers.normal());
  return weights;
}

CrystalRequest request(std::uint64_t number, std::vector<std::int32_t> type) {
  CrystalRequest r;
  r.number = number;
  r.type = std::move(type);
  return r;
}

TEST(CrystalSampler, ACrystalIsAFunctionOfSeedAndNumber) {
  for (const char* kind : {"crystal_flow", "crystal_diffusion"})
    for (const bool types : {false, true}) {
      const GeneratorArchitecture a = architecture(types, kind);
      const std::int32_t any = types ? a.mask() : 0;
      SamplerSettings settings;
      settings.steps = 10;
      settings.types_first = types;
      CrystalSampler sampler(a, weights_of(a), settings);
      const auto several = sampler.sample({request(3, {any, any}), request(7, {any, 1, 1, 2, any}), request(9, {any})});
      const auto alone = sampler.sample({request(7, {any, 1, 1, 2, any})});
      ASSERT_EQ(alone[0].failure, "");
      EXPECT_EQ(alone[0].structure.cell, several[1].structure.cell) << kind;
      EXPECT_EQ(alone[0].structure.position, several[1].structure.position);
      EXPECT_EQ(alone[0].structure.formula(), several[1].structure.formula());
      settings.seed = 2;
      EXPECT_NE(
          CrystalSampler(a, weights_of(a), settings).sample({request(7, {any, 1, 1, 2, any})})[0].structure.position,
          alone[0].structure.position);
    }
}

TEST(CrystalSampler, MasksBecomeOnlyWhatIsAllowed) {
  const GeneratorArchitecture a = architecture(true);
  SamplerSettings settings;
  settings.steps = 5;
  settings.allowed_types = {1};
  const auto crystals = CrystalSampler(a, weights_of(a), settings).sample({request(1, {3, 3, 3, 0})});
  EXPECT_EQ(crystals[0].structure.formula(), "OTi3");
}

TEST(CrystalSampler, TemplatesGiveTheirSymmetry) {
  // Rutile: an orbit of two, and one of four with a free parameter.
  Structure rutile;
  rutile.cell = cell_from_parameters({4.6, 4.6, 2.96, 90, 90, 90});
  const std::int32_t ti = add_species(rutile, species_from_symbol("Ti")),
                     o = add_species(rutile, species_from_symbol("O"));
  for (const auto& [type, x] : std::vector<std::pair<std::int32_t, Vec3>>{{ti, {0, 0, 0}},
                                                                          {ti, {.5, .5, .5}},
                                                                          {o, {.305, .305, 0}},
                                                                          {o, {-.305, -.305, 0}},
                                                                          {o, {.195, -.195, .5}},
                                                                          {o, {-.195, .195, .5}}}) {
    rutile.type.push_back(type);
    rutile.position.push_back(to_cartesian(rutile.cell, x));
  }
  const auto one = std::make_shared<const SymmetryTemplate>(rutile);
  EXPECT_EQ(one->space_group(), 136);
  const GeneratorArchitecture a = architecture(false);
  CrystalRequest r = request(4, {1, 1, 0, 0, 0, 0});
  r.symmetry = one;
  SamplerSettings settings;
  settings.steps = 20;
  const auto crystal = CrystalSampler(a, weights_of(a), settings).sample({r})[0];
  ASSERT_EQ(crystal.failure, "");
  // At least this group: a supergroup where the free parameter takes a special value.
  EXPECT_EQ(symmetry(crystal.structure, 1e-4).number, 136);
  EXPECT_GT((crystal.structure.position[2] - rutile.position[2]).norm(), 0.01) << "nothing moved";
}

TEST(CrystalSampler, FamiliesGiveTheirLattice) {
  const GeneratorArchitecture a = architecture(false);
  CrystalRequest r = request(4, {1, 1, 0});
  r.family = CrystalFamily::hexagonal;
  const auto crystal = CrystalSampler(a, weights_of(a), {}).sample({r})[0];
  const CellParameters p = cell_parameters(crystal.structure.cell);
  EXPECT_NEAR(p.a, p.b, 1e-6);
  EXPECT_NEAR(p.gamma, 120.0, 1e-6);
}

TEST(CrystalSampler, CrystalsWithAtomsTooNearAreMadeAgain) {
  const GeneratorArchitecture a = architecture(false);
  SamplerSettings settings;
  settings.steps = 5;
  settings.minimum_distance = 0.0;
  const auto number = [](std::uint64_t k) { return request(k, {0, 0, 1, 2}); };
  std::vector<CrystalRequest> requests;
  for (std::uint64_t k = 0; k < 20; ++k) requests.push_back(number(k));
  const auto first = CrystalSampler(a, weights_of(a), settings).sample(requests);
  settings.minimum_distance = 1.0;
  settings.attempts = 50;
  const auto taken = CrystalSampler(a, weights_of(a), settings).sample(requests);
  std::size_t again = 0;
  for (std::size_t k = 0; k < taken.size(); ++k) {
    ASSERT_EQ(taken[k].failure, "");
    EXPECT_GE(closest_pair(taken[k].structure).distance, 1.0);
    // What was good at once is as it was.
    if (closest_pair(first[k].structure).distance >= 1.0)
      EXPECT_EQ(taken[k].structure.position, first[k].structure.position);
    else
      ++again;
  }
  EXPECT_GT(again, 2u);
  EXPECT_LT(again, 20u);
  const auto alone = CrystalSampler(a, weights_of(a), settings).sample({number(13)});
  EXPECT_EQ(alone[0].structure.position, taken[13].structure.position);
  settings.minimum_distance = 1000.0;
  settings.attempts = 3;
  const auto none = CrystalSampler(a, weights_of(a), settings).sample({number(1)});
  EXPECT_NE(none[0].failure.find("attempt 3: "), std::string::npos) << none[0].failure;
  EXPECT_EQ(none[0].structure.size(), 0u);
}

TEST(CrystalSampler, WhatIsNotFiniteFailsAlone) {
  const GeneratorArchitecture a = architecture(false);
  auto weights = weights_of(a);
  for (float& w : weights) w = std::numeric_limits<float>::quiet_NaN();
  CrystalRequest impossible = request(2, {0});
  impossible.problem = "it cannot be";
  const auto crystals = CrystalSampler(a, weights, {}).sample({request(1, {0, 1}), impossible});
  EXPECT_EQ(crystals[0].failure, "sampling gave numbers that are not finite");
  EXPECT_EQ(crystals[1].failure, "it cannot be");
  EXPECT_EQ(crystals[0].structure.size(), 0u);
}

}  // namespace
}  // namespace spinel
