#pragma once

// What the files of the periodic denoiser share, and nobody else needs.

#include <vector>

#include "model/generators/denoiser.hpp"

namespace spinel {

namespace denoiser {

// Numbers of matrices in DenoiserMatrix order: those of the whole network, then those of each layer.
enum Matrix {
  embedding,
  crystal_in,
  last_gain,
  atom_head,
  atom_bias,
  cell_1,
  cell_bias_1,
  cell_2,
  cell_bias_2,
  n_whole
};
enum LayerMatrix { gain, atoms, crystal, even, odd, edge, edge_bias, node_1, node_bias, node_2, n_layer };

constexpr std::size_t cell_columns = row_granule;

/// Room for so many numbers.
template <class Real>
Real* fit(std::vector<Real>& v, std::size_t n) {
  if (v.size() < n) v.resize(n);
  return v.data();
}

}  // namespace denoiser

template <class Real>
struct Denoiser<Real>::Packed {
  struct Layer {
    PackedMatrix<Real> atoms, crystal, even, odd, edge, node_1, node_2;
    PackedMatrix<Real> atoms_t, crystal_t, even_t, odd_t, edge_t, node_1_t, node_2_t;
    std::vector<Real> self;  // what the even features of d = 0 give
  };
  PackedMatrix<Real> crystal_in, atom_head, cell_1, cell_2, crystal_in_t, atom_head_t, cell_1_t, cell_2_t;
  std::vector<Layer> layers;
};

template <class Real>
struct Denoiser<Real>::Workspace {
  struct Layer {
    std::vector<Real> h, um, scale, y1, s1, y2, s2, node, node_slope;
  };
  std::vector<Layer> layers;
  std::vector<Real> cosine, sine, even, odd, pq, crystal, h, y, scale, atom_out, mean, cell_slope, cell_hidden,
      cell_out;
  // of the way back
  std::vector<Real> dh, dy, dnode, dum, dpq, dcrystal, datom_out, dcell_out, dcell_hidden, dmean, dz2, dcosine, dsine,
      dinput, unwanted;
};

}  // namespace spinel
