#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "crystal/formats/xyz/extended_xyz.hpp"
#include "network_support.hpp"

namespace spinel {
namespace {

using testing_support::data_file;
using testing_support::in_id_order;
using testing_support::make_force_field;

struct Worst {
  double energy = 0.0, energy_per_atom = 0.0, force = 0.0, stress = 0.0;
};

/// Largest deviation from the shared reference over its 21 structures.
Worst deviation(const std::string& name, bool single) {
  const ModelFile* model = testing_support::published_model(name);
  std::ifstream file(data_file("m3gnet/reference_" + name + ".json"));
  const auto reference = nlohmann::json::parse(file).at("structures");
  XyzReader reader(data_file("m3gnet/reference.xyz"));
  Structure structure;
  Worst worst;
  std::size_t n = 0;
  for (const auto& expected : reference) {
    EXPECT_TRUE(reader.next(structure));
    Timers timers;
    auto field = make_force_field(structure, testing_support::network_potential(*model, structure, single), timers);
    const EnergyVirial found = field.update({});
    const double energy = std::abs(found.energy - expected["energy"].get<double>());
    worst.energy = std::max(worst.energy, energy);
    worst.energy_per_atom = std::max(worst.energy_per_atom, energy / static_cast<double>(structure.size()));
    const auto force = in_id_order(field, field.forces());
    for (std::size_t i = 0; i < structure.size(); ++i)
      for (int k = 0; k < 3; ++k)
        worst.force = std::max(
            worst.force, std::abs(force[i][k] - expected["forces"][i][static_cast<std::size_t>(k)].get<double>()));
    const std::size_t axes[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
    for (std::size_t c = 0; c < 6; ++c)
      worst.stress = std::max(worst.stress, std::abs(-found.virial[c] / field.atoms().volume() -
                                                     expected["stress"][axes[c][0]][axes[c][1]].get<double>()));
    ++n;
  }
  EXPECT_EQ(n, 21U);
  return worst;
}

class PublishedM3gnet : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (testing_support::published_model(GetParam()) == nullptr)
      GTEST_SKIP() << "needs the shared data, /usr/bin/python3, numpy and h5py";
  }
};

TEST_P(PublishedM3gnet, EqualsTheReferenceInDoublePrecision) {
  const Worst worst = deviation(GetParam(), false);
  EXPECT_LT(worst.energy, 1e-6);
  EXPECT_LT(worst.force, 1e-6);
  EXPECT_LT(worst.stress, 1e-7);
}

TEST_P(PublishedM3gnet, IsCloseToTheReferenceInSinglePrecision) {
  if (Communicator::world().size() > 1) GTEST_SKIP() << "on one rank; EnergyModels compares precisions on any number";
  const Worst worst = deviation(GetParam(), true);
  EXPECT_LT(worst.energy_per_atom, 1e-4);
  EXPECT_LT(worst.force, 2e-3);
}

INSTANTIATE_TEST_SUITE_P(Models, PublishedM3gnet,
                         testing::Values("M3GNet-MP-2021.2.8-PES", "M3GNet-MatPES-PBE-v2025.1-PES"),
                         [](const auto& one) { return std::string(one.index == 0 ? "MP2021" : "MatPES"); });

}  // namespace
}  // namespace spinel
