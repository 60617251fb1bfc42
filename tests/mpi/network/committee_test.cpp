#include "potential/committee.hpp"

#include "../committee_support.hpp"
#include "network_support.hpp"
#include "random_potential.hpp"

namespace spinel {
namespace {

using testing_support::network_potential;
using testing_support::random_m3gnet;

/// The same architecture, whose longest edges are shorter.
ModelFile shortsighted(ModelFile model) {
  auto json = nlohmann::json::parse(model.architecture);
  json["cutoff"] = 2.0;
  json["threebody_cutoff"] = 1.6;
  model.architecture = json.dump();
  return model;
}

TEST(NetworkCommittee, HasTheStatisticsOfItsMembers) {
  for (const auto& one : testing_support::test_structures(3)) {
    if (one.name == "bulk" || one.name == "cluster") continue;
    SCOPED_TRACE(one.name);
    const Structure& s = one.structure;
    testing_support::expect_statistics_of_members(
        s,
        {network_potential(random_m3gnet(true, 16, 32, 1), s), network_potential(random_m3gnet(true, 16, 32, 2), s),
         network_potential(shortsighted(random_m3gnet(true, 16, 32, 3)), s)},
        1e-11);
  }
}

TEST(NetworkCommittee, MayHoldModelsOfAnyKind) {
  for (const auto& one : testing_support::test_structures(3)) {
    if (one.name != "slab" && one.name != "corner") continue;
    SCOPED_TRACE(one.name);
    std::vector<std::shared_ptr<Potential>> members;
    for (const std::string kind : {"m3gnet_smooth", "schnet", "painn_3"})
      members.push_back(network_potential(testing_support::random_potential(kind), one.structure));
    testing_support::expect_statistics_of_members(one.structure, members, 1e-11);
  }
}

}  // namespace
}  // namespace spinel
