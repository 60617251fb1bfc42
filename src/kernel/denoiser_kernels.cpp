#include "kernel/denoiser_kernels.hpp"

#include <type_traits>

// GCC takes the register that an intrinsic leaves undefined on purpose for a variable.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/denoiser_kernels.cpp"
// Tiles of vectors in arrays need a size known to the compiler.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
//
#include "kernel/sigmoid-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace spinel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr std::size_t kVectors = 4, kRows = 6;
#else
constexpr std::size_t kVectors = 2, kRows = 6;
#endif

template <class Real, std::size_t n_rows, std::size_t n_vectors>
HWY_INLINE void OuterTile(std::size_t rows, Rows<const Real> a, Rows<const Real> b, std::size_t n, Real* out) {
  const Tag<Real> d;
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<Tag<Real>> sum[n_rows][n_vectors];
  for (std::size_t i = 0; i < n_rows; ++i)
    for (std::size_t v = 0; v < n_vectors; ++v) sum[i][v] = hn::LoadU(d, out + i * n + v * lanes);
  for (std::size_t r = 0; r < rows; ++r) {
    hn::Vec<Tag<Real>> row[n_vectors];
    for (std::size_t v = 0; v < n_vectors; ++v) row[v] = hn::LoadU(d, b.first + r * b.stride + v * lanes);
    for (std::size_t i = 0; i < n_rows; ++i) {
      const auto x = hn::Set(d, a.first[r * a.stride + i]);
      for (std::size_t v = 0; v < n_vectors; ++v) sum[i][v] = hn::MulAdd(x, row[v], sum[i][v]);
    }
  }
  for (std::size_t i = 0; i < n_rows; ++i)
    for (std::size_t v = 0; v < n_vectors; ++v) hn::StoreU(sum[i][v], d, out + i * n + v * lanes);
}

template <class Real>
void AddOuter(std::size_t rows, Rows<const Real> a, std::size_t k, Rows<const Real> b, std::size_t n, Real* out) {
  const std::size_t lanes = hn::Lanes(Tag<Real>());
  std::size_t c = 0;
  const auto columns = [&](auto n_vectors) {
    constexpr std::size_t vectors = decltype(n_vectors)::value;
    for (; c + vectors * lanes <= n; c += vectors * lanes) {
      std::size_t i = 0;
      const auto tiles = [&](auto n_rows) {
        constexpr std::size_t m = decltype(n_rows)::value;
        for (; i + m <= k; i += m)
          OuterTile<Real, m, vectors>(rows, {a.first + i, a.stride}, {b.first + c, b.stride}, n, out + i * n + c);
      };
      tiles(std::integral_constant<std::size_t, kRows>());
      tiles(std::integral_constant<std::size_t, 2>());
      tiles(std::integral_constant<std::size_t, 1>());
    }
  };
  columns(std::integral_constant<std::size_t, kVectors>());
  columns(std::integral_constant<std::size_t, 1>());
}

template <class Real>
void Norm(std::size_t rows, std::size_t width, const Real* x, const Real* gain, Rows<Real> y, Real* scale) {
  const Tag<Real> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t r = 0; r < rows; ++r, x += width, y.first += y.stride) {
    auto squares = hn::Zero(d);
    for (std::size_t c = 0; c < width; c += lanes) {
      const auto v = hn::LoadU(d, x + c);
      squares = hn::MulAdd(v, v, squares);
    }
    const Real mean = hn::GetLane(hn::SumOfLanes(d, squares)) / static_cast<Real>(width);
    scale[r] = hn::GetLane(hn::Div(hn::Set(d, Real(1)), hn::Sqrt(hn::Set(d, mean + Real(1e-6)))));
    const auto s = hn::Set(d, scale[r]);
    for (std::size_t c = 0; c < width; c += lanes)
      hn::StoreU(hn::Mul(hn::Mul(hn::LoadU(d, x + c), s), hn::LoadU(d, gain + c)), d, y.first + c);
  }
}

template <class Real>
void NormGradient(std::size_t rows, std::size_t width, const Real* x, const Real* gain, const Real* scale,
                  Rows<const Real> y_gradient, Real* x_gradient, Real* gain_gradient) {
  const Tag<Real> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t r = 0; r < rows; ++r, x += width, y_gradient.first += y_gradient.stride, x_gradient += width) {
    // y = g x s: dx = s (g dy − x s² mean(x g dy)).
    const auto s = hn::Set(d, scale[r]);
    auto projection = hn::Zero(d);
    for (std::size_t c = 0; c < width; c += lanes) {
      const auto v = hn::LoadU(d, x + c), dy = hn::LoadU(d, y_gradient.first + c);
      const auto product = hn::Mul(v, dy);
      projection = hn::MulAdd(product, hn::LoadU(d, gain + c), projection);
      hn::StoreU(hn::MulAdd(product, s, hn::LoadU(d, gain_gradient + c)), d, gain_gradient + c);
    }
    const Real mean = hn::GetLane(hn::SumOfLanes(d, projection)) / static_cast<Real>(width) * scale[r] * scale[r];
    const auto m = hn::Set(d, mean);
    for (std::size_t c = 0; c < width; c += lanes) {
      const auto inner =
          hn::NegMulAdd(hn::LoadU(d, x + c), m, hn::Mul(hn::LoadU(d, gain + c), hn::LoadU(d, y_gradient.first + c)));
      hn::StoreU(hn::MulAdd(inner, s, hn::LoadU(d, x_gradient + c)), d, x_gradient + c);
    }
  }
}

template <class Real, bool with_slope>
void EdgesOf(const PairRows<Real>& pairs, Rows<const Real> p, Rows<const Real> q, Real* HWY_RESTRICT y,
             Real* HWY_RESTRICT slope) {
  const Tag<Real> d;
  const std::size_t lanes = hn::Lanes(d), n = pairs.n, width = pairs.width;
  const auto put = [&](std::size_t edge, std::size_t c, hn::Vec<Tag<Real>> z) HWY_ATTR {
    const auto s = Sigmoid(d, z), value = hn::Mul(z, s);
    hn::StoreU(value, d, y + edge * width + c);
    if (with_slope) hn::StoreU(hn::Add(s, hn::NegMulAdd(value, s, value)), d, slope + edge * width + c);
  };
  std::size_t pair = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Real *p_i = p.first + i * p.stride, *q_i = q.first + i * q.stride;
    for (std::size_t c = 0; c < width; c += lanes)
      put(i * n + i, c, hn::Add(hn::Add(hn::LoadU(d, p_i + c), hn::LoadU(d, q_i + c)), hn::LoadU(d, pairs.self + c)));
    for (std::size_t j = i + 1; j < n; ++j, ++pair) {
      const Real *p_j = p.first + j * p.stride, *q_j = q.first + j * q.stride;
      const Real *even = pairs.even + pair * width, *odd = pairs.odd + pair * width;
      for (std::size_t c = 0; c < width; c += lanes) {
        const auto e = hn::LoadU(d, even + c), o = hn::LoadU(d, odd + c);
        put(i * n + j, c, hn::Add(hn::Add(hn::LoadU(d, p_i + c), hn::LoadU(d, q_j + c)), hn::Add(e, o)));
        put(j * n + i, c, hn::Add(hn::Add(hn::LoadU(d, p_j + c), hn::LoadU(d, q_i + c)), hn::Sub(e, o)));
      }
    }
  }
}

template <class Real>
void Edges(const PairRows<Real>& pairs, Rows<const Real> p, Rows<const Real> q, Real* y, Real* slope) {
  if (slope != nullptr)
    EdgesOf<Real, true>(pairs, p, q, y, slope);
  else
    EdgesOf<Real, false>(pairs, p, q, y, slope);
}

template <class Real>
void EdgesGradient(const PairRows<Real>& pairs, const Real* HWY_RESTRICT z, Rows<Real> p, Rows<Real> q,
                   Real* HWY_RESTRICT even, Real* HWY_RESTRICT odd, Real* HWY_RESTRICT self) {
  const Tag<Real> d;
  const std::size_t lanes = hn::Lanes(d), n = pairs.n, width = pairs.width;
  std::size_t pair = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < width; c += lanes) {
      const auto own = hn::LoadU(d, z + (i * n + i) * width + c);
      hn::StoreU(hn::Add(hn::LoadU(d, self + c), own), d, self + c);
      auto row = own, column = own;
      for (std::size_t j = 0; j < n; ++j) {
        if (j == i) continue;
        row = hn::Add(row, hn::LoadU(d, z + (i * n + j) * width + c));
        column = hn::Add(column, hn::LoadU(d, z + (j * n + i) * width + c));
      }
      hn::StoreU(row, d, p.first + i * p.stride + c);
      hn::StoreU(column, d, q.first + i * q.stride + c);
    }
    for (std::size_t j = i + 1; j < n; ++j, ++pair)
      for (std::size_t c = 0; c < width; c += lanes) {
        const auto there = hn::LoadU(d, z + (i * n + j) * width + c), back = hn::LoadU(d, z + (j * n + i) * width + c);
        hn::StoreU(hn::Add(there, back), d, even + pair * width + c);
        hn::StoreU(hn::Sub(there, back), d, odd + pair * width + c);
      }
  }
}

template <class Real>
void SumOfEdges(std::size_t n, std::size_t width, Real factor, const Real* y, Rows<Real> out) {
  const Tag<Real> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto f = hn::Set(d, factor);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t c = 0; c < width; c += lanes) {
      auto sum = hn::Zero(d);
      for (std::size_t j = 0; j < n; ++j) sum = hn::Add(sum, hn::LoadU(d, y + (i * n + j) * width + c));
      hn::StoreU(hn::Mul(sum, f), d, out.first + i * out.stride + c);
    }
}

template <class Real>
void SpreadToEdges(std::size_t n, std::size_t width, Real factor, Rows<const Real> out_gradient, Real* x) {
  const Tag<Real> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto f = hn::Set(d, factor);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t c = 0; c < width; c += lanes) {
      const auto g = hn::Mul(f, hn::LoadU(d, out_gradient.first + i * out_gradient.stride + c));
      for (std::size_t j = 0; j < n; ++j) {
        Real* at = x + (i * n + j) * width + c;
        hn::StoreU(hn::Mul(g, hn::LoadU(d, at)), d, at);
      }
    }
}

template <class Real>
void AddRows(std::size_t rows, std::size_t width, Rows<const Real> x, Real* sum) {
  const Tag<Real> d;
  for (std::size_t c = 0; c < width; c += hn::Lanes(d)) {
    auto s = hn::LoadU(d, sum + c);
    for (std::size_t r = 0; r < rows; ++r) s = hn::Add(s, hn::LoadU(d, x.first + r * x.stride + c));
    hn::StoreU(s, d, sum + c);
  }
}

template <class Real>
DenoiserKernels<Real> DenoiserKernelsOf() {
  return {&AddOuter<Real>,      &Norm<Real>,       &NormGradient<Real>,  &Edges<Real>,
          &EdgesGradient<Real>, &SumOfEdges<Real>, &SpreadToEdges<Real>, &AddRows<Real>};
}
DenoiserKernels<float> SingleDenoiserKernels() { return DenoiserKernelsOf<float>(); }
DenoiserKernels<double> DoubleDenoiserKernels() { return DenoiserKernelsOf<double>(); }

}  // namespace spinel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace spinel {

HWY_EXPORT(SingleDenoiserKernels);
HWY_EXPORT(DoubleDenoiserKernels);

template <>
const DenoiserKernels<float>& denoiser_kernels() {
  static const DenoiserKernels<float> kernels = HWY_DYNAMIC_DISPATCH(SingleDenoiserKernels)();
  return kernels;
}
template <>
const DenoiserKernels<double>& denoiser_kernels() {
  static const DenoiserKernels<double> kernels = HWY_DYNAMIC_DISPATCH(DoubleDenoiserKernels)();
  return kernels;
}

}  // namespace spinel
#endif
