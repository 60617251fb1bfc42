#include "network/weights.hpp"

#include <torch/types.h>

#include <utility>
#include <vector>

#include "core/error.hpp"

namespace spinel {

namespace {

using torch::Tensor;

std::string text(torch::IntArrayRef dims) { return fmt::format("({})", fmt::join(dims.begin(), dims.end(), ", ")); }

std::vector<std::pair<std::string, Tensor>> stored(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, Tensor>> result;
  for (const auto& item : module.named_parameters()) result.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) result.emplace_back(item.key(), item.value());
  return result;
}

}  // namespace

void load_weights(torch::nn::Module& module, const ModelFile& file, const std::string& prefix) {
  const torch::NoGradGuard no_gradient;
  for (auto& [key, tensor] : stored(module)) {
    const std::string name = prefix + key;
    const auto found = file.weights.find(name);
    if (found == file.weights.end()) fail_input("model '{}' lacks the weight '{}'", file.path, name);
    const ModelWeight& weight = found->second;
    if (tensor.sizes() != torch::IntArrayRef(weight.dims) ||
        static_cast<std::size_t>(tensor.numel()) != weight.values.size())
      fail_input("model '{}': weight '{}' has the shape {} where its architecture needs {}", file.path, name,
                 text(weight.dims), text(tensor.sizes()));
    tensor.copy_(torch::tensor(weight.values, torch::kDouble).reshape(tensor.sizes()));
  }
}

void store_weights(const torch::nn::Module& module, ModelFile& file, const std::string& prefix) {
  for (const auto& [key, tensor] : stored(module)) {
    const Tensor values = tensor.detach().to(torch::kCPU).to(torch::kDouble).contiguous();
    const auto* first = values.data_ptr<double>();
    file.weights[prefix + key] = {tensor.sizes().vec(), std::vector<double>(first, first + values.numel())};
  }
}

void fill_uniform(Tensor weight, double reach, RandomSequence& numbers) {
  const torch::NoGradGuard no_gradient;
  Tensor values = torch::empty(weight.sizes(), torch::kDouble);
  double* out = values.data_ptr<double>();
  for (std::int64_t i = 0; i < values.numel(); ++i) out[i] = reach * (2.0 * numbers.uniform() - 1.0);
  weight.copy_(values);
}

}  // namespace spinel
