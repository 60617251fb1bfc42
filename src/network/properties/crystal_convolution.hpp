#pragma once

#include <torch/nn/modules/linear.h>

#include "kernel/crystal_kernels.hpp"
#include "network/properties/global_batch_norm.hpp"
#include "network/properties/property_model.hpp"

namespace spinel {

/// What the edges of a batch bring to every convolution of it, made once.
struct CrystalEdgeTables : torch::CustomClassHolder {
  torch::Tensor row;          ///< [atom + 1] int32
  torch::Tensor destination;  ///< [edge] int32
  torch::Tensor first;        ///< [edge] int32
  torch::Tensor gaussian;     ///< [edge][window]
  std::int64_t n_atoms() const { return row.size(0) - 1; }
  std::int64_t n_edges() const { return destination.size(0); }
};
using CrystalEdgeTablesPtr = c10::intrusive_ptr<CrystalEdgeTables>;

/// Error where sources are not ascending or an atom of an edge is not in the batch.
CrystalEdgeTablesPtr make_edge_tables(const CrystalBatch& batch, const CgcnnArchitecture& architecture,
                                      torch::ScalarType type);

/// Whether convolve can run for such atoms: on a CPU, with a width that is a multiple of the kernels' granule.
bool can_convolve(const torch::Tensor& atoms);

/// One convolution of Cgcnn in fused kernels, [atom][F] → [atom][F]: in training mode differentiable once, with respect
/// to atoms and the parameters, and collective over `sum` in both directions; in evaluation mode without gradients.
/// What is kept for the way back is one row of 2F numbers an edge. Runs on one thread.
torch::Tensor convolve(const torch::Tensor& atoms, const torch::nn::Linear& full, GlobalBatchNorm& edge_norm,
                       GlobalBatchNorm& sum_norm, const CrystalEdgeTablesPtr& edges, const BatchSumPtr& sum);

}  // namespace spinel
