// What the multi-spin kernels share, once for each instruction set (as Highway's own -inl.h files).
#if defined(SPINEL_ISING_MULTI_SPIN_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef SPINEL_ISING_MULTI_SPIN_INL
#undef SPINEL_ISING_MULTI_SPIN_INL
#else
#define SPINEL_ISING_MULTI_SPIN_INL
#endif

#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace spinel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// AVX3 is AVX-512 without the wide AES rounds; half as many lanes spare it half of the joining and splitting.
#if HWY_TARGET == HWY_AVX3
using D = hn::CappedTag<std::uint64_t, 4>;
#else
using D = hn::CappedTag<std::uint64_t, 8>;
#endif

// Functions of three bits, one instruction each where AVX-512 is.
#if HWY_TARGET == HWY_AVX3
#define SPINEL_TERNARY(truth_table, expression) \
  V { _mm256_ternarylogic_epi64(a.raw, b.raw, c.raw, truth_table) }
#elif HWY_TARGET < HWY_AVX3
#define SPINEL_TERNARY(truth_table, expression) \
  V { _mm512_ternarylogic_epi64(a.raw, b.raw, c.raw, truth_table) }
#else
#define SPINEL_TERNARY(truth_table, expression) expression
#endif
template <class V>
HWY_INLINE V Xor3(V a, V b, V c) {
  return SPINEL_TERNARY(0x96, hn::Xor(a, hn::Xor(b, c)));
}
template <class V>
HWY_INLINE V Majority(V a, V b, V c) {
  return SPINEL_TERNARY(0xE8, hn::Or(hn::And(a, b), hn::And(c, hn::Or(a, b))));
}
template <class V>
HWY_INLINE V XorAnd(V a, V b, V c) {  // a ^ (b & c)
  return SPINEL_TERNARY(0x78, hn::Xor(a, hn::And(b, c)));
}
template <class V>
HWY_INLINE V AndEqual(V a, V b, V c) {  // a & (b == c)
  return SPINEL_TERNARY(0x90, hn::AndNot(hn::Xor(b, c), a));
}
template <class V>
HWY_INLINE V OnlyThird(V a, V b, V c) {  // a == b, c differs
  return SPINEL_TERNARY(0x42, hn::AndNot(hn::Xor(a, b), hn::Xor(a, c)));
}
template <class V>
HWY_INLINE V EqualAndNot(V a, V b, V c) {  // a == b and not c
  return SPINEL_TERNARY(0x41, hn::Not(hn::Or(hn::Xor(a, b), c)));
}
template <class V>
HWY_INLINE V ReplaceByNot(V a, V b, V c) {  // b ? ~c : a
  return SPINEL_TERNARY(0x74, hn::Or(hn::AndNot(c, b), hn::AndNot(b, a)));
}
template <class V>
HWY_INLINE V Select(V a, V b, V c) {  // a ? b : c, bit by bit (IfVecThenElse takes whole lanes only)
  return SPINEL_TERNARY(0xCA, hn::Or(hn::And(a, b), hn::AndNot(a, c)));
}
template <class V>
HWY_INLINE V OrNot(V a, V b) {  // ~a | b
  [[maybe_unused]] const V c = b;
  return SPINEL_TERNARY(0xCF, hn::Or(hn::Not(a), b));
}
#undef SPINEL_TERNARY

/// Bit k of the result: bit k − 1 (toward_lower) or k + 1 of the half row, with its copies at the ends.
template <bool toward_lower>
HWY_INLINE auto Beside(const std::uint64_t* at) {
  const D d;
  const auto here = hn::LoadU(d, at);
  if constexpr (toward_lower)
    return hn::Or(hn::ShiftLeft<1>(here), hn::ShiftRight<63>(hn::LoadU(d, at - 1)));
  else
    return hn::Or(hn::ShiftRight<1>(here), hn::ShiftLeft<63>(hn::LoadU(d, at + 1)));
}

/// The same where half rows of `half` ≤ 64 spins take a word each: to lower k in the lanes of `lower`, else to higher.
template <class V>
HWY_INLINE V BesideNarrow(V middle, V lower, int half) {
  return Select(lower, hn::Or(hn::ShiftLeft<1>(middle), hn::ShiftRightSame(middle, half - 1)),
                hn::Or(hn::ShiftRight<1>(middle), hn::ShiftLeftSame(middle, half - 1)));
}

/// The lowest `n` bits; none for n ≤ 0, all for n ≥ 64.
HWY_INLINE std::uint64_t LowBits(std::int64_t n) {
  return n >= 64 ? ~std::uint64_t{0} : n <= 0 ? 0 : (std::uint64_t{1} << n) - 1;
}

/// Lanes of the rows that are left.
HWY_INLINE auto RowLanes(std::int64_t left) {
  const D d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  return hn::VecFromMask(d, hn::FirstN(d, static_cast<std::size_t>(HWY_MIN(lanes, HWY_MAX(std::int64_t{0}, left)))));
}

/// All ones in the second of every two lanes: odd rows of a narrow lattice.
HWY_INLINE auto OddLanes() {
  HWY_ALIGN static constexpr std::uint64_t lanes[2] = {0, ~std::uint64_t{0}};
  return hn::LoadDup128(D(), lanes);
}

}  // namespace spinel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
