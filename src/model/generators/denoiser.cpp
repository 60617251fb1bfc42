#include "model/generators/denoiser.hpp"

#include <algorithm>
#include <cmath>

#include "kernel/denoiser_kernels.hpp"

namespace spinel {

namespace {

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
constexpr std::size_t edges_of_block = 160;

/// Room for so many numbers.
template <class Real>
Real* fit(std::vector<Real>& v, std::size_t n) {
  if (v.size() < n) v.resize(n);
  return v.data();
}

}  // namespace

template <class Real>
struct Denoiser<Real>::Packed {
  struct Layer {
    PackedMatrix<Real> atoms, crystal, even, odd, edge, node_1, node_2;
    PackedMatrix<Real> atoms_t, edge_t, node_1_t, node_2_t;
    std::vector<Real> self;  // what the even features of d = 0 give
  };
  PackedMatrix<Real> crystal_in, atom_head, cell_1, cell_2, atom_head_t, cell_1_t, cell_2_t;
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
  std::vector<Real> dh, dy, dnode, dum, dpq, dcrystal, datom_out, dcell_out, dcell_hidden, dmean;
};

template <class Real>
Denoiser<Real>::Denoiser(const DenoiserShape& shape)
    : shape_(shape), packed_(std::make_unique<Packed>()), work_(std::make_unique<Workspace>()) {
  const std::size_t f = shape.width, head = padded_width(3 + shape.n_types), k = 3 * shape.frequencies;
  const auto add = [&](std::string name, std::size_t rows, std::size_t columns) {
    matrices_.push_back({std::move(name), rows, columns, n_parameters_});
    n_parameters_ += rows * columns;
  };
  add("embedding", shape.n_types, f);
  add("crystal", shape.n_crystal, f);
  add("gain", 1, f);
  add("atom_head", f, head);
  add("atom_bias", 1, head);
  add("cell_head_1", f, f);
  add("cell_bias_1", 1, f);
  add("cell_head_2", f, cell_columns);
  add("cell_bias_2", 1, cell_columns);
  for (std::size_t l = 0; l < shape.layers; ++l) {
    const std::string at = "layer_" + std::to_string(l + 1) + "_";
    add(at + "gain", 1, f);
    add(at + "atoms", f, 2 * f);
    add(at + "crystal", shape.n_crystal, f);
    add(at + "even", k, f);
    add(at + "odd", k, f);
    add(at + "edge", f, f);
    add(at + "edge_bias", 1, f);
    add(at + "node_1", 2 * f, f);
    add(at + "node_bias", 1, f);
    add(at + "node_2", f, f);
  }
  weights_.assign(n_parameters_, Real(0));
  packed_->layers.resize(shape.layers);
  work_->layers.resize(shape.layers);
}

template <class Real>
Denoiser<Real>::~Denoiser() = default;

template <class Real>
void Denoiser<Real>::set_weights(const Real* weights) {
  std::copy(weights, weights + n_parameters_, weights_.begin());
  const auto pack = [&](std::size_t number) {
    const DenoiserMatrix& m = matrices_[number];
    return PackedMatrix<Real>(weights + m.offset, m.rows, m.columns, m.columns, 1);
  };
  const auto turned = [&](std::size_t number) {
    const DenoiserMatrix& m = matrices_[number];
    return PackedMatrix<Real>(weights + m.offset, m.columns, m.rows, 1, m.columns);
  };
  Packed& p = *packed_;
  p.crystal_in = pack(crystal_in);
  p.atom_head = pack(atom_head);
  p.atom_head_t = turned(atom_head);
  p.cell_1 = pack(cell_1);
  p.cell_1_t = turned(cell_1);
  p.cell_2 = pack(cell_2);
  p.cell_2_t = turned(cell_2);
  for (std::size_t l = 0; l < shape_.layers; ++l) {
    const std::size_t at = n_whole + l * n_layer;
    auto& layer = p.layers[l];
    layer.atoms = pack(at + atoms);
    layer.atoms_t = turned(at + atoms);
    layer.crystal = pack(at + crystal);
    layer.even = pack(at + even);
    layer.odd = pack(at + odd);
    layer.edge = pack(at + edge);
    layer.edge_t = turned(at + edge);
    layer.node_1 = pack(at + node_1);
    layer.node_1_t = turned(at + node_1);
    layer.node_2 = pack(at + node_2);
    layer.node_2_t = turned(at + node_2);
    layer.self.assign(shape_.width, Real(0));
    const DenoiserMatrix& m = matrices_[at + even];
    for (std::size_t r = 0; r < m.rows; ++r)
      for (std::size_t c = 0; c < m.columns; ++c) layer.self[c] += weights[m.offset + r * m.columns + c];
  }
}

template <class Real>
std::size_t Denoiser<Real>::end_of_block(const DenoiserInput<Real>& input, std::size_t begin) const {
  std::size_t end = begin, edges = 0;
  while (end < input.n_crystals) {
    const std::size_t n = input.n_atoms(end);
    if (end > begin && edges + n * n > edges_of_block) break;
    edges += n * n;
    ++end;
  }
  return end;
}

template <class Real>
void Denoiser<Real>::forward_block(const DenoiserInput<Real>& input, std::size_t begin, std::size_t end, bool keep,
                                   const DenoiserOutput<Real>& output) {
  const auto& dense = dense_kernels<Real>();
  const auto& own = denoiser_kernels<Real>();
  Workspace& w = *work_;
  const std::size_t f = shape_.width, nk = 3 * shape_.frequencies, n_crystals = end - begin;
  const auto first = static_cast<std::size_t>(input.first[begin]), last = static_cast<std::size_t>(input.first[end]),
             n_atoms = last - first;
  const std::size_t n_edges = input.n_edges(begin, end), n_pairs = (n_edges - n_atoms) / 2;

  Real* cosine = fit(w.cosine, n_pairs * nk);
  Real* sine = fit(w.sine, n_pairs * nk);
  std::size_t pair = 0;
  for (std::size_t c = begin; c < end; ++c) {
    const Real* x = input.fractional + 3 * input.first[c];
    const std::size_t n = input.n_atoms(c);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i + 1; j < n; ++j, ++pair)
        for (std::size_t k = 0; k < 3; ++k) {
          Real d = x[3 * j + k] - x[3 * i + k];
          d -= std::round(d);
          const Real c1 = std::cos(Real(2 * M_PI) * d), s1 = std::sin(Real(2 * M_PI) * d);
          Real cm = c1, sm = s1;
          Real *to_c = cosine + pair * nk + k * shape_.frequencies, *to_s = sine + pair * nk + k * shape_.frequencies;
          for (std::size_t m = 0; m < shape_.frequencies; ++m) {
            to_c[m] = cm;
            to_s[m] = sm;
            const Real next = cm * c1 - sm * s1;
            sm = sm * c1 + cm * s1;
            cm = next;
          }
        }
  }

  Real* from_crystal = fit(w.crystal, n_crystals * f);
  const Rows<const Real> crystal_rows = {input.crystal + begin * shape_.n_crystal, shape_.n_crystal};
  dense.multiply(n_crystals, crystal_rows, packed_->crystal_in, {nullptr, 0}, {from_crystal, f});
  Real* h = fit(shape_.layers > 0 ? w.layers[0].h : w.h, n_atoms * f);
  const Real* embed = weights_.data() + matrices_[embedding].offset;
  for (std::size_t c = begin; c < end; ++c)
    for (std::int64_t a = input.first[c]; a < input.first[c + 1]; ++a)
      for (std::size_t k = 0; k < f; ++k)
        h[(static_cast<std::size_t>(a) - first) * f + k] =
            embed[static_cast<std::size_t>(input.type[a]) * f + k] + from_crystal[(c - begin) * f + k];

  for (std::size_t l = 0; l < shape_.layers; ++l) {
    auto& layer = w.layers[l];
    const auto& p = packed_->layers[l];
    const auto weight = [&](LayerMatrix m) { return weights_.data() + matrices_[n_whole + l * n_layer + m].offset; };
    h = layer.h.data();
    Real* um = fit(layer.um, n_atoms * 2 * f);
    own.norm(n_atoms, f, h, weight(gain), {um, 2 * f}, fit(layer.scale, n_atoms));
    dense.multiply(n_crystals, crystal_rows, p.crystal, {nullptr, 0}, {from_crystal, f});
    Real* pq = fit(w.pq, n_atoms * 2 * f);
    for (std::size_t c = begin; c < end; ++c)
      for (std::int64_t a = input.first[c]; a < input.first[c + 1]; ++a) {
        Real* row = pq + (static_cast<std::size_t>(a) - first) * 2 * f;
        std::copy_n(from_crystal + (c - begin) * f, f, row);
        std::fill_n(row + f, f, Real(0));
      }
    dense.multiply(n_atoms, {um, 2 * f}, p.atoms, {pq, 2 * f}, {pq, 2 * f});
    Real* e = fit(w.even, n_pairs * f);
    Real* o = fit(w.odd, n_pairs * f);
    dense.multiply(n_pairs, {cosine, nk}, p.even, {nullptr, 0}, {e, f});
    dense.multiply(n_pairs, {sine, nk}, p.odd, {nullptr, 0}, {o, f});
    Real* y1 = fit(layer.y1, n_edges * f);
    Real* s1 = keep ? fit(layer.s1, n_edges * f) : nullptr;
    std::size_t atom = 0, edge_at = 0, pair_at = 0;
    for (std::size_t c = begin; c < end; ++c) {
      const std::size_t n = input.n_atoms(c);
      own.edges({n, f, e + pair_at * f, o + pair_at * f, p.self.data()}, {pq + atom * 2 * f, 2 * f},
                {pq + atom * 2 * f + f, 2 * f}, y1 + edge_at * f, keep ? s1 + edge_at * f : nullptr);
      atom += n;
      edge_at += n * n;
      pair_at += n * (n - 1) / 2;
    }
    Real* y2 = fit(layer.y2, n_edges * f);
    if (keep) {
      Real* s2 = fit(layer.s2, n_edges * f);
      dense.multiply(n_edges, {y1, f}, p.edge, {weight(edge_bias), 0}, {s2, f});
      dense.silu_with_slope(n_edges * f, s2, y2);
    } else {
      dense.multiply(n_edges, {y1, f}, p.edge, {weight(edge_bias), 0}, {y2, f});
      dense.silu(n_edges * f, y2);
    }
    atom = edge_at = 0;
    for (std::size_t c = begin; c < end; ++c) {
      const std::size_t n = input.n_atoms(c);
      own.sum_of_edges(n, f, Real(1) / static_cast<Real>(n), y2 + edge_at * f, {um + atom * 2 * f + f, 2 * f});
      atom += n;
      edge_at += n * n;
    }
    Real* node = fit(layer.node, n_atoms * f);
    if (keep) {
      Real* slope = fit(layer.node_slope, n_atoms * f);
      dense.multiply(n_atoms, {um, 2 * f}, p.node_1, {weight(node_bias), 0}, {slope, f});
      dense.silu_with_slope(n_atoms * f, slope, node);
    } else {
      dense.multiply(n_atoms, {um, 2 * f}, p.node_1, {weight(node_bias), 0}, {node, f});
      dense.silu(n_atoms * f, node);
    }
    Real* next = fit(l + 1 < shape_.layers ? w.layers[l + 1].h : w.h, n_atoms * f);
    dense.multiply(n_atoms, {node, f}, p.node_2, {h, f}, {next, f});
  }

  const auto weight = [&](Matrix m) { return weights_.data() + matrices_[m].offset; };
  Real* y = fit(w.y, n_atoms * f);
  own.norm(n_atoms, f, w.h.data(), weight(last_gain), {y, f}, fit(w.scale, n_atoms));
  const std::size_t head = matrices_[atom_head].columns;
  Real* out = fit(w.atom_out, n_atoms * head);
  dense.multiply(n_atoms, {y, f}, packed_->atom_head, {weight(atom_bias), 0}, {out, head});
  Real* mean = fit(w.mean, n_crystals * f);
  std::fill_n(mean, n_crystals * f, Real(0));
  std::size_t atom = 0;
  for (std::size_t c = begin; c < end; ++c) {
    const std::size_t n = input.n_atoms(c);
    own.add_rows(n, f, {y + atom * f, f}, mean + (c - begin) * f);
    for (std::size_t k = 0; k < f; ++k) mean[(c - begin) * f + k] /= static_cast<Real>(n);
    Real center[3] = {0, 0, 0};
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < 3; ++k) center[k] += out[(atom + i) * head + k] / static_cast<Real>(n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t to = static_cast<std::size_t>(input.first[c]) + i;
      for (std::size_t k = 0; k < 3; ++k) output.velocity[3 * to + k] = out[(atom + i) * head + k] - center[k];
      if (output.types != nullptr)
        std::copy_n(out + (atom + i) * head + 3, shape_.n_types, output.types + to * shape_.n_types);
    }
    atom += n;
  }
  Real* hidden = fit(w.cell_hidden, n_crystals * f);
  Real* slope = fit(w.cell_slope, n_crystals * f);
  dense.multiply(n_crystals, {mean, f}, packed_->cell_1, {weight(cell_bias_1), 0}, {slope, f});
  dense.silu_with_slope(n_crystals * f, slope, hidden);
  Real* cell = fit(w.cell_out, n_crystals * cell_columns);
  dense.multiply(n_crystals, {hidden, f}, packed_->cell_2, {weight(cell_bias_2), 0}, {cell, cell_columns});
  for (std::size_t c = begin; c < end; ++c) std::copy_n(cell + (c - begin) * cell_columns, 6, output.cell + 6 * c);
}

template <class Real>
void Denoiser<Real>::backward_block(const DenoiserInput<Real>& input, std::size_t begin, std::size_t end,
                                    const DenoiserOutput<Real>& from, Real* gradient,
                                    const DenoiserInputGradient<Real>& of_input) {
  const auto& dense = dense_kernels<Real>();
  const auto& own = denoiser_kernels<Real>();
  Workspace& w = *work_;
  const std::size_t f = shape_.width, nk = 3 * shape_.frequencies, n_crystals = end - begin;
  const auto first = static_cast<std::size_t>(input.first[begin]), last = static_cast<std::size_t>(input.first[end]),
             n_atoms = last - first;
  const std::size_t n_edges = input.n_edges(begin, end), n_pairs = (n_edges - n_atoms) / 2;
  const auto weight = [&](Matrix m) { return weights_.data() + matrices_[m].offset; };
  const auto grad = [&](std::size_t m) { return gradient + matrices_[m].offset; };
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
  own.add_outer(n_crystals, {w.cell_hidden.data(), f}, f, {dcell, cell_columns}, cell_columns, grad(cell_2));
  own.add_rows(n_crystals, cell_columns, {dcell, cell_columns}, grad(cell_bias_2));
  Real* dhidden = fit(w.dcell_hidden, n_crystals * f);
  dense.multiply(n_crystals, {dcell, cell_columns}, packed_->cell_2_t, {nullptr, 0}, {dhidden, f});
  dense.scale_by(n_crystals * f, w.cell_slope.data(), dhidden);
  own.add_outer(n_crystals, {w.mean.data(), f}, f, {dhidden, f}, f, grad(cell_1));
  own.add_rows(n_crystals, f, {dhidden, f}, grad(cell_bias_1));
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
  own.add_outer(n_atoms, {w.y.data(), f}, f, {datoms, head}, head, grad(atom_head));
  own.add_rows(n_atoms, head, {datoms, head}, grad(atom_bias));
  Real* dh = fit(w.dh, n_atoms * f);
  std::fill_n(dh, n_atoms * f, Real(0));
  own.norm_gradient(n_atoms, f, w.h.data(), weight(last_gain), w.scale.data(), {dy, f}, dh, grad(last_gain));

  Real* dcrystal = fit(w.dcrystal, n_crystals * f);
  for (std::size_t l = shape_.layers; l-- > 0;) {
    auto& layer = w.layers[l];
    const auto& p = packed_->layers[l];
    const std::size_t at = n_whole + l * n_layer;
    Real* dnode = fit(w.dnode, n_atoms * f);
    dense.multiply(n_atoms, {dh, f}, p.node_2_t, {nullptr, 0}, {dnode, f});
    own.add_outer(n_atoms, {layer.node.data(), f}, f, {dh, f}, f, grad(at + node_2));
    dense.scale_by(n_atoms * f, layer.node_slope.data(), dnode);
    own.add_outer(n_atoms, {layer.um.data(), 2 * f}, 2 * f, {dnode, f}, f, grad(at + node_1));
    own.add_rows(n_atoms, f, {dnode, f}, grad(at + node_bias));
    Real* dum = fit(w.dum, n_atoms * 2 * f);
    dense.multiply(n_atoms, {dnode, f}, p.node_1_t, {nullptr, 0}, {dum, 2 * f});
    // Second edge layer: slopes become gradients in place.
    Real* dz2 = layer.s2.data();
    std::size_t edge_at = 0, pair_at = 0;
    atom = 0;
    for (std::size_t c = begin; c < end; ++c) {
      const std::size_t n = input.n_atoms(c);
      own.spread_to_edges(n, f, Real(1) / static_cast<Real>(n), {dum + atom * 2 * f + f, 2 * f}, dz2 + edge_at * f);
      atom += n;
      edge_at += n * n;
    }
    own.add_outer(n_edges, {layer.y1.data(), f}, f, {dz2, f}, f, grad(at + edge));
    own.add_rows(n_edges, f, {dz2, f}, grad(at + edge_bias));
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
    own.add_outer(n_pairs, {w.cosine.data(), nk}, nk, {de, f}, f, grad(at + even));
    own.add_outer(n_pairs, {w.sine.data(), nk}, nk, {dodd, f}, f, grad(at + odd));
    for (std::size_t r = 0; r < nk; ++r)
      for (std::size_t k = 0; k < f; ++k) grad(at + even)[r * f + k] += self[k];
    own.add_outer(n_crystals, crystal_rows, shape_.n_crystal, {dcrystal, f}, f, grad(at + crystal));
    own.add_outer(n_atoms, {layer.um.data(), 2 * f}, f, {dpq, 2 * f}, 2 * f, grad(at + atoms));
    // u: from the messages' first layer and from the node's.
    dense.multiply(n_atoms, {dpq, 2 * f}, p.atoms_t, {dum, 2 * f}, {dum, 2 * f});
    own.norm_gradient(n_atoms, f, layer.h.data(), weights_.data() + matrices_[at + gain].offset, layer.scale.data(),
                      {dum, 2 * f}, dh, grad(at + gain));
  }
  // Embedding.
  std::fill_n(dcrystal, n_crystals * f, Real(0));
  atom = 0;
  for (std::size_t c = begin; c < end; ++c) {
    const std::size_t n = input.n_atoms(c);
    own.add_rows(n, f, {dh + atom * f, f}, dcrystal + (c - begin) * f);
    for (std::size_t i = 0; i < n; ++i, ++atom) {
      Real* to =
          grad(embedding) + static_cast<std::size_t>(input.type[input.first[c] + static_cast<std::int64_t>(i)]) * f;
      for (std::size_t k = 0; k < f; ++k) to[k] += dh[atom * f + k];
    }
  }
  own.add_outer(n_crystals, crystal_rows, shape_.n_crystal, {dcrystal, f}, f, grad(crystal_in));
}

template <class Real>
void Denoiser<Real>::forward(const DenoiserInput<Real>& input, const DenoiserOutput<Real>& output) {
  for (std::size_t begin = 0; begin < input.n_crystals;) {
    const std::size_t end = end_of_block(input, begin);
    forward_block(input, begin, end, false, output);
    begin = end;
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
    backward_block(input, begin, end, output_gradient, gradient, of_input);
    begin = end;
  }
}

template class Denoiser<float>;
template class Denoiser<double>;

}  // namespace spinel
