#include "ising/lattice_sums.hpp"

#include "ising/updates/multi_spin_targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ising/lattice_sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "ising/updates/multi_spin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace spinel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Counts in 64-bit lanes.
struct Counter {
  using V = hn::Vec<D>;
  V once, twice, black_up, white_up;

  // Written out: a constructor that the compiler makes up is not compiled for the instruction set of this namespace.
  HWY_INLINE Counter() : once(hn::Zero(D())), twice(once), black_up(once), white_up(once) {}

  HWY_INLINE void add(V black, V above, V below, V middle, V beside, V valid) {
    // A black spin differs from once + 2·twice of its neighbors: a full adder of three, and a half adder of the fourth.
    const V three = Xor3(above, below, middle), two = hn::Xor(Majority(above, below, middle), black);
    const V carry = hn::And(hn::Xor(three, black), hn::Xor(beside, black));
    const auto count = [&](V bits) HWY_ATTR { return hn::PopulationCount(hn::And(bits, valid)); };
    once = hn::Add(once, count(hn::Xor(three, beside)));
    twice = hn::Add(twice, hn::Add(count(two), count(carry)));
    black_up = hn::Add(black_up, count(black));
    white_up = hn::Add(white_up, count(middle));
  }

  SpinCounts counts() const {
    const auto total = [](V lanes)
                           HWY_ATTR { return static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(D(), lanes))); };
    return {total(once) + 2 * total(twice), total(black_up), total(white_up)};
  }
};

template <bool lower>
HWY_INLINE void CountRow(const ColoredRows& rows, std::int64_t r, Counter& counter) {
  const D d;
  const std::uint64_t* const white = rows.white + r * rows.pitch;
  const std::uint64_t* const black = rows.black + r * rows.pitch;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  HWY_ALIGN std::uint64_t tail[8];
  for (std::int64_t w = 0; 64 * w < rows.half_width; w += lanes) {
    auto valid = hn::Set(d, ~std::uint64_t{0});
    if (rows.half_width - 64 * w < 64 * lanes) {
      for (std::int64_t i = 0; i < lanes; ++i) tail[i] = LowBits(rows.half_width - 64 * (w + i));
      valid = hn::Load(d, tail);
    }
    counter.add(hn::LoadU(d, black + w), hn::LoadU(d, white + w - rows.pitch), hn::LoadU(d, white + w + rows.pitch),
                hn::LoadU(d, white + w), Beside<lower>(white + w), valid);
  }
}

SpinCounts Count(const ColoredRows& rows) {
  const D d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  Counter counter;
  if (rows.pitch > 1) {
    for (std::int64_t r = 0; r < rows.n_rows; r += 2) {
      CountRow<true>(rows, r, counter);
      CountRow<false>(rows, r + 1, counter);
    }
  } else {
    const auto row_bits = hn::Set(d, LowBits(rows.half_width)), lower = hn::Not(OddLanes());
    for (std::int64_t r = 0; r < rows.n_rows; r += lanes) {
      const auto middle = hn::LoadU(d, rows.white + r);
      counter.add(hn::LoadU(d, rows.black + r), hn::LoadU(d, rows.white + r - 1), hn::LoadU(d, rows.white + r + 1),
                  middle, BesideNarrow(middle, lower, static_cast<int>(rows.half_width)),
                  hn::And(row_bits, RowLanes(rows.n_rows - r)));
    }
  }
  return counter.counts();
}

}  // namespace spinel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace spinel {

HWY_EXPORT(Count);

SpinCounts count_spins(const ColoredRows& rows) { return HWY_DYNAMIC_DISPATCH(Count)(rows); }

}  // namespace spinel
#endif
