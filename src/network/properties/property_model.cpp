#include "network/properties/property_model.hpp"

#include <torch/types.h>

#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "network/kinds.hpp"
#include "network/weights.hpp"

namespace spinel {

namespace {

using torch::Tensor;

/// Weights and biases of all linear layers uniform within ±1/√inputs, as torch does, from Spinel's own numbers.
void draw_weights(PropertyModel& model, std::uint64_t seed) {
  const torch::NoGradGuard no_gradient;
  const Random random(seed, RandomPurpose::initial_weight);
  std::uint64_t layer = 0;
  for (const auto& module : model.modules(false)) {
    const auto* linear = module->as<torch::nn::LinearImpl>();
    if (linear == nullptr) continue;
    RandomSequence numbers(random, layer++, 0);
    const double bound = 1.0 / std::sqrt(static_cast<double>(linear->weight.size(1)));
    for (const Tensor& weight : {linear->weight, linear->bias}) fill_uniform(weight, bound, numbers);
  }
}

std::shared_ptr<PropertyModel> make(const PropertyArchitecture& architecture) {
  const PropertyModelKind* kind = find_property_model_kind(architecture.kind);
  if (kind == nullptr) fail("no network of crystal properties is of kind '{}'", architecture.kind);
  return kind->make(architecture);
}

}  // namespace

void PropertyModel::set_normalization(double mean, double std) {
  architecture_.mean = mean;
  architecture_.std = std;
}

void PropertyModel::set_references(std::vector<double> references, bool per_atom) {
  architecture_.references = std::move(references);
  architecture_.references_per_atom = per_atom;
}
void PropertyModel::fit_inputs(const CrystalArrays&, const std::int64_t*, std::size_t) {}

ModelFile PropertyModel::to_model_file() const {
  ModelFile file;
  file.architecture = to_json(architecture_);
  store_weights(*this, file);
  return file;
}

std::shared_ptr<PropertyModel> make_property_model(const PropertyArchitecture& architecture, std::uint64_t seed,
                                                   const std::vector<double>& element_features) {
  auto model = make(architecture);
  draw_weights(*model, seed);
  for (auto& buffer : model->named_buffers())
    if (buffer.key() == "element_features") {
      if (element_features.size() != static_cast<std::size_t>(buffer.value().numel()))
        fail("{} element features where the architecture needs {}", element_features.size(), buffer.value().numel());
      buffer.value().copy_(torch::tensor(element_features, torch::kDouble).reshape(buffer.value().sizes()));
    }
  return model;
}

std::shared_ptr<PropertyModel> make_property_model(const std::string& architecture, std::uint64_t seed) {
  return make_property_model(parse_property_architecture(architecture, "new"), seed);
}

std::shared_ptr<PropertyModel> load_property_model(const ModelFile& file) {
  auto model = make(parse_property_architecture(file.architecture, file.path));
  load_weights(*model, file);
  model->eval();
  return model;
}

CrystalBatch gather_crystals(const CrystalArrays& arrays, const std::int64_t* samples, std::size_t n) {
  CrystalBatch batch;
  const auto count = static_cast<std::int64_t>(n);
  batch.atom_offset = torch::zeros({count + 1}, torch::kLong);
  auto* offset = batch.atom_offset.data_ptr<std::int64_t>();
  std::int64_t n_edges = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const std::int64_t first = arrays.atom_offset[samples[k]], last = arrays.atom_offset[samples[k] + 1];
    offset[k + 1] = offset[k] + last - first;
    if (arrays.edge_offset != nullptr) n_edges += arrays.edge_offset[last] - arrays.edge_offset[first];
  }
  batch.atomic_number = torch::empty({offset[n]}, torch::kInt);
  batch.source = torch::empty({n_edges}, torch::kInt);
  batch.destination = torch::empty({n_edges}, torch::kInt);
  batch.distance = torch::empty({n_edges}, torch::kFloat);
  auto* number = batch.atomic_number.data_ptr<std::int32_t>();
  auto* source = batch.source.data_ptr<std::int32_t>();
  auto* destination = batch.destination.data_ptr<std::int32_t>();
  auto* distance = batch.distance.data_ptr<float>();
  for (std::size_t k = 0; k < n; ++k) {
    const std::int64_t first = arrays.atom_offset[samples[k]], last = arrays.atom_offset[samples[k] + 1];
    for (std::int64_t a = first; a < last; ++a) {
      *number++ = arrays.atomic_number[a];
      if (arrays.edge_offset == nullptr) continue;
      for (std::int64_t e = arrays.edge_offset[a]; e < arrays.edge_offset[a + 1]; ++e) {
        *source++ = static_cast<std::int32_t>(offset[k] + a - first);
        *destination++ = static_cast<std::int32_t>(offset[k] + arrays.neighbor[e]);
        *distance++ = arrays.distance[e];
      }
    }
  }
  if (arrays.descriptor != nullptr) {
    const std::int64_t width = arrays.descriptor_width;
    batch.descriptor = torch::empty({count, width}, torch::kFloat);
    auto* row = batch.descriptor.data_ptr<float>();
    for (std::size_t k = 0; k < n; ++k, row += width) std::copy_n(arrays.descriptor + samples[k] * width, width, row);
  }
  return batch;
}

}  // namespace spinel
