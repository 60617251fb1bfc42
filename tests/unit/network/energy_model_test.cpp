#include "network/potentials/energy_model.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "../../mpi/network/random_model.hpp"
#include "core/error.hpp"

namespace spinel {
namespace {

using nlohmann::json;

std::string error_of(const std::function<void(ModelFile&, json&)>& change) {
  ModelFile file = testing_support::random_m3gnet(false);
  json architecture = json::parse(file.architecture);
  file.architecture.clear();
  change(file, architecture);
  if (file.architecture.empty()) file.architecture = architecture.dump();
  try {
    make_energy_model(file, false);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(EnergyModel, SaysWhatIsWrongWithAModelFile) {
  const std::string bias = "model.graph_layers.1.conv.edge_update_func.gates.2.bias";
  const struct {
    std::function<void(ModelFile&, json&)> change;
    std::string part;
  } cases[] = {
      {[](ModelFile&, json&) {}, ""},
      {[&](ModelFile& file, json&) { file.weights.erase(bias); }, "lacks the weight '" + bias + "'"},
      {[&](ModelFile& file, json&) {
         file.weights[bias].dims = {16, 2};
       },
       "weight '" + bias + "' has the shape (16, 2) where its architecture needs (32)"},
      {[&](ModelFile& file, json&) { file.weights[bias].values.pop_back(); }, "weight '" + bias + "'"},
      {[](ModelFile&, json& a) { a["kind"] = "cgcnn"; }, "no interatomic potential: it is of kind 'cgcnn'"},
      {[](ModelFile&, json& a) { a["kind"] = 3; }, "'kind' of its architecture is 3"},
      {[](ModelFile& file, json&) { file.architecture = "{"; }, "its architecture is no JSON object"},
      {[](ModelFile&, json& a) {
         a["is_intensive"] = true;
         a["property"] = "formation_energy_per_atom";
       },
       "no interatomic potential: it predicts formation_energy_per_atom"},
      {[](ModelFile&, json& a) { a["rbf_type"] = "Gaussian"; }, "rbf_type = \"Gaussian\""},
      {[](ModelFile&, json& a) { a["include_state"] = true; }, "include_state = true"},
      {[](ModelFile&, json& a) { a.erase("cutoff"); }, "lacks 'cutoff'"},
      {[](ModelFile&, json& a) { a["cutoff"] = "five"; }, "'cutoff' of its architecture is \"five\""},
      {[](ModelFile&, json& a) { a["threebody_cutoff"] = 3.0; }, "threebody_cutoff = 3"},
      {[](ModelFile&, json& a) { a["nblocks"] = 0; }, "nblocks = 0"},
      {[](ModelFile&, json& a) { a["units"] = 48; }, "where its architecture needs (48"},
      {[](ModelFile&, json& a) { a["element_refs"] = {1.0}; }, "1 element_refs for 3 elements"},
  };
  for (const auto& one : cases) {
    const std::string message = error_of(one.change);
    if (one.part.empty())
      EXPECT_EQ(message, "");
    else
      EXPECT_NE(message.find(one.part), std::string::npos) << "'" << message << "' lacks '" << one.part << "'";
  }
}

}  // namespace
}  // namespace spinel
