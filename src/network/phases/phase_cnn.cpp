#include "network/phases/phase_cnn.hpp"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn/functional/pooling.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "core/random.hpp"
#include "kernel/spin_patterns.hpp"
#include "model/architecture.hpp"
#include "network/weights.hpp"

namespace spinel {

namespace {

using torch::Tensor;

/// Rows of a table averaged over blocks: table [512][channel], patterns [configuration][y][x] →
/// [configuration][block y][block x][channel].
class PoolPatterns : public torch::autograd::Function<PoolPatterns> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& table, const Tensor& patterns,
                        std::int64_t px, std::int64_t py) {
    context->save_for_backward({patterns});
    context->saved_data["px"] = px;
    context->saved_data["py"] = py;
    const std::int64_t n = patterns.size(0), ly = patterns.size(1), lx = patterns.size(2), channels = table.size(1);
    const Tensor rows = table.contiguous();
    Tensor result = torch::empty({n, ly / py, lx / px, channels}, table.options());
    const std::int64_t width = ly / py * (lx / px) * channels;
    for (std::int64_t k = 0; k < n; ++k)
      pool_patterns(patterns.data_ptr<std::int16_t>() + k * ly * lx, lx, ly, px, py, rows.data_ptr<float>(), channels,
                    result.data_ptr<float>() + k * width);
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    const Tensor patterns = context->get_saved_variables()[0], slope = slopes[0].contiguous();
    const std::int64_t px = context->saved_data["px"].toInt(), py = context->saved_data["py"].toInt();
    const std::int64_t n = patterns.size(0), ly = patterns.size(1), lx = patterns.size(2), channels = slope.size(3);
    Tensor result = torch::zeros({n_spin_patterns, channels}, slope.options());
    const std::int64_t width = ly / py * (lx / px) * channels;
    for (std::int64_t k = 0; k < n; ++k)
      add_pattern_slopes(patterns.data_ptr<std::int16_t>() + k * ly * lx, lx, ly, px, py,
                         slope.data_ptr<float>() + k * width, channels, result.data_ptr<float>());
    return {result, Tensor(), Tensor(), Tensor()};
  }
};

Tensor every_pattern() {
  Tensor spins = torch::empty({n_spin_patterns, 9});
  auto at = spins.accessor<float, 2>();
  for (std::int64_t pattern = 0; pattern < n_spin_patterns; ++pattern)
    for (std::int64_t column = 0; column < 3; ++column)
      for (std::int64_t row = 0; row < 3; ++row)
        at[pattern][3 * row + column] = ((pattern >> (3 * column + row)) & 1) != 0 ? 1.0F : -1.0F;
  return spins;
}

/// [n][c][y][x] with periodic images all around.
Tensor with_images(const Tensor& x) {
  const auto wrap = [](const Tensor& values, std::int64_t axis) {
    const std::int64_t n = values.size(axis);
    return torch::cat({values.narrow(axis, n - 1, 1), values, values.narrow(axis, 0, 1)}, axis);
  };
  return wrap(wrap(x, 2), 3);
}

}  // namespace

PhaseCnn::PhaseCnn(PhaseCnnArchitecture architecture, std::uint64_t seed, std::uint64_t member)
    : architecture_(std::move(architecture)), every_pattern_(every_pattern()) {
  const Random random(seed, RandomPurpose::phase_weights);
  std::uint64_t layer = 0;
  const auto weights = [&](const std::string& name, std::vector<std::int64_t> dims) {
    std::int64_t fan_in = 1;
    for (std::size_t k = 1; k < dims.size(); ++k) fan_in *= dims[k];
    Tensor weight = torch::empty(dims);
    RandomSequence sequence(random, member, layer++);
    fill_uniform(weight, std::sqrt(6.0 / static_cast<double>(fan_in)), sequence);
    return register_parameter(name, weight);
  };
  const auto& widths = architecture_.widths;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    const std::string name = fmt::format("convolution{}", k + 1);
    weight_.push_back(weights(name + "_weight", {widths[k], k == 0 ? 1 : widths[k - 1], 3, 3}));
    bias_.push_back(register_parameter(name + "_bias", torch::zeros({widths[k]})));
  }
  head_weight_ = weights("head_weight", {architecture_.outputs, widths.back()});
  head_bias_ = register_parameter("head_bias", torch::zeros({architecture_.outputs}));
}

Tensor PhaseCnn::forward(const Tensor& input) {
  const Tensor h = architecture_.blocks > 0 ? forward_blocks(input) : forward_patterns(input);
  return torch::linear(torch::relu(torch::conv2d(with_images(h), weight_[2], bias_[2])).mean({2, 3}), head_weight_,
                       head_bias_);
}

Tensor PhaseCnn::forward_blocks(const Tensor& spins) {
  const auto half = [](const Tensor& x) {
    const auto divisor = [&x](std::int64_t axis) { return x.size(axis) > 2 && x.size(axis) % 2 == 0 ? 2 : 1; };
    return divisor(2) * divisor(3) > 1 ? torch::avg_pool2d(x, {divisor(2), divisor(3)}) : x;
  };
  // Torch's convolutions are slow with a single channel.
  std::vector<Tensor> neighbors;
  for (std::int64_t dy = -1; dy <= 1; ++dy)
    for (std::int64_t dx = -1; dx <= 1; ++dx) neighbors.push_back(torch::roll(spins, {-dy, -dx}, {1, 2}));
  Tensor h = torch::relu(torch::linear(torch::stack(neighbors, 3), weight_[0].reshape({-1, 9}), bias_[0]));
  h = half(h.permute({0, 3, 1, 2}).contiguous());
  return half(torch::relu(torch::conv2d(with_images(h), weight_[1], bias_[1])));
}

Tensor PhaseCnn::forward_patterns(const Tensor& patterns) {
  const PoolingPlan x = pooling_plan(patterns.size(2)), y = pooling_plan(patterns.size(1));
  const Tensor table = torch::relu(torch::linear(every_pattern_, weight_[0].reshape({-1, 9}), bias_[0]));
  Tensor h = PoolPatterns::apply(table, patterns, x.first, y.first).permute({0, 3, 1, 2}).contiguous();
  h = torch::relu(torch::conv2d(with_images(h), weight_[1], bias_[1]));
  return x.second * y.second > 1 ? torch::avg_pool2d(h, {y.second, x.second}) : h;
}

ModelFile PhaseCnn::to_model_file() const {
  ModelFile file;
  file.architecture = nlohmann::json{{"kind", "phase_cnn"},
                                     {"blocks", architecture_.blocks},
                                     {"widths", architecture_.widths},
                                     {"outputs", architecture_.outputs}}
                          .dump();
  store_weights(*this, file);
  return file;
}

std::shared_ptr<PhaseCnn> load_phase_cnn(const ModelFile& file) {
  const Architecture a(file);
  if (a.kind() != "phase_cnn")
    fail_input("model '{}' is no classifier of phases: its kind is not 'phase_cnn'", file.path);
  PhaseCnnArchitecture shape;
  shape.widths = a.widths("widths", 4096);
  if (shape.widths.size() != 3)
    fail_input("model '{}': 'widths' of its architecture are not three widths of layers", file.path);
  shape.blocks = a.integer("blocks", 0, 100000);
  shape.outputs = a.integer("outputs", 1, 100000);
  auto model = std::make_shared<PhaseCnn>(shape, 0);
  load_weights(*model, file);
  return model;
}

}  // namespace spinel
