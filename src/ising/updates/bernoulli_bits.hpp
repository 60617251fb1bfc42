#pragma once

#include <cstddef>
#include <cstdint>

#include "core/random.hpp"
#include "ising/spin_lattice.hpp"

namespace spinel {

/// Random bits for the sites of a lattice, 64 to a word, made in bulk: Philox4x32-10 (Salmon et al., SC'11) counted by
/// the number of the word within the whole lattice, under a key of 96 bits drawn for purpose, chain and sweep. The same
/// word has the same bits on any rank.
class BernoulliBits {
 public:
  BernoulliBits(const ChainKey& key, RandomPurpose purpose, std::int64_t sweep);

  /// Words first_word … first_word + n_words − 1, each bit 1 with probability p, independent of all others. Exact: the
  /// binary digits of p are compared with those of a random number until they differ, which takes two digits on
  /// average.
  void fill(double p, std::int64_t first_word, std::int64_t n_words, std::uint64_t* words) const;
  /// One word of fair bits: what fill makes for p = 1/2.
  std::uint64_t fair_word(std::int64_t word) const;

 private:
  std::uint32_t key_[2], tag_;
};

}  // namespace spinel
