#include "train/objectives/density_training.hpp"

#include <torch/autograd.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/error.hpp"
#include "model/vectors/flow_solver.hpp"
#include "network/threads.hpp"
#include "network/weights.hpp"
#include "train/trainer.hpp"

namespace spinel {

namespace {

using torch::Tensor;

constexpr std::uint64_t assessment_draws = 8;
constexpr std::size_t most_judged = 500;        // vectors of the validation part in every epoch
constexpr std::size_t most_exact_columns = 16;  // beyond, assessments estimate the divergence

/// The weights of a flow, in its order and under its names.
class VectorFlowModule : public torch::nn::Module {
 public:
  VectorFlowModule(const VectorFlow<float>& network, std::uint64_t seed) {
    const auto& matrices = network.matrices();
    for (std::size_t m = 0; m < matrices.size(); ++m) {
      const auto rows = static_cast<std::int64_t>(matrices[m].rows),
                 columns = static_cast<std::int64_t>(matrices[m].columns);
      // Of each layer weights, weights of the time, biases.
      const bool is_bias = m % 3 == 2, is_last = m + 3 >= matrices.size();
      Tensor weight = is_bias ? torch::zeros({columns}) : torch::zeros({rows, columns});
      RandomSequence numbers(Random(seed, RandomPurpose::initial_weight), 0, m);
      // Normal numbers keep the size of what passes; at the start nothing moves much.
      const double deviation = (is_last ? 0.1 : 1.0) / std::sqrt(static_cast<double>(rows));
      for (std::int64_t i = 0; i < rows * columns && !is_bias; ++i)
        weight.data_ptr<float>()[i] = static_cast<float>(deviation * numbers.normal());
      weights_.push_back(register_parameter(matrices[m].name, weight));
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

/// A loss as a function of the weights, its gradient found along with it.
class FlowLoss : public torch::autograd::Function<FlowLoss> {
 public:
  /// Adds the gradient; returns the loss.
  using Compute = std::function<double(float* gradient)>;

  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& weights, VectorFlow<float>* network,
                        const Compute* compute) {
    Tensor gradient = torch::zeros_like(weights);
    network->set_weights(weights.data_ptr<float>());
    const double loss = (*compute)(gradient.data_ptr<float>());
    context->save_for_backward({gradient});
    return torch::tensor(loss, torch::kDouble);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& from) {
    return {context->get_saved_variables()[0] * from[0].to(torch::kFloat), Tensor(), Tensor()};
  }
};

/// Points on the ways from noise to vectors, and their velocities.
struct FlowPath {
  std::vector<float> time, y, velocity;  // [point], [point][column]
};

class DensityObjective final : public Objective {
 public:
  DensityObjective(const DensityTrainingData& data, std::uint64_t seed, const DataParts& parts)
      : data_(fitted(data, parts.train)),
        dimension_(data_.architecture.dimension()),
        network_(data_.architecture.shape()),
        module_(network_, seed) {
    metrics_ = {{"nll", "nats/dim"}};
    if (matches_flow()) metrics_.push_back({"flow_loss", ""});
    // The rest of a large validation part would only take time, epoch after epoch.
    const std::size_t n = parts.validation.size();
    for (std::size_t k = 0; k < n && n > most_judged; ++k)
      if (k * most_judged / n == (k + 1) * most_judged / n) not_judged_.insert(parts.validation[k]);
  }

  torch::nn::Module& module() override { return module_; }
  std::int64_t n_samples() const override { return data_.n_vectors; }
  /// A way through the solver asks the network a hundred times.
  double cost(std::int64_t sample) const override { return not_judged_.count(sample) > 0 ? 0.1 : 1.0; }
  std::string name(std::int64_t sample) const override { return fmt::format("{}", sample + 1); }

  Tensor loss(const Batch& batch) override {
    const double scale = 1.0 / static_cast<double>(batch.size * static_cast<std::int64_t>(dimension_));
    auto noise = batch.noise();
    const FlowLoss::Compute compute = [&](float* gradient) {
      return matches_flow() ? flow_matching(batch.samples, noise, scale, gradient)
                            : likelihood(batch.samples, noise, scale, gradient);
    };
    return FlowLoss::apply(module_.flat(), &network_, &compute);
  }

  const std::vector<Metric>& metrics() const override { return metrics_; }
  std::int64_t n_outputs(std::int64_t) const override { return 1; }
  void assess(const std::vector<std::int64_t>& samples, MetricSums& sums, double* output) override {
    const torch::NoGradGuard no_gradient;
    const Tensor weights = module_.flat();
    network_.set_weights(weights.data_ptr<float>());
    std::fill_n(output, samples.size(), std::numeric_limits<double>::quiet_NaN());
    std::vector<std::size_t> judged;
    for (std::size_t k = 0; k < samples.size(); ++k)
      if (not_judged_.count(samples[k]) == 0) judged.push_back(k);
    assess_likelihood(samples, judged, sums, output);
    if (!matches_flow()) return;
    FlowPath path;
    const Random random(1, RandomPurpose::evaluation);
    for (const std::int64_t sample : samples)
      for (std::uint64_t draw = 0; draw < assessment_draws; ++draw) {
        RandomSequence numbers(random, draw, static_cast<std::uint64_t>(sample));
        add_to_path(sample, numbers, path);
      }
    std::vector<float> said(path.y.size());
    network_.forward({path.time.size(), path.time.data(), path.y.data()}, said.data(), nullptr);
    for (std::size_t p = 0; p < path.time.size(); ++p) {
      double sum = 0.0;
      for (std::size_t c = 0; c < dimension_; ++c) {
        const double error = static_cast<double>(said[p * dimension_ + c] - path.velocity[p * dimension_ + c]);
        sum += weight_of(c) * error * error;
      }
      sums.add(1, sum / static_cast<double>(dimension_));
    }
  }

  ModelFile model_file() override {
    ModelFile file;
    file.architecture = to_json(data_.architecture);
    store_weights(module_, file);
    return file;
  }

 private:
  bool matches_flow() const { return data_.objective == "flow_matching"; }
  double weight_of(std::size_t column) const { return data_.architecture.columns[column].period > 0.0 ? 12.0 : 1.0; }
  const double* vector(std::int64_t sample) const {
    return data_.values + static_cast<std::size_t>(sample) * dimension_;
  }

  void add_to_path(std::int64_t sample, RandomSequence& random, FlowPath& path) const {
    std::vector<double> from(dimension_), to(dimension_);
    const double t = random.uniform();
    data_.architecture.draw_noise(random, from.data());
    data_.architecture.to_flow(vector(sample), to.data());
    path.time.push_back(static_cast<float>(t));
    for (std::size_t c = 0; c < dimension_; ++c) {
      double way = to[c] - from[c];
      if (data_.architecture.columns[c].period > 0.0) way -= std::round(way);
      path.y.push_back(static_cast<float>(from[c] + t * way));
      path.velocity.push_back(static_cast<float>(way));
    }
  }

  double flow_matching(const std::vector<std::int64_t>& samples, std::vector<RandomSequence>& noise, double scale,
                       float* gradient) {
    FlowPath path;
    for (std::size_t k = 0; k < samples.size(); ++k) add_to_path(samples[k], noise[k], path);
    double total = 0.0;
    network_.gradient(
        {samples.size(), path.time.data(), path.y.data()},
        [&](std::size_t begin, std::size_t end, const float* said, const float*, float* to, float*) {
          for (std::size_t i = begin * dimension_; i < end * dimension_; ++i) {
            const auto error = static_cast<double>(said[i] - path.velocity[i]);
            const double weight = scale * weight_of(i % dimension_);
            total += weight * error * error;
            to[i] = static_cast<float>(2.0 * weight * error);
          }
        },
        gradient, nullptr);
    return total;
  }

  /// ε of Hutchinson's estimate.
  void add_probe(RandomSequence& random, std::vector<double>& probe) const {
    for (std::size_t c = 0; c < dimension_; ++c) probe.push_back(random.uniform() < 0.5 ? -1.0 : 1.0);
  }

  double likelihood(const std::vector<std::int64_t>& samples, std::vector<RandomSequence>& noise, double scale,
                    float* gradient) {
    const std::size_t n = samples.size();
    const bool is_exact = data_.trace == "exact";
    std::vector<double> y(n * dimension_), l(n), probe;
    for (std::size_t k = 0; k < n; ++k) {
      data_.architecture.to_flow(vector(samples[k]), y.data() + k * dimension_);
      if (!is_exact) add_probe(noise[k], probe);
    }
    double total = 0.0;
    const VectorArchitecture& a = data_.architecture;
    FlowSolver<float> solver(network_, settings());
    solver.gradient(
        {n, is_exact ? Divergence::exact : Divergence::estimate, probe.data()}, y.data(), l.data(),
        [&](const std::vector<SolverResult>& results, double* at, double* change) {
          std::vector<double> of_noise(dimension_);
          for (std::size_t k = 0; k < n; ++k) {
            double* here = at + k * dimension_;
            // A loss that is no number ends the training with the names of the batch.
            total -= results[k].failed ? std::numeric_limits<double>::quiet_NaN()
                                       : scale * (a.log_noise(here) + change[k] + a.log_scale());
            a.log_noise_gradient(here, of_noise.data());
            for (std::size_t c = 0; c < dimension_; ++c) here[c] = -scale * of_noise[c];
            change[k] = -scale;
          }
        },
        gradient);
    return total;
  }

  /// Of the samples at `judged`.
  void assess_likelihood(const std::vector<std::int64_t>& samples, const std::vector<std::size_t>& judged,
                         MetricSums& sums, double* output) {
    const std::size_t n = judged.size();
    const bool is_exact = dimension_ <= most_exact_columns;
    std::vector<double> y(n * dimension_), l(n), probe;
    const Random random(2, RandomPurpose::evaluation);
    for (std::size_t k = 0; k < n; ++k) {
      const std::int64_t sample = samples[judged[k]];
      data_.architecture.to_flow(vector(sample), y.data() + k * dimension_);
      RandomSequence numbers(random, 0, static_cast<std::uint64_t>(sample));
      if (!is_exact) add_probe(numbers, probe);
    }
    FlowSolver<float> solver(network_, settings());
    const auto results = solver.integrate({n, is_exact ? Divergence::exact : Divergence::estimate, probe.data()}, 1.0,
                                          0.0, y.data(), l.data());
    for (std::size_t k = 0; k < n; ++k) {
      const double log_p =
          data_.architecture.log_noise(y.data() + k * dimension_) + l[k] + data_.architecture.log_scale();
      output[judged[k]] =
          results[k].failed ? std::numeric_limits<double>::infinity() : -log_p / static_cast<double>(dimension_);
      sums.add(0, output[judged[k]]);
    }
  }

  SolverSettings settings() const { return {data_.tolerance, data_.tolerance, 10000}; }

  /// Means and deviations of the training part.
  static DensityTrainingData fitted(DensityTrainingData data, const std::vector<std::int64_t>& training_part) {
    const std::size_t d = data.architecture.dimension();
    const double share = 1.0 / static_cast<double>(training_part.size());
    for (std::size_t c = 0; c < d; ++c) {
      VectorColumn& column = data.architecture.columns[c];
      if (column.period > 0.0) continue;
      const auto of = [&](std::int64_t sample) { return data.values[static_cast<std::size_t>(sample) * d + c]; };
      double mean = 0.0, square = 0.0;
      for (const std::int64_t sample : training_part) mean += share * of(sample);
      for (const std::int64_t sample : training_part) square += share * (of(sample) - mean) * (of(sample) - mean);
      column.mean = mean;
      column.std = std::sqrt(square);
      if (!(column.std > 1e-12 * std::abs(mean)))
        fail_input("column '{}' is {} in the whole training part, and has no density", column.name, mean);
    }
    return data;
  }

  DensityTrainingData data_;
  std::size_t dimension_;
  VectorFlow<float> network_;
  VectorFlowModule module_;
  std::vector<Metric> metrics_;
  std::set<std::int64_t> not_judged_;
};

}  // namespace

std::unique_ptr<Training> make_density_training(const DensityTrainingData& data, const TrainerSettings& settings,
                                                const DataParts& parts, const Communicator& communicator) {
  set_network_threads(1);
  const std::uint64_t seed = settings.seed + (settings.member << 32);
  return make_trainer(std::make_unique<DensityObjective>(data, seed, parts), settings, parts, communicator);
}

}  // namespace spinel
