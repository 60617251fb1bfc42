#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/dense_kernels.hpp"

namespace spinel {

/// Sizes of a periodic denoiser.
struct DenoiserShape {
  std::size_t width = 96;        ///< numbers of an atom and of an edge, a multiple of row_granule
  std::size_t layers = 4;        ///< rounds of messages
  std::size_t frequencies = 10;  ///< m = 1 … of cos and sin 2πm(x_j − x_i) along each lattice vector
  std::size_t n_types = 1;       ///< species, and the mask where types are generated
  std::size_t n_crystal = 38;    ///< numbers that a crystal brings: time, lattice, conditions
};

/// A matrix of the network's parameters in one array, row-major.
struct DenoiserMatrix {
  std::string name;
  std::size_t rows = 0, columns = 0, offset = 0;
};

/// Crystals of different size one after the other.
template <class Real>
struct DenoiserInput {
  std::size_t n_crystals = 0;
  const std::int64_t* first = nullptr;  ///< [crystal + 1] first atom of each
  const std::int32_t* type = nullptr;   ///< [atom] 0 … n_types
  const Real* fractional = nullptr;     ///< [atom][3], any representative
  const Real* crystal = nullptr;        ///< [crystal][n_crystal]

  std::size_t n_atoms(std::size_t c) const { return static_cast<std::size_t>(first[c + 1] - first[c]); }
  /// Ordered pairs of atoms, one with itself among them, of the crystals from `begin` to `end`.
  std::size_t n_edges(std::size_t begin, std::size_t end) const {
    std::size_t n = 0;
    for (std::size_t c = begin; c < end; ++c) n += n_atoms(c) * n_atoms(c);
    return n;
  }
};

/// What the network says of them, or the gradient of a loss with respect to it.
template <class Real>
struct DenoiserOutput {
  Real* velocity = nullptr;  ///< [atom][3] in fractional coordinates, its mean over a crystal 0
  Real* types = nullptr;     ///< [atom][n_types]
  Real* cell = nullptr;      ///< [crystal][6]
};

/// Where the gradient of a loss with respect to the input is to go; null: it is not needed.
template <class Real>
struct DenoiserInputGradient {
  Real* fractional = nullptr;  ///< [atom][3], set
  Real* crystal = nullptr;     ///< [crystal][n_crystal], set
};

/// The network that all generators of crystals have in common: every atom of a crystal sends messages to every one, of
/// which it knows both species and cos, sin 2πm(x_j − x_i) (Jiao et al., DiffCSP, NeurIPS 2023, eqs. 6 – 9). So it is
/// exactly invariant under translations, under the choice of images and of the lattice's orientation, and equivariant
/// under permutations. Its first edge layer is split into a product for each atom, once, and even and odd parts for
/// each pair, so that two edges share one product. It needs no torch: sampling and training call these kernels. Real:
/// float, or double for tests.
template <class Real>
class Denoiser {
 public:
  explicit Denoiser(const DenoiserShape& shape);
  ~Denoiser();
  Denoiser(const Denoiser&) = delete;
  Denoiser& operator=(const Denoiser&) = delete;

  const DenoiserShape& shape() const { return shape_; }
  const std::vector<DenoiserMatrix>& matrices() const { return matrices_; }
  std::size_t n_parameters() const { return n_parameters_; }

  /// Takes new weights [n_parameters].
  void set_weights(const Real* weights);
  void forward(const DenoiserInput<Real>& input, const DenoiserOutput<Real>& output);
  /// Block by block of crystals: the outputs, then what `loss` makes of them, and the gradient of the weights that
  /// follows, added to `gradient` [n_parameters] (null: not needed). `loss` gets the first crystal of the block, the
  /// one behind the last, the outputs of all crystals and where to put its gradients of them.
  using Loss = std::function<void(std::size_t, std::size_t, const DenoiserOutput<Real>&, const DenoiserOutput<Real>&)>;
  void gradient(const DenoiserInput<Real>& input, const Loss& loss, Real* gradient,
                const DenoiserInputGradient<Real>& of_input = {});
  /// Products of n vectors with the Jacobian of the outputs, with one way forward for all of them. Block by block, for
  /// each vector: `vector` gets the crystals of the block as `loss` does, its number, the outputs, and where to put its
  /// components; `take` the same crystals and number, once the products are in `of_input`.
  using Vector = std::function<void(std::size_t, std::size_t, std::size_t, const DenoiserOutput<Real>&,
                                    const DenoiserOutput<Real>&)>;
  using Take = std::function<void(std::size_t, std::size_t, std::size_t)>;
  void products(const DenoiserInput<Real>& input, std::size_t n, const Vector& vector,
                const DenoiserInputGradient<Real>& of_input, const Take& take);

 private:
  struct Workspace;
  struct Packed;
  void forward_block(const DenoiserInput<Real>& input, std::size_t begin, std::size_t end, bool keep,
                     const DenoiserOutput<Real>& output);
  void backward_block(const DenoiserInput<Real>& input, std::size_t begin, std::size_t end,
                      const DenoiserOutput<Real>& output_gradient, Real* gradient,
                      const DenoiserInputGradient<Real>& of_input, bool is_last);
  void positions_gradient(const DenoiserInput<Real>& input, std::size_t begin, std::size_t end, Real* to) const;
  std::size_t end_of_block(const DenoiserInput<Real>& input, std::size_t begin) const;

  DenoiserShape shape_;
  std::vector<DenoiserMatrix> matrices_;
  std::size_t n_parameters_ = 0;
  std::vector<Real> weights_;
  std::unique_ptr<Packed> packed_;
  std::unique_ptr<Workspace> work_;
};

}  // namespace spinel
