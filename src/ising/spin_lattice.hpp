#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// H = −J Σ_<ij> s_i s_j − h Σ_i s_i; T in units of |J|/k_B, J = ±1 (its magnitude is the unit of energy).
struct IsingModel {
  double coupling = 1.0;
  double field = 0.0;
  double temperature = 1.0;
};

/// Names the random streams of one Markov chain: the same key and sweep give the same chain on any number of ranks.
struct ChainKey {
  std::uint64_t seed = 1;
  std::uint32_t temperature = 0;  ///< index
  std::uint32_t replica = 0;
};

/// Sums over the whole lattice, exact.
struct LatticeSums {
  std::int64_t bonds = 0;      ///< Σ s s' over the 2·Lx·Ly bonds: energy = −J·bonds − h·spins
  std::int64_t spins = 0;      ///< Σ s
  std::int64_t staggered = 0;  ///< Σ (−1)^(x+y) s
};

/// The two colors of the checkerboard: black where x + y is even. All neighbors of a spin have the other color.
enum class Color { black = 0, white = 1 };
constexpr Color other(Color color) { return color == Color::black ? Color::white : Color::black; }

/// Lx × Ly spins (both even, ≥ 4), one bit each (1: up), periodic. Rows are split over the ranks of a communicator in
/// contiguous blocks that begin at an even row; a rank may hold none. Each rank keeps one halo row on either side.
///
/// Stored by color: bit k of the half row (color, y) is the spin at x = 2k + (y + color) mod 2, so that its neighbors
/// are bit k of the other color in rows y − 1, y and y + 1, and bit k − 1 or k + 1 of row y. Half rows of at most 64
/// spins ("narrow") take one word each, without gaps. Longer ones take a multiple of 8 words, and each keeps a copy of
/// its last bit in front of its first (in the last word of the row before, which holds no spins) and of its first bit
/// behind its last: reading a neighbor needs no test for the end of the row.
class SpinLattice {
 public:
  SpinLattice(const Communicator& communicator, std::int64_t lx, std::int64_t ly);

  const Communicator& communicator() const { return communicator_; }
  std::int64_t lx() const { return lx_; }
  std::int64_t ly() const { return ly_; }
  std::int64_t first_row() const { return first_row_; }  ///< of this rank
  std::int64_t n_rows() const { return n_rows_; }        ///< of this rank

  /// Row `r` counted from first_row(), −1 and n_rows() being the halo rows (as of the last exchange): lx() bytes, 0
  /// or 1.
  void unpack_row(std::int64_t r, std::uint8_t* spins) const;
  void pack_row(std::int64_t r, const std::uint8_t* spins);  ///< own rows only; any non-zero byte is an up spin
  /// Row `r` as bits in natural order, x = 64·word + bit, (lx + 63)/64 words, unused bits zero: what files hold.
  void get_row_bits(std::int64_t r, std::uint64_t* words) const;
  void set_row_bits(std::int64_t r, const std::uint64_t* words);

  /// Collective.
  void exchange_halo();
  /// Collective, needs no halo exchange before.
  LatticeSums sums();

  void fill_cold(double coupling);  ///< all up, or the checkerboard for coupling < 0
  void fill_hot(const ChainKey& key);

  // What multi-spin kernels work on.

  std::int64_t half_width() const { return lx_ / 2; }  ///< spins in a half row
  std::int64_t pitch() const { return pitch_; }        ///< words from one half row to the next
  bool narrow() const { return pitch_ == 1; }
  /// Row r; whole vectors of 8 words around any row may be read, and written with what they held.
  std::uint64_t* half_row(Color color, std::int64_t r) { return base(color) + r * pitch_; }
  const std::uint64_t* half_row(Color color, std::int64_t r) const { return base(color) + r * pitch_; }
  /// Renews the copies at the ends of a half row after its spins have changed.
  void close_half_row(Color color, std::int64_t r);
  /// Posts the exchange of one color's halo rows; until finish_halo nobody may change that color or read its halo.
  void begin_halo(Color color);
  void finish_halo();

 private:
  struct alignas(64) Line {
    std::uint64_t word[8] = {};
  };

  std::uint64_t* base(Color color) { return storage_[static_cast<std::size_t>(color)].data()->word + offset_; }
  const std::uint64_t* base(Color color) const {
    return storage_[static_cast<std::size_t>(color)].data()->word + offset_;
  }
  std::uint64_t natural_word(std::int64_t r, std::int64_t w) const;

  Communicator communicator_;
  std::int64_t lx_, ly_, first_row_ = 0, n_rows_ = 0;
  std::int64_t pitch_ = 1, offset_ = 0;
  int rank_before_ = 0, rank_after_ = 0;  // that hold the neighboring rows
  std::array<std::vector<Line>, 2> storage_;
  std::array<MPI_Request, 4> requests_;
};

}  // namespace spinel
