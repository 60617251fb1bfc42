#include "network/dropout.hpp"

#include "core/error.hpp"

namespace spinel {

torch::Tensor dropout(const torch::Tensor& x, double rate, std::vector<RandomSequence>& noise) {
  if (x.size(0) != static_cast<std::int64_t>(noise.size())) fail("{} rows for {} sequences", x.size(0), noise.size());
  if (rate == 0.0 || x.numel() == 0) return x;
  torch::Tensor scale = torch::empty(x.sizes(), torch::kDouble);
  double* out = scale.data_ptr<double>();
  const std::int64_t width = x.numel() / x.size(0);
  for (RandomSequence& numbers : noise)
    for (std::int64_t k = 0; k < width; ++k) *out++ = numbers.uniform() < rate ? 0.0 : 1.0 / (1.0 - rate);
  return x * scale.to(x.options().requires_grad(false));
}

}  // namespace spinel
