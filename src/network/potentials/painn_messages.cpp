#include "network/potentials/painn_messages.hpp"

#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <cmath>
#include <cstring>

#include "core/error.hpp"

// Vectors go between functions in another way where there are registers of their size. All of these are of this file.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace spinel {

namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Channels that are worked on at a time: in vector types of the compiler as wide as its registers, so that what one
/// edge needs of them stays there. GCC keeps wider ones in memory.
#ifdef __AVX512F__
constexpr std::int64_t vector_bytes = 64;
#else
constexpr std::int64_t vector_bytes = 32;
#endif
template <class Real>
struct Lanes {
  using Vector [[gnu::vector_size(vector_bytes)]] = Real;
  static constexpr std::int64_t count = vector_bytes / sizeof(Real);
};

template <class V, class Real>
inline V load(const Real* from) {
  V value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class V, class Real>
inline void add_to(Real* to, const V& value) {
  const V sum = load<V>(to) + value;
  std::memcpy(to, &sum, sizeof sum);
}

template <class Real>
struct Arrays {
  std::int64_t n_edges, width, n_radial;
  const std::int32_t *source, *destination;
  const Real *value, *slope, *unit, *inverse;
  const Real* filter;  // [K][P F]: rows of a radial function
  const Real* atoms;
  std::int64_t stride;  // of an atom: P F or (P + 3) F
  const Real* moment;   // [edge][M]
  std::int64_t n_moments;
  std::int64_t parts() const { return n_moments > 0 ? 4 : 3; }
  bool has_t() const { return stride > parts() * width; }
};

const double root_3 = std::sqrt(3.0), pi = std::acos(-1.0);
const double scale_2 = std::pow(1.25 / pi, 0.25), scale_3 = std::pow(1.75 / pi, 0.25);  // ((2l + 1)/4π)^¼
const double h_a = std::sqrt(0.625), h_b = std::sqrt(15.0), h_d = std::sqrt(0.375);

/// Real harmonics of degree 2 and, where n is 12, 3 of a unit vector, scaled as scaled_harmonics; their order within a
/// degree is another, which the norms that PaiNN takes do not see.
template <class Real>
void harmonics(const double* u, std::int64_t n, Real* out) {
  const double x = u[0], y = u[1], z = u[2];
  const std::array<double, 5> second = {root_3 * x * y, root_3 * y * z, 0.5 * (3.0 * z * z - 1.0), root_3 * x * z,
                                        0.5 * root_3 * (x * x - y * y)};
  for (const double h : second) *out++ = static_cast<Real>(scale_2 * h);
  if (n < 12) return;
  const std::array<double, 7> third = {h_a * y * (3.0 * x * x - y * y), h_b * x * y * z,
                                       h_d * y * (5.0 * z * z - 1.0),   0.5 * z * (5.0 * z * z - 3.0),
                                       h_d * x * (5.0 * z * z - 1.0),   0.5 * h_b * z * (x * x - y * y),
                                       h_a * x * (x * x - 3.0 * y * y)};
  for (const double h : third) *out++ = static_cast<Real>(scale_3 * h);
}

/// Adds Σ_m g_m dY_m/du, of the same polynomials.
void add_harmonics_gradient(const std::array<double, 3>& u, std::int64_t n, const double* g,
                            std::array<double, 3>& to) {
  const auto [x, y, z] = u;
  to[0] += scale_2 * root_3 * (g[0] * y + g[3] * z + g[4] * x);
  to[1] += scale_2 * root_3 * (g[0] * x + g[1] * z - g[4] * y);
  to[2] += scale_2 * (root_3 * (g[1] * y + g[3] * x) + 3.0 * z * g[2]);
  if (n < 12) return;
  g += 5;
  const double q = 5.0 * z * z - 1.0, d = 3.0 * (x * x - y * y);
  to[0] +=
      scale_3 * (6.0 * h_a * x * y * g[0] + h_b * y * z * g[1] + h_d * q * g[4] + h_b * x * z * g[5] + h_a * d * g[6]);
  to[1] +=
      scale_3 * (h_a * d * g[0] + h_b * x * z * g[1] + h_d * q * g[2] - h_b * y * z * g[5] - 6.0 * h_a * x * y * g[6]);
  to[2] += scale_3 * (h_b * x * y * g[1] + 10.0 * h_d * y * z * g[2] + 0.5 * (15.0 * z * z - 3.0) * g[3] +
                      10.0 * h_d * x * z * g[4] + 0.5 * h_b * (x * x - y * y) * g[5]);
}

/// Σ_k radial[k] filter[k][part·F + c] for the channels c of a vector from `first`.
template <class V, class Real>
inline V make_filter(const Arrays<Real>& a, const Real* radial, std::int64_t part, std::int64_t first) {
  const Real* row = a.filter + part * a.width + first;
  V sum = load<V>(row) * radial[0];
  for (std::int64_t k = 1; k < a.n_radial; ++k) sum += load<V>(row + a.parts() * a.width * k) * radial[k];
  return sum;
}

/// The same, and the filter's derivative by r.
template <class V>
struct Filter {
  V value, slope;
};
template <class V, class Real>
inline Filter<V> make_filter(const Arrays<Real>& a, const Real* radial, const Real* slope, std::int64_t part,
                             std::int64_t first) {
  const Real* row = a.filter + part * a.width + first;
  const V start = load<V>(row);
  Filter<V> sum = {start * radial[0], start * slope[0]};
  for (std::int64_t k = 1; k < a.n_radial; ++k) {
    const V next = load<V>(row + a.parts() * a.width * k);
    sum.value += next * radial[k];
    sum.slope += next * slope[k];
  }
  return sum;
}

template <class V, bool has_t, class Real>
inline void add_message(const Arrays<Real>& a, std::int64_t e, std::int64_t first, Real* out) {
  const Real *radial = a.value + e * a.n_radial, *unit = a.unit + 3 * e;
  const Real* atom = a.atoms + a.destination[e] * a.stride + first;
  const std::int64_t f = a.width;
  add_to(out + first, V(load<V>(atom) * make_filter<V>(a, radial, 0, first)));
  const V along = load<V>(atom + 2 * f) * make_filter<V>(a, radial, 2, first);
  V turned{};
  if (has_t) turned = make_filter<V>(a, radial, 1, first);
  for (std::int64_t d = 0; d < 3; ++d) {
    V message = along * unit[d];
    if (has_t) message += load<V>(atom + (a.parts() + d) * f) * turned;
    add_to(out + (1 + d) * f + first, message);
  }
  if (a.n_moments == 0) return;
  const V outward = load<V>(atom + 3 * f) * make_filter<V>(a, radial, 3, first);
  const Real* moment = a.moment + e * a.n_moments;
  for (std::int64_t m = 0; m < a.n_moments; ++m) add_to(out + (4 + m) * f + first, V(outward * moment[m]));
}

template <class Real, bool has_t>
void sum_messages(const Arrays<Real>& a, Real* out) {
  constexpr std::int64_t block = Lanes<Real>::count;
  const std::int64_t whole = a.width / block * block;
  for (std::int64_t e = 0; e < a.n_edges; ++e) {
    Real* row = out + (4 + a.n_moments) * a.width * a.source[e];
    for (std::int64_t first = 0; first < whole; first += block)
      add_message<typename Lanes<Real>::Vector, has_t>(a, e, first, row);
    for (std::int64_t first = whole; first < a.width; ++first) add_message<Real, has_t>(a, e, first, row);
  }
}

/// What the gradient of an edge vector is made of, lane by lane.
constexpr std::int64_t most_moments = 12;
template <class V>
struct VectorSums {
  V by_r{}, by_x{}, by_y{}, by_z{};
  std::array<V, most_moments> by_moment{};
};

template <bool has_t, class V, class Real>
inline void add_gradient(const Arrays<Real>& a, std::int64_t e, std::int64_t first, const Real* g_row, Real* to_atoms,
                         VectorSums<V>& sums) {
  const Real *value = a.value + e * a.n_radial, *slope = a.slope + e * a.n_radial, *unit = a.unit + 3 * e;
  const std::int64_t f = a.width, at = a.destination[e] * a.stride + first;
  const Real* atom = a.atoms + at;
  Real* to = to_atoms + at;
  const Real* g = g_row + first;
  const V gs = load<V>(g), gx = load<V>(g + f), gy = load<V>(g + 2 * f), gz = load<V>(g + 3 * f);
  const auto fs = make_filter<V>(a, value, slope, 0, first), fu = make_filter<V>(a, value, slope, 2, first);
  const V phi = load<V>(atom + 2 * f), along = gx * unit[0] + gy * unit[1] + gz * unit[2], pushed = phi * fu.value;
  add_to(to, V(gs * fs.value));
  add_to(to + 2 * f, V(along * fu.value));
  sums.by_r += gs * load<V>(atom) * fs.slope + along * phi * fu.slope;
  if (has_t) {
    const auto fv = make_filter<V>(a, value, slope, 1, first);
    const Real* t = atom + a.parts() * f;
    Real* to_t = to + a.parts() * f;
    add_to(to_t, V(gx * fv.value));
    add_to(to_t + f, V(gy * fv.value));
    add_to(to_t + 2 * f, V(gz * fv.value));
    sums.by_r += (gx * load<V>(t) + gy * load<V>(t + f) + gz * load<V>(t + 2 * f)) * fv.slope;
  }
  if (a.n_moments > 0) {
    const auto fq = make_filter<V>(a, value, slope, 3, first);
    const V phi_q = load<V>(atom + 3 * f), outward = phi_q * fq.value;
    const Real* moment = a.moment + e * a.n_moments;
    V inward{};
    for (std::int64_t m = 0; m < a.n_moments; ++m) {
      const V gm = load<V>(g + (4 + m) * f);
      inward += gm * moment[m];
      sums.by_moment[static_cast<std::size_t>(m)] += gm * outward;
    }
    add_to(to + 3 * f, V(inward * fq.value));
    sums.by_r += inward * phi_q * fq.slope;
  }
  sums.by_x += gx * pushed;
  sums.by_y += gy * pushed;
  sums.by_z += gz * pushed;
}

template <class Real>
double lane_sum(const typename Lanes<Real>::Vector& v) {
  Real sum = 0;
  for (std::int64_t c = 0; c < Lanes<Real>::count; ++c) sum += v[c];
  return static_cast<double>(sum);
}
template <class Real, bool has_t>
void sum_gradients(const Arrays<Real>& a, const Real* gradient, Real* to_atoms, double* to_vector) {
  constexpr std::int64_t block = Lanes<Real>::count;
  const std::int64_t whole = a.width / block * block;
  for (std::int64_t e = 0; e < a.n_edges; ++e, to_vector += 3) {
    const Real* row = gradient + (4 + a.n_moments) * a.width * a.source[e];
    VectorSums<typename Lanes<Real>::Vector> sums;
    for (std::int64_t first = 0; first < whole; first += block) add_gradient<has_t>(a, e, first, row, to_atoms, sums);
    VectorSums<Real> rest;
    for (std::int64_t first = whole; first < a.width; ++first) add_gradient<has_t>(a, e, first, row, to_atoms, rest);
    const double by_r = lane_sum<Real>(sums.by_r) + static_cast<double>(rest.by_r);
    std::array<double, 3> by_unit = {lane_sum<Real>(sums.by_x) + static_cast<double>(rest.by_x),
                                     lane_sum<Real>(sums.by_y) + static_cast<double>(rest.by_y),
                                     lane_sum<Real>(sums.by_z) + static_cast<double>(rest.by_z)};
    if (a.n_moments > 0) {
      std::array<double, most_moments> by_moment{};
      for (std::size_t m = 0; m < static_cast<std::size_t>(a.n_moments); ++m)
        by_moment[m] = lane_sum<Real>(sums.by_moment[m]) + static_cast<double>(rest.by_moment[m]);
      const Real* u = a.unit + 3 * e;
      add_harmonics_gradient({static_cast<double>(u[0]), static_cast<double>(u[1]), static_cast<double>(u[2])},
                             a.n_moments, by_moment.data(), by_unit);
    }
    // r̂ changes with the part of a step that is across it, over r.
    const Real* unit = a.unit + 3 * e;
    double along = 0.0;
    for (std::size_t d = 0; d < 3; ++d) along += by_unit[d] * static_cast<double>(unit[d]);
    const auto inverse = static_cast<double>(a.inverse[e]);
    for (std::size_t d = 0; d < 3; ++d)
      to_vector[d] =
          by_r * static_cast<double>(unit[d]) + (by_unit[d] - along * static_cast<double>(unit[d])) * inverse;
  }
}

template <class Real>
Arrays<Real> arrays(const Tensor& atoms, const Tensor& filter, const PainnEdges& edges) {
  const bool has_moments = edges.moment.defined();
  Arrays<Real> a{};
  a.n_edges = edges.source.size(0);
  a.width = filter.size(1) / (has_moments ? 4 : 3);
  a.n_radial = filter.size(0);
  a.source = edges.source.data_ptr<std::int32_t>();
  a.destination = edges.destination.data_ptr<std::int32_t>();
  a.value = edges.value.data_ptr<Real>();
  a.slope = edges.slope.data_ptr<Real>();
  a.unit = edges.unit.data_ptr<Real>();
  a.inverse = edges.inverse.data_ptr<Real>();
  a.filter = filter.data_ptr<Real>();
  a.atoms = atoms.data_ptr<Real>();
  a.stride = atoms.size(1);
  a.moment = has_moments ? edges.moment.data_ptr<Real>() : nullptr;
  a.n_moments = has_moments ? edges.moment.size(1) : 0;
  return a;
}

template <class Real>
void forward_sums(const Arrays<Real>& a, Tensor& out) {
  a.has_t() ? sum_messages<Real, true>(a, out.data_ptr<Real>()) : sum_messages<Real, false>(a, out.data_ptr<Real>());
}

template <class Real>
void backward_sums(const Arrays<Real>& a, const Tensor& gradient, Tensor& to_atoms, Tensor& to_vector) {
  const Real* g = gradient.data_ptr<Real>();
  a.has_t() ? sum_gradients<Real, true>(a, g, to_atoms.data_ptr<Real>(), to_vector.data_ptr<double>())
            : sum_gradients<Real, false>(a, g, to_atoms.data_ptr<Real>(), to_vector.data_ptr<double>());
}

struct PainnMessages : torch::autograd::Function<PainnMessages> {
  static Tensor forward(AutogradContext* context, const Tensor& atoms, const Tensor& filter, const Tensor&,
                        const PainnEdgesPtr& edges, std::int64_t n_owned) {
    const Tensor dense = atoms.contiguous(), rows = filter.t().contiguous();
    context->save_for_backward({dense, rows});
    context->saved_data["edges"] = c10::IValue::make_capsule(edges);
    const bool has_moments = edges->moment.defined();
    const std::int64_t width = filter.size(0) / (has_moments ? 4 : 3);
    Tensor out = torch::zeros({n_owned, (4 + (has_moments ? edges->moment.size(1) : 0)) * width}, atoms.options());
    atoms.scalar_type() == torch::kFloat ? forward_sums(arrays<float>(dense, rows, *edges), out)
                                         : forward_sums(arrays<double>(dense, rows, *edges), out);
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    if (at::GradMode::is_enabled()) fail("a frozen PaiNN is differentiable only once");
    const auto edges = c10::static_intrusive_pointer_cast<PainnEdges>(context->saved_data["edges"].toCapsule());
    const auto saved = context->get_saved_variables();
    const Tensor gradient = gradients[0].contiguous();
    Tensor to_atoms = torch::zeros_like(saved[0]);
    Tensor to_vector = torch::empty({edges->source.size(0), 3}, torch::kDouble);
    gradient.scalar_type() == torch::kFloat
        ? backward_sums(arrays<float>(saved[0], saved[1], *edges), gradient, to_atoms, to_vector)
        : backward_sums(arrays<double>(saved[0], saved[1], *edges), gradient, to_atoms, to_vector);
    return {to_atoms, Tensor(), to_vector, Tensor(), Tensor()};
  }
};

template <class Real>
Tensor moments_of(const Tensor& unit, std::int64_t n) {
  Tensor out = torch::empty({unit.size(0), n}, c10::CppTypeToScalarType<Real>::value);
  const double* u = unit.data_ptr<double>();
  for (std::int64_t e = 0; e < unit.size(0); ++e) harmonics(u + 3 * e, n, out.data_ptr<Real>() + e * n);
  return out;
}

}  // namespace

PainnEdges::PainnEdges(const Tensor& vector, const Tensor& source_, const Tensor& destination_,
                       const RadialTable& radial, std::int64_t degree, torch::ScalarType type)
    : source(source_), destination(destination_) {
  const torch::NoGradGuard no_gradient;
  if (degree > 3) fail("moments of degree {} are not fused", degree);
  const Tensor r = vector.square().sum(1).sqrt(), exact = (vector / r.unsqueeze(1)).contiguous();
  std::tie(value, slope) = radial.rows(r, type);
  unit = exact.to(type);
  inverse = r.reciprocal().to(type);
  if (degree < 2) return;
  const std::int64_t n = (degree + 1) * (degree + 1) - 4;
  moment = type == torch::kFloat ? moments_of<float>(exact, n) : moments_of<double>(exact, n);
}

Tensor painn_messages(const Tensor& atoms, const Tensor& filter, const Tensor& vector, const PainnEdgesPtr& edges,
                      std::int64_t n_owned) {
  return PainnMessages::apply(atoms, filter, vector, edges, n_owned);
}

}  // namespace spinel
