#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "model/model_file.hpp"

namespace spinel {

/// Shape of a PhaseCnn; the attribute `architecture` of its model file (doc/models.md).
struct PhaseCnnArchitecture {
  std::int64_t blocks = 8;                           ///< along an edge, averaged over; 0: the spins themselves
  std::vector<std::int64_t> widths = {32, 64, 128};  ///< channels of the three convolutions
  std::int64_t outputs = 2;                          ///< classes
};

/// A convolutional network of spin configurations on periodic lattices of any size:
///
///     3 × 3 convolution, ReLU, averages   widths[0]
///     3 × 3 convolution, ReLU, averages   widths[1]
///     3 × 3 convolution, ReLU, average over all that is left   widths[2]
///     linear   outputs
///
/// All convolutions wrap around. There are two kinds of input.
///
/// Block spins, averages of the spins over blocks × blocks blocks of the lattice: what real-space renormalization
/// leaves of it. Two lattices of different size look alike at the same (T − T_c) L^(1/ν), so one network can learn and
/// judge all sizes, and where its confidence crosses one half follows finite-size scaling; what it is not shown is the
/// energy of neighboring spins, which distinguishes temperatures without knowing of any transition. The averages behind
/// the first two convolutions are over 2 × 2 where the edge is even and above 2.
///
/// The spins themselves: the averages behind the first two convolutions take the lattice down to 4 × 4 or so
/// (pooling_plan()). The first convolution has 512 different results, and is a table (spin_patterns.hpp).
class PhaseCnn : public torch::nn::Module {
 public:
  /// Weights are uniform in ±sqrt(6/fan-in), biases 0, from random numbers of `seed` and `member`.
  PhaseCnn(PhaseCnnArchitecture architecture, std::uint64_t seed, std::uint64_t member = 0);

  const PhaseCnnArchitecture& architecture() const { return architecture_; }

  /// Input: block_spins(), float32 [configuration][block y][block x], or where `blocks` is 0 spin_patterns(),
  /// int16 [configuration][y][x]. Returns logits float32 [configuration][output].
  torch::Tensor forward(const torch::Tensor& input);

  /// Without attributes other than those of the network.
  ModelFile to_model_file() const;

 private:
  torch::Tensor forward_blocks(const torch::Tensor& spins);
  torch::Tensor forward_patterns(const torch::Tensor& patterns);

  PhaseCnnArchitecture architecture_;
  torch::Tensor every_pattern_;  // [512][9] ±1
  std::vector<torch::Tensor> weight_, bias_;
  torch::Tensor head_weight_, head_bias_;
};

/// The network of a model file with its weights. InputError where it is another kind or its weights do not fit.
std::shared_ptr<PhaseCnn> load_phase_cnn(const ModelFile& file);

}  // namespace spinel
