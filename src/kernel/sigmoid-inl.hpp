// Included once for each target of foreach_target.h, so the guard is one that flips.
#if defined(SPINEL_KERNEL_SIGMOID) == defined(HWY_TARGET_TOGGLE)
#ifdef SPINEL_KERNEL_SIGMOID
#undef SPINEL_KERNEL_SIGMOID
#else
#define SPINEL_KERNEL_SIGMOID
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "kernel/dense_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace spinel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class Real>
using Tag = hn::CappedTag<Real, row_granule>;

/// 1/(1 + exp(−x)) to a few units in the last place.
HWY_INLINE hn::Vec<Tag<double>> Sigmoid(Tag<double> d, hn::Vec<Tag<double>> x) {
  const auto one = hn::Set(d, 1.0);
  // Beyond, the result is 0 to rounding and the exponential would overflow.
  return hn::Div(one, hn::Add(one, hn::Exp(d, hn::Neg(hn::Max(x, hn::Set(d, -700.0))))));
}

HWY_INLINE hn::Vec<Tag<float>> Sigmoid(Tag<float> d, hn::Vec<Tag<float>> x) {
  const hn::RebindToSigned<decltype(d)> di;
  const auto one = hn::Set(d, 1.0f);
  // exp(−x) = 2^(n + f), |f| ≤ ½; the polynomial for 2^f is that of exp2f of Cephes. The limits keep the exponent n in
  // its bits and the reciprocal normal.
  const auto limited = hn::Min(hn::Max(x, hn::Set(d, -80.0f)), hn::Set(d, 80.0f));
  const auto t = hn::Mul(limited, hn::Set(d, -1.44269504088896341f)), n = hn::Round(t), f = hn::Sub(t, n);
  auto p = hn::MulAdd(f, hn::Set(d, 1.535336188319500e-4f), hn::Set(d, 1.339887440266574e-3f));
  p = hn::MulAdd(f, p, hn::Set(d, 9.618437357674640e-3f));
  p = hn::MulAdd(f, p, hn::Set(d, 5.550332471162809e-2f));
  p = hn::MulAdd(f, p, hn::Set(d, 2.402264791363012e-1f));
  p = hn::MulAdd(f, p, hn::Set(d, 6.931472028550421e-1f));
  p = hn::MulAdd(f, p, one);
  const auto power = hn::BitCast(d, hn::Add(hn::BitCast(di, p), hn::ShiftLeft<23>(hn::ConvertTo(di, n))));
  const auto denominator = hn::Add(one, power);
#if HWY_TARGET <= HWY_AVX3
  // Division takes 16 cycles here; 14 bits and one step of Newton are a float.
  const auto guess = hn::ApproximateReciprocal(denominator);
  return hn::Mul(guess, hn::NegMulAdd(denominator, guess, hn::Set(d, 2.0f)));
#else
  return hn::Div(one, denominator);
#endif
}

}  // namespace spinel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
