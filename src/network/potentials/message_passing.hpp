#pragma once

#include <torch/nn/modules/linear.h>

#include <memory>
#include <string>
#include <vector>

#include "input/parameters.hpp"
#include "model/architecture.hpp"
#include "network/edge_sums.hpp"
#include "network/potentials/energy_model.hpp"
#include "network/potentials/painn_messages.hpp"
#include "network/potentials/radial_table.hpp"

namespace spinel {

/// Hyper-parameters that SchNet and PaiNN share, named as in their model files.
struct MessagePassingArchitecture {
  std::vector<std::string> element_types;
  std::int64_t width = 0;             ///< F, features of an atom
  std::int64_t interactions = 0;      ///< layers
  std::int64_t radial_functions = 0;  ///< K
  double cutoff = 0.0;                ///< Å
  std::int64_t moments = 1;           ///< of PaiNN: the highest degree of the moments of neighbors, 1 as published
};

/// What SchNet and PaiNN share: features of atoms that begin as an embedding of their elements, change in layers by
/// sums over neighbors of x_j ⊙ W(r_ij), and end in a perceptron F → F/2 → 1. Every W is multiplied by
/// cutoff_envelope, so that energies, forces and their derivatives are continuous where neighbors come and go.
///
/// On a CPU radial functions come from a table (RadialTable): forces can be differentiated with respect to weights, but
/// energies not twice with respect to positions.
class MessagePassing : public EnergyModel {
 public:
  explicit MessagePassing(MessagePassingArchitecture architecture);

  const std::vector<std::string>& elements() const override { return architecture_.element_types; }
  double cutoff() const override { return architecture_.cutoff; }
  torch::Tensor features(const AtomGraph& graph, const HaloExchangePtr& exchange) override;
  torch::Tensor readout(const torch::Tensor& features) override;

 protected:
  /// What depends on edge vectors alone.
  struct Geometry {
    torch::Tensor vector;  ///< as in AtomGraph
    torch::Tensor r;       ///< [edge] float64 Å
    torch::Tensor radial;  ///< radial_functions(r), [edge][…]; of a frozen SchNet on a CPU none
    torch::Tensor unit;    ///< [edge][3]
    torch::Tensor moment;  ///< [edge][M] harmonics of degree 2 and up, where there are moments
    EdgeListPtr edges;
    PainnEdgesPtr frozen;  ///< of a frozen PaiNN on a CPU, in place of radial, unit and edges
  };
  virtual bool is_fused() const { return false; }
  virtual bool takes_radial_functions() const { return true; }
  /// [r] float64 → [r][…] of what the filters are made of.
  virtual torch::Tensor radial_functions(const torch::Tensor& r) const = 0;
  /// s: embedding of all atoms, owned and ghost → features of the owned atoms after the last layer.
  virtual torch::Tensor interact(const Geometry& geometry, const torch::Tensor& s, std::int64_t n_owned,
                                 const HaloExchangePtr& exchange) const = 0;
  torch::nn::Linear linear(const std::string& name, std::int64_t in, std::int64_t out, bool bias);

  MessagePassingArchitecture architecture_;

 private:
  torch::Tensor embedding_;
  torch::nn::Linear readout_in_{nullptr}, readout_out_{nullptr};
  std::unique_ptr<RadialTable> table_;
};

/// Schütt et al., J. Chem. Phys. 148, 241722 (2018), with SiLU and, in place of filters cut off, filters that the
/// envelope brings to zero:  x = W₁s, m_i = Σ_j x_j ⊙ f(r_ij) MLP(gaussians(r_ij)), s += W₃ SiLU(W₂ m + b) + b.
///
/// Frozen on a CPU, the filters f(r) MLP(gaussians(r)) come from tables of their own.
class Schnet final : public MessagePassing {
 public:
  explicit Schnet(const MessagePassingArchitecture& architecture);
  void freeze() override;

 private:
  bool takes_radial_functions() const override { return filter_tables_.empty(); }
  torch::Tensor radial_functions(const torch::Tensor& r) const override;
  torch::Tensor interact(const Geometry& geometry, const torch::Tensor& s, std::int64_t n_owned,
                         const HaloExchangePtr& exchange) const override;
  struct Layer {
    torch::nn::Linear filter_in{nullptr}, filter_out{nullptr}, in{nullptr}, middle{nullptr}, out{nullptr};
  };
  /// [r][gaussians, envelope] → [r][F], in the type of its argument.
  static torch::Tensor filter(const Layer& layer, const torch::Tensor& radial);
  std::vector<Layer> layers_;
  std::vector<RadialTable> filter_tables_;  // [layer], once frozen on a CPU
};

/// Schütt, Unke & Gastegger, ICML 2021: scalar features s and vector features v of every atom.
///   message  φ = W₂ SiLU(W₁ s + b) + b = (φ_s, φ_v, φ_u);  W = linear in (sin(nπr/rc)/r, 1) times the envelope
///            s_i += Σ_j φ_s,j ⊙ W_s,  v_i += Σ_j v_j ⊙ φ_v,j ⊙ W_v + φ_u,j ⊙ W_u ⊗ r̂_ij
///   update   (a_vv, a_sv, a_ss) = MLP(s, ‖Vv‖):  v += a_vv ⊙ Uv,  s += a_ss + a_sv ⊙ ⟨Uv, Vv⟩
/// With `moments` L = 2 or 3 (not in the paper), the update also sees how neighbors are arranged beyond vectors, which
/// for a tetrahedron of bonds all vanish: the MLP's input is (s, ‖Vv‖, ‖Q_2‖, …, ‖Q_L‖) with
///   Q_lm,i = Σ_j φ_q,j ⊙ w_q Y_lm(r̂_ij).
///
/// ‖x‖ is √(x² + ε²) − ε with ε = 0.1: the kink of the norm at zero would give atoms at symmetric sites forces without
/// derivatives.
///
/// Frozen on a CPU, the sums over neighbors are fused (painn_messages).
class Painn final : public MessagePassing {
 public:
  explicit Painn(const MessagePassingArchitecture& architecture);
  void freeze() override;

 private:
  bool is_fused() const override { return is_fused_; }
  torch::Tensor radial_functions(const torch::Tensor& r) const override;
  torch::Tensor interact(const Geometry& geometry, const torch::Tensor& s, std::int64_t n_owned,
                         const HaloExchangePtr& exchange) const override;
  struct Layer {
    torch::nn::Linear filter_out{nullptr}, message_in{nullptr}, message_out{nullptr}, mix{nullptr}, update_in{nullptr},
        update_out{nullptr};
  };
  std::vector<Layer> layers_;
  bool is_fused_ = false;
};

/// The rows of kinds "schnet" and "painn" (network/kinds.hpp).
std::shared_ptr<EnergyModel> make_schnet(const Architecture& architecture);
void describe_schnet(const ModelParameters& from, nlohmann::json& to);
std::shared_ptr<EnergyModel> make_painn(const Architecture& architecture);
void describe_painn(const ModelParameters& from, nlohmann::json& to);

}  // namespace spinel
