#include "network/potentials/energy_model.hpp"

#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "model/architecture.hpp"
#include "network/edge_sums.hpp"
#include "network/potentials/m3gnet.hpp"
#include "network/potentials/message_passing.hpp"

namespace spinel {

namespace {

using torch::Tensor;

std::string text(torch::IntArrayRef dims) { return fmt::format("({})", fmt::join(dims.begin(), dims.end(), ", ")); }

/// Weights of the file are called model.… ; what else is there (constants that are no weights) is left alone.
void load_weights(EnergyModel& model, const ModelFile& file) {
  const torch::NoGradGuard no_gradient;
  for (auto& parameter : model.named_parameters()) {
    const std::string name = "model." + parameter.key();
    Tensor& weight = parameter.value();
    const auto found = file.weights.find(name);
    if (found == file.weights.end()) fail_input("model '{}' lacks the weight '{}'", file.path, name);
    const ModelWeight& stored = found->second;
    if (weight.sizes() != torch::IntArrayRef(stored.dims) ||
        static_cast<std::size_t>(weight.numel()) != stored.values.size())
      fail_input("model '{}': weight '{}' has the shape {} where its architecture needs {}", file.path, name,
                 text(stored.dims), text(weight.sizes()));
    weight.copy_(torch::tensor(stored.values, torch::kDouble).reshape(weight.sizes()));
  }
}

/// The network of a kind, and what all kinds have.
std::shared_ptr<EnergyModel> make_architecture(const ModelFile& file) {
  const Architecture a(file);
  const auto kind = a.has("kind") ? a.value<std::string>("kind") : std::string("?");
  std::shared_ptr<EnergyModel> model;
  if (kind == "m3gnet")
    model = make_m3gnet(file);
  else if (kind == "schnet" || kind == "painn")
    model = make_message_passing(file);
  else
    fail_input("model '{}' is no interatomic potential: it is of kind '{}'", file.path, kind);
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

void draw_weights(EnergyModel& model, std::uint64_t seed, double mean_neighbors) {
  const torch::NoGradGuard no_gradient;
  const Random random(seed, RandomPurpose::initial_weight);
  std::uint64_t place = 0;
  for (auto& parameter : model.named_parameters()) {
    RandomSequence numbers(random, place++, 0);
    const std::string& name = parameter.key();
    Tensor weight = parameter.value();
    Tensor values = torch::zeros(weight.sizes(), torch::kDouble);
    double* out = values.data_ptr<double>();
    const auto contains = [&](const char* part) { return name.find(part) != std::string::npos; };
    if (contains("embedding_weight") || contains("layer_node_embedding")) {
      for (std::int64_t i = 0; i < weight.numel(); ++i)
        out[i] = random.normal3(~place, static_cast<std::uint64_t>(i))[0];
    } else if (weight.dim() == 2) {
      double bound = std::sqrt(6.0 / static_cast<double>(weight.size(0) + weight.size(1)));
      if (contains("filter_out") || contains("node_weight_func")) bound /= std::sqrt(std::max(mean_neighbors, 1.0));
      for (std::int64_t i = 0; i < weight.numel(); ++i) out[i] = bound * (2.0 * numbers.uniform() - 1.0);
    }
    weight.copy_(values);
  }
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

void EnergyModel::freeze() {
  for (Tensor& weight : parameters()) weight.set_requires_grad(false);
  eval();
}

std::shared_ptr<EnergyModel> make_energy_model(const ModelFile& file, bool single_precision) {
  auto model = make_architecture(file);
  model->to(single_precision ? torch::kFloat : torch::kDouble);
  load_weights(*model, file);
  return model;
}

std::shared_ptr<EnergyModel> make_new_energy_model(const ModelFile& file, bool single_precision, std::uint64_t seed,
                                                   double mean_neighbors) {
  auto model = make_architecture(file);
  model->to(single_precision ? torch::kFloat : torch::kDouble);
  draw_weights(*model, seed, mean_neighbors);
  return model;
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
  for (const auto& item : model.named_parameters()) {
    const Tensor values = item.value().detach().to(torch::kCPU).to(torch::kDouble).contiguous();
    ModelWeight& weight = file.weights["model." + item.key()];
    weight.dims.assign(values.sizes().begin(), values.sizes().end());
    weight.values.assign(values.data_ptr<double>(), values.data_ptr<double>() + values.numel());
  }
  return file;
}

}  // namespace spinel
