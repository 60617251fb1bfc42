#include <algorithm>
#include <cmath>
#include <utility>

#include "kernel/denoiser_kernels.hpp"
#include "model/generators/denoiser_parts.hpp"

namespace spinel {

using namespace denoiser;

template <class Real>
void Denoiser<Real>::backward_block(const DenoiserInput<Real>& input, std::size_t begin, std::size_t end,
                                    const DenoiserOutput<Real>& from, Real* gradient,
                                    const DenoiserInputGradient<Real>& of_input, bool is_last) {
  const auto& dense = dense_kernels<Real>();
  const auto& own = denoiser_kernels<Real>();
  Workspace& w = *work_;
  const std::size_t f = shape_.width, nk = 3 * shape_.frequencies, n_crystals = end - begin;
  const auto first = static_cast<std::size_t>(input.first[begin]), last = static_cast<std::size_t>(input.first[end]),
             n_atoms = last - first;
  const std::size_t n_edges = input.n_edges(begin, end), n_pairs = (n_edges - n_atoms) / 2;
  // Adds to the gradients of the weights, where those are wanted.
  const bool of_weights = gradient != nullptr;
  const auto grad = [&](std::size_t m) { return gradient + matrices_[m].offset; };
  const auto add_outer = [&](std::size_t rows, Rows<const Real> a, std::size_t k, Rows<const Real> b, std::size_t n,
                             std::size_t m) {
    if (of_weights) own.add_outer(rows, a, k, b, n, grad(m));
  };
  const auto add_rows = [&](std::size_t rows, std::size_t width, const Real* x, std::size_t m) {
    if (of_weights) own.add_rows(rows, width, {x, width}, grad(m));
  };
  const auto norm_gradient = [&](const Real* x, const Real* scale, Rows<const Real> from_y, Real* to, std::size_t m) {
    own.norm_gradient(n_atoms, f, x, weights_.data() + matrices_[m].offset, scale, from_y, to,
                      of_weights ? grad(m) : fit(w.unwanted, f));
  };
  const Rows<const Real> crystal_rows = {input.crystal + begin * shape_.n_crystal, shape_.n_crystal};

  // Heads.
  const std::size_t head = matrices_[atom_head].columns;
  Real* datoms = fit(w.datom_out, n_atoms * head);
  std::fill_n(datoms, n_atoms * head, Real(0));
  Real* dcell = fit(w.dcell_out, n_crystals * cell_columns);
  std::fill_n(dcell, n_crystals * cell_columns, Real(0));
  std::size_t atom = 0;
  for (std::size_t c = begin; c < end; ++c) {
    const std::size_t n = input.n_atoms(c);
    std::copy_n(from.cell + 6 * c, 6, dcell + (c - begin) * cell_columns);
    Real center[3] = {0, 0, 0};
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < 3; ++k)
        center[k] += from.velocity[3 * (static_cast<std::size_t>(input.first[c]) + i) + k] / static_cast<Real>(n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t at = static_cast<std::size_t>(input.first[c]) + i;
      for (std::size_t k = 0; k < 3; ++k) datoms[(atom + i) * head + k] = from.velocity[3 * at + k] - center[k];
      if (from.types != nullptr)
        std::copy_n(from.types + at * shape_.n_types, shape_.n_types, datoms + (atom + i) * head + 3);
    }
    atom += n;
  }
  add_outer(n_crystals, {w.cell_hidden.data(), f}, f, {dcell, cell_columns}, cell_columns, cell_2);
  add_rows(n_crystals, cell_columns, dcell, cell_bias_2);
  Real* dhidden = fit(w.dcell_hidden, n_crystals * f);
  dense.multiply(n_crystals, {dcell, cell_columns}, packed_->cell_2_t, {nullptr, 0}, {dhidden, f});
  dense.scale_by(n_crystals * f, w.cell_slope.data(), dhidden);
  add_outer(n_crystals, {w.mean.data(), f}, f, {dhidden, f}, f, cell_1);
  add_rows(n_crystals, f, dhidden, cell_bias_1);
  Real* dmean = fit(w.dmean, n_crystals * f);
  dense.multiply(n_crystals, {dhidden, f}, packed_->cell_1_t, {nullptr, 0}, {dmean, f});
  Real* dy = fit(w.dy, n_atoms * f);
  atom = 0;
  for (std::size_t c = begin; c < end; ++c) {
    const std::size_t n = input.n_atoms(c);
    for (std::size_t i = 0; i < n; ++i, ++atom)
      for (std::size_t k = 0; k < f; ++k) dy[atom * f + k] = dmean[(c - begin) * f + k] / static_cast<Real>(n);
  }
  dense.multiply(n_atoms, {datoms, head}, packed_->atom_head_t, {dy, f}, {dy, f});
  add_outer(n_atoms, {w.y.data(), f}, f, {datoms, head}, head, atom_head);
  add_rows(n_atoms, head, datoms, atom_bias);
  Real* dh = fit(w.dh, n_atoms * f);
  std::fill_n(dh, n_atoms * f, Real(0));
  norm_gradient(w.h.data(), w.scale.data(), {dy, f}, dh, last_gain);

  Real* dcrystal = fit(w.dcrystal, n_crystals * f);
  // What is asked for of the input, every layer adds to.
  const std::size_t waves = padded_width(nk), brought = padded_width(shape_.n_crystal);
  Real *dcosine = nullptr, *dsine = nullptr, *dinput = nullptr;
  if (of_input.fractional != nullptr)
    for (auto [to, room] : {std::pair(&dcosine, &w.dcosine), std::pair(&dsine, &w.dsine)})
      std::fill_n(*to = fit(*room, n_pairs * waves), n_pairs * waves, Real(0));
  if (of_input.crystal != nullptr)
    std::fill_n(dinput = fit(w.dinput, n_crystals * brought), n_crystals * brought, Real(0));
  const auto add_to_input = [&](const PackedMatrix<Real>& turned) {
    if (dinput != nullptr) dense.multiply(n_crystals, {dcrystal, f}, turned, {dinput, brought}, {dinput, brought});
  };
  for (std::size_t l = shape_.layers; l-- > 0;) {
    auto& layer = w.layers[l];
    const auto& p = packed_->layers[l];
    const std::size_t at = n_whole + l * n_layer;
    Real* dnode = fit(w.dnode, n_atoms * f);
    dense.multiply(n_atoms, {dh, f}, p.node_2_t, {nullptr, 0}, {dnode, f});
    add_outer(n_atoms, {layer.node.data(), f}, f, {dh, f}, f, at + node_2);
    dense.scale_by(n_atoms * f, layer.node_slope.data(), dnode);
    add_outer(n_atoms, {layer.um.data(), 2 * f}, 2 * f, {dnode, f}, f, at + node_1);
    add_rows(n_atoms, f, dnode, at + node_bias);
    Real* dum = fit(w.dum, n_atoms * 2 * f);
    dense.multiply(n_atoms, {dnode, f}, p.node_1_t, {nullptr, 0}, {dum, 2 * f});
    // Second edge layer: slopes become gradients in place, the last time that they are needed.
    Real* dz2 = layer.s2.data();
    if (!is_last) std::copy_n(layer.s2.data(), n_edges * f, dz2 = fit(w.dz2, n_edges * f));
    std::size_t edge_at = 0, pair_at = 0;
    atom = 0;
    for (std::size_t c = begin; c < end; ++c) {
      const std::size_t n = input.n_atoms(c);
      own.spread_to_edges(n, f, Real(1) / static_cast<Real>(n), {dum + atom * 2 * f + f, 2 * f}, dz2 + edge_at * f);
      atom += n;
      edge_at += n * n;
    }
    add_outer(n_edges, {layer.y1.data(), f}, f, {dz2, f}, f, at + edge);
    add_rows(n_edges, f, dz2, at + edge_bias);
    // The first one's: y2 is free.
    Real* dz1 = layer.y2.data();
    dense.multiply(n_edges, {dz2, f}, p.edge_t, {nullptr, 0}, {dz1, f});
    dense.scale_by(n_edges * f, layer.s1.data(), dz1);
    Real* dpq = fit(w.dpq, n_atoms * 2 * f);
    Real *de = w.even.data(), *dodd = w.odd.data();
    std::vector<Real>& self = w.mean;  // free by now
    if (self.size() < f) self.resize(f);
    std::fill_n(self.data(), f, Real(0));
    atom = edge_at = 0;
    std::fill_n(dcrystal, n_crystals * f, Real(0));
    for (std::size_t c = begin; c < end; ++c) {
      const std::size_t n = input.n_atoms(c);
      own.edges_gradient({n, f, nullptr, nullptr, nullptr}, dz1 + edge_at * f, {dpq + atom * 2 * f, 2 * f},
                         {dpq + atom * 2 * f + f, 2 * f}, de + pair_at * f, dodd + pair_at * f, self.data());
      own.add_rows(n, f, {dpq + atom * 2 * f, 2 * f}, dcrystal + (c - begin) * f);
      atom += n;
      edge_at += n * n;
      pair_at += n * (n - 1) / 2;
    }
    add_outer(n_pairs, {w.cosine.data(), nk}, nk, {de, f}, f, at + even);
    add_outer(n_pairs, {w.sine.data(), nk}, nk, {dodd, f}, f, at + odd);
    for (std::size_t r = 0; r < nk && of_weights; ++r)
      for (std::size_t k = 0; k < f; ++k) grad(at + even)[r * f + k] += self[k];
    add_to_input(p.crystal_t);
    if (of_input.fractional != nullptr) {
      dense.multiply(n_pairs, {de, f}, p.even_t, {dcosine, waves}, {dcosine, waves});
      dense.multiply(n_pairs, {dodd, f}, p.odd_t, {dsine, waves}, {dsine, waves});
    }
    add_outer(n_crystals, crystal_rows, shape_.n_crystal, {dcrystal, f}, f, at + crystal);
    add_outer(n_atoms, {layer.um.data(), 2 * f}, f, {dpq, 2 * f}, 2 * f, at + atoms);
    // u: from the messages' first layer and from the node's.
    dense.multiply(n_atoms, {dpq, 2 * f}, p.atoms_t, {dum, 2 * f}, {dum, 2 * f});
    norm_gradient(layer.h.data(), layer.scale.data(), {dum, 2 * f}, dh, at + gain);
  }
  // Embedding.
  std::fill_n(dcrystal, n_crystals * f, Real(0));
  atom = 0;
  for (std::size_t c = begin; c < end; ++c) {
    const std::size_t n = input.n_atoms(c);
    own.add_rows(n, f, {dh + atom * f, f}, dcrystal + (c - begin) * f);
    for (std::size_t i = 0; i < n && of_weights; ++i) {
      Real* to =
          grad(embedding) + static_cast<std::size_t>(input.type[input.first[c] + static_cast<std::int64_t>(i)]) * f;
      for (std::size_t k = 0; k < f; ++k) to[k] += dh[(atom + i) * f + k];
    }
    atom += n;
  }
  add_outer(n_crystals, crystal_rows, shape_.n_crystal, {dcrystal, f}, f, crystal_in);
  add_to_input(packed_->crystal_in_t);
  if (dinput != nullptr)
    for (std::size_t c = begin; c < end; ++c)
      std::copy_n(dinput + (c - begin) * brought, shape_.n_crystal, of_input.crystal + c * shape_.n_crystal);
  if (of_input.fractional != nullptr) positions_gradient(input, begin, end, of_input.fractional);
}

/// From the gradients of cos, sin 2πm(x_j − x_i) those of positions.
template <class Real>
void Denoiser<Real>::positions_gradient(const DenoiserInput<Real>& input, std::size_t begin, std::size_t end,
                                        Real* to) const {
  const Workspace& w = *work_;
  const std::size_t nk = 3 * shape_.frequencies, waves = padded_width(nk);
  std::fill(to + 3 * input.first[begin], to + 3 * input.first[end], Real(0));
  std::size_t pair = 0;
  for (std::size_t c = begin; c < end; ++c) {
    Real* of = to + 3 * input.first[c];
    const std::size_t n = input.n_atoms(c);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i + 1; j < n; ++j, ++pair)
        for (std::size_t k = 0; k < 3; ++k) {
          const std::size_t at = k * shape_.frequencies;
          const Real *cosine = w.cosine.data() + pair * nk + at, *sine = w.sine.data() + pair * nk + at,
                     *dcosine = w.dcosine.data() + pair * waves + at, *dsine = w.dsine.data() + pair * waves + at;
          Real sum = 0;
          for (std::size_t m = 0; m < shape_.frequencies; ++m)
            sum += static_cast<Real>(m + 1) * (cosine[m] * dsine[m] - sine[m] * dcosine[m]);
          sum *= Real(2 * M_PI);
          of[3 * j + k] += sum;
          of[3 * i + k] -= sum;
        }
  }
}

template <class Real>
void Denoiser<Real>::gradient(const DenoiserInput<Real>& input, const Loss& loss, Real* gradient,
                              const DenoiserInputGradient<Real>& of_input) {
  const auto n_atoms = static_cast<std::size_t>(input.first[input.n_crystals]);
  std::vector<Real> velocity(3 * n_atoms), types(n_atoms * shape_.n_types), cell(6 * input.n_crystals);
  std::vector<Real> dvelocity(velocity.size()), dtypes(types.size()), dcell(cell.size());
  const DenoiserOutput<Real> output = {velocity.data(), types.data(), cell.data()},
                             output_gradient = {dvelocity.data(), dtypes.data(), dcell.data()};
  for (std::size_t begin = 0; begin < input.n_crystals;) {
    const std::size_t end = end_of_block(input, begin);
    forward_block(input, begin, end, true, output);
    loss(begin, end, output, output_gradient);
    backward_block(input, begin, end, output_gradient, gradient, of_input, true);
    begin = end;
  }
}

template <class Real>
void Denoiser<Real>::products(const DenoiserInput<Real>& input, std::size_t n, const Vector& vector,
                              const DenoiserInputGradient<Real>& of_input, const Take& take) {
  const auto n_atoms = static_cast<std::size_t>(input.first[input.n_crystals]);
  std::vector<Real> velocity(3 * n_atoms), types(n_atoms * shape_.n_types), cell(6 * input.n_crystals);
  std::vector<Real> dvelocity(velocity.size()), dtypes(types.size()), dcell(cell.size());
  const DenoiserOutput<Real> output = {velocity.data(), types.data(), cell.data()},
                             components = {dvelocity.data(), dtypes.data(), dcell.data()};
  for (std::size_t begin = 0; begin < input.n_crystals;) {
    const std::size_t end = end_of_block(input, begin);
    forward_block(input, begin, end, true, output);
    for (std::size_t v = 0; v < n; ++v) {
      vector(begin, end, v, output, components);
      backward_block(input, begin, end, components, nullptr, of_input, v + 1 == n);
      take(begin, end, v);
    }
    begin = end;
  }
}

template void Denoiser<float>::gradient(const DenoiserInput<float>&, const Loss&, float*,
                                        const DenoiserInputGradient<float>&);
template void Denoiser<double>::gradient(const DenoiserInput<double>&, const Loss&, double*,
                                         const DenoiserInputGradient<double>&);

template void Denoiser<float>::products(const DenoiserInput<float>&, std::size_t, const Vector&,
                                        const DenoiserInputGradient<float>&, const Take&);
template void Denoiser<double>::products(const DenoiserInput<double>&, std::size_t, const Vector&,
                                         const DenoiserInputGradient<double>&, const Take&);

}  // namespace spinel
