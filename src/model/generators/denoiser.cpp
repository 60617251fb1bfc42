#include "model/generators/denoiser.hpp"

#include <algorithm>
#include <cmath>

#include "kernel/denoiser_kernels.hpp"
#include "model/generators/denoiser_parts.hpp"

namespace spinel {

using namespace denoiser;

namespace {

constexpr std::size_t edges_of_block = 160;

}  // namespace

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
  p.crystal_in_t = turned(crystal_in);
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
    layer.crystal_t = turned(at + crystal);
    layer.even = pack(at + even);
    layer.even_t = turned(at + even);
    layer.odd = pack(at + odd);
    layer.odd_t = turned(at + odd);
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
void Denoiser<Real>::forward(const DenoiserInput<Real>& input, const DenoiserOutput<Real>& output) {
  for (std::size_t begin = 0; begin < input.n_crystals;) {
    const std::size_t end = end_of_block(input, begin);
    forward_block(input, begin, end, false, output);
    begin = end;
  }
}

template class Denoiser<float>;
template class Denoiser<double>;

}  // namespace spinel
