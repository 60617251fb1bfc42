#include "ising/spin_lattice.hpp"

#include <Random123/philox.h>

#include <algorithm>

#include "core/error.hpp"
#include "ising/lattice_sums.hpp"

namespace spinel {

namespace {

constexpr int tag_to_before = 21, tag_to_after = 22;
constexpr std::int64_t line = 8;                   // words
constexpr std::uint64_t hot_start_stream = 0x100;  // beside the values of RandomPurpose

std::int64_t words_for(std::int64_t bits) { return (bits + 63) / 64; }
std::int64_t parity(std::int64_t r) { return r & 1; }  // of the global row too: ranks begin at even rows

/// Bits 0 … 31 to the even bits of a word, and back.
std::uint64_t spread(std::uint64_t v) {
  v = (v | v << 16) & 0x0000FFFF0000FFFFu;
  v = (v | v << 8) & 0x00FF00FF00FF00FFu;
  v = (v | v << 4) & 0x0F0F0F0F0F0F0F0Fu;
  v = (v | v << 2) & 0x3333333333333333u;
  return (v | v << 1) & 0x5555555555555555u;
}
std::uint64_t gather_even(std::uint64_t v) {
  v &= 0x5555555555555555u;
  v = (v | v >> 1) & 0x3333333333333333u;
  v = (v | v >> 2) & 0x0F0F0F0F0F0F0F0Fu;
  v = (v | v >> 4) & 0x00FF00FF00FF00FFu;
  v = (v | v >> 8) & 0x0000FFFF0000FFFFu;
  return (v | v >> 16) & 0x00000000FFFFFFFFu;
}

/// The lowest n bits, n ≥ 1; all for n ≥ 64.
std::uint64_t low_bits(std::int64_t n) { return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1; }

}  // namespace

SpinLattice::SpinLattice(const Communicator& communicator, std::int64_t lx, std::int64_t ly)
    : communicator_(communicator), lx_(lx), ly_(ly) {
  if (lx < 4 || ly < 4 || lx % 2 != 0 || ly % 2 != 0)
    fail_input("an Ising lattice of {} × {} spins: both lengths must be even and at least 4", lx, ly);
  const std::int64_t pairs = ly / 2, size = communicator.size(), rank = communicator.rank();
  const auto first_pair = [&](std::int64_t of) { return pairs * of / size; };
  const auto owner = [&](std::int64_t pair) { return static_cast<int>((size * (pair + 1) - 1) / pairs); };
  first_row_ = 2 * first_pair(rank);
  n_rows_ = 2 * first_pair(rank + 1) - first_row_;
  rank_before_ = owner((first_row_ / 2 + pairs - 1) % pairs);
  rank_after_ = owner((first_row_ + n_rows_) / 2 % pairs);

  const std::int64_t half = lx / 2;
  pitch_ = half <= 64 ? 1 : (words_for(half) + 1 + line - 1) / line * line;
  offset_ = std::max(pitch_, line);
  // A line more behind the halo row, for vectors that begin in it.
  const std::int64_t words = offset_ + (n_rows_ + 1) * pitch_ + 3 * line;
  for (auto& color : storage_) color.resize(static_cast<std::size_t>((words + line - 1) / line));
  requests_.fill(MPI_REQUEST_NULL);
}

std::uint64_t SpinLattice::natural_word(std::int64_t r, std::int64_t w) const {
  const auto first = static_cast<Color>(parity(r));  // stands at even x
  const std::int64_t shift = 32 * (w & 1);
  const std::uint64_t even = half_row(first, r)[w / 2] >> shift & 0xFFFFFFFFu;
  const std::uint64_t odd = half_row(other(first), r)[w / 2] >> shift & 0xFFFFFFFFu;
  return (spread(even) | spread(odd) << 1) & low_bits(lx_ - 64 * w);
}

void SpinLattice::get_row_bits(std::int64_t r, std::uint64_t* words) const {
  for (std::int64_t w = 0; w < words_for(lx_); ++w) words[w] = natural_word(r, w);
}

void SpinLattice::set_row_bits(std::int64_t r, const std::uint64_t* words) {
  const auto first = static_cast<Color>(parity(r));
  std::uint64_t *const even = half_row(first, r), *const odd = half_row(other(first), r);
  const std::int64_t n = words_for(lx_);
  for (std::int64_t w = 0; w < n; w += 2) {
    const std::uint64_t low = words[w] & low_bits(lx_ - 64 * w);
    const std::uint64_t high = w + 1 < n ? words[w + 1] & low_bits(lx_ - 64 * (w + 1)) : 0;
    even[w / 2] = gather_even(low) | gather_even(high) << 32;
    odd[w / 2] = gather_even(low >> 1) | gather_even(high >> 1) << 32;
  }
  close_half_row(Color::black, r);
  close_half_row(Color::white, r);
}

void SpinLattice::unpack_row(std::int64_t r, std::uint8_t* spins) const {
  for (std::int64_t w = 0; w < words_for(lx_); ++w) {
    const std::uint64_t word = natural_word(r, w);
    const std::int64_t n = std::min<std::int64_t>(64, lx_ - 64 * w);
    for (std::int64_t b = 0; b < n; ++b) spins[64 * w + b] = static_cast<std::uint8_t>(word >> b & 1);
  }
}

void SpinLattice::pack_row(std::int64_t r, const std::uint8_t* spins) {
  std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for(lx_)));
  for (std::int64_t w = 0; w < words_for(lx_); ++w) {
    const std::int64_t n = std::min<std::int64_t>(64, lx_ - 64 * w);
    std::uint64_t word = 0;
    for (std::int64_t b = 0; b < n; ++b) word |= static_cast<std::uint64_t>(spins[64 * w + b] != 0) << b;
    words[static_cast<std::size_t>(w)] = word;
  }
  set_row_bits(r, words.data());
}

void SpinLattice::close_half_row(Color color, std::int64_t r) {
  if (narrow()) return;
  std::uint64_t* const row = half_row(color, r);
  const std::int64_t half = half_width(), last = half - 1;
  const std::uint64_t first_bit = row[0] & 1, last_bit = row[last / 64] >> (last % 64) & 1;
  constexpr std::uint64_t top = std::uint64_t{1} << 63;
  row[-1] = (row[-1] & ~top) | last_bit << 63;
  const std::uint64_t behind = std::uint64_t{1} << (half % 64);
  row[half / 64] = (row[half / 64] & ~behind) | first_bit << (half % 64);
}

void SpinLattice::begin_halo(Color color) {
  if (n_rows_ == 0) return;
  const std::int64_t words = words_for(half_width());
  std::uint64_t *const above = half_row(color, -1), *const below = half_row(color, n_rows_);
  const std::uint64_t *const first = half_row(color, 0), *const last = half_row(color, n_rows_ - 1);
  if (rank_before_ == communicator_.rank()) {
    std::copy_n(last, words, above);
    std::copy_n(first, words, below);
    return;
  }
  const int n = Communicator::checked_count(static_cast<std::size_t>(words));
  const MPI_Comm comm = communicator_.mpi();
  MPI_Irecv(above, n, MPI_UINT64_T, rank_before_, tag_to_after, comm, &requests_[0]);
  MPI_Irecv(below, n, MPI_UINT64_T, rank_after_, tag_to_before, comm, &requests_[1]);
  MPI_Isend(first, n, MPI_UINT64_T, rank_before_, tag_to_before, comm, &requests_[2]);
  MPI_Isend(last, n, MPI_UINT64_T, rank_after_, tag_to_after, comm, &requests_[3]);
}

void SpinLattice::finish_halo() {
  if (n_rows_ == 0 || rank_before_ == communicator_.rank()) return;
  MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
}

void SpinLattice::exchange_halo() {
  for (const Color color : {Color::black, Color::white}) {
    begin_halo(color);
    finish_halo();
  }
}

LatticeSums SpinLattice::sums() {
  begin_halo(Color::white);
  finish_halo();
  const SpinCounts counts =
      count_spins({half_row(Color::black, 0), half_row(Color::white, 0), pitch_, half_width(), n_rows_});
  std::array<std::int64_t, 3> count = {counts.unlike, counts.black_up, counts.white_up};
  if (communicator_.size() > 1) communicator_.sum(count.data(), count.size());
  const std::int64_t sites = lx_ * ly_;
  LatticeSums sums;
  sums.bonds = 2 * sites - 2 * count[0];
  sums.spins = 2 * (count[1] + count[2]) - sites;
  sums.staggered = 2 * (count[1] - count[2]);
  return sums;
}

void SpinLattice::fill_cold(double coupling) {
  for (std::int64_t r = 0; r < n_rows_; ++r)
    for (const Color color : {Color::black, Color::white}) {
      const bool up = coupling >= 0.0 || color == Color::black;
      for (std::int64_t w = 0; 64 * w < half_width(); ++w)
        half_row(color, r)[w] = up ? low_bits(half_width() - 64 * w) : 0;
      close_half_row(color, r);
    }
}

void SpinLattice::fill_hot(const ChainKey& key) {
  r123::Philox4x64 philox;
  const r123::Philox4x64::key_type stream = {{key.seed, hot_start_stream}};
  const std::uint64_t chain = static_cast<std::uint64_t>(key.temperature) << 32 | key.replica;
  for (std::int64_t r = 0; r < n_rows_; ++r)
    for (const Color color : {Color::black, Color::white}) {
      const std::int64_t words = words_for(half_width());
      for (std::int64_t w = 0; w < words; w += 4) {
        const auto random = philox({{chain, static_cast<std::uint64_t>(first_row_ + r), static_cast<std::uint64_t>(w),
                                     static_cast<std::uint64_t>(color)}},
                                   stream);
        for (std::int64_t i = 0; i < std::min<std::int64_t>(4, words - w); ++i)
          half_row(color, r)[w + i] = random[static_cast<std::size_t>(i)] & low_bits(half_width() - 64 * (w + i));
      }
      close_half_row(color, r);
    }
}

}  // namespace spinel
