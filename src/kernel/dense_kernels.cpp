#include "kernel/dense_kernels.hpp"

#include <algorithm>
#include <type_traits>

// GCC takes the register that an intrinsic leaves undefined on purpose for a variable.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/dense_kernels.cpp"
// Tiles of vectors in arrays need a size known to the compiler.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
//
#include "kernel/sigmoid-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace spinel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A tile of the product lives in registers: of 32, six rows of four vectors, the four of b and one of a; of 16, four
// rows of two. Each vector of b feeds all rows, each number of a all vectors.
#if HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr std::size_t kVectors = 4, kRows = 6;
#else
constexpr std::size_t kVectors = 2, kRows = 6;
#endif

template <class Real, std::size_t n_rows, std::size_t n_vectors>
HWY_INLINE void Tile(const Real* HWY_RESTRICT a, std::size_t a_stride, const Real* HWY_RESTRICT b, std::size_t b_stride,
                     std::size_t k, const Real* start, std::size_t start_stride, Real* out, std::size_t out_stride) {
  const Tag<Real> d;
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<Tag<Real>> sum[n_rows][n_vectors];
  for (std::size_t r = 0; r < n_rows; ++r)
    for (std::size_t v = 0; v < n_vectors; ++v)
      sum[r][v] = start != nullptr ? hn::LoadU(d, start + r * start_stride + v * lanes) : hn::Zero(d);
  for (std::size_t i = 0; i < k; ++i) {
    hn::Vec<Tag<Real>> column[n_vectors];
    for (std::size_t v = 0; v < n_vectors; ++v) column[v] = hn::LoadU(d, b + i * b_stride + v * lanes);
    for (std::size_t r = 0; r < n_rows; ++r) {
      const auto x = hn::Set(d, a[r * a_stride + i]);
      for (std::size_t v = 0; v < n_vectors; ++v) sum[r][v] = hn::MulAdd(x, column[v], sum[r][v]);
    }
  }
  for (std::size_t r = 0; r < n_rows; ++r)
    for (std::size_t v = 0; v < n_vectors; ++v) hn::StoreU(sum[r][v], d, out + r * out_stride + v * lanes);
}

template <class Real, std::size_t n_vectors>
void Columns(std::size_t rows, Rows<const Real> a, const Real* b, std::size_t b_stride, std::size_t k,
             Rows<const Real> start, Rows<Real> out) {
  std::size_t r = 0;
  const auto tiles = [&](auto n_rows) {
    constexpr std::size_t n = decltype(n_rows)::value;
    for (; r + n <= rows; r += n)
      Tile<Real, n, n_vectors>(a.first + r * a.stride, a.stride, b, b_stride, k,
                               start.first != nullptr ? start.first + r * start.stride : nullptr, start.stride,
                               out.first + r * out.stride, out.stride);
  };
  tiles(std::integral_constant<std::size_t, kRows>());
  tiles(std::integral_constant<std::size_t, 2>());
  tiles(std::integral_constant<std::size_t, 1>());
}

template <class Real>
void Multiply(std::size_t rows, Rows<const Real> a, const PackedMatrix<Real>& b, Rows<const Real> start,
              Rows<Real> out) {
  const std::size_t lanes = hn::Lanes(Tag<Real>());
  for (std::size_t first = 0; first < b.n; first += b.panel) {
    const std::size_t width = HWY_MIN(b.panel, b.n - first);
    std::size_t c = 0;
    const auto columns = [&](auto n_vectors) {
      constexpr std::size_t n = decltype(n_vectors)::value;
      for (; c + n * lanes <= width; c += n * lanes)
        Columns<Real, n>(rows, a, b.values.data() + first * b.k + c, width, b.k,
                         {start.first != nullptr ? start.first + first + c : nullptr, start.stride},
                         {out.first + first + c, out.stride});
    };
    columns(std::integral_constant<std::size_t, kVectors>());
    columns(std::integral_constant<std::size_t, 1>());
  }
}

template <class Real>
void Silu(std::size_t n, Real* x) {
  const Tag<Real> d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto v = hn::LoadU(d, x + i);
    hn::StoreU(hn::Mul(v, Sigmoid(d, v)), d, x + i);
  }
}

template <class Real>
void SiluWithSlope(std::size_t n, Real* HWY_RESTRICT x, Real* HWY_RESTRICT y) {
  const Tag<Real> d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto v = hn::LoadU(d, x + i), s = Sigmoid(d, v), value = hn::Mul(v, s);
    hn::StoreU(value, d, y + i);
    hn::StoreU(hn::Add(s, hn::NegMulAdd(value, s, value)), d, x + i);
  }
}

template <class Real>
void AddGated(std::size_t rows, std::size_t width, const Real* x, const Real* factor, Real* out,
              std::size_t out_stride) {
  const Tag<Real> d;
  for (std::size_t r = 0; r < rows; ++r) {
    const Real *value = x + 2 * r * width, *gate = value + width;
    for (std::size_t c = 0; c < width; c += hn::Lanes(d)) {
      const auto v = hn::LoadU(d, value + c);
      auto product = hn::Mul(hn::Mul(v, Sigmoid(d, v)), Sigmoid(d, hn::LoadU(d, gate + c)));
      if (factor != nullptr) product = hn::Mul(product, hn::LoadU(d, factor + r * width + c));
      Real* o = out + r * out_stride + c;
      hn::StoreU(hn::Add(hn::LoadU(d, o), product), d, o);
    }
  }
}

template <class Real>
void GatedGradient(std::size_t rows, std::size_t width, const Real* out_gradient, std::size_t out_stride, Real* x,
                   Real* factor) {
  const Tag<Real> d;
  const auto one = hn::Set(d, Real(1));
  for (std::size_t r = 0; r < rows; ++r) {
    Real *value = x + 2 * r * width, *gate = value + width;
    for (std::size_t c = 0; c < width; c += hn::Lanes(d)) {
      auto g = hn::LoadU(d, out_gradient + r * out_stride + c);
      const auto v = hn::LoadU(d, value + c), s = Sigmoid(d, v), y = hn::Mul(v, s),
                 t = Sigmoid(d, hn::LoadU(d, gate + c)), product = hn::Mul(y, t);
      if (factor != nullptr) {
        Real* f = factor + r * width + c;
        const auto factor_gradient = hn::Mul(g, product);
        g = hn::Mul(g, hn::LoadU(d, f));
        hn::StoreU(factor_gradient, d, f);
      }
      hn::StoreU(hn::Mul(hn::Mul(g, t), hn::Add(s, hn::NegMulAdd(y, s, y))), d, value + c);
      hn::StoreU(hn::Mul(hn::Mul(g, product), hn::Sub(one, t)), d, gate + c);
    }
  }
}

template <class Real>
void ScaleBy(std::size_t n, const Real* HWY_RESTRICT y, Real* HWY_RESTRICT x) {
  const Tag<Real> d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d))
    hn::StoreU(hn::Mul(hn::LoadU(d, x + i), hn::LoadU(d, y + i)), d, x + i);
}

template <class Real>
DenseKernels<Real> Kernels() {
  return {&Multiply<Real>, &Silu<Real>, &SiluWithSlope<Real>, &AddGated<Real>, &GatedGradient<Real>, &ScaleBy<Real>};
}
DenseKernels<float> SingleKernels() { return Kernels<float>(); }
DenseKernels<double> DoubleKernels() { return Kernels<double>(); }

}  // namespace spinel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace spinel {

HWY_EXPORT(SingleKernels);
HWY_EXPORT(DoubleKernels);

template <>
const DenseKernels<float>& dense_kernels() {
  static const DenseKernels<float> kernels = HWY_DYNAMIC_DISPATCH(SingleKernels)();
  return kernels;
}
template <>
const DenseKernels<double>& dense_kernels() {
  static const DenseKernels<double> kernels = HWY_DYNAMIC_DISPATCH(DoubleKernels)();
  return kernels;
}

template <class Real>
PackedMatrix<Real>::PackedMatrix(const Real* from, std::size_t k_, std::size_t n_, std::size_t row_stride,
                                 std::size_t column_stride)
    : k(k_), n(padded_width(n_)), values(k_ * padded_width(n_), Real(0)) {
  for (std::size_t j = 0; j < n_; ++j) {
    const std::size_t first = j / panel * panel, width = std::min(panel, n - first);
    for (std::size_t i = 0; i < k; ++i)
      values[first * k + i * width + (j - first)] = from[i * row_stride + j * column_stride];
  }
}
template struct PackedMatrix<float>;
template struct PackedMatrix<double>;

}  // namespace spinel
#endif
