#include "train/objectives/generator_training.hpp"

#include "network/threads.hpp"
#include "network/weights.hpp"
#include "train/objectives/generator_parts.hpp"
#include "train/trainer.hpp"

namespace spinel {

namespace {

using torch::Tensor;

class GeneratorObjective final : public Objective {
 public:
  GeneratorObjective(const GeneratorTrainingData& data, std::uint64_t seed,
                     const std::vector<std::int64_t>& training_part)
      : samples_(data, training_part),
        noise_(samples_.architecture(), data.condition_dropout),
        network_(samples_.architecture().shape()),
        module_(network_, seed, data.initial.get()) {
    metrics_ = {{"loss", ""}, {"coordinates", ""}, {"cell", ""}};
    if (samples_.architecture().generates_types) metrics_.push_back({"types", ""});
  }

  torch::nn::Module& module() override { return module_; }
  std::int64_t n_samples() const override { return samples_.data().n_crystals; }
  double cost(std::int64_t sample) const override { return samples_.cost(sample); }
  std::string name(std::int64_t sample) const override { return samples_.data().name(sample); }

  Tensor loss(const Batch& batch) override {
    NoisyCrystals crystals;
    auto noise = batch.noise();
    for (std::size_t k = 0; k < batch.samples.size(); ++k)
      noise_.add(samples_.at(batch.samples[k]), noise[k], crystals);
    return denoiser_loss(module_.flat(), Tensor(), network_, noise_, crystals, samples_.data().weights,
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
        noise_.add(samples_.at(sample), noise, crystals);
      }
    const AssessedCrystals assessed =
        assess_crystals(samples.size(), module_.flat(), network_, noise_, crystals, samples_.data().weights);
    for (std::size_t k = 0; k < samples.size(); ++k) {
      sums.add(0, output[k] = assessed.loss[k]);
      for (std::size_t p = 0; p + 1 < metrics_.size(); ++p) sums.add(p + 1, assessed.parts[k][p]);
    }
  }

  ModelFile model_file() override {
    ModelFile file;
    file.architecture = to_json(samples_.architecture());
    store_weights(module_, file);
    samples_.statistics().store(file);
    return file;
  }

 private:
  GeneratorSamples samples_;
  CrystalNoise noise_;
  Denoiser<float> network_;
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
