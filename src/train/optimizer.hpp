#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spinel {

/// How weights follow their gradient.
struct OptimizerSettings {
  std::string kind = "adamw";  ///< adamw | sgd
  double weight_decay = 0.0;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;  ///< adamw
  double momentum = 0.9;                              ///< sgd
  bool nesterov = false;                              ///< sgd
};

/// Steps of all weights of a network, which lie one after another.
///
/// adamw (Loshchilov & Hutter, ICLR 2019): w ← w − η λ w;  m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;
///   w ← w − η m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε).
/// sgd: g ← g + λ w;  m ← μ m + g;  w ← w − η m, with `nesterov` w ← w − η (g + μ m).
/// Both as PyTorch's AdamW and SGD. λ holds for arrays of two and more dimensions only: biases and scales are free.
/// T: float or double; all state is of that type.
template <class T>
class Optimizer {
 public:
  /// `decays`: [size] 1 where weight decay applies.
  Optimizer(const OptimizerSettings& settings, std::size_t size, std::vector<std::uint8_t> decays);

  void step(T* weight, const T* gradient, double rate);

  /// Everything that the next step depends on: arrays [size], and the number of steps done.
  std::vector<std::vector<T>*> arrays();
  std::int64_t steps = 0;

 private:
  void adamw(T* weight, const T* gradient, double rate);
  void sgd(T* weight, const T* gradient, double rate);

  OptimizerSettings settings_;
  std::vector<T> decay_;  // [size] weight_decay or 0
  std::vector<T> first_, second_;
};

}  // namespace spinel
