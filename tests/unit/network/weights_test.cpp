#include "network/weights.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "model/element_places.hpp"
#include "network/potentials/energy_model.hpp"

namespace spinel {
namespace {

ModelFile new_model(const std::string& kind) {
  nlohmann::json a = {{"kind", kind},  {"element_types", {"Kr", "Ar", "Xe"}}, {"cutoff", 4.0}, {"data_mean", 0.0},
                      {"data_std", 1}, {"element_refs", {0.0, 0.0, 0.0}}};
  if (kind == "m3gnet")
    a.update({{"is_intensive", false},
              {"use_smooth", true},
              {"max_n", 3},
              {"max_l", 3},
              {"nblocks", 2},
              {"units", 16},
              {"dim_node_embedding", 16},
              {"dim_edge_embedding", 16},
              {"threebody_cutoff", 3.0}});
  else
    a.update({{"width", 16}, {"interactions", 2}, {"radial_functions", 8}});
  ModelFile file;
  file.path = "new";
  file.architecture = a.dump();
  return file;
}

double largest(const std::vector<double>& values) {
  double result = 0.0;
  for (const double value : values) result = std::max(result, std::abs(value));
  return result;
}

TEST(Weights, OfNewPotentialsAreDrawnByWhatTheyAreFor) {
  const struct {
    const char *kind, *embedding, *filter;
  } kinds[] = {{"m3gnet", "model.embedding.layer_node_embedding.weight", ".node_weight_func.weight"},
               {"schnet", "model.embedding_weight", "filter_out.weight"},
               {"painn", "model.embedding_weight", "filter_out.weight"}};
  for (const auto& [kind, embedding, filter] : kinds) {
    const ModelFile made = to_model_file(*make_new_energy_model(new_model(kind), false, 3, 25.0));
    int n_filters = 0;
    for (const auto& [name, weight] : made.weights) {
      const bool is_filter = name.size() > std::string(filter).size() &&
                             name.compare(name.size() - std::string(filter).size(), std::string::npos, filter) == 0;
      if (name == embedding) {
        EXPECT_GT(largest(weight.values), 1.0) << name;  // normal
      } else if (weight.dims.size() == 1) {
        EXPECT_EQ(largest(weight.values), 0.0) << name;
      } else {
        n_filters += is_filter ? 1 : 0;
        const double reach =
            std::sqrt(6.0 / static_cast<double>(weight.dims[0] + weight.dims[1])) / (is_filter ? 5 : 1);
        EXPECT_LE(largest(weight.values), reach) << name;
        EXPECT_GT(largest(weight.values), 0.7 * reach) << name;
      }
    }
    EXPECT_EQ(n_filters, 2) << kind;
    const ModelFile again = to_model_file(*make_new_energy_model(new_model(kind), true, 3, 25.0));
    for (const auto& [name, weight] : made.weights)
      for (std::size_t k = 0; k < weight.values.size(); ++k)
        ASSERT_EQ(again.weights.at(name).values[k], static_cast<double>(static_cast<float>(weight.values[k]))) << name;
  }
}

TEST(Weights, ComeBackFromAModelFileUnderAPrefix) {
  torch::nn::Linear one(3, 2), other(3, 2);
  one->register_buffer("count", torch::tensor({7.0}));
  other->register_buffer("count", torch::tensor({0.0}));
  ModelFile file;
  file.path = "some.h5";
  store_weights(*one, file, "net.");
  load_weights(*other, file, "net.");
  EXPECT_TRUE(torch::equal(one->weight, other->weight));
  EXPECT_EQ(other->named_buffers()["count"].item<double>(), 7.0);
  file.weights["net.bias"].dims = {1, 2};
  for (const auto& [prefix, part] :
       {std::pair{"net.", "weight 'net.bias' has the shape (1, 2) where its architecture needs (2)"},
        {"", "model 'some.h5' lacks the weight 'weight'"}}) {
    try {
      load_weights(*other, file, prefix);
      FAIL() << "no error";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
}

TEST(ElementPlaces, NamesWhatANetworkDoesNotKnow) {
  const ElementPlaces places({"Kr", "Ar"});
  EXPECT_EQ(places.at(36), 0);
  EXPECT_EQ(places.at(18), 1);
  for (const int z : {-1, 0, 54, 119, 1000}) EXPECT_EQ(places.find(z), -1) << z;
  for (const auto& [z, part] :
       {std::pair{54, "the element 'Xe': it covers Kr Ar"}, {119, "atoms of atomic number 119"}})
    try {
      places.at(z);
      FAIL() << "no error";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace spinel
