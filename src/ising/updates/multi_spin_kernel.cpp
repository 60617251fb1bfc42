#include "ising/updates/multi_spin_kernel.hpp"

#include "ising/updates/multi_spin_targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ising/updates/multi_spin_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "ising/updates/multi_spin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace spinel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t first_digit_rounds = 5;

/// Whitened counters of one half sweep.
struct Counters {
  HWY_ALIGN std::uint64_t start[2];
  HWY_ALIGN std::uint64_t lane[8];  // place of a pair of lanes behind that of the vector's first

  Counters(const RoundKeys& keys, std::uint64_t sweep, int color, int lane_shift) {
    start[0] = keys.whitening[0] ^ sweep;
    start[1] = keys.whitening[1] ^ static_cast<std::uint64_t>(color) << 55;
    for (std::uint64_t i = 0; i < 8; ++i) lane[i] = i / 2 << lane_shift;
  }
  /// Those of a vector whose first pair of lanes stands at `place`.
  HWY_INLINE auto at(std::uint64_t place) const {
    const D d;
    return XorAnd(hn::LoadDup128(d, start), OddLanes(), hn::Add(hn::Load(d, lane), hn::Set(d, place)));
  }
};

/// The states of a vector's AES counters.
struct AesState {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  // Only 128-bit AES rounds: the halves stay apart between digits.
  using Part = hn::Half<D>;
  hn::Vec<Part> low, high;

  HWY_INLINE void set(hn::Vec<D> counter) {
    low = hn::LowerHalf(Part(), counter);
    high = hn::UpperHalf(Part(), counter);
  }
  HWY_INLINE void round(hn::Vec<Part> key) {
    low = one_round(low, key);
    high = one_round(high, key);
  }
  HWY_INLINE hn::Vec<D> digit() const { return hn::Combine(D(), high, low); }
#else
  using Part = D;
  hn::Vec<D> state;

  HWY_INLINE void set(hn::Vec<D> counter) { state = counter; }
  HWY_INLINE void round(hn::Vec<D> key) { state = one_round(state, key); }
  HWY_INLINE hn::Vec<D> digit() const { return state; }
#endif
  static HWY_INLINE hn::Vec<Part> one_round(hn::Vec<Part> part, hn::Vec<Part> key) {
    const hn::Repartition<std::uint8_t, Part> bytes;
    return hn::BitCast(Part(), hn::AESRound(hn::BitCast(bytes, part), hn::BitCast(bytes, key)));
  }
};

HWY_INLINE auto RoundKey(const RoundKeys& keys, std::size_t round) {
  return hn::LoadDup128(AesState::Part(), keys.round[round % RoundKeys::rounds].data());
}

/// `n` vectors of spins, decided together: their chains of AES rounds hide each other's latency.
template <std::size_t n>
struct Batch {
  hn::Vec<D> spins[n], above[n], below[n], middle[n], beside[n];
  hn::Vec<D> valid[n];  // lanes that are spins
  AesState random[n];
};

/// What a digit of the threshold can be without a field, in the order of SpinRule::Digit::pattern.
template <std::size_t n>
struct Patterns {
  HWY_ALIGN std::uint64_t lanes[4][n][8];
  Patterns() {
    for (std::size_t i = 0; i < n * 8; ++i) lanes[0][i / 8][i % 8] = 0, lanes[3][i / 8][i % 8] = ~std::uint64_t{0};
  }
};

/// The digit of each lane's threshold with a field.
template <class V>
HWY_INLINE V Threshold(const SpinRule::Digit& digit, V odd, V second, V both, V four) {
  const D d;
  V bit = XorAnd(hn::Set(d, digit.base), odd, hn::Set(d, digit.step[0]));
  bit = XorAnd(bit, second, hn::Set(d, digit.step[1]));
  bit = XorAnd(bit, both, hn::Set(d, digit.step[2]));
  return XorAnd(bit, four, hn::Set(d, digit.step[3]));
}

/// Every lane looks at `sure_digits` digits; more only while a lane is undecided.
template <bool heat_bath, bool with_field, std::size_t sure_digits, std::size_t n>
HWY_INLINE void Update(const SpinRule& rule, const RoundKeys& keys, Patterns<n>& patterns, Batch<n>& batch) {
  using V = hn::Vec<D>;
  const D d;
  const V like = hn::Set(d, rule.antiferromagnet);
  V odd[n], second[n], both[n], four[n];  // N = odd + 2 second + 4 four
  V stable[n], tie[n], coin[n];           // σ_N
  V open[n], turns[n], below[n];          // undecided; u < q or not decided by u; u < q
  for (std::size_t i = 0; i < n; ++i) {
    const V three = Xor3(batch.above[i], batch.below[i], batch.middle[i]), beside = batch.beside[i];
    const V two = Majority(batch.above[i], batch.below[i], batch.middle[i]);
    odd[i] = hn::Xor(three, beside);
    open[i] = batch.valid[i];
    stable[i] = two;
    if constexpr (with_field) {
      const V carry = hn::And(three, beside);
      second[i] = hn::Xor(two, carry);
      both[i] = hn::And(odd[i], second[i]);
      four[i] = hn::And(two, carry);
      stable[i] = Threshold(rule.stable, odd[i], second[i], both[i], four[i]);
      if constexpr (!heat_bath) open[i] = AndEqual(open[i], batch.spins[i], stable[i]);
    } else if constexpr (heat_bath) {
      tie[i] = OnlyThird(three, beside, two);
      open[i] = hn::AndNot(tie[i], open[i]);
    } else {
      const V spin = hn::Xor(batch.spins[i], like);
      open[i] = hn::And(open[i], EqualAndNot(two, spin, OnlyThird(three, beside, spin)));
    }
    if constexpr (!with_field) {
      hn::Store(odd[i], d, patterns.lanes[1][i]);
      hn::Store(hn::Not(odd[i]), d, patterns.lanes[2][i]);
    }
    turns[i] = open[i];
    below[i] = hn::Zero(d);
  }

  const auto round = [&](std::size_t number) HWY_ATTR {
    const auto key = RoundKey(keys, number);
    for (std::size_t i = 0; i < n; ++i) batch.random[i].round(key);
  };
  const auto compare = [&](std::size_t number) HWY_ATTR {
    const auto& digit = rule.digits[number];
    const auto* const pattern = patterns.lanes[digit.pattern];
    for (std::size_t i = 0; i < n; ++i) {
      V threshold;
      if constexpr (with_field)
        threshold = Threshold(digit, odd[i], second[i], both[i], four[i]);
      else
        threshold = hn::Load(d, pattern[i]);
      const V random = batch.random[i].digit();
      below[i] = ReplaceByNot(below[i], open[i], random);
      open[i] = AndEqual(open[i], threshold, random);
    }
  };
  const auto next_digit = [&](std::size_t number) HWY_ATTR {
    round(first_digit_rounds + 2 * number - 2);
    round(first_digit_rounds + 2 * number - 1);
    compare(number);
  };
  for (std::size_t number = 0; number < first_digit_rounds; ++number) round(number);
  compare(0);
  for (std::size_t i = 0; i < n; ++i) coin[i] = batch.random[i].digit();
#pragma GCC unroll 16
  for (std::size_t number = 1; number < sure_digits; ++number) next_digit(number);
  for (std::size_t number = sure_digits; number < rule.digits.size(); ++number) {
    V any = open[0];
    for (std::size_t i = 1; i < n; ++i) any = hn::Or(any, open[i]);
    if (hn::AllTrue(d, hn::Eq(any, hn::Zero(d)))) break;
    next_digit(number);
  }

  for (std::size_t i = 0; i < n; ++i) {
    below[i] = hn::AndNot(open[i], below[i]);
    if constexpr (heat_bath) {
      V chosen = hn::Xor(stable[i], below[i]);
      if constexpr (!with_field) chosen = Select(tie[i], coin[i], hn::Xor(like, chosen));
      batch.spins[i] = Select(batch.valid[i], chosen, batch.spins[i]);
    } else {
      batch.spins[i] = XorAnd(batch.spins[i], batch.valid[i], OrNot(turns[i], below[i]));
    }
  }
}

void Close(std::uint64_t* row, std::int64_t half) {
  const std::int64_t last = half - 1;
  const std::uint64_t first_bit = row[0] & 1, last_bit = row[last / 64] >> (last % 64) & 1;
  row[-1] = (row[-1] & ~(std::uint64_t{1} << 63)) | last_bit << 63;
  row[half / 64] = (row[half / 64] & ~(std::uint64_t{1} << (half % 64))) | first_bit << (half % 64);
}

/// Rows of a wide lattice, odd and even in turn.
template <bool heat_bath, bool with_field, bool black, std::size_t n>
HWY_INLINE void UpdateRows(const HalfSweep& sweep, const Counters& counters, const std::array<std::int64_t, n>& rows) {
  const D d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t pitch = sweep.pitch, half = sweep.half_width, words = (half + 63) / 64;
  const std::int64_t last = (words - 1) / lanes * lanes;
  HWY_ALIGN std::uint64_t tail[8];
  for (std::int64_t i = 0; i < lanes; ++i) tail[i] = LowBits(half - 64 * (last + i));
  Patterns<n> patterns;
  for (std::int64_t w = 0; w < words; w += lanes) {
    const auto valid = w == last ? hn::Load(d, tail) : hn::Set(d, ~std::uint64_t{0});
    const std::int64_t place = w / 2 << 32 | sweep.first_row;
    Batch<n> batch;
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t* const other = sweep.other + rows[i] * pitch + w;
      batch.spins[i] = hn::LoadU(d, sweep.own + rows[i] * pitch + w);
      batch.above[i] = hn::LoadU(d, other - pitch);
      batch.below[i] = hn::LoadU(d, other + pitch);
      batch.middle[i] = hn::LoadU(d, other);
      const bool odd_row = i % 2 == 0;
      batch.beside[i] = odd_row != black ? Beside<true>(other) : Beside<false>(other);
      batch.valid[i] = valid;
      batch.random[i].set(counters.at(static_cast<std::uint64_t>(place + rows[i])));
    }
    Update<heat_bath, with_field, 13>(*sweep.rule, *sweep.keys, patterns, batch);
    for (std::size_t i = 0; i < n; ++i) hn::StoreU(batch.spins[i], d, sweep.own + rows[i] * pitch + w);
  }
  for (std::size_t i = 0; i < n; ++i) Close(sweep.own + rows[i] * pitch, half);
}

template <bool heat_bath, bool with_field, bool black>
void Wide(const HalfSweep& sweep, bool interior) {
  const Counters counters(*sweep.keys, sweep.sweep, sweep.color, 32);
  if (!interior) {
    UpdateRows<heat_bath, with_field, black, 2>(sweep, counters, {sweep.n_rows - 1, 0});
    return;
  }
  std::int64_t r = 1;
  for (; r + 4 < sweep.n_rows; r += 4)
    UpdateRows<heat_bath, with_field, black, 4>(sweep, counters, {r, r + 1, r + 2, r + 3});
  for (; r + 2 < sweep.n_rows; r += 2) UpdateRows<heat_bath, with_field, black, 2>(sweep, counters, {r, r + 1});
}

template <bool heat_bath, bool with_field, std::size_t n>
void Narrow(const HalfSweep& sweep) {
  using V = hn::Vec<D>;
  const D d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const Counters counters(*sweep.keys, sweep.sweep, sweep.color, 1);
  const V row_bits = hn::Set(d, LowBits(sweep.half_width));
  const V lower = sweep.color == 0 ? hn::Not(OddLanes()) : OddLanes();
  Patterns<n> patterns;
  for (std::int64_t r = 0; r < sweep.n_rows; r += static_cast<std::int64_t>(n) * lanes) {
    Batch<n> batch;
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t at = r + static_cast<std::int64_t>(i) * lanes;
      const std::uint64_t* const other = sweep.other + at;
      batch.spins[i] = hn::LoadU(d, sweep.own + at);
      batch.above[i] = hn::LoadU(d, other - 1);
      batch.below[i] = hn::LoadU(d, other + 1);
      batch.middle[i] = hn::LoadU(d, other);
      batch.beside[i] = BesideNarrow(batch.middle[i], lower, static_cast<int>(sweep.half_width));
      batch.valid[i] = hn::And(row_bits, RowLanes(sweep.n_rows - at));
      batch.random[i].set(counters.at(static_cast<std::uint64_t>(sweep.first_row + at)));
    }
    Update<heat_bath, with_field, 8>(*sweep.rule, *sweep.keys, patterns, batch);
    for (std::size_t i = 0; i < n; ++i)
      hn::StoreU(batch.spins[i], d, sweep.own + r + static_cast<std::int64_t>(i) * lanes);
  }
}

template <bool heat_bath, bool with_field>
void Choose(const HalfSweep& sweep, bool interior) {
  if (sweep.pitch == 1) {
    if (interior) return;
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(D()));
    sweep.n_rows > lanes ? Narrow<heat_bath, with_field, 2>(sweep) : Narrow<heat_bath, with_field, 1>(sweep);
  } else if (sweep.color == 0) {
    Wide<heat_bath, with_field, true>(sweep, interior);
  } else {
    Wide<heat_bath, with_field, false>(sweep, interior);
  }
}

void Run(const HalfSweep& sweep, bool interior) {
  if (sweep.n_rows == 0) return;
  const SpinRule& rule = *sweep.rule;
  if (rule.with_field)
    rule.heat_bath ? Choose<true, true>(sweep, interior) : Choose<false, true>(sweep, interior);
  else
    rule.heat_bath ? Choose<true, false>(sweep, interior) : Choose<false, false>(sweep, interior);
}

void Digit(const RoundKeys& keys, const std::uint64_t* counter, int n, std::uint64_t* bits) {
  HWY_ALIGN const std::uint64_t start[2] = {keys.whitening[0] ^ counter[0], keys.whitening[1] ^ counter[1]};
  AesState random;
  random.set(hn::LoadDup128(D(), start));
  for (std::size_t round = 0; round < first_digit_rounds + 2 * static_cast<std::size_t>(n); ++round)
    random.round(RoundKey(keys, round));
  HWY_ALIGN std::uint64_t all[8];
  hn::Store(random.digit(), D(), all);
  bits[0] = all[0];
  bits[1] = all[1];
}

const char* Target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace spinel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace spinel {

HWY_EXPORT(Run);
HWY_EXPORT(Digit);
HWY_EXPORT(Target);

void update_interior(const HalfSweep& half_sweep) { HWY_DYNAMIC_DISPATCH(Run)(half_sweep, true); }
void update_boundary(const HalfSweep& half_sweep) { HWY_DYNAMIC_DISPATCH(Run)(half_sweep, false); }

RoundKeys make_round_keys(const std::array<std::uint64_t, 2>& key) {
  RoundKeys keys;
  keys.whitening = key;
  std::array<std::uint64_t, 2> next = key;
  for (auto& round : keys.round) {
    next[0] += 0x9E3779B97F4A7C15u;
    next[1] += 0xBB67AE8584CAA73Bu;
    round = next;
  }
  return keys;
}

std::array<std::uint64_t, 2> random_digit(const RoundKeys& keys, const std::array<std::uint64_t, 2>& counter, int n) {
  std::array<std::uint64_t, 2> bits{};
  HWY_DYNAMIC_DISPATCH(Digit)(keys, counter.data(), n, bits.data());
  return bits;
}

const char* multi_spin_target() { return HWY_DYNAMIC_DISPATCH(Target)(); }

}  // namespace spinel
#endif
