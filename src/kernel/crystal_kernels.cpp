#include "kernel/crystal_kernels.hpp"

#include <algorithm>

#include "kernel/dense_kernels.hpp"

// GCC takes the register that an intrinsic leaves undefined on purpose for a variable.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/crystal_kernels.cpp"
// Vectors in arrays need a size known to the compiler.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
//
#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace spinel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class Real>
using Tag = hn::CappedTag<Real, row_granule>;
template <class Real>
using V = hn::Vec<Tag<Real>>;

/// Rows after which sums in Real are added to those in double.
constexpr std::size_t kRowsOfSum = 192;
/// Widest row whose sums stay on the stack.
constexpr std::size_t kPart = 256;

/// exp(−x), x ≥ 0.
HWY_INLINE V<double> ExpMinus(Tag<double> d, V<double> x) { return hn::Exp(d, hn::Neg(hn::Min(x, hn::Set(d, 700.0)))); }
HWY_INLINE V<float> ExpMinus(Tag<float> d, V<float> x) {
  const hn::RebindToSigned<decltype(d)> di;
  // exp(−x) = 2^(n + f), |f| ≤ ½; the polynomial for 2^f is that of exp2f of Cephes.
  const auto t = hn::Mul(hn::Min(x, hn::Set(d, 80.0f)), hn::Set(d, -1.44269504088896341f)), n = hn::Round(t);
  const auto f = hn::Sub(t, n);
  auto p = hn::MulAdd(f, hn::Set(d, 1.535336188319500e-4f), hn::Set(d, 1.339887440266574e-3f));
  p = hn::MulAdd(f, p, hn::Set(d, 9.618437357674640e-3f));
  p = hn::MulAdd(f, p, hn::Set(d, 5.550332471162809e-2f));
  p = hn::MulAdd(f, p, hn::Set(d, 2.402264791363012e-1f));
  p = hn::MulAdd(f, p, hn::Set(d, 6.931472028550421e-1f));
  p = hn::MulAdd(f, p, hn::Set(d, 1.0f));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, p), hn::ShiftLeft<23>(hn::ConvertTo(di, n))));
}

/// log(1 + e), 0 ≤ e ≤ 1.
HWY_INLINE V<double> Log1p(Tag<double> d, V<double> e) { return hn::Log1p(d, e); }
HWY_INLINE V<float> Log1p(Tag<float> d, V<float> e) {
  // e·p(e); p interpolates log(1 + e)/e at the Chebyshev points of [0, 1], to 5e-8.
  auto p = hn::Set(d, -0.00317605705f);
  p = hn::MulAdd(p, e, hn::Set(d, 0.0195425274f));
  p = hn::MulAdd(p, e, hn::Set(d, -0.0563736132f));
  p = hn::MulAdd(p, e, hn::Set(d, 0.105436238f));
  p = hn::MulAdd(p, e, hn::Set(d, -0.152696671f));
  p = hn::MulAdd(p, e, hn::Set(d, 0.196632743f));
  p = hn::MulAdd(p, e, hn::Set(d, -0.249516163f));
  p = hn::MulAdd(p, e, hn::Set(d, 0.333297105f));
  p = hn::MulAdd(p, e, hn::Set(d, -0.499998926f));
  p = hn::MulAdd(p, e, hn::Set(d, 0.999999995f));
  return hn::Mul(p, e);
}

template <class Real>
struct Activation {
  V<Real> sigmoid, softplus;
};
/// σ(x) and softplus(x) from one exponential.
template <class Real>
HWY_INLINE Activation<Real> SigmoidSoftplus(Tag<Real> d, V<Real> x) {
  const auto one = hn::Set(d, Real(1));
  const auto e = ExpMinus(d, hn::Abs(x));
  const auto large = hn::Div(one, hn::Add(one, e));
  return {hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Mul(e, large), large),
          hn::Add(hn::Max(x, hn::Zero(d)), Log1p(d, e))};
}
template <class Real>
HWY_INLINE V<Real> Sigmoid(Tag<Real> d, V<Real> x) {
  const auto one = hn::Set(d, Real(1));
  const auto e = ExpMinus(d, hn::Abs(x));
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(one, e));
}

/// One block of Gaussians: z = start + other + Σ g_k table_k; other may be null.
template <class Real>
HWY_INLINE void AddRows(std::size_t n, const Real* HWY_RESTRICT g, const Real* HWY_RESTRICT table, const Real* start,
                        const Real* other, Real* z) {
  const Tag<Real> d;
  V<Real> factor[gaussian_block];
  for (std::size_t k = 0; k < gaussian_block; ++k) factor[k] = hn::Set(d, g[k]);
  for (std::size_t c = 0; c < n; c += hn::Lanes(d)) {
    auto sum = hn::LoadU(d, start + c);
    if (other != nullptr) sum = hn::Add(sum, hn::LoadU(d, other + c));
    for (std::size_t k = 0; k < gaussian_block; ++k) sum = hn::MulAdd(factor[k], hn::LoadU(d, table + k * n + c), sum);
    hn::StoreU(sum, d, z + c);
  }
}

template <class Real>
void Gather(const CrystalEdges<Real>& edges, std::size_t begin, std::size_t end, std::size_t width, const Real* atoms,
            const Real* table, Real* z) {
  const std::size_t n = 2 * width;
  for (std::size_t i = begin; i < end; ++i)
    for (auto e = edges.row[i]; e < edges.row[i + 1]; ++e, z += n) {
      const Real* g = edges.gaussian + static_cast<std::size_t>(e) * edges.window;
      const Real* rows = table + static_cast<std::size_t>(edges.first[e]) * n;
      AddRows<Real>(n, g, rows, atoms + i * 2 * n, atoms + static_cast<std::size_t>(edges.destination[e]) * 2 * n + n,
                    z);
      for (std::size_t k = gaussian_block; k < edges.window; k += gaussian_block)
        AddRows<Real>(n, g + k, rows + k * n, z, nullptr, z);
    }
}

/// Sums over rows in Real, added to those in double now and then: numbers [2][part of a row].
template <class Real>
class Sums {
 public:
  Sums(std::size_t n, double* first, double* second) : n_(n), to_{first, second} { clear(); }
  HWY_INLINE void add(std::size_t c, V<Real> first, V<Real> second) {
    const Tag<Real> d;
    hn::StoreU(hn::Add(hn::LoadU(d, part_[0] + c), first), d, part_[0] + c);
    hn::StoreU(hn::Add(hn::LoadU(d, part_[1] + c), second), d, part_[1] + c);
  }
  void flush() {
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t c = 0; c < n_; ++c) to_[s][c] += static_cast<double>(part_[s][c]);
    clear();
  }

 private:
  void clear() {
    for (auto& part : part_) std::fill_n(part, n_, Real(0));
  }
  std::size_t n_;
  double* to_[2];
  HWY_ALIGN Real part_[2][kPart];
};

template <class Real>
void Moments(std::size_t rows, std::size_t width, const Real* x, const Real* shift, double* sum, double* squares) {
  const Tag<Real> d;
  for (std::size_t r = 0; r < rows; r += kRowsOfSum)
    for (std::size_t c = 0; c < width; c += hn::Lanes(d)) {
      const auto s = hn::LoadU(d, shift + c);
      auto first = hn::Zero(d), second = hn::Zero(d);
      for (std::size_t k = r; k < std::min(rows, r + kRowsOfSum); ++k) {
        const auto away = hn::Sub(hn::LoadU(d, x + k * width + c), s);
        first = hn::Add(first, away);
        second = hn::MulAdd(away, away, second);
      }
      HWY_ALIGN Real part[2][row_granule];
      hn::Store(first, d, part[0]);
      hn::Store(second, d, part[1]);
      for (std::size_t k = 0; k < hn::Lanes(d); ++k) {
        sum[c + k] += static_cast<double>(part[0][k]);
        squares[c + k] += static_cast<double>(part[1][k]);
      }
    }
}

/// Columns of a normalization, loaded.
template <class Real>
struct Column {
  Column(const RowNorm<Real>& norm, std::size_t c)
      : inverse(hn::LoadU(Tag<Real>(), norm.inverse + c)),
        offset(hn::LoadU(Tag<Real>(), norm.offset + c)),
        weight(hn::LoadU(Tag<Real>(), norm.weight + c)),
        bias(hn::LoadU(Tag<Real>(), norm.bias + c)) {}
  HWY_INLINE V<Real> normal(V<Real> x) const { return hn::MulAdd(x, inverse, offset); }
  HWY_INLINE V<Real> value(V<Real> normal_x) const { return hn::MulAdd(normal_x, weight, bias); }
  V<Real> inverse, offset, weight, bias;
};

template <class Real>
void Activate(const CrystalEdges<Real>& edges, std::size_t begin, std::size_t end, std::size_t width, const Real* z,
              const RowNorm<Real>& norm, Real* sums) {
  const Tag<Real> d;
  for (std::size_t i = begin; i < end; ++i) {
    const auto rows = static_cast<std::size_t>(edges.row[i + 1] - edges.row[i]);
    for (std::size_t c = 0; c < width; c += hn::Lanes(d)) {
      const Column<Real> gate(norm, c), core(norm, width + c);
      const auto gate_scale = hn::Mul(gate.inverse, gate.weight), core_scale = hn::Mul(core.inverse, core.weight);
      const auto gate_bias = gate.value(gate.offset), core_bias = core.value(core.offset);
      auto sum = hn::Zero(d);
      for (std::size_t r = 0; r < rows; ++r) {
        const Real* row = z + r * 2 * width + c;
        const auto s = Sigmoid<Real>(d, hn::MulAdd(hn::LoadU(d, row), gate_scale, gate_bias));
        const auto p = SigmoidSoftplus<Real>(d, hn::MulAdd(hn::LoadU(d, row + width), core_scale, core_bias));
        sum = hn::MulAdd(s, p.softplus, sum);
      }
      hn::StoreU(sum, d, sums + i * width + c);
    }
    z += rows * 2 * width;
  }
}

/// dy of one column of one edge: of the gate and of the core.
template <class Real>
struct EdgeGradient {
  HWY_INLINE EdgeGradient(const Column<Real>& gate, const Column<Real>& core, const Real* row, std::size_t width,
                          V<Real> gradient) {
    const Tag<Real> d;
    gate_normal = gate.normal(hn::LoadU(d, row));
    core_normal = core.normal(hn::LoadU(d, row + width));
    const auto s = Sigmoid<Real>(d, gate.value(gate_normal));
    const auto p = SigmoidSoftplus<Real>(d, core.value(core_normal));
    const auto g = hn::Mul(gradient, s);
    of_core = hn::Mul(g, p.sigmoid);
    of_gate = hn::Mul(hn::Mul(g, p.softplus), hn::Sub(hn::Set(d, Real(1)), s));
  }
  V<Real> gate_normal, core_normal, of_gate, of_core;
};

template <class Real>
void GradientMoments(const CrystalEdges<Real>& edges, std::size_t begin, std::size_t end, std::size_t width,
                     const Real* z, const RowNorm<Real>& norm, const Real* sums_gradient, double* sum,
                     double* projection) {
  const Tag<Real> d;
  // A part of the columns at a time, so that its sums stay in the first-level cache.
  for (std::size_t first = 0; first < width; first += kPart) {
    const std::size_t n = std::min(kPart, width - first);
    Sums<Real> of_gate(n, sum + first, projection + first);
    Sums<Real> of_core(n, sum + width + first, projection + width + first);
    const Real* rows_of = z + first;
    std::size_t since = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const auto rows = static_cast<std::size_t>(edges.row[i + 1] - edges.row[i]);
      for (std::size_t c = 0; c < n; c += hn::Lanes(d)) {
        const Column<Real> gate(norm, first + c), core(norm, width + first + c);
        const auto gradient = hn::LoadU(d, sums_gradient + i * width + first + c);
        auto gate_sum = hn::Zero(d), core_sum = gate_sum, gate_projection = gate_sum, core_projection = gate_sum;
        for (std::size_t r = 0; r < rows; ++r) {
          const EdgeGradient<Real> dy(gate, core, rows_of + r * 2 * width + c, width, gradient);
          gate_sum = hn::Add(gate_sum, dy.of_gate);
          core_sum = hn::Add(core_sum, dy.of_core);
          gate_projection = hn::MulAdd(dy.of_gate, dy.gate_normal, gate_projection);
          core_projection = hn::MulAdd(dy.of_core, dy.core_normal, core_projection);
        }
        of_gate.add(c, gate_sum, gate_projection);
        of_core.add(c, core_sum, core_projection);
      }
      rows_of += rows * 2 * width;
      if ((since += rows) >= kRowsOfSum) {
        of_gate.flush();
        of_core.flush();
        since = 0;
      }
    }
    of_gate.flush();
    of_core.flush();
  }
}

template <class Real>
void Gradient(const CrystalEdges<Real>& edges, std::size_t begin, std::size_t end, std::size_t width, const Real* z,
              const RowNorm<Real>& norm, const Real* sums_gradient, const Real* mean_dy, const Real* mean_projection,
              Real* dz, Real* atoms_gradient) {
  const Tag<Real> d;
  for (std::size_t i = begin; i < end; ++i) {
    const auto rows = static_cast<std::size_t>(edges.row[i + 1] - edges.row[i]);
    Real* of_source = atoms_gradient + i * 4 * width;
    for (std::size_t c = 0; c < width; c += hn::Lanes(d)) {
      const Column<Real> gate(norm, c), core(norm, width + c);
      const auto gate_scale = hn::Mul(gate.inverse, gate.weight), core_scale = hn::Mul(core.inverse, core.weight);
      const auto gate_mean = hn::LoadU(d, mean_dy + c), core_mean = hn::LoadU(d, mean_dy + width + c);
      const auto gate_slope = hn::LoadU(d, mean_projection + c);
      const auto core_slope = hn::LoadU(d, mean_projection + width + c);
      const auto gradient = hn::LoadU(d, sums_gradient + i * width + c);
      auto gate_sum = hn::Zero(d), core_sum = gate_sum;
      for (std::size_t r = 0; r < rows; ++r) {
        const EdgeGradient<Real> dy(gate, core, z + r * 2 * width + c, width, gradient);
        const auto of_gate =
            hn::Mul(gate_scale, hn::NegMulAdd(dy.gate_normal, gate_slope, hn::Sub(dy.of_gate, gate_mean)));
        const auto of_core =
            hn::Mul(core_scale, hn::NegMulAdd(dy.core_normal, core_slope, hn::Sub(dy.of_core, core_mean)));
        gate_sum = hn::Add(gate_sum, of_gate);
        core_sum = hn::Add(core_sum, of_core);
        hn::StoreU(of_gate, d, dz + r * 2 * width + c);
        hn::StoreU(of_core, d, dz + r * 2 * width + width + c);
      }
      hn::StoreU(hn::Add(hn::LoadU(d, of_source + c), gate_sum), d, of_source + c);
      hn::StoreU(hn::Add(hn::LoadU(d, of_source + width + c), core_sum), d, of_source + width + c);
    }
    for (std::size_t r = 0; r < rows; ++r) {
      const auto j = static_cast<std::size_t>(edges.destination[static_cast<std::size_t>(edges.row[i]) + r]);
      Real* to = atoms_gradient + j * 4 * width + 2 * width;
      const Real* from = dz + r * 2 * width;
      for (std::size_t c = 0; c < 2 * width; c += hn::Lanes(d))
        hn::StoreU(hn::Add(hn::LoadU(d, to + c), hn::LoadU(d, from + c)), d, to + c);
    }
    z += rows * 2 * width;
    dz += rows * 2 * width;
  }
}

template <class Real>
void TableGradient(const CrystalEdges<Real>& edges, std::size_t n, const std::int32_t* order, std::size_t width,
                   std::size_t first_edge, const Real* dz, Real* table_gradient) {
  const Tag<Real> d;
  const std::size_t row = 2 * width;
  for (std::size_t at = 0; at < n;) {
    const auto first = edges.first[order[at]];
    std::size_t last = at + 1;
    while (last < n && edges.first[order[last]] == first) ++last;
    for (std::size_t block = 0; block < edges.window; block += gaussian_block) {
      Real* to = table_gradient + (static_cast<std::size_t>(first) + block) * row;
      for (std::size_t c = 0; c < row; c += hn::Lanes(d)) {
        V<Real> sum[gaussian_block];
        for (std::size_t k = 0; k < gaussian_block; ++k) sum[k] = hn::LoadU(d, to + k * row + c);
        for (std::size_t p = at; p < last; ++p) {
          const auto e = static_cast<std::size_t>(order[p]);
          const auto x = hn::LoadU(d, dz + (e - first_edge) * row + c);
          const Real* g = edges.gaussian + e * edges.window + block;
          for (std::size_t k = 0; k < gaussian_block; ++k) sum[k] = hn::MulAdd(hn::Set(d, g[k]), x, sum[k]);
        }
        for (std::size_t k = 0; k < gaussian_block; ++k) hn::StoreU(sum[k], d, to + k * row + c);
      }
    }
    at = last;
  }
}

template <class Real>
void Residual(std::size_t rows, std::size_t width, const Real* x, const Real* sums, const RowNorm<Real>& norm,
              Real* out) {
  const Tag<Real> d;
  for (std::size_t c = 0; c < width; c += hn::Lanes(d)) {
    const Column<Real> column(norm, c);
    for (std::size_t at = c; at < rows * width; at += width) {
      const auto y = column.value(column.normal(hn::LoadU(d, sums + at)));
      hn::StoreU(SigmoidSoftplus<Real>(d, hn::Add(hn::LoadU(d, x + at), y)).softplus, d, out + at);
    }
  }
}

template <class Real>
void ResidualGradient(std::size_t rows, std::size_t width, const Real* x, const Real* sums, const RowNorm<Real>& norm,
                      const Real* gradient, Real* du, double* sum, double* projection) {
  const Tag<Real> d;
  for (std::size_t r = 0; r < rows; r += kRowsOfSum)
    for (std::size_t c = 0; c < width; c += hn::Lanes(d)) {
      const Column<Real> column(norm, c);
      auto first = hn::Zero(d), second = hn::Zero(d);
      for (std::size_t k = r; k < std::min(rows, r + kRowsOfSum); ++k) {
        const std::size_t at = k * width + c;
        const auto normal = column.normal(hn::LoadU(d, sums + at));
        const auto u = hn::Add(hn::LoadU(d, x + at), column.value(normal));
        const auto g = hn::Mul(hn::LoadU(d, gradient + at), Sigmoid<Real>(d, u));
        hn::StoreU(g, d, du + at);
        first = hn::Add(first, g);
        second = hn::MulAdd(g, normal, second);
      }
      HWY_ALIGN Real part[2][row_granule];
      hn::Store(first, d, part[0]);
      hn::Store(second, d, part[1]);
      for (std::size_t k = 0; k < hn::Lanes(d); ++k) {
        sum[c + k] += static_cast<double>(part[0][k]);
        projection[c + k] += static_cast<double>(part[1][k]);
      }
    }
}

template <class Real>
void NormalizedGradient(std::size_t rows, std::size_t width, const Real* sums, const RowNorm<Real>& norm,
                        const Real* du, const Real* mean_du, const Real* mean_projection, Real* x) {
  const Tag<Real> d;
  for (std::size_t c = 0; c < width; c += hn::Lanes(d)) {
    const Column<Real> column(norm, c);
    const auto scale = hn::Mul(column.inverse, column.weight), mean = hn::LoadU(d, mean_du + c),
               slope = hn::LoadU(d, mean_projection + c);
    for (std::size_t at = c; at < rows * width; at += width) {
      const auto normal = column.normal(hn::LoadU(d, sums + at));
      hn::StoreU(hn::Mul(scale, hn::NegMulAdd(normal, slope, hn::Sub(hn::LoadU(d, du + at), mean))), d, x + at);
    }
  }
}

template <class Real>
void Softplus(std::size_t n, Real* x) {
  const Tag<Real> d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d))
    hn::StoreU(SigmoidSoftplus<Real>(d, hn::LoadU(d, x + i)).softplus, d, x + i);
}

template <class Real>
CrystalKernels<Real> AllKernels() {
  return {&Gather<Real>,        &Moments<Real>,  &Activate<Real>,         &GradientMoments<Real>,    &Gradient<Real>,
          &TableGradient<Real>, &Residual<Real>, &ResidualGradient<Real>, &NormalizedGradient<Real>, &Softplus<Real>};
}
CrystalKernels<float> SingleCrystalKernels() { return AllKernels<float>(); }
CrystalKernels<double> DoubleCrystalKernels() { return AllKernels<double>(); }

}  // namespace spinel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace spinel {

HWY_EXPORT(SingleCrystalKernels);
HWY_EXPORT(DoubleCrystalKernels);

template <>
const CrystalKernels<float>& crystal_kernels() {
  static const CrystalKernels<float> kernels = HWY_DYNAMIC_DISPATCH(SingleCrystalKernels)();
  return kernels;
}
template <>
const CrystalKernels<double>& crystal_kernels() {
  static const CrystalKernels<double> kernels = HWY_DYNAMIC_DISPATCH(DoubleCrystalKernels)();
  return kernels;
}

}  // namespace spinel
#endif
