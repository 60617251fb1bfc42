#pragma once

#include <array>
#include <cstdint>

namespace spinel {

/// What every spin of one color does, seen by 64 and more spins at once (multi-spin coding: one bit per spin and
/// lane).
///
/// With N of a spin's four neighbors up, the local field is f_N = J (2N − 4) + h; the spin that agrees with its sign
/// σ_N (up for f_N = 0) is the stable one. Both rules draw one uniform number u per spin:
///   Metropolis: an unstable spin turns to σ_N; a stable one flips where u < q_N = exp(−2|f_N|/T);
///   heat bath:  the spin becomes σ_N, or −σ_N where u < q_N = 1/(1 + exp(2|f_N|/T)).
/// u is compared with q_N as 64 binary digits, one digit of all spins at a time from the first, until no spin is
/// undecided. The realized probability differs from q_N by less than 2⁻⁶⁴ + 2⁻⁵³ q_N, so by far less than a run can
/// see.
struct SpinRule {
  bool heat_bath = false;
  bool with_field = false;            ///< h ≠ 0: five classes of spins; without, two: all neighbors alike, or three
  std::uint64_t antiferromagnet = 0;  ///< all ones for J < 0, h = 0
  /// A digit of the thresholds of all classes.
  /// Without a field: where it is 1. 0: nowhere, 1: spins with three like neighbors, 2: with four, 3: everywhere.
  /// With a field, N = odd + 2 second + 4 four in binary: base ^ (odd & step_0) ^ (second & step_1) ^
  /// (odd & second & step_2) ^ (four & step_3), all words being zero or all ones.
  struct Digit {
    std::size_t pattern = 0;
    std::uint64_t base = 0;
    std::array<std::uint64_t, 4> step{};
  };
  std::array<Digit, 64> digits{};
  Digit stable{};  ///< σ_N in the same form
};

/// Counter-based random bits: AES rounds on a 128-bit counter, with the Weyl sequence of ARS (Salmon et al., SC'11) as
/// round keys. Digit n of u is the state after 5 + 2n rounds, so each digit is an ARS of at least the five rounds that
/// pass TestU01's BigCrush there, and two digits are two rounds apart: each bit of one depends on all bits of the
/// other. (The digits taken together have been through the tests of tests/mpi/ising only, not through TestU01.)
///   counter = {sweep, row | block << 32 | color << 55}
/// serves 128 spins: bits 128·block … of half row `row`; in a narrow lattice those of rows `row` (even) and `row` + 1,
/// 64 bits each. `row` counts in the whole lattice, so neither ranks nor vector lengths show.
struct RoundKeys {
  static constexpr std::size_t rounds = 32;  ///< then from the first again
  alignas(16) std::array<std::uint64_t, 2> whitening{};
  alignas(16) std::array<std::array<std::uint64_t, 2>, rounds> round{};
};
RoundKeys make_round_keys(const std::array<std::uint64_t, 2>& key);

/// Digit n for one counter.
std::array<std::uint64_t, 2> random_digit(const RoundKeys& keys, const std::array<std::uint64_t, 2>& counter, int n);

/// The instruction set that runs here, as Highway calls it.
const char* multi_spin_target();

/// One color of a rank's rows.
struct HalfSweep {
  std::uint64_t* own = nullptr;          ///< row 0 of the color to update
  const std::uint64_t* other = nullptr;  ///< row 0 of the other
  std::int64_t pitch = 1;                ///< words; 1: narrow
  std::int64_t half_width = 0;           ///< spins in a half row
  std::int64_t n_rows = 0;
  std::int64_t first_row = 0;  ///< in the whole lattice
  int color = 0;
  std::uint64_t sweep = 0;
  const RoundKeys* keys = nullptr;
  const SpinRule* rule = nullptr;
};

/// Rows 1 … n_rows − 2, which need no halo. Nothing in a narrow lattice.
void update_interior(const HalfSweep& half_sweep);
/// What update_interior left out; the other color's halo rows must be there.
void update_boundary(const HalfSweep& half_sweep);

}  // namespace spinel
