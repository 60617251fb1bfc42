#pragma once

#include <torch/types.h>

namespace spinel {

/// The edges of a batch or of a rank as sums over them need it.
struct EdgeList : torch::CustomClassHolder {
  EdgeList(torch::Tensor source_, torch::Tensor destination_, std::int64_t n_sources_, std::int64_t n_destinations_)
      : source(std::move(source_)),
        destination(std::move(destination_)),
        n_sources(n_sources_),
        n_destinations(n_destinations_) {}
  torch::Tensor source;       ///< [edge] int32, ascending, below n_sources
  torch::Tensor destination;  ///< [edge] int32, below n_destinations
  std::int64_t n_sources, n_destinations;
};
using EdgeListPtr = c10::intrusive_ptr<EdgeList>;

/// out[i][d][c] = Σ_{e from i} x[destination of e][d or 0][c] w[e][c] u[e][d]
///
/// x: [n_destinations][1 or D][C]; w: [edge][C], rows may lie apart; u: [edge][D], or undefined for 1 (then x decides
/// D). D is 1 or 3, or 5 or 12 (with u, and x without D). Result [n_sources][D][C].
///
/// Its derivatives are sums of the same kind with the operands in other roles, so that it can be differentiated any
/// number of times with respect to x, w and u, and nothing of size [edge][D][C] is ever kept. On a CPU the sums are
/// loops of their own; elsewhere they are torch's functions.
torch::Tensor sum_edges(const torch::Tensor& x, const torch::Tensor& w, const torch::Tensor& u,
                        const EdgeListPtr& edges);

/// rows[index[e]], [edge][width], and its adjoint: the sum of the rows of edges by index, [n][width]. Each is the
/// derivative of the other. torch's own index_add copies row by row and is several times slower. index: int32.
torch::Tensor gather_rows(const torch::Tensor& rows, const torch::Tensor& index);
torch::Tensor add_rows(const torch::Tensor& edges, const torch::Tensor& index, std::int64_t n);

}  // namespace spinel
