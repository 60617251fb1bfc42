#include "network/potentials/energy_model.hpp"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "model/architecture.hpp"
#include "network/edge_sums.hpp"
#include "network/kinds.hpp"
#include "network/weights.hpp"

namespace spinel {

namespace {

using torch::Tensor;

/// The network of a kind, and what all kinds have.
std::shared_ptr<EnergyModel> make_architecture(const ModelFile& file) {
  const Architecture a(file);
  const PotentialKind* kind = find_potential_kind(a.kind());
  if (kind == nullptr) fail_input("model '{}' is no interatomic potential: it is of kind '{}'", file.path, a.kind());
  const auto model = kind->make(a);
  model->architecture_json = file.architecture;
  model->scale = a.value<double>("data_std");
  model->shift = a.value<double>("data_mean");
  model->element_energy = a.value<std::vector<double>>("element_refs");
  if (model->element_energy.size() != model->elements().size())
    fail_input("model '{}': {} element_refs for {} elements", file.path, model->element_energy.size(),
               model->elements().size());
  if (a.has("zbl_outer")) {
    const double outer = a.real("zbl_outer", 1e-3, model->cutoff());
    model->repulsion.emplace(model->elements(), a.real("zbl_inner", 0.0, outer), outer);
  }
  return model;
}

}  // namespace

Tensor EnergyModel::atomic_energy(const AtomGraph& graph, const HaloExchangePtr& exchange) {
  Tensor energy = scale * forward(graph, exchange).to(torch::kDouble);
  if (!repulsion) return energy;
  const Tensor square = graph.vector.square().sum(1);
  const Tensor near = (square.detach() < repulsion->outer() * repulsion->outer()).nonzero().squeeze(1);
  if (near.size(0) == 0) return energy;
  const Tensor source = graph.source.index_select(0, near), destination = graph.destination.index_select(0, near);
  const Tensor pair = (*repulsion)(square.index_select(0, near).sqrt(), graph.element.index_select(0, source),
                                   graph.element.index_select(0, destination));
  return energy + add_rows(pair.unsqueeze(1), source, graph.n_owned).squeeze(1);
}

void EnergyModel::draw_weights(std::uint64_t seed, double mean_neighbors) {
  const torch::NoGradGuard no_gradient;
  const Random random(seed, RandomPurpose::initial_weight);
  const auto is_among = [](const std::vector<Tensor>& list, const Tensor& weight) {
    return std::any_of(list.begin(), list.end(), [&](const Tensor& one) { return one.is_same(weight); });
  };
  std::uint64_t place = 0;
  for (auto& parameter : named_parameters()) {
    RandomSequence numbers(random, place++, 0);
    Tensor weight = parameter.value();
    weight.zero_();
    if (is_among(embeddings_, weight)) {
      Tensor values = torch::empty(weight.sizes(), torch::kDouble);
      for (std::int64_t i = 0; i < weight.numel(); ++i)
        values.data_ptr<double>()[i] = random.normal3(~place, static_cast<std::uint64_t>(i))[0];
      weight.copy_(values);
    } else if (weight.dim() == 2) {
      double reach = std::sqrt(6.0 / static_cast<double>(weight.size(0) + weight.size(1)));
      if (is_among(filters_, weight)) reach /= std::sqrt(std::max(mean_neighbors, 1.0));
      fill_uniform(weight, reach, numbers);
    }
  }
}

void EnergyModel::freeze() {
  for (Tensor& weight : parameters()) weight.set_requires_grad(false);
  eval();
}

std::shared_ptr<EnergyModel> make_energy_model(const ModelFile& file, bool single_precision) {
  auto model = make_architecture(file);
  model->to(single_precision ? torch::kFloat : torch::kDouble);
  load_weights(*model, file, "model.");
  return model;
}

std::shared_ptr<EnergyModel> make_new_energy_model(const ModelFile& file, bool single_precision, std::uint64_t seed,
                                                   double mean_neighbors) {
  auto model = make_architecture(file);
  model->to(single_precision ? torch::kFloat : torch::kDouble);
  model->draw_weights(seed, mean_neighbors);
  return model;
}

ModelFile describe_potential(const ModelParameters& p, const std::vector<std::string>& elements) {
  ModelFile file;
  file.path = "new " + p.kind;
  const PotentialKind* kind = find_potential_kind(p.kind);
  if (kind == nullptr) fail("no interatomic potential is of kind '{}'", p.kind);
  nlohmann::json a = {{"kind", p.kind},     {"element_types", elements},
                      {"cutoff", p.cutoff}, {"data_mean", 0.0},
                      {"data_std", 1.0},    {"element_refs", std::vector<double>(elements.size(), 0.0)}};
  kind->describe(p, a);
  if (p.repulsion) {
    a["zbl_outer"] = p.repulsion_outer;
    a["zbl_inner"] = p.repulsion_inner > 0.0 ? p.repulsion_inner : 0.5 * p.repulsion_outer;
  }
  file.architecture = a.dump();
  return file;
}

ModelFile to_model_file(const EnergyModel& model) {
  ModelFile file;
  auto json = nlohmann::json::parse(model.architecture_json);
  json["data_std"] = model.scale;
  json["data_mean"] = model.shift;
  json["element_refs"] = model.element_energy;
  if (model.repulsion) {
    json["zbl_inner"] = model.repulsion->inner();
    json["zbl_outer"] = model.repulsion->outer();
  }
  file.architecture = json.dump();
  store_weights(model, file, "model.");
  return file;
}

}  // namespace spinel
