#include "train/objectives/vae_training.hpp"

#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "network/properties/property_model.hpp"
#include "network/threads.hpp"
#include "network/weights.hpp"
#include "train/objectives/generator_parts.hpp"
#include "train/trainer.hpp"

namespace spinel {

namespace {

using torch::Tensor;

constexpr double presence_weight = 0.1;
constexpr std::size_t most_codes = 2000;
constexpr double most_log_variance = 6.0, least_log_variance = -12.0;

/// Two hidden layers with SiLU between, on latent vectors.
class Head : public torch::nn::Module {
 public:
  Head(std::int64_t in, std::int64_t hidden, std::int64_t out) {
    for (const auto& [from, to] : {std::pair{in, hidden}, {hidden, hidden}, {hidden, out}})
      layers_.push_back(torch::nn::Linear(from, to));
  }
  /// Registered in `owner` as <name>_1 … 3.
  void add_to(torch::nn::Module& owner, const std::string& name, std::uint64_t seed, std::uint64_t number) {
    const torch::NoGradGuard no_gradient;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      RandomSequence numbers(Random(seed, RandomPurpose::initial_weight), 1 + number, l);
      const double reach = 1.0 / std::sqrt(static_cast<double>(layers_[l]->weight.size(1)));
      fill_uniform(layers_[l]->weight, reach, numbers);
      fill_uniform(layers_[l]->bias, reach, numbers);
      owner.register_module(name + "_" + std::to_string(l + 1), layers_[l]);
    }
  }
  Tensor forward(Tensor x) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      x = layers_[l](x);
      if (l + 1 < layers_.size()) x = torch::silu(x);
    }
    return x;
  }

 private:
  std::vector<torch::nn::Linear> layers_;
};

class HeadsModule : public torch::nn::Module {
 public:
  HeadsModule(const GeneratorArchitecture& a, std::uint64_t seed)
      : contents_(a.latent.size, a.latent.head_width,
                  static_cast<std::int64_t>(a.latent.n_contents(a.elements.size()))),
        properties_(a.latent.size, a.latent.head_width,
                    std::max<std::int64_t>(1, static_cast<std::int64_t>(a.latent.n_property_outputs()))) {
    contents_.add_to(*this, "contents", seed, 0);
    if (!a.latent.properties.empty()) properties_.add_to(*this, "properties", seed, 1);
  }
  Tensor contents(const Tensor& z) { return contents_.forward(z); }
  Tensor properties(const Tensor& z) { return properties_.forward(z); }

 private:
  Head contents_, properties_;
};

/// All three, so that a trainer finds their weights.
class VaeModule : public torch::nn::Module {
 public:
  VaeModule(const GeneratorArchitecture& a, const Denoiser<float>& network, std::uint64_t seed,
            const GeneratorModel* initial)
      : decoder(register_module("decoder", std::make_shared<DenoiserModule>(network, seed, initial))),
        encoder(register_module("encoder", make_property_model(a.latent.encoder, seed))),
        heads(register_module("heads", std::make_shared<HeadsModule>(a, seed))) {}

  std::shared_ptr<DenoiserModule> decoder;
  std::shared_ptr<PropertyModel> encoder;
  std::shared_ptr<HeadsModule> heads;
};

Tensor huber(const Tensor& error) {
  const Tensor size = error.abs();
  return torch::where(size < 1.0, 0.5 * error * error, size - 0.5);
}

/// log(1 + exp x) − y x: binary cross entropy of logits x, y 0 or 1.
Tensor binary_entropy(const Tensor& x, const Tensor& y) { return torch::softplus(x) - y * x; }

class VaeObjective final : public Objective {
 public:
  VaeObjective(const GeneratorTrainingData& data, const VaeLossWeights& weights, std::uint64_t seed,
               const std::vector<std::int64_t>& training_part, const Communicator& communicator)
      : samples_(data, training_part),
        weights_(weights),
        training_part_(training_part),
        communicator_(communicator),
        noise_(samples_.architecture(), data.condition_dropout),
        network_(samples_.architecture().shape()),
        module_(samples_.architecture(), network_, seed, data.initial.get()) {
    module_.encoder->set_communicator(&communicator_);
    metrics_ = {{"loss", ""}, {"coordinates", ""}, {"cell", ""}};
    if (samples_.architecture().generates_types) metrics_.push_back({"types", ""});
    n_decoder_metrics_ = metrics_.size() - 1;
    metrics_.push_back({"kl", "nats"});
    metrics_.push_back({"contents", ""});
    for (const LatentProperty& property : latent().properties) metrics_.push_back({property.name, property.unit});
  }

  torch::nn::Module& module() override { return module_; }
  std::int64_t n_samples() const override { return samples_.data().n_crystals; }
  double cost(std::int64_t sample) const override { return samples_.cost(sample); }
  std::string name(std::int64_t sample) const override { return samples_.data().name(sample); }
  void begin_epoch(std::int64_t epoch) override {
    kl_weight_ =
        weights_.kl * (weights_.warm_up > 0.0 ? std::min(1.0, static_cast<double>(epoch + 1) / weights_.warm_up) : 1.0);
  }

  Tensor loss(const Batch& batch) override {
    const std::size_t n = batch.samples.size();
    const Codes codes = encode(batch.samples);
    const auto d = latent().size;
    Tensor epsilon = torch::empty({static_cast<std::int64_t>(n), d}),
           shown = torch::empty({static_cast<std::int64_t>(n), 1});
    NoisyCrystals crystals;
    auto noise = batch.noise();
    for (std::size_t k = 0; k < n; ++k) {
      noise_.add(samples_.at(batch.samples[k]), noise[k], crystals);
      fill_normal(noise[k], epsilon, k);
      shown.data_ptr<float>()[k] = noise[k].uniform() < samples_.data().condition_dropout ? 0.0f : 1.0f;
    }
    const Tensor z = codes.mean + torch::exp(0.5 * codes.log_variance) * epsilon;
    const double share = 1.0 / static_cast<double>(batch.size);
    const Tensor of_decoder = denoiser_loss(module_.decoder->flat(), torch::cat({z * shown, shown}, 1), network_,
                                            noise_, crystals, samples_.data().weights, share);
    const Tensor free = torch::clamp_min(divergence(codes), weights_.free_bits).sum();
    Tensor total = kl_weight_ * free + weights_.contents * contents_loss(z, batch.samples).sum();
    if (!latent().properties.empty()) {
      Tensor errors;
      total = total + weights_.properties * property_loss(z, batch.samples, errors).sum();
    }
    return of_decoder + share * total.to(torch::kDouble);
  }

  const std::vector<Metric>& metrics() const override { return metrics_; }
  std::int64_t n_outputs(std::int64_t) const override { return 1; }

  void assess(const std::vector<std::int64_t>& samples, MetricSums& sums, double* output) override {
    const torch::NoGradGuard no_gradient;
    if (samples.empty()) return;
    const Codes codes = encode(samples);
    const Random random(1, RandomPurpose::evaluation);
    const std::size_t n_crystal = network_.shape().n_crystal, d = static_cast<std::size_t>(latent().size);
    NoisyCrystals crystals;
    Tensor epsilon = torch::empty({1, latent().size});
    for (std::size_t k = 0; k < samples.size(); ++k)
      for (std::uint64_t draw = 0; draw < assessment_draws; ++draw) {
        RandomSequence noise(random, draw, static_cast<std::uint64_t>(samples[k]));
        noise_.add(samples_.at(samples[k]), noise, crystals);
        fill_normal(noise, epsilon, 0);
        const auto row = static_cast<std::int64_t>(k);
        const Tensor z = codes.mean[row] + torch::exp(0.5 * codes.log_variance[row]) * epsilon[0];
        std::copy_n(z.data_ptr<float>(), d, crystals.crystal.end() - static_cast<std::ptrdiff_t>(d + 1));
        crystals.crystal.back() = 1.0f;
      }
    static_cast<void>(n_crystal);
    const AssessedCrystals assessed =
        assess_crystals(samples.size(), module_.decoder->flat(), network_, noise_, crystals, samples_.data().weights);
    const Tensor kl = divergence(codes).to(torch::kDouble),
                 free = torch::clamp_min(kl, weights_.free_bits).sum(1).contiguous(), whole = kl.sum(1).contiguous();
    const Tensor contents = contents_loss(codes.mean, samples).to(torch::kDouble).contiguous();
    Tensor errors, properties;
    if (!latent().properties.empty()) {
      properties = property_loss(codes.mean, samples, errors).to(torch::kDouble).contiguous();
      errors = errors.to(torch::kDouble).contiguous();
    }
    const std::size_t n_properties = latent().properties.size();
    for (std::size_t k = 0; k < samples.size(); ++k) {
      output[k] = assessed.loss[k] + weights_.kl * free.data_ptr<double>()[k] +
                  weights_.contents * contents.data_ptr<double>()[k];
      if (n_properties > 0) output[k] += weights_.properties * properties.data_ptr<double>()[k];
      sums.add(0, output[k]);
      std::size_t metric = 1;
      for (std::size_t p = 0; p < n_decoder_metrics_; ++p) sums.add(metric++, assessed.parts[k][p]);
      sums.add(metric++, whole.data_ptr<double>()[k]);
      sums.add(metric++, contents.data_ptr<double>()[k]);
      for (std::size_t p = 0; p < n_properties; ++p, ++metric)
        if (const double error = errors.data_ptr<double>()[k * n_properties + p]; std::isfinite(error))
          sums.add(metric, error);
    }
  }

  /// Collective: latent vectors of the training part are found by all ranks together.
  ModelFile model_file() override {
    ModelFile file;
    file.architecture = to_json(samples_.architecture());
    store_weights(*module_.decoder, file);
    store_weights(*module_.encoder, file, "encoder.");
    store_weights(*module_.heads, file, "heads.");
    samples_.statistics().store(file);
    store_codes(file);
    return file;
  }

 private:
  struct Codes {
    Tensor mean, log_variance;  // [crystal][size]
  };

  const LatentArchitecture& latent() const { return samples_.architecture().latent; }

  Codes encode(const std::vector<std::int64_t>& samples) {
    const Tensor said =
        module_.encoder->forward(gather_crystals(samples_.data().graphs, samples.data(), samples.size()));
    const auto d = latent().size;
    return {said.narrow(1, 0, d), torch::clamp(said.narrow(1, d, d), least_log_variance, most_log_variance)};
  }

  static void fill_normal(RandomSequence& random, Tensor& to, std::size_t row) {
    const auto width = static_cast<std::size_t>(to.size(1));
    float* values = to.data_ptr<float>() + row * width;
    for (std::size_t j = 0; j < width; ++j) values[j] = static_cast<float>(random.normal());
  }

  /// [crystal][size], nats
  static Tensor divergence(const Codes& codes) {
    return 0.5 * (codes.mean * codes.mean + torch::exp(codes.log_variance) - 1.0 - codes.log_variance);
  }

  /// [crystal]
  Tensor contents_loss(const Tensor& z, const std::vector<std::int64_t>& samples) {
    const auto n = static_cast<std::int64_t>(samples.size()),
               n_elements = static_cast<std::int64_t>(samples_.architecture().elements.size());
    Tensor size = torch::zeros({n, 1}, torch::kLong), share = torch::zeros({n, n_elements}),
           lattice = torch::zeros({n, 6});
    for (std::int64_t k = 0; k < n; ++k) {
      const GeneratorSample& sample = samples_.at(samples[static_cast<std::size_t>(k)]);
      const std::size_t n_atoms = sample.type.size();
      // Larger crystals than the training part has are of validation and test alone.
      size.data_ptr<std::int64_t>()[k] = std::min(static_cast<std::int64_t>(n_atoms), latent().max_atoms) - 1;
      for (const std::int32_t type : sample.type)
        share.data_ptr<float>()[k * n_elements + type] += 1.0f / static_cast<float>(n_atoms);
      for (std::size_t i = 0; i < 6; ++i)
        lattice.data_ptr<float>()[6 * k + static_cast<std::int64_t>(i)] = static_cast<float>(sample.lattice[i]);
    }
    const Tensor said = module_.heads->contents(z);
    const auto atoms = latent().max_atoms;
    const Tensor of_size = -torch::log_softmax(said.narrow(1, 0, atoms), 1).gather(1, size).squeeze(1);
    const Tensor of_share = -(share * torch::log_softmax(said.narrow(1, atoms, n_elements), 1)).sum(1);
    const Tensor of_presence =
        binary_entropy(said.narrow(1, atoms + n_elements, n_elements), (share > 0.0).to(torch::kFloat)).sum(1);
    const Tensor of_lattice = (said.narrow(1, atoms + 2 * n_elements, 6) - lattice).square().mean(1);
    return of_size + of_share + presence_weight * of_presence + of_lattice;
  }

  /// [crystal]; errors: [crystal][property] absolute errors in its unit, NaN where it is not known.
  Tensor property_loss(const Tensor& z, const std::vector<std::int64_t>& samples, Tensor& errors) {
    const auto n = static_cast<std::int64_t>(samples.size());
    const Tensor said = module_.heads->properties(z);
    Tensor total = torch::zeros({n});
    std::vector<Tensor> columns;
    std::int64_t at = 0;
    for (std::size_t p = 0; p < latent().properties.size(); ++p) {
      const LatentProperty& property = latent().properties[p];
      Tensor label = torch::empty({n});
      for (std::int64_t k = 0; k < n; ++k)
        label.data_ptr<float>()[k] =
            static_cast<float>(samples_.data().properties[p][samples[static_cast<std::size_t>(k)]]);
      const Tensor known = torch::isfinite(label);
      const Tensor value = torch::where(known, label, torch::zeros_like(label));
      Tensor loss, error;
      if (property.has_zeros) {
        const Tensor logit = said.select(1, at), size = torch::softplus(said.select(1, at + 1));
        const Tensor is_above = (value > 0.0).to(torch::kFloat);
        loss = binary_entropy(logit, is_above) + is_above * huber(size - value / property.std);
        error = (torch::sigmoid(logit) * size * property.std - value).abs();
      } else {
        const Tensor given = (value - property.mean) / property.std;
        loss = huber(said.select(1, at) - given);
        error = property.std * (said.select(1, at) - given).abs();
      }
      total = total + torch::where(known, loss, torch::zeros_like(loss));
      columns.push_back(torch::where(known, error, torch::full_like(error, std::nan(""))).detach());
      at += static_cast<std::int64_t>(property.n_outputs());
    }
    errors = torch::stack(columns, 1);
    return total;
  }

  /// Latent vectors of crystals from all over the training part, and their mean deviations.
  void store_codes(ModelFile& file) {
    const torch::NoGradGuard no_gradient;
    const bool was_training = module_.is_training();
    module_.eval();
    const auto d = static_cast<std::size_t>(latent().size), n = training_part_.size(), kept = std::min(n, most_codes);
    std::vector<double> codes(kept * d, 0.0), variance(d, 0.0);
    constexpr std::size_t block = 256;
    const auto n_ranks = static_cast<std::size_t>(communicator_.size());
    for (std::size_t first = static_cast<std::size_t>(communicator_.rank()) * block; first < kept;
         first += n_ranks * block) {
      std::vector<std::int64_t> samples;
      for (std::size_t k = first; k < std::min(kept, first + block); ++k)
        samples.push_back(training_part_[k * n / kept]);
      const Codes found = encode(samples);
      const Tensor mean = found.mean.to(torch::kDouble).contiguous();
      std::copy_n(mean.data_ptr<double>(), mean.numel(), codes.begin() + static_cast<std::ptrdiff_t>(first * d));
      const Tensor sum = torch::exp(found.log_variance.to(torch::kDouble)).sum(0).contiguous();
      for (std::size_t j = 0; j < d; ++j) variance[j] += sum.data_ptr<double>()[j] / static_cast<double>(kept);
    }
    communicator_.sum(codes.data(), codes.size());
    communicator_.sum(variance.data(), variance.size());
    for (double& x : variance) x = std::sqrt(x);
    file.weights["latent_codes"] = {{static_cast<std::int64_t>(kept), latent().size}, std::move(codes)};
    file.weights["latent_deviation"] = {{latent().size}, std::move(variance)};
    if (was_training) module_.train();
  }

  GeneratorSamples samples_;
  VaeLossWeights weights_;
  std::vector<std::int64_t> training_part_;
  Communicator communicator_;
  CrystalNoise noise_;
  Denoiser<float> network_;
  VaeModule module_;
  double kl_weight_ = 0.0;
  std::vector<Metric> metrics_;
  std::size_t n_decoder_metrics_ = 0;
};

}  // namespace

std::unique_ptr<Training> make_vae_training(const GeneratorTrainingData& data, const VaeLossWeights& weights,
                                            const TrainerSettings& settings, const DataParts& parts,
                                            const Communicator& communicator) {
  set_network_threads(1);
  const std::uint64_t seed = settings.seed + (settings.member << 32);
  return make_trainer(std::make_unique<VaeObjective>(data, weights, seed, parts.train, communicator), settings, parts,
                      communicator);
}

}  // namespace spinel
