#include "network/properties/cgcnn.hpp"

#include <torch/types.h>

#include "network/potentials/gated_mlp.hpp"
#include "network/properties/crystal_convolution.hpp"

namespace spinel {

namespace {

using torch::Tensor;

/// [atom] int64: place of each atom's element.
Tensor places(const Tensor& atomic_number, const ElementPlaces& places) {
  const Tensor numbers = atomic_number.contiguous();
  Tensor result = torch::empty({numbers.size(0)}, torch::kLong);
  const auto* from = numbers.data_ptr<std::int32_t>();
  auto* to = result.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < numbers.size(0); ++i) to[i] = places.at(from[i]);
  return result;
}

/// [crystal][width]: means over the atoms of each crystal.
Tensor pool(const Tensor& atoms, const Tensor& atom_offset) {
  const Tensor count = atom_offset.diff();
  const Tensor crystal = torch::repeat_interleave(torch::arange(count.size(0), torch::kLong), count);
  const Tensor sum = torch::zeros({count.size(0), atoms.size(1)}, atoms.options()).index_add(0, crystal, atoms);
  return sum / count.to(atoms.scalar_type()).unsqueeze(1);
}

}  // namespace

Cgcnn::Cgcnn(const PropertyArchitecture& architecture) : PropertyModel(architecture), places_(architecture.elements) {
  const CgcnnArchitecture& c = architecture.cgcnn;
  const auto n_elements = static_cast<std::int64_t>(architecture.elements.size());
  embedding_ = place(*this, "embedding", make_linear(c.n_features > 0 ? c.n_features : n_elements, c.width, true));
  if (c.n_features > 0)
    element_features_ = register_buffer("element_features", torch::zeros({n_elements, c.n_features}));
  for (std::int64_t k = 0; k < c.n_convolutions; ++k) {
    const std::string path = "convs." + std::to_string(k) + ".";
    Convolution layer;
    layer.full = place(*this, path + "fc_full", make_linear(2 * c.width + c.n_gaussians, 2 * c.width, true));
    layer.edge_norm = place(*this, path + "bn1", std::make_shared<GlobalBatchNorm>(2 * c.width));
    layer.sum_norm = place(*this, path + "bn2", std::make_shared<GlobalBatchNorm>(c.width));
    convolutions_.push_back(std::move(layer));
  }
  to_hidden_ = place(*this, "conv_to_fc", make_linear(c.width, c.hidden_width, true));
  for (std::int64_t k = 0; k + 1 < c.n_hidden; ++k)
    hidden_.push_back(place(*this, "fcs." + std::to_string(k), make_linear(c.hidden_width, c.hidden_width, true)));
  out_ = place(*this, "fc_out", make_linear(c.hidden_width, architecture.n_outputs(), true));
  centers_ = c.gaussian_min + c.gaussian_step * torch::arange(c.n_gaussians, torch::kDouble);
}

Tensor Cgcnn::forward(const CrystalBatch& batch) {
  const CgcnnArchitecture& c = architecture().cgcnn;
  const Tensor rows = element_features_.defined()
                          ? torch::linear(element_features_, embedding_->weight, embedding_->bias)
                          : embedding_->weight.t() + embedding_->bias;
  Tensor atoms = torch::embedding(rows, places(batch.atomic_number, places_));
  if (fused && can_convolve(atoms) && (is_training() || !torch::GradMode::is_enabled())) {
    const CrystalEdgeTablesPtr edges = make_edge_tables(batch, c, atoms.scalar_type());
    for (Convolution& layer : convolutions_)
      atoms = spinel::convolve(atoms, layer.full, *layer.edge_norm, *layer.sum_norm, edges, batch_sum());
  } else {
    const Tensor away = batch.distance.to(torch::kDouble).unsqueeze(1) - centers_;
    const Tensor gaussians = torch::exp(-(away / c.gaussian_width).square()).to(atoms.scalar_type());
    const Tensor source = batch.source.to(torch::kLong), destination = batch.destination.to(torch::kLong);
    for (Convolution& layer : convolutions_) atoms = convolve(layer, atoms, gaussians, source, destination);
  }
  Tensor crystals = torch::softplus(to_hidden_(torch::softplus(pool(atoms, batch.atom_offset))));
  for (torch::nn::Linear& layer : hidden_) crystals = torch::softplus(layer(crystals));
  return out_(crystals);
}

Tensor Cgcnn::convolve(Convolution& layer, const Tensor& atoms, const Tensor& gaussians, const Tensor& source,
                       const Tensor& destination) {
  const Tensor edges = torch::cat({atoms.index_select(0, source), atoms.index_select(0, destination), gaussians}, 1);
  const auto halves = layer.edge_norm->forward(layer.full(edges), batch_sum()).chunk(2, 1);
  const Tensor messages = torch::sigmoid(halves[0]) * torch::softplus(halves[1]);
  const Tensor sums = torch::zeros_like(atoms).index_add(0, source, messages);
  return torch::softplus(atoms + layer.sum_norm->forward(sums, batch_sum()));
}

}  // namespace spinel
