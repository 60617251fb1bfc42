#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include "network/potentials/energy_model.hpp"
#include "network_support.hpp"
#include "random_model.hpp"

namespace spinel {
namespace {

using testing_support::random_m3gnet;
using torch::Tensor;

/// The graph of a field's atoms, for a model whose elements are the species' symbols.
AtomGraph graph_of(const ForceField& field, const EnergyModel& model) {
  const LocalAtoms& atoms = field.atoms();
  std::vector<std::int32_t> element, source, destination;
  std::vector<double> vector;
  for (std::size_t i = 0; i < atoms.n_all(); ++i) {
    const auto& known = model.elements();
    const auto& symbol = atoms.species[static_cast<std::size_t>(atoms.type[i])].symbol;
    element.push_back(static_cast<std::int32_t>(std::find(known.begin(), known.end(), symbol) - known.begin()));
  }
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    for (std::size_t k = 0; k < field.neighbors().count(i); ++k) {
      const std::uint32_t j = field.neighbors().begin(i)[k];
      const Vec3 d = atoms.position[j] - atoms.position[i];
      if (d.norm() > model.cutoff()) continue;
      source.push_back(static_cast<std::int32_t>(i));
      destination.push_back(static_cast<std::int32_t>(j));
      vector.insert(vector.end(), d.data(), d.data() + 3);
    }
  AtomGraph graph;
  graph.element = torch::tensor(element, torch::kInt);
  graph.source = torch::tensor(source, torch::kInt);
  graph.destination = torch::tensor(destination, torch::kInt);
  graph.vector = torch::tensor(vector, torch::kDouble).reshape({-1, 3}).requires_grad_(true);
  graph.n_owned = static_cast<std::int64_t>(atoms.n_owned);
  return graph;
}

HaloExchangePtr exchange_of(ForceField& field) {
  return c10::make_intrusive<HaloExchange>(field.halo(), field.atoms().n_owned, field.atoms().n_all());
}

double total(const ForceField& field, const Tensor& x) { return field.communicator().sum(x.item<double>()); }

/// Numbers that depend on the atom, the column and `salt` only, not on its rank.
Tensor features(const ForceField& field, std::size_t n_atoms, std::int64_t width, std::uint64_t salt) {
  const Random random(5, RandomPurpose::test);
  std::vector<double> values;
  for (std::size_t i = 0; i < n_atoms; ++i)
    for (std::int64_t c = 0; c < width; ++c)
      values.push_back(random.normal3(salt + 100 * static_cast<std::uint64_t>(c),
                                      static_cast<std::uint64_t>(field.atoms().id[i]))[0]);
  return torch::tensor(values, torch::kDouble).reshape({-1, width});
}

class OnStructures : public testing::Test {
 protected:
  template <class Test>
  void for_each_field(const ModelFile& model, const Test& test) {
    for (const auto& one : testing_support::test_structures(3)) {
      if (one.name == "bulk" || one.name == "triclinic" || one.name == "cluster") continue;
      SCOPED_TRACE(one.name);
      Timers timers;
      auto field = testing_support::make_force_field(one.structure,
                                                     testing_support::network_potential(model, one.structure), timers);
      field.rebuild();
      test(field);
    }
  }
};
using HaloExchangeTest = OnStructures;
using EnergyModelTest = OnStructures;

TEST_F(HaloExchangeTest, DirectionsAreAdjointToEachOther) {
  for_each_field(random_m3gnet(true), [](ForceField& field) {
    const auto exchange = exchange_of(field);
    const std::size_t n_owned = field.atoms().n_owned, n_all = field.atoms().n_all();
    const Tensor x = features(field, n_owned, 5, 1).requires_grad_(true);
    const Tensor spread = to_ghosts(x, exchange);
    // Ghosts carry the features of their owner, which depend on its id alone.
    EXPECT_TRUE(torch::equal(spread.detach(), features(field, n_all, 5, 1)));
    const Tensor y = features(field, n_all, 5, 2).requires_grad_(true);
    const double forward = total(field, (spread * y).sum()), back = total(field, (x * to_owners(y, exchange)).sum());
    EXPECT_NEAR(forward, back, 1e-11 * (1.0 + std::abs(forward)));

    // First and second derivatives of Σ (G x)³ through autograd: the second along x is 6 Gᵀ (G x)·(G x).
    const Tensor first = torch::autograd::grad({spread.pow(3).sum()}, {x}, {}, true, true)[0];
    EXPECT_LT((first - to_owners(3.0 * spread.square(), exchange)).abs().sum().item<double>(),
              1e-10 * (1.0 + static_cast<double>(n_all)));
    const Tensor second = torch::autograd::grad({(first * x.detach()).sum()}, {x})[0];
    EXPECT_LT((second - to_owners(6.0 * spread.square(), exchange)).abs().sum().item<double>(),
              1e-10 * (1.0 + static_cast<double>(n_all)));
  });
}

TEST_F(EnergyModelTest, FrozenItGivesTheSame) {
  for (const bool smooth : {false, true})
    for (const bool single : {false, true}) {
      const ModelFile file = random_m3gnet(smooth);
      for_each_field(file, [&](ForceField& field) {
        const auto results = [&](bool frozen) {
          const auto model = make_energy_model(file, single);
          if (frozen) model->freeze();
          const AtomGraph graph = graph_of(field, *model);
          const Tensor energy = model->forward(graph, exchange_of(field)).to(torch::kDouble);
          return std::make_pair(energy, torch::autograd::grad({energy.sum()}, {graph.vector})[0]);
        };
        const auto plain = results(false), frozen = results(true);
        const auto difference = [&](const Tensor& a, const Tensor& b) {
          if (a.numel() == 0) return 0.0;
          return ((a - b).abs().max() / (1.0 + b.abs().max())).item<double>();
        };
        EXPECT_LT(difference(frozen.first, plain.first), single ? 1e-5 : 1e-11);
        EXPECT_LT(difference(frozen.second, plain.second), single ? 1e-5 : 1e-9);
      });
    }
}

TEST_F(EnergyModelTest, ForcesCanBeTrained) {
  const ModelFile file = random_m3gnet(false);
  const std::vector<std::string> names = {"embedding.layer_node_embedding.weight",
                                          "embedding.layer_edge_embedding.layers.0.bias",
                                          "three_body_interactions.1.update_network_atom.layers.0.weight",
                                          "graph_layers.0.conv.node_update_func.layers.0.weight",

                                          "graph_layers.2.conv.edge_weight_func.weight",
                                          "final_layer.gated.layers.6.weight"};
  for_each_field(file, [&](ForceField& field) {
    const auto model = make_energy_model(file, false);
    // A loss on energies and forces, as training has it.
    const auto loss = [&](bool keep) {
      const AtomGraph graph = graph_of(field, *model);
      const Tensor energy = model->forward(graph, exchange_of(field));
      const Tensor slope = torch::autograd::grad({energy.sum()}, {graph.vector}, {}, true, keep)[0];
      return energy.square().sum() + slope.square().sum();
    };
    model->zero_grad();
    loss(true).backward();
    auto parameters = model->named_parameters();
    for (const std::string& name : names) {
      Tensor& weight = parameters[name];
      const double found = total(field, weight.grad().view(-1)[3]);
      const auto moved = [&](double h) {
        torch::NoGradGuard no_gradient;
        weight.view(-1)[3] += h;
        torch::AutoGradMode gradient(true);
        const double value = total(field, loss(false));
        torch::NoGradGuard again;
        weight.view(-1)[3] -= h;
        return value;
      };
      const double h = 1e-5, expected = (moved(h) - moved(-h)) / (2.0 * h);
      EXPECT_NEAR(found, expected, 1e-5 * (1.0 + std::abs(expected))) << name;
    }
  });
}

}  // namespace
}  // namespace spinel
