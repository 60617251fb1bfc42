#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "kernel/dense_kernels.hpp"
#include "model/model_file.hpp"

namespace spinel {

/// Weights of a model file by name, with the shape an architecture needs, for the kernels.
class WeightReader {
 public:
  explicit WeightReader(const ModelFile& file) : file_(file) {}

  /// InputError where it is missing or of another shape.
  const std::vector<double>& get(const std::string& name, const std::vector<std::int64_t>& dims) const {
    const auto found = file_.weights.find(name);
    if (found == file_.weights.end()) fail_input("model '{}' lacks the weight '{}'", file_.path, name);
    if (found->second.dims != dims)
      fail_input("model '{}': weight '{}' has the shape ({}) where its architecture needs ({})", file_.path, name,
                 fmt::join(found->second.dims, ", "), fmt::join(dims, ", "));
    return found->second.values;
  }

 private:
  const ModelFile& file_;
};

/// y = x·Wᵀ + b of float32 rows, padded with zeros to row_granule.
struct DenseLayer {
  DenseLayer() = default;
  /// W [out][in]
  DenseLayer(const std::vector<double>& w, const std::vector<double>& b, std::size_t in, std::size_t out)
      : bias(padded_width(out), 0.0f) {
    const std::vector<float> single(w.begin(), w.end());
    weight = PackedMatrix<float>(single.data(), in, out, 1, in);
    for (std::size_t c = 0; c < out; ++c) bias[c] = static_cast<float>(b[c]);
  }
  std::size_t width() const { return weight.n; }
  /// out: rows of width() numbers, `stride` apart.
  void apply(std::size_t rows, const float* x, std::size_t x_stride, float* out, std::size_t stride) const {
    dense_kernels<float>().multiply(rows, {x, x_stride}, weight, {bias.data(), 0}, {out, stride});
  }

  PackedMatrix<float> weight;
  std::vector<float> bias;
};

}  // namespace spinel
