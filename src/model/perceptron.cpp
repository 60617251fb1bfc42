#include <algorithm>
#include <utility>

#include "crystal/composition_features.hpp"
#include "model/crystal_inputs.hpp"
#include "model/property_kinds.hpp"
#include "model/weight_reader.hpp"

namespace spinel {

namespace {

using nlohmann::json;

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

constexpr std::int64_t most_units = 1 << 14;

void read_architecture(const Architecture& read, PropertyArchitecture& a) {
  MlpArchitecture& m = a.mlp;
  m.widths = read.widths("hidden", most_units);
  m.activation = read.one_of("activation", {"silu", "relu"});
  m.fractions = read.value<bool>("composition_fractions");
  m.statistics = read.value<bool>("composition_statistics");
  m.descriptors = read.value<std::vector<std::string>>("descriptors");
  if (m.n_inputs(a.elements.size()) == 0)
    fail_input("model '{}': its architecture has no inputs: neither composition nor descriptors", read.path());
}

void write_architecture(const PropertyArchitecture& a, json& values) {
  const MlpArchitecture& m = a.mlp;
  values.update({{"hidden", m.widths},
                 {"activation", m.activation},
                 {"composition_fractions", m.fractions},
                 {"composition_statistics", m.statistics},
                 {"descriptors", m.descriptors}});
}

void describe(const ModelParameters& p, const std::vector<std::string>& descriptors, PropertyArchitecture& a) {
  a.mlp = {p.hidden, p.activation, p.composition_fractions, p.composition_statistics, descriptors};
}

}  // namespace

std::int64_t MlpArchitecture::n_inputs(std::size_t n_elements) const {
  return static_cast<std::int64_t>((fractions ? n_elements : 0) + (statistics ? n_composition_statistics() : 0) +
                                   descriptors.size());
}

const PropertyKind perceptron_kind = {
    "mlp",
    false,
    read_architecture,
    write_architecture,
    describe,
    [](const ModelFile& file, PropertyArchitecture architecture) -> std::unique_ptr<PropertyPredictor> {
      return std::make_unique<PerceptronPredictor>(file, std::move(architecture));
    }};

}  // namespace spinel
