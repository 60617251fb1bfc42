#include "ising/updates/bernoulli_bits.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ising/updates/bernoulli_bits.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace spinel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// As many words as a vector has 64-bit lanes: 0 where `p` (0 < p < 1) lies above the random number at every digit …
/// One counter of Philox4x32-10 gives two binary digits for the 64 sites of its word. Each 64-bit lane carries the four
/// 32-bit words of its counter in the low halves of four vectors; the high halves hold rubbish that MulEven ignores.
template <class D, class V>
HWY_INLINE V BelowVector(D d, V word, double p, const std::uint32_t* key, std::uint32_t tag) {
  const hn::Repartition<std::uint32_t, D> d32;
  const auto low_half = hn::Set(d, 0xFFFFFFFFU);
  const auto m0 = hn::BitCast(d32, hn::Set(d, 0xD2511F53U)), m1 = hn::BitCast(d32, hn::Set(d, 0xCD9E8D57U));
  auto below = hn::Zero(d), open = hn::Set(d, ~std::uint64_t{0});
  double rest = p;
  for (std::uint64_t draw = 0; rest > 0.0; ++draw) {
    auto c0 = word, c1 = hn::ShiftRight<32>(word), c2 = hn::Set(d, draw), c3 = hn::Set(d, std::uint64_t{tag});
    std::uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; ++round) {
      const auto p0 = hn::MulEven(hn::BitCast(d32, c0), m0), p1 = hn::MulEven(hn::BitCast(d32, c2), m1);
      c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), c1), hn::Set(d, std::uint64_t{k0}));
      c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), c3), hn::Set(d, std::uint64_t{k1}));
      c1 = p1;
      c3 = p0;
      k0 += 0x9E3779B9U;
      k1 += 0xBB67AE85U;
    }
    const auto digit0 = hn::Or(hn::And(c0, low_half), hn::ShiftLeft<32>(c1));
    const auto digit1 = hn::Or(hn::And(c2, low_half), hn::ShiftLeft<32>(c3));
    for (const auto& digit : {digit0, digit1}) {
      rest *= 2.0;
      if (rest >= 1.0) {
        rest -= 1.0;
        below = hn::Or(below, hn::AndNot(digit, open));
        open = hn::And(open, digit);
      } else {
        open = hn::AndNot(digit, open);
      }
    }
    if (hn::AllTrue(d, hn::Eq(open, hn::Zero(d)))) break;
  }
  return below;
}

void FillBelow(double p, const std::uint32_t* key, std::uint32_t tag, std::uint64_t first, std::size_t n,
               std::uint64_t* words) {
  const hn::ScalableTag<std::uint64_t> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t at = 0;
  for (; at + lanes <= n; at += lanes) hn::StoreU(BelowVector(d, hn::Iota(d, first + at), p, key, tag), d, words + at);
  if (at == n) return;
  HWY_ALIGN std::uint64_t tail[HWY_MAX_BYTES / sizeof(std::uint64_t)];
  hn::Store(BelowVector(d, hn::Iota(d, first + at), p, key, tag), d, tail);
  for (std::size_t i = 0; at < n; ++at, ++i) words[at] = tail[i];
}

}  // namespace spinel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <Random123/philox.h>

#include <algorithm>

namespace spinel {

HWY_EXPORT(FillBelow);

BernoulliBits::BernoulliBits(const ChainKey& key, RandomPurpose purpose, std::int64_t sweep) {
  r123::Philox4x64 generator;
  const std::uint64_t chain = std::uint64_t{key.temperature} << 32 | key.replica;
  const r123::Philox4x64::ctr_type counter = {{static_cast<std::uint64_t>(sweep), chain, 0, 0}};
  const r123::Philox4x64::key_type seed = {{key.seed, static_cast<std::uint64_t>(purpose)}};
  const auto words = generator(counter, seed);
  key_[0] = static_cast<std::uint32_t>(words[0]);
  key_[1] = static_cast<std::uint32_t>(words[0] >> 32);
  tag_ = static_cast<std::uint32_t>(words[1]);
}

void BernoulliBits::fill(double p, std::int64_t first_word, std::int64_t n_words, std::uint64_t* words) const {
  if (p <= 0.0 || p >= 1.0)
    std::fill(words, words + n_words, p >= 1.0 ? ~std::uint64_t{0} : 0);
  else
    HWY_DYNAMIC_DISPATCH(FillBelow)
  (p, key_, tag_, static_cast<std::uint64_t>(first_word), static_cast<std::size_t>(n_words), words);
}

std::uint64_t BernoulliBits::fair_word(std::int64_t word) const {
  r123::Philox4x32 generator;
  const auto w = static_cast<std::uint64_t>(word);
  const r123::Philox4x32::ctr_type counter = {
      {static_cast<std::uint32_t>(w), static_cast<std::uint32_t>(w >> 32), 0, tag_}};
  const r123::Philox4x32::key_type key = {{key_[0], key_[1]}};
  const auto digits = generator(counter, key);
  return ~(digits[0] | std::uint64_t{digits[1]} << 32);
}

}  // namespace spinel
#endif
