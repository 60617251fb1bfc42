#include "network/potentials/fused_three_body.hpp"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <cmath>
#include <vector>

#include "core/error.hpp"

namespace spinel {

namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Columns (l, n) of terms, (l, m) of harmonics and (l, m, n) of the sums about an atom.
template <class Real>
struct Pass {
  explicit Pass(const ThreeBodyInput& input)
      : n_edges(static_cast<std::size_t>(input.source.size(0))),
        max_l(static_cast<std::size_t>(std::lround(std::sqrt(input.harmonics.size(1))))),
        max_n(static_cast<std::size_t>(input.weight.size(1)) / max_l),
        weight(input.weight.data_ptr<Real>()),
        envelope(input.envelope.data_ptr<Real>()),
        harmonics(input.harmonics.data_ptr<Real>()),
        atom(input.atom.data_ptr<Real>()),
        source(input.source.data_ptr<std::int32_t>()),
        destination(input.destination.data_ptr<std::int32_t>()) {
    for (std::size_t l = 0; l < max_l; ++l)
      straight.push_back(static_cast<Real>(std::sqrt((2.0 * static_cast<double>(l) + 1.0) / (4.0 * std::acos(-1.0)))));
  }
  std::size_t n_terms() const { return max_l * max_n; }
  std::size_t n_harmonics() const { return max_l * max_l; }
  std::size_t to(std::size_t e) const { return static_cast<std::size_t>(destination[e]); }

  /// Calls visit(q, c) for every harmonic q = (l, m) and the first column c of its (l, n).
  template <class Visit>
  void for_each_harmonic(const Visit& visit) const {
    for (std::size_t l = 0, q = 0; l < max_l; ++l)
      for (std::size_t m = 0; m < 2 * l + 1; ++m, ++q) visit(q, l * max_n);
  }
  /// Calls visit(begin, end) for the edges of each atom that has some.
  template <class Visit>
  void for_each_atom(const Visit& visit) const {
    for (std::size_t begin = 0, end = 0; begin < n_edges; begin = end) {
      while (end < n_edges && source[end] == source[begin]) ++end;
      visit(begin, end);
    }
  }
  /// sums[(l, m, n)] = Σ_k S_lm term_ln over the edges of an atom; terms [edge − begin][(l, n)].
  void add_up(std::size_t begin, std::size_t end, const Real* terms, Real* sums) const {
    std::fill_n(sums, n_harmonics() * max_n, Real(0));
    for (std::size_t e = begin; e < end; ++e, terms += n_terms()) {
      const Real* s = harmonics + e * n_harmonics();
      for_each_harmonic([&](std::size_t q, std::size_t c) {
        for (std::size_t n = 0; n < max_n; ++n) sums[q * max_n + n] += s[q] * terms[c + n];
      });
    }
  }
  /// out[(l, n)] = Σ_m S_lm sums[(l, m, n)] of one edge.
  void project(std::size_t e, const Real* sums, Real* out) const {
    const Real* s = harmonics + e * n_harmonics();
    std::fill_n(out, n_terms(), Real(0));
    for_each_harmonic([&](std::size_t q, std::size_t c) {
      for (std::size_t n = 0; n < max_n; ++n) out[c + n] += s[q] * sums[q * max_n + n];
    });
  }
  /// out[(l, m)] += Σ_n terms[(l, n)] sums[(l, m, n)], the slope of the above with respect to harmonics.
  void add_harmonic_gradient(const Real* terms, const Real* sums, Real* out) const {
    for_each_harmonic([&](std::size_t q, std::size_t c) {
      for (std::size_t n = 0; n < max_n; ++n) out[q] += terms[c + n] * sums[q * max_n + n];
    });
  }

  std::size_t n_edges, max_l, max_n;
  const Real *weight, *envelope, *harmonics, *atom;
  const std::int32_t *source, *destination;
  std::vector<Real> straight;  // Y_l0 of a zero angle: what an edge contributes to itself
};

template <class Real>
Tensor forward_pass(const ThreeBodyInput& input) {
  const Pass<Real> p(input);
  const std::size_t width = p.n_terms();
  Tensor result = torch::empty_like(input.weight);
  Real* out = result.data_ptr<Real>();
  std::vector<Real> terms, sums(p.n_harmonics() * p.max_n);
  p.for_each_atom([&](std::size_t begin, std::size_t end) {
    terms.resize((end - begin) * width);
    for (std::size_t e = begin; e < end; ++e)
      for (std::size_t c = 0; c < width; ++c)
        terms[(e - begin) * width + c] = p.weight[e * width + c] * p.atom[p.to(e) * width + c];
    p.add_up(begin, end, terms.data(), sums.data());
    for (std::size_t e = begin; e < end; ++e) {
      p.project(e, sums.data(), out + e * width);
      for (std::size_t c = 0; c < width; ++c)
        out[e * width + c] =
            p.envelope[e] * (out[e * width + c] - p.straight[c / p.max_n] * terms[(e - begin) * width + c]);
    }
  });
  return result;
}

/// Gradients with respect to weight, envelope, harmonics and atom.
template <class Real>
std::array<Tensor, 4> gradient_pass(const ThreeBodyInput& input, const Tensor& out_gradient) {
  const Pass<Real> p(input);
  const std::size_t width = p.n_terms();
  const std::array<Tensor, 4> result = {torch::empty_like(input.weight), torch::empty_like(input.envelope),
                                        torch::zeros_like(input.harmonics), torch::zeros_like(input.atom)};
  Real *of_weight = result[0].data_ptr<Real>(), *of_envelope = result[1].data_ptr<Real>(),
       *of_harmonics = result[2].data_ptr<Real>(), *of_atom = result[3].data_ptr<Real>();
  const Real* g = out_gradient.data_ptr<Real>();
  std::vector<Real> terms, scaled, sums(p.n_harmonics() * p.max_n), of_sums(sums.size()), row(width);
  p.for_each_atom([&](std::size_t begin, std::size_t end) {
    terms.resize((end - begin) * width);
    scaled.resize(terms.size());
    for (std::size_t e = begin; e < end; ++e)
      for (std::size_t c = 0; c < width; ++c) {
        terms[(e - begin) * width + c] = p.weight[e * width + c] * p.atom[p.to(e) * width + c];
        scaled[(e - begin) * width + c] = p.envelope[e] * g[e * width + c];
      }
    p.add_up(begin, end, terms.data(), sums.data());
    p.add_up(begin, end, scaled.data(), of_sums.data());
    for (std::size_t e = begin; e < end; ++e) {
      const Real *term = terms.data() + (e - begin) * width, *h = scaled.data() + (e - begin) * width;
      p.project(e, sums.data(), row.data());
      Real sum = 0;
      for (std::size_t c = 0; c < width; ++c) sum += g[e * width + c] * (row[c] - p.straight[c / p.max_n] * term[c]);
      of_envelope[e] = sum;
      p.add_harmonic_gradient(h, sums.data(), of_harmonics + e * p.n_harmonics());
      p.add_harmonic_gradient(term, of_sums.data(), of_harmonics + e * p.n_harmonics());
      p.project(e, of_sums.data(), row.data());
      for (std::size_t c = 0; c < width; ++c) {
        const Real slope = row[c] - p.straight[c / p.max_n] * h[c];
        of_weight[e * width + c] = slope * p.atom[p.to(e) * width + c];
        of_atom[p.to(e) * width + c] += slope * p.weight[e * width + c];
      }
    }
  });
  return result;
}

struct ThreeBody : torch::autograd::Function<ThreeBody> {
  static Tensor forward(AutogradContext* context, const Tensor& weight, const Tensor& envelope, const Tensor& harmonics,
                        const Tensor& atom, const Tensor& source, const Tensor& destination) {
    const ThreeBodyInput input{
        weight.contiguous(), envelope.contiguous(), harmonics.contiguous(), atom.contiguous(), source, destination};
    context->save_for_backward({input.weight, input.envelope, input.harmonics, input.atom, source, destination});
    return weight.scalar_type() == torch::kFloat ? forward_pass<float>(input) : forward_pass<double>(input);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    if (at::GradMode::is_enabled()) fail("the fused three-body sums of M3GNet have no second derivative");
    const auto saved = context->get_saved_variables();
    const ThreeBodyInput input{saved[0], saved[1], saved[2], saved[3], saved[4], saved[5]};
    const Tensor gradient = gradients[0].contiguous();
    const auto g = input.weight.scalar_type() == torch::kFloat ? gradient_pass<float>(input, gradient)
                                                               : gradient_pass<double>(input, gradient);
    return {g[0], g[1], g[2], g[3], Tensor(), Tensor()};
  }
};

}  // namespace

Tensor fused_three_body(const ThreeBodyInput& i) {
  return ThreeBody::apply(i.weight, i.envelope, i.harmonics, i.atom, i.source, i.destination);
}

}  // namespace spinel
