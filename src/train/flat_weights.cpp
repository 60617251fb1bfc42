#include "train/flat_weights.hpp"

#include <torch/types.h>

#include <algorithm>

#include "core/error.hpp"

namespace spinel {

FlatWeights::FlatWeights(torch::nn::Module& module, std::int64_t bucket_bytes) {
  for (const auto& parameter : module.parameters())
    if (parameter.requires_grad()) parameters_.push_back(parameter);
  for (const auto& buffer : module.buffers())
    if (buffer.is_floating_point()) buffers_.push_back(buffer);
  if (parameters_.empty()) fail_input("the network has no weights to train");
  const auto type = parameters_.front().scalar_type();
  if (type != torch::kFloat && type != torch::kDouble) fail_input("weights must be of single or double precision");
  const std::int64_t element = type == torch::kFloat ? 4 : 8, alignment = 64 / element;
  const auto aligned = [&](std::int64_t n) { return (n + alignment - 1) / alignment * alignment; };

  std::vector<std::int64_t> first(parameters_.size());
  std::int64_t size = aligned(n_notes);
  buckets_.push_back({0, 0, {}});
  for (std::size_t k = parameters_.size(); k-- > 0;) {
    const torch::Tensor& parameter = parameters_[k];
    if (parameter.scalar_type() != type) fail_input("weights must be all of single or all of double precision");
    if ((size - buckets_.back().first) * element >= bucket_bytes) {
      buckets_.back().size = size - buckets_.back().first;
      buckets_.push_back({size, 0, {}});
    }
    first[k] = size;
    buckets_.back().parameters.push_back(k);
    size = aligned(size + parameter.numel());
    n_weights_ += parameter.numel();
  }
  buckets_.back().size = size - buckets_.back().first;

  const torch::NoGradGuard no_gradient;
  weight_ = torch::zeros({size}, parameters_.front().options().requires_grad(false));
  gradient_ = torch::zeros_like(weight_);
  is_matrix_.assign(static_cast<std::size_t>(size), 0);
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    torch::Tensor& parameter = parameters_[k];
    const auto view = weight_.narrow(0, first[k], parameter.numel()).view(parameter.sizes());
    view.copy_(parameter);
    parameter.set_data(view);
    parameter.mutable_grad() = gradient_.narrow(0, first[k], parameter.numel()).view(parameter.sizes());
    if (parameter.dim() >= 2) std::fill_n(is_matrix_.begin() + first[k], parameter.numel(), std::uint8_t{1});
  }
}

torch::Tensor FlatWeights::buffers() const {
  std::vector<torch::Tensor> flat;
  for (const auto& buffer : buffers_) flat.push_back(buffer.detach().reshape({-1}).to(type()));
  return flat.empty() ? torch::empty({0}, weight_.options()) : torch::cat(flat);
}

void FlatWeights::set_buffers(const torch::Tensor& joined) {
  const torch::NoGradGuard no_gradient;
  std::int64_t first = 0;
  for (auto& buffer : buffers_) {
    buffer.copy_(joined.narrow(0, first, buffer.numel()).view(buffer.sizes()));
    first += buffer.numel();
  }
}

}  // namespace spinel
