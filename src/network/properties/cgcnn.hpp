#pragma once

#include <torch/nn/modules/linear.h>

#include <vector>

#include "model/element_places.hpp"
#include "network/properties/global_batch_norm.hpp"
#include "network/properties/property_model.hpp"

namespace spinel {

/// Crystal graph convolutional network (T. Xie and J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018), eq. 5):
///   v_i ← softplus(v_i + BN(Σ_j σ(BN(z W_f + b_f)) ⊙ softplus(BN(z W_s + b_s)))),  z = v_i ⊕ v_j ⊕ Gaussians(d_ij),
/// over the neighbors j of i; then the mean over the atoms of a crystal, softplus, and n_h layers with softplus between
/// them. Weights are named as in the authors' state_dict: embedding.*, convs.<k>.{fc_full,bn1,bn2}.*, conv_to_fc.*,
/// fcs.<k>.*, fc_out.*; and element_features [element][feature].
class Cgcnn final : public PropertyModel {
 public:
  explicit Cgcnn(const PropertyArchitecture& architecture);

  torch::Tensor forward(const CrystalBatch& batch) override;
  double radius() const override { return architecture().cgcnn.radius; }
  int max_neighbors() const override { return static_cast<int>(architecture().cgcnn.max_neighbors); }

  /// Whether convolutions run in the fused kernels (network/properties/crystal_convolution.hpp) where those can;
  /// autograd over torch's own operations otherwise, which gives the same to rounding.
  bool fused = true;

 private:
  struct Convolution {
    torch::nn::Linear full{nullptr};
    std::shared_ptr<GlobalBatchNorm> edge_norm, sum_norm;
  };
  torch::Tensor convolve(Convolution& layer, const torch::Tensor& atoms, const torch::Tensor& gaussians,
                         const torch::Tensor& source, const torch::Tensor& destination);

  ElementPlaces places_;
  torch::Tensor element_features_;  // undefined: one row of the embedding an element
  torch::Tensor centers_;
  torch::nn::Linear embedding_{nullptr}, to_hidden_{nullptr}, out_{nullptr};
  std::vector<Convolution> convolutions_;
  std::vector<torch::nn::Linear> hidden_;
};

}  // namespace spinel
