#include "kernel/flow_kernels.hpp"

// GCC takes the register that an intrinsic leaves undefined on purpose for a variable.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/flow_kernels.cpp"
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
//
#include "kernel/sigmoid-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace spinel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

struct SiluFunction {
  template <class D, class V>
  HWY_INLINE void operator()(D d, V x, V& y, V& slope, V& curvature) const {
    const auto one = hn::Set(d, 1), s = Sigmoid(d, x), rest = hn::Sub(one, s);
    y = hn::Mul(x, s);
    slope = hn::MulAdd(y, rest, s);
    // σ(1 − σ)(2 + x(1 − 2σ))
    curvature = hn::Mul(hn::Mul(s, rest), hn::MulAdd(x, hn::Sub(rest, s), hn::Set(d, 2)));
  }
};

struct TanhFunction {
  template <class D, class V>
  HWY_INLINE void operator()(D d, V x, V& y, V& slope, V& curvature) const {
    const auto s = Sigmoid(d, hn::Add(x, x));
    y = hn::Sub(hn::Add(s, s), hn::Set(d, 1));
    slope = hn::NegMulAdd(y, y, hn::Set(d, 1));
    curvature = hn::Mul(hn::Mul(hn::Set(d, -2), y), slope);
  }
};

struct SoftplusFunction {
  template <class D, class V>
  HWY_INLINE void operator()(D d, V x, V& y, V& slope, V& curvature) const {
    // max(x, 0) + ln(1 + exp(−|x|))
    y = hn::Add(hn::Max(x, hn::Zero(d)), hn::Log1p(d, hn::Exp(d, hn::Neg(hn::Abs(x)))));
    slope = Sigmoid(d, x);
    curvature = hn::NegMulAdd(slope, slope, slope);
  }
};

template <class Function, class Real>
void Activate(std::size_t n, const Real* x, Real* y, Real* slope, Real* curvature) {
  const Tag<Real> d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    hn::Vec<Tag<Real>> value, first, second;
    Function()(d, hn::LoadU(d, x + i), value, first, second);
    hn::StoreU(value, d, y + i);
    if (slope != nullptr) hn::StoreU(first, d, slope + i);
    if (curvature != nullptr) hn::StoreU(second, d, curvature + i);
  }
}

template <class Real>
void FlowTangents(std::size_t n, std::size_t k, const Real* slope, const Real* z, Real* y) {
  const Tag<Real> d;
  for (std::size_t a = 0; a < k; ++a, z += n, y += n)
    for (std::size_t i = 0; i < n; i += hn::Lanes(d))
      hn::StoreU(hn::Mul(hn::LoadU(d, slope + i), hn::LoadU(d, z + i)), d, y + i);
}

template <class Real>
void FlowGradient(std::size_t n, std::size_t k, const Real* slope, const Real* curvature, const Real* z, Real* g) {
  const Tag<Real> d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto s = hn::LoadU(d, slope + i);
    auto sum = hn::Zero(d);
    for (std::size_t a = 0; a < k; ++a) {
      Real* of_tangent = g + (a + 1) * n + i;
      const auto q = hn::LoadU(d, of_tangent);
      sum = hn::MulAdd(hn::LoadU(d, z + a * n + i), q, sum);
      hn::StoreU(hn::Mul(s, q), d, of_tangent);
    }
    auto result = hn::Mul(s, hn::LoadU(d, g + i));
    if (k > 0) result = hn::MulAdd(hn::LoadU(d, curvature + i), sum, result);
    hn::StoreU(result, d, g + i);
  }
}

template <class Real>
FlowKernels<Real> FlowKernelsOf() {
  return {&Activate<SiluFunction, Real>, &Activate<TanhFunction, Real>, &Activate<SoftplusFunction, Real>,
          &FlowTangents<Real>, &FlowGradient<Real>};
}
FlowKernels<float> SingleFlowKernels() { return FlowKernelsOf<float>(); }
FlowKernels<double> DoubleFlowKernels() { return FlowKernelsOf<double>(); }

}  // namespace spinel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace spinel {

HWY_EXPORT(SingleFlowKernels);
HWY_EXPORT(DoubleFlowKernels);

template <>
const FlowKernels<float>& flow_kernels() {
  static const FlowKernels<float> kernels = HWY_DYNAMIC_DISPATCH(SingleFlowKernels)();
  return kernels;
}
template <>
const FlowKernels<double>& flow_kernels() {
  static const FlowKernels<double> kernels = HWY_DYNAMIC_DISPATCH(DoubleFlowKernels)();
  return kernels;
}

}  // namespace spinel
#endif
