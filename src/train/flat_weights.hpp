#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <vector>

namespace spinel {

/// All parameters of a network in one array, and their gradients in another, of which the tensors of the network become
/// views: optimizer, average and checkpoint run over plain arrays, and gradients are summed over ranks where they lie.
/// The last parameter of the network comes first, because backward finishes it first; buckets are stretches of about
/// `bucket_bytes` that are sent as one message. Before the first parameter lie `n_notes` numbers that travel with the
/// first bucket. Parameters begin at multiples of 64 bytes; what lies between stays 0.
class FlatWeights {
 public:
  static constexpr std::int64_t n_notes = 16;

  struct Bucket {
    std::int64_t first, size;             ///< in the arrays
    std::vector<std::size_t> parameters;  ///< in the order of module.parameters()
  };

  /// InputError where parameters are not all float or all double.
  FlatWeights(torch::nn::Module& module, std::int64_t bucket_bytes);

  torch::ScalarType type() const { return weight_.scalar_type(); }
  std::int64_t size() const { return weight_.numel(); }        ///< notes and gaps included
  std::int64_t n_weights() const { return n_weights_; }        ///< of the network
  const torch::Tensor& weight() const { return weight_; }      ///< [size]
  const torch::Tensor& gradient() const { return gradient_; }  ///< [size]
  const std::vector<torch::Tensor>& parameters() const { return parameters_; }
  const std::vector<Bucket>& buckets() const { return buckets_; }
  /// [size] 1 for the elements of matrices and tensors, 0 for biases, scales and gaps.
  const std::vector<std::uint8_t>& is_matrix() const { return is_matrix_; }

  /// What else the network keeps and changes while training: running statistics. All of floating point, joined.
  torch::Tensor buffers() const;
  void set_buffers(const torch::Tensor& joined);

 private:
  std::vector<torch::Tensor> parameters_, buffers_;
  torch::Tensor weight_, gradient_;
  std::vector<Bucket> buckets_;
  std::vector<std::uint8_t> is_matrix_;
  std::int64_t n_weights_ = 0;
};

}  // namespace spinel
