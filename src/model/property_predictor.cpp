#include "model/property_predictor.hpp"

#include <algorithm>
#include <cmath>

#include "model/property_kinds.hpp"

namespace spinel {

namespace {

void to_probabilities(std::size_t n, double* x) {
  const double largest = *std::max_element(x, x + n);
  double sum = 0.0;
  for (std::size_t k = 0; k < n; ++k) sum += x[k] = std::exp(x[k] - largest);
  for (std::size_t k = 0; k < n; ++k) x[k] /= sum;
}

}  // namespace

PropertyPredictor::PropertyPredictor(PropertyArchitecture architecture)
    : architecture_(std::move(architecture)), places_(architecture_.elements) {}

double PropertyPredictor::radius() const {
  return property_kind(architecture_.kind).takes_graphs ? architecture_.cgcnn.radius : 0.0;
}

int PropertyPredictor::max_neighbors() const {
  return property_kind(architecture_.kind).takes_graphs ? static_cast<int>(architecture_.cgcnn.max_neighbors) : 0;
}

void PropertyPredictor::outputs(const CrystalInput& crystal, double* out) {
  place_.resize(crystal.n_atoms);
  for (std::size_t i = 0; i < crystal.n_atoms; ++i) place_[i] = places_.at(crystal.atomic_number[i]);
  compute(crystal, place_.data(), out);
}

void PropertyPredictor::predict(const CrystalInput& crystal, double* out) {
  outputs(crystal, out);
  if (architecture_.is_classifier())
    to_probabilities(static_cast<std::size_t>(architecture_.n_classes), out);
  else
    *out = architecture_.std * *out + architecture_.mean + architecture_.reference(place_.data(), crystal.n_atoms);
}

std::unique_ptr<PropertyPredictor> make_property_predictor(const ModelFile& file) {
  PropertyArchitecture architecture = parse_property_architecture(file.architecture, file.path);
  const PropertyKind& kind = property_kind(architecture.kind);
  return kind.make_predictor(file, std::move(architecture));
}

}  // namespace spinel
