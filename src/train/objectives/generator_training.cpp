#include "train/objectives/generator_training.hpp"

#include <torch/autograd.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "model/generators/composition_statistics.hpp"
#include "network/threads.hpp"
#include "network/weights.hpp"
#include "train/trainer.hpp"

namespace spinel {

namespace {

using torch::Tensor;

constexpr std::uint64_t assessment_draws = 8;

/// The weights of a denoiser, in its order and under its names.
class DenoiserModule : public torch::nn::Module {
 public:
  DenoiserModule(const Denoiser<float>& network, std::uint64_t seed) {
    for (std::size_t m = 0; m < network.matrices().size(); ++m) {
      const DenoiserMatrix& matrix = network.matrices()[m];
      const auto rows = static_cast<std::int64_t>(matrix.rows), columns = static_cast<std::int64_t>(matrix.columns);
      const auto ends_with = [&](const std::string& end) {
        return matrix.name.size() >= end.size() &&
               matrix.name.compare(matrix.name.size() - end.size(), end.size(), end) == 0;
      };
      Tensor weight = rows == 1 && matrix.name != "embedding" ? torch::zeros({columns}) : torch::zeros({rows, columns});
      RandomSequence numbers(Random(seed, RandomPurpose::initial_weight), 0, m);
      float* to = weight.data_ptr<float>();
      // Normal numbers keep the size of what passes; at the start the network says little.
      double deviation = matrix.name == "embedding" ? 1.0 : 1.0 / std::sqrt(static_cast<double>(rows));
      if (matrix.name == "atom_head") deviation *= 0.1;
      if (ends_with("node_2")) deviation *= 0.5;
      if (matrix.name == "cell_head_2") deviation = 0.0;
      if (ends_with("gain"))
        weight.fill_(1.0f);
      else if (weight.dim() == 2)
        for (std::int64_t i = 0; i < rows * columns; ++i) to[i] = static_cast<float>(deviation * numbers.normal());
      weights_.push_back(register_parameter(matrix.name, weight));
    }
  }

  /// All of them, one after the other.
  Tensor flat() const {
    std::vector<Tensor> parts;
    for (const Tensor& weight : weights_) parts.push_back(weight.reshape({-1}));
    return torch::cat(parts);
  }

 private:
  std::vector<Tensor> weights_;
};

/// The loss of noisy crystals as a function of the weights, its gradient found along with it.
class DenoiserLoss : public torch::autograd::Function<DenoiserLoss> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& weights, Denoiser<float>* network,
                        const CrystalNoise* noise, const NoisyCrystals* crystals,
                        const GeneratorLossWeights* parts_of_loss, double scale) {
    Tensor gradient = torch::zeros_like(weights);
    double total = 0.0;
    std::array<double, 4> parts{};
    network->set_weights(weights.data_ptr<float>());
    network->gradient(
        crystals->input(),
        [&](std::size_t begin, std::size_t end, const DenoiserOutput<float>& said, const DenoiserOutput<float>& to) {
          total += noise->loss(*crystals, begin, end, *parts_of_loss, scale, said, to, parts);
        },
        gradient.data_ptr<float>());
    context->save_for_backward({gradient});
    return torch::tensor(scale * total, torch::kDouble);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& from) {
    const Tensor gradient = context->get_saved_variables()[0] * from[0].to(torch::kFloat);
    return {gradient, Tensor(), Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

class GeneratorObjective final : public Objective {
 public:
  GeneratorObjective(const GeneratorTrainingData& data, std::uint64_t seed,
                     const std::vector<std::int64_t>& training_part)
      : data_(fitted(data, training_part)),
        noise_(data_.architecture, data_.condition_dropout),
        network_(data_.architecture.shape()),
        samples_(static_cast<std::size_t>(data_.n_crystals)),
        module_(network_, seed) {
    metrics_ = {{"loss", ""}, {"coordinates", ""}, {"cell", ""}};
    if (data_.architecture.generates_types) metrics_.push_back({"types", ""});
  }

  torch::nn::Module& module() override { return module_; }
  std::int64_t n_samples() const override { return data_.n_crystals; }
  double cost(std::int64_t sample) const override {
    const auto n = static_cast<double>(data_.atom_offset[sample + 1] - data_.atom_offset[sample]);
    return n * (n + 6.0);  // edges, and products for atoms
  }
  std::string name(std::int64_t sample) const override { return data_.name(sample); }

  Tensor loss(const Batch& batch) override {
    NoisyCrystals crystals;
    auto noise = batch.noise();
    for (std::size_t k = 0; k < batch.samples.size(); ++k) noise_.add(sample_of(batch.samples[k]), noise[k], crystals);
    return DenoiserLoss::apply(module_.flat(), &network_, &noise_, &crystals, &data_.weights,
                               1.0 / static_cast<double>(batch.size));
  }

  const std::vector<Metric>& metrics() const override { return metrics_; }
  std::int64_t n_outputs(std::int64_t) const override { return 1; }
  void assess(const std::vector<std::int64_t>& samples, MetricSums& sums, double* output) override {
    const torch::NoGradGuard no_gradient;
    const Random random(1, RandomPurpose::evaluation);
    NoisyCrystals crystals;
    for (const std::int64_t sample : samples)
      for (std::uint64_t draw = 0; draw < assessment_draws; ++draw) {
        RandomSequence noise(random, draw, static_cast<std::uint64_t>(sample));
        noise_.add(sample_of(sample), noise, crystals);
      }
    const std::size_t n_types = data_.architecture.shape().n_types;
    std::vector<float> velocity(crystals.velocity.size()), types(crystals.type.size() * n_types),
        cell(crystals.cell.size());
    std::vector<float> velocity_gradient(velocity.size()), types_gradient(types.size()), cell_gradient(cell.size());
    const Tensor weights = module_.flat();
    network_.set_weights(weights.data_ptr<float>());
    const DenoiserOutput<float> said = {velocity.data(), types.data(), cell.data()},
                                gradient = {velocity_gradient.data(), types_gradient.data(), cell_gradient.data()};
    network_.forward(crystals.input(), said);
    for (std::size_t k = 0; k < samples.size(); ++k) {
      std::array<double, 4> parts{};
      const std::size_t first = k * assessment_draws;
      output[k] = noise_.loss(crystals, first, first + assessment_draws, data_.weights, 1.0, said, gradient, parts) /
                  static_cast<double>(assessment_draws);
      sums.add(0, output[k]);
      for (std::size_t p = 0; p + 1 < metrics_.size(); ++p)
        sums.add(p + 1, parts[p] / static_cast<double>(assessment_draws));
    }
  }

  ModelFile model_file() override {
    ModelFile file;
    file.architecture = to_json(data_.architecture);
    store_weights(module_, file);
    statistics_.store(file);
    return file;
  }

 private:
  /// Made once, not once an epoch: it takes a search for the operations of the cell.
  const GeneratorSample& sample_of(std::int64_t sample) {
    auto& made = samples_[static_cast<std::size_t>(sample)];
    if (!made) made = make_sample(sample);
    return *made;
  }

  GeneratorSample make_sample(std::int64_t sample) const {
    GeneratorSample s;
    const std::int64_t first = data_.atom_offset[sample], last = data_.atom_offset[sample + 1];
    const Mat3 cell = Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(data_.cell + 9 * sample);
    const Mat3 to_fractional = to_fractional_matrix(cell);
    for (std::int64_t a = first; a < last; ++a) {
      s.type.push_back(place_[data_.atomic_number[a]]);
      const Vec3 x = to_fractional * Eigen::Map<const Vec3>(data_.position + 3 * a);
      s.fractional.insert(s.fractional.end(), x.begin(), x.end());
    }
    s.lattice = standardized(data_.architecture, lattice_vector(cell), s.type.size());
    for (const double* values : data_.conditions) s.conditions.push_back(values[sample]);
    s.operations = metric_operations(cell);
    return s;
  }

  /// Elements and statistics of the training part.
  GeneratorTrainingData fitted(GeneratorTrainingData data, const std::vector<std::int64_t>& training_part) {
    GeneratorArchitecture& a = data.architecture;
    std::set<int> seen;
    a.lattice_mean.fill(0.0);
    a.lattice_std.fill(0.0);
    const double share = 1.0 / static_cast<double>(training_part.size());
    std::vector<LatticeVector> lattices;
    for (const std::int64_t sample : training_part) {
      const std::int64_t first = data.atom_offset[sample], last = data.atom_offset[sample + 1];
      seen.insert(data.atomic_number + first, data.atomic_number + last);
      const auto n = static_cast<std::size_t>(last - first);
      LatticeVector k =
          lattice_vector(Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(data.cell + 9 * sample));
      k[5] -= std::log(static_cast<double>(n)) / std::sqrt(3.0);
      lattices.push_back(k);
      for (std::size_t i = 0; i < k.size(); ++i) a.lattice_mean[i] += share * k[i];
    }
    for (const LatticeVector& k : lattices)
      for (std::size_t i = 0; i < k.size(); ++i) a.lattice_std[i] += share * std::pow(k[i] - a.lattice_mean[i], 2);
    // What is the same in all crystals is to stay so.
    for (double& x : a.lattice_std) x = std::max(std::sqrt(x), 0.01);
    a.elements.clear();
    for (const int z : seen) {
      place_[static_cast<std::size_t>(z)] = static_cast<std::int32_t>(a.elements.size());
      a.elements.emplace_back(element_symbol(z));
    }
    for (const std::int64_t sample : training_part) {
      std::vector<std::int32_t> types;
      for (std::int64_t atom = data.atom_offset[sample]; atom < data.atom_offset[sample + 1]; ++atom)
        types.push_back(place_[data.atomic_number[atom]]);
      statistics_.add(types);
    }
    for (std::size_t c = 0; c < a.conditions.size(); ++c) {
      GeneratorCondition& condition = a.conditions[c];
      std::vector<double> values;
      for (const std::int64_t sample : training_part)
        if (const double x = data.conditions[c][sample]; std::isfinite(x)) values.push_back(x);
      if (values.empty()) fail_input("no crystal of the training part has a number '{}'", condition.name);
      const auto n = static_cast<double>(values.size());
      double sum = 0.0, square = 0.0;
      for (const double x : values) sum += x / n;
      for (const double x : values) square += (x - sum) * (x - sum) / n;
      condition.mean = sum;
      condition.std = square > 0.0 ? std::sqrt(square) : 1.0;
      const auto [low, high] = std::minmax_element(values.begin(), values.end());
      condition.lowest = *low;
      condition.highest = *high;
    }
    return data;
  }

  CompositionStatistics statistics_;
  std::array<std::int32_t, 119> place_{};  // [atomic number] place in element_types
  GeneratorTrainingData data_;
  CrystalNoise noise_;
  Denoiser<float> network_;
  std::vector<std::optional<GeneratorSample>> samples_;  // of those that this rank has seen
  DenoiserModule module_;
  std::vector<Metric> metrics_;
};

}  // namespace

std::unique_ptr<Training> make_generator_training(const GeneratorTrainingData& data, const TrainerSettings& settings,
                                                  const DataParts& parts, const Communicator& communicator) {
  set_network_threads(1);
  const std::uint64_t seed = settings.seed + (settings.member << 32);
  return make_trainer(std::make_unique<GeneratorObjective>(data, seed, parts.train), settings, parts, communicator);
}

}  // namespace spinel
