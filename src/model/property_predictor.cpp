#include "model/property_predictor.hpp"

#include <algorithm>
#include <cmath>

#include "crystal/composition_features.hpp"
#include "model/cgcnn_predictor.hpp"
#include "model/crystal_inputs.hpp"
#include "model/weight_reader.hpp"

namespace spinel {

namespace {

/// Perceptron (network/properties/perceptron.hpp), frozen.
class PerceptronPredictor final : public PropertyPredictor {
 public:
  PerceptronPredictor(const ModelFile& file, PropertyArchitecture given) : PropertyPredictor(std::move(given)) {
    const WeightReader read(file);
    const MlpArchitecture& m = architecture().mlp;
    const std::int64_t n_inputs = m.n_inputs(architecture().elements.size());
    const auto &mean = read.get("input_mean", {n_inputs}), &scale = read.get("input_scale", {n_inputs});
    mean_.assign(mean.begin(), mean.end());
    scale_.assign(scale.begin(), scale.end());
    std::vector<std::int64_t> widths = m.widths;
    widths.push_back(architecture().n_outputs());
    std::int64_t in = n_inputs;
    for (const std::int64_t out : widths) {
      const std::string path = "layers." + std::to_string(layers_.size());
      layers_.emplace_back(read.get(path + ".weight", {out, in}), read.get(path + ".bias", {out}),
                           static_cast<std::size_t>(in), static_cast<std::size_t>(out));
      in = out;
    }
  }

 private:
  void compute(const CrystalInput& crystal, const std::int32_t* place, double* out) override {
    x_.resize(mean_.size());
    composition_inputs(architecture(), crystal.atomic_number, place, crystal.n_atoms, x_.data());
    const std::size_t n_descriptors = architecture().mlp.descriptors.size();
    std::copy_n(crystal.descriptor, n_descriptors, x_.end() - static_cast<std::ptrdiff_t>(n_descriptors));
    for (std::size_t c = 0; c < x_.size(); ++c) x_[c] = (x_[c] - mean_[c]) * scale_[c];
    const bool silu = architecture().mlp.activation == "silu";
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      if (k > 0 && silu) dense_kernels<float>().silu(x_.size(), x_.data());
      if (k > 0 && !silu)
        for (float& x : x_) x = std::max(x, 0.0f);
      y_.resize(layers_[k].width());
      layers_[k].apply(1, x_.data(), x_.size(), y_.data(), y_.size());
      std::swap(x_, y_);
    }
    for (std::int64_t k = 0; k < architecture().n_outputs(); ++k)
      out[k] = static_cast<double>(x_[static_cast<std::size_t>(k)]);
  }

  std::vector<float> mean_, scale_, x_, y_;
  std::vector<DenseLayer> layers_;
};

void to_probabilities(std::size_t n, double* x) {
  const double largest = *std::max_element(x, x + n);
  double sum = 0.0;
  for (std::size_t k = 0; k < n; ++k) sum += x[k] = std::exp(x[k] - largest);
  for (std::size_t k = 0; k < n; ++k) x[k] /= sum;
}

}  // namespace

PropertyPredictor::PropertyPredictor(PropertyArchitecture architecture)
    : architecture_(std::move(architecture)), places_(architecture_.elements) {}

void PropertyPredictor::predict(const CrystalInput& crystal, double* out) {
  place_.resize(crystal.n_atoms);
  for (std::size_t i = 0; i < crystal.n_atoms; ++i) place_[i] = places_.at(crystal.atomic_number[i]);
  compute(crystal, place_.data(), out);
  if (architecture_.is_classifier())
    to_probabilities(static_cast<std::size_t>(architecture_.n_classes), out);
  else
    *out = architecture_.std * *out + architecture_.mean + architecture_.reference(place_.data(), crystal.n_atoms);
}

std::unique_ptr<PropertyPredictor> make_property_predictor(const ModelFile& file) {
  PropertyArchitecture architecture = parse_property_architecture(file.architecture, file.path);
  if (architecture.kind == "cgcnn") return make_cgcnn_predictor(file, std::move(architecture));
  return std::make_unique<PerceptronPredictor>(file, std::move(architecture));
}

}  // namespace spinel
