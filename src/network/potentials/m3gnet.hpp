#pragma once

#include "input/parameters.hpp"
#include "model/architecture.hpp"
#include "network/potentials/energy_model.hpp"
#include "network/potentials/fused_convolution.hpp"
#include "network/potentials/fused_three_body.hpp"
#include "network/potentials/gated_mlp.hpp"
#include "network/potentials/radial_basis.hpp"
#include "network/potentials/radial_table.hpp"

namespace spinel {

/// Hyper-parameters, named as matgl names them.
struct M3gnetArchitecture {
  std::vector<std::string> element_types;
  int max_n = 0, max_l = 0, nblocks = 0, units = 0, dim_node_embedding = 0, dim_edge_embedding = 0;
  bool use_smooth = false;
  double cutoff = 0.0, threebody_cutoff = 0.0;  // Å
};

/// M3GNet as a sum of atomic energies: Chen & Ong, Nature Computational Science 2, 718 (2022), as coded in matgl.
///
/// v = E[element], e = SiLU(W rbf(r) + b); then blocks of
///   three-body   ẽ_ij = f(r_ij) Σ_{k≠j} f(r_ik) R_ln(r_ik) Y_l0(cos θ_jik) σ(W v_k + b)_ln,  e += gated(ẽ),
///   convolution  e += gated([v_i, v_j, e]) ⊙ (W rbf),  v_j += Σ_i gated([v_i, v_j, e]) ⊙ (W rbf),
/// and a gated readout of v. f(r) = 1 − 10q³ + 15q⁴ − 6q⁵, q = r/threebody_cutoff.
///
/// The sum over k is done once an atom through the addition theorem of spherical harmonics,
///   Σ_k … Y_l0(cos θ_jik) = Σ_m S_lm(r̂_ij) [Σ_k … S_lm(r̂_ik)],
/// so its cost is linear in edges; the term k = j is taken out again. matgl clamps cos θ to ±(1 − 1e-7), which is left
/// out: it moves energies of crystals with straight bonds by some 1e-12 eV.
///
/// The first layers of the gated MLPs act on v_i, v_j and e apart: per atom, per atom and per edge. Frozen, the rest of
/// a convolution is fused (FusedConvolution).
class M3gnet final : public EnergyModel {
 public:
  explicit M3gnet(M3gnetArchitecture architecture);

  const std::vector<std::string>& elements() const override { return architecture_.element_types; }
  double cutoff() const override { return architecture_.cutoff; }
  torch::Tensor features(const AtomGraph& graph, const HaloExchangePtr& exchange) override;
  torch::Tensor readout(const torch::Tensor& features) override;
  void freeze() override;

 private:
  struct Geometry;
  struct Block {
    torch::nn::Linear update_atom{nullptr};
    std::shared_ptr<GatedMlp> update_bond, edge_update, node_update;
    torch::nn::Linear edge_weight{nullptr}, node_weight{nullptr};
    FusedConvolutionPtr fused;  // once frozen
  };
  Geometry geometry(const AtomGraph& graph) const;
  torch::Tensor plain_three_body(const ThreeBodyInput& input, std::int64_t n_owned) const;
  ConvolutionInput convolution_input(const Block& block, const AtomGraph& graph, const Geometry& geometry,
                                     const torch::Tensor& v, const torch::Tensor& e) const;
  std::pair<torch::Tensor, torch::Tensor> plain_convolution(const Block& block, const ConvolutionInput& input) const;

  M3gnetArchitecture architecture_;
  RadialBasis pair_basis_, triple_basis_;
  std::unique_ptr<RadialTable> table_;  // of triple_basis_, once frozen on a CPU
  torch::nn::Linear edge_embedding_{nullptr};
  torch::Tensor node_embedding_;
  std::vector<Block> blocks_;
  std::shared_ptr<GatedMlp> readout_;
};

/// The row of kind "m3gnet" (network/kinds.hpp). InputError where the architecture is not one this class computes.
std::shared_ptr<EnergyModel> make_m3gnet(const Architecture& architecture);
void describe_m3gnet(const ModelParameters& from, nlohmann::json& to);

}  // namespace spinel
