#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/dense_kernels.hpp"
#include "kernel/flow_kernels.hpp"
#include "model/generators/denoiser.hpp"

namespace spinel {

/// Sizes of the network of a flow.
struct VectorFlowShape {
  std::vector<std::size_t> hidden;     ///< widths of the layers
  std::string activation = "silu";     ///< silu | tanh | softplus
  std::vector<std::uint8_t> periodic;  ///< [column] 1: y and y + 1 are the same
  std::size_t frequencies = 10;        ///< m = 1 … of cos and sin 2πmy of periodic columns

  std::size_t dimension() const { return periodic.size(); }
  std::size_t n_features() const;
};

/// The divergence of a velocity: by its derivatives along all columns, or as εᵀ(∂v/∂y)ε with ε = ±1, whose mean over ε
/// it is (Hutchinson, Commun. Stat. 19, 433 (1990)).
enum class Divergence { none, exact, estimate };

/// Where the network is asked.
template <class Real>
struct FlowPoints {
  std::size_t n = 0;
  const Real* time = nullptr;  ///< [point] 0 … 1
  const Real* y = nullptr;     ///< [point][column]
  Divergence divergence = Divergence::none;
  const Real* probe = nullptr;  ///< [point][column] ε of Divergence::estimate
};

/// The velocity v(t, y) of a continuous normalizing flow of vectors (FFJORD, Grathwohl et al., ICLR 2019): a perceptron
/// whose layers are all shown the time, as sines and cosines. Derivatives along columns pass through it beside the
/// values, as tangents, and the gradient of a loss of velocity and divergence goes back through both. It needs no
/// torch: training and solvers call these kernels. What is said of a point does not depend on the others, bit for bit.
/// Real: float or double.
template <class Real>
class VectorFlow {
 public:
  explicit VectorFlow(const VectorFlowShape& shape);
  ~VectorFlow();
  VectorFlow(const VectorFlow&) = delete;
  VectorFlow& operator=(const VectorFlow&) = delete;

  const VectorFlowShape& shape() const { return shape_; }
  const std::vector<DenoiserMatrix>& matrices() const { return matrices_; }
  std::size_t n_parameters() const { return n_parameters_; }

  /// Takes new weights [n_parameters].
  void set_weights(const Real* weights);
  /// velocity [point][column]; divergence [point], null with Divergence::none.
  void forward(const FlowPoints<Real>& at, Real* velocity, Real* divergence);
  /// Block by block of points: velocity and divergence, then what `loss` makes of them, and the gradients that follow,
  /// of the weights, added to `weight_gradient` [n_parameters], and of y, set [point][column] (null: not needed).
  /// `loss` gets the first point of the block, the one behind the last, velocity and divergence of all points, and
  /// where to put its gradients of them, of which only those of the block count.
  using Loss = std::function<void(std::size_t, std::size_t, const Real*, const Real*, Real*, Real*)>;
  void gradient(const FlowPoints<Real>& at, const Loss& loss, Real* weight_gradient, Real* y_gradient);

 private:
  struct Layer;
  struct Workspace;
  std::size_t n_tangents(const FlowPoints<Real>& at) const;
  std::size_t points_of_block(const FlowPoints<Real>& at) const;
  void features(const FlowPoints<Real>& at, std::size_t begin, std::size_t end, bool keep);
  void forward_block(const FlowPoints<Real>& at, std::size_t begin, std::size_t end, bool keep, Real* velocity,
                     Real* divergence);
  void backward_block(const FlowPoints<Real>& at, std::size_t begin, std::size_t end, const Real* velocity_gradient,
                      const Real* divergence_gradient, Real* weight_gradient, Real* y_gradient);
  void add_weight_gradient(std::size_t layer, std::size_t points, std::size_t tangents, const Real* input,
                           const Real* output_gradient, Real* weight_gradient);

  VectorFlowShape shape_;
  std::vector<DenoiserMatrix> matrices_;  // of each layer three: weights, of the time, biases
  std::size_t n_parameters_ = 0;
  std::vector<std::size_t> column_of_;  // [feature]
  typename FlowKernels<Real>::Activation activation_;
  std::vector<Layer> layers_;
  std::unique_ptr<Workspace> work_;
};

}  // namespace spinel
