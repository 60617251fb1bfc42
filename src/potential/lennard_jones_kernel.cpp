#include "potential/lennard_jones_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "potential/lennard_jones_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// The limit: 8 pairs in double precision cost three gathers (24 loads, 8 cycles at three a cycle) next to about 20
// arithmetic instructions and one division (16 cycles of its unit), which overlap. A full list does every pair twice
// but scatters nothing; a half list would save 5 of 10 iterations an atom and pay six more gathers and scatters in
// each.

HWY_BEFORE_NAMESPACE();
namespace spinel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// As hn::GatherIndex, but always into zeros: the instruction merges into its destination, and for a mask that it knows
/// to be full GCC leaves there what the last turn of the loop computed, so that every turn waits for the one before
/// (three times slower). A mask it cannot see through prevents that.
template <class D, class Real, class V>
HWY_INLINE auto GatherFresh([[maybe_unused]] D d, const Real* base, V index) {
#if HWY_TARGET <= HWY_AVX3
  unsigned full = 0xFFFF;
  asm("" : "+r"(full));
  if constexpr (sizeof(Real) == 8)
    return hn::Vec<D>{_mm512_mask_i64gather_pd(_mm512_setzero_pd(), static_cast<__mmask8>(full), index.raw, base, 8)};
  else
    return hn::Vec<D>{_mm512_mask_i32gather_ps(_mm512_setzero_ps(), static_cast<__mmask16>(full), index.raw, base, 4)};
#else
  return hn::GatherIndex(d, base, index);
#endif
}

/// Loads what a vector of neighbors needs: coordinates and, for several species, the coefficients.
template <class Real>
struct Gather;

template <>
struct Gather<double> {
  const hn::ScalableTag<double> d;
  const hn::RebindToSigned<decltype(d)> di;
  const double* position;
  const std::int32_t* type;
  explicit Gather(const LennardJonesPass& pass)
      : position(reinterpret_cast<const double*>(pass.position)), type(pass.type) {}
  static const LennardJonesPair<double>* table(const LennardJonesPass& pass) { return pass.table; }
  const double* row(std::size_t i) const { return position + 3 * i; }

  auto load(const std::uint32_t* list) const {
    const hn::Rebind<std::uint32_t, decltype(d)> half;
    const hn::RebindToUnsigned<decltype(d)> du;
    return hn::BitCast(di, hn::PromoteTo(du, hn::LoadU(half, list)));
  }
  template <class V>
  auto base(V j) const {
    return hn::Add(hn::ShiftLeft<1>(j), j);
  }
  auto types(const std::uint32_t* list) const {
    const hn::Rebind<std::int32_t, decltype(d)> half;
    HWY_ALIGN std::int32_t found[NeighborList::padding];
    for (std::size_t lane = 0; lane < hn::Lanes(d); ++lane) found[lane] = type[list[lane]];
    return hn::PromoteTo(di, hn::Load(half, found));
  }
};

template <>
struct Gather<float> {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const float* position;
  explicit Gather(const LennardJonesPass& pass) : position(pass.packed) {}
  static const LennardJonesPair<float>* table(const LennardJonesPass& pass) { return pass.table_single; }
  const float* row(std::size_t i) const { return position + 4 * i; }

  auto load(const std::uint32_t* list) const {
    const hn::RebindToUnsigned<decltype(d)> du;
    return hn::BitCast(di, hn::LoadU(du, list));
  }
  template <class V>
  auto base(V j) const {
    return hn::ShiftLeft<2>(j);
  }
  auto types(const std::uint32_t* list) const {
    return hn::ConvertTo(di, GatherFresh(d, position + 3, base(load(list))));
  }
};

/// Adds a vector of Real to one of double; two halves where Real is float.
template <class V>
HWY_INLINE V AddTo(V sum, V value, double /*tag*/) {
  return hn::Add(sum, value);
}
template <class S, class V>
HWY_INLINE S AddTo(S sum, V value, float /*tag*/) {
  const hn::ScalableTag<double> dd;
  const hn::Half<hn::ScalableTag<float>> dh;
  const auto low = hn::PromoteTo(dd, hn::LowerHalf(dh, value)), high = hn::PromoteTo(dd, hn::UpperHalf(dh, value));
  return hn::Add(sum, hn::Add(low, high));
}

template <class Real, bool one_species, bool smooth, bool observe>
void Pass(LennardJonesPass& pass) {
  const Gather<Real> gather(pass);
  const auto d = gather.d;
  const hn::ScalableTag<double> dd;
  const std::size_t lanes = hn::Lanes(d);
  const auto zero = hn::Zero(d), one = hn::Set(d, Real(1));
  constexpr int stride = sizeof(LennardJonesPair<Real>) / sizeof(Real);
  const LennardJonesPair<Real>* const table = Gather<Real>::table(pass);

  auto sum_energy = hn::Zero(dd);
  auto sum_xx = hn::Zero(dd), sum_yy = hn::Zero(dd), sum_zz = hn::Zero(dd), sum_yz = hn::Zero(dd),
       sum_xz = hn::Zero(dd), sum_xy = hn::Zero(dd);

  const std::size_t n_rows = pass.list->n_rows();
  for (std::size_t i = 0; i < n_rows; ++i) {
    const Real* const here = gather.row(i);
    const auto xi = hn::Set(d, here[0]), yi = hn::Set(d, here[1]), zi = hn::Set(d, here[2]);
    const LennardJonesPair<Real>* const own =
        table + (one_species ? 0 : static_cast<std::size_t>(pass.type[i]) * pass.n_species);
    auto cutoff2 = hn::Set(d, own->cutoff2), a = hn::Set(d, own->a), b = hn::Set(d, own->b),
         shift = hn::Set(d, own->shift), start = hn::Set(d, own->smooth_start), scale = hn::Set(d, own->smooth_scale);
    auto fx = hn::Zero(dd), fy = hn::Zero(dd), fz = hn::Zero(dd);
    const std::uint32_t* const row = pass.list->begin(i);
    const std::size_t count = pass.list->count(i);
    for (std::size_t k = 0; k < count; k += lanes) {
      const auto j = gather.load(row + k);
      const auto at = gather.base(j);
      const auto dx = hn::Sub(xi, GatherFresh(d, gather.position, at));
      const auto dy = hn::Sub(yi, GatherFresh(d, gather.position + 1, at));
      const auto dz = hn::Sub(zi, GatherFresh(d, gather.position + 2, at));
      const auto r2 = hn::MulAdd(dx, dx, hn::MulAdd(dy, dy, hn::Mul(dz, dz)));
      if constexpr (!one_species) {
        const auto member = hn::Mul(gather.types(row + k), hn::Set(gather.di, stride));
        const Real* const values = &own->cutoff2;
        cutoff2 = GatherFresh(d, values, member);
        a = GatherFresh(d, values + 1, member);
        b = GatherFresh(d, values + 2, member);
        if constexpr (observe) shift = GatherFresh(d, values + 3, member);
        if constexpr (smooth) {
          start = GatherFresh(d, values + 4, member);
          scale = GatherFresh(d, values + 5, member);
        }
      }
      auto near = hn::Lt(r2, cutoff2);
      if (k + lanes > count) near = hn::And(near, hn::FirstN(d, count - k));

      const auto inverse2 = hn::Div(one, r2);
      const auto s = hn::Mul(inverse2, hn::Mul(inverse2, inverse2));
      auto f = hn::Mul(hn::Mul(s, inverse2), hn::MulSub(a, s, b));
      auto energy = zero;
      if constexpr (observe || smooth)
        energy = hn::Mul(
            s, hn::MulSub(hn::Mul(a, hn::Set(d, Real(1.0 / 12.0))), s, hn::Mul(b, hn::Set(d, Real(1.0 / 6.0)))));
      if constexpr (smooth) {
        const auto r = hn::Sqrt(r2);
        const auto q = hn::Max(zero, hn::Mul(hn::Sub(r, start), scale));
        const auto p = hn::Sub(one, q), q2 = hn::Mul(q, q);
        const auto inner =
            hn::MulAdd(q, hn::MulSub(hn::Set(d, Real(6)), q, hn::Set(d, Real(15))), hn::Set(d, Real(10)));
        const auto switched = hn::NegMulAdd(hn::Mul(q2, q), inner, one);
        // −S′(r)/r = 30 q² (1 − q)² / (width r)
        const auto slope = hn::Div(hn::Mul(hn::Mul(hn::Set(d, Real(30)), hn::Mul(q2, hn::Mul(p, p))), scale), r);
        f = hn::MulAdd(f, switched, hn::Mul(energy, slope));
        energy = hn::Mul(energy, switched);
      }
      f = hn::IfThenElseZero(near, f);
      const auto gx = hn::Mul(f, dx), gy = hn::Mul(f, dy), gz = hn::Mul(f, dz);
      fx = AddTo(fx, gx, Real());
      fy = AddTo(fy, gy, Real());
      fz = AddTo(fz, gz, Real());
      if constexpr (observe) {
        sum_energy = AddTo(sum_energy, hn::IfThenElseZero(near, hn::Add(energy, shift)), Real());
        sum_xx = AddTo(sum_xx, hn::Mul(gx, dx), Real());
        sum_yy = AddTo(sum_yy, hn::Mul(gy, dy), Real());
        sum_zz = AddTo(sum_zz, hn::Mul(gz, dz), Real());
        sum_yz = AddTo(sum_yz, hn::Mul(gy, dz), Real());
        sum_xz = AddTo(sum_xz, hn::Mul(gx, dz), Real());
        sum_xy = AddTo(sum_xy, hn::Mul(gx, dy), Real());
      }
    }
    pass.force[i] = Vec3(hn::GetLane(hn::SumOfLanes(dd, fx)), hn::GetLane(hn::SumOfLanes(dd, fy)),
                         hn::GetLane(hn::SumOfLanes(dd, fz)));
  }
  // Every pair stands in two rows, on this rank or another.
  const auto half = [&](auto sum) { return 0.5 * hn::GetLane(hn::SumOfLanes(dd, sum)); };
  pass.energy = half(sum_energy);
  pass.virial = {half(sum_xx), half(sum_yy), half(sum_zz), half(sum_yz), half(sum_xz), half(sum_xy)};
}

template <class Real, bool one_species, bool smooth>
void ChooseObserve(LennardJonesPass& pass) {
  pass.observe ? Pass<Real, one_species, smooth, true>(pass) : Pass<Real, one_species, smooth, false>(pass);
}

template <class Real>
void Choose(LennardJonesPass& pass) {
  if (pass.n_species == 1)
    pass.smooth ? ChooseObserve<Real, true, true>(pass) : ChooseObserve<Real, true, false>(pass);
  else
    pass.smooth ? ChooseObserve<Real, false, true>(pass) : ChooseObserve<Real, false, false>(pass);
}

void Run(LennardJonesPass& pass) { pass.packed != nullptr ? Choose<float>(pass) : Choose<double>(pass); }

}  // namespace spinel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace spinel {

HWY_EXPORT(Run);

void lennard_jones_pass(LennardJonesPass& pass) { HWY_DYNAMIC_DISPATCH(Run)(pass); }

}  // namespace spinel
#endif
