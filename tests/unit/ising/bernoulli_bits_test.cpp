#include "ising/updates/bernoulli_bits.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace spinel {
namespace {

double share_of_ones(const std::vector<std::uint64_t>& words) {
  double ones = 0.0;
  for (const std::uint64_t word : words) ones += __builtin_popcountll(word);
  return ones / (64.0 * static_cast<double>(words.size()));
}

TEST(BernoulliBits, HaveTheirProbability) {
  constexpr std::int64_t n = 1 << 16;
  const BernoulliBits bits({5, 1, 2}, RandomPurpose::test, 3);
  std::vector<std::uint64_t> words(n), shifted(n);
  for (const double p : {0.5857864376269049, 0.5, 0.01, 1.0 / 3.0, 0.999}) {
    bits.fill(p, 0, n, words.data());
    const double error = std::sqrt(p * (1.0 - p) / (64.0 * n));
    EXPECT_NEAR(share_of_ones(words), p, 4.0 * error);
    // Neighbors in a word, and words next to each other, are independent.
    double side = 0.0, next = 0.0;
    for (std::size_t w = 0; w + 1 < words.size(); ++w) {
      side += __builtin_popcountll(words[w] & words[w] >> 1 & 0x7FFFFFFFFFFFFFFFU);
      next += __builtin_popcountll(words[w] & words[w + 1]);
    }
    const double pair_error = std::sqrt(p * p * (1.0 - p * p) * 3.0 / (63.0 * n));
    EXPECT_NEAR(side / (63.0 * (n - 1)), p * p, 4.0 * pair_error);
    EXPECT_NEAR(next / (64.0 * (n - 1)), p * p, 4.0 * pair_error);
  }
  // Every site of a word alike.
  bits.fill(0.3, 0, n, words.data());
  for (int b = 0; b < 64; ++b) {
    double ones = 0.0;
    for (const std::uint64_t word : words) ones += static_cast<double>(word >> b & 1);
    EXPECT_NEAR(ones / n, 0.3, 4.5 * std::sqrt(0.21 / n)) << b;
  }
}

TEST(BernoulliBits, BelongToTheirWord) {
  const BernoulliBits bits({5, 1, 2}, RandomPurpose::test, 3);
  std::vector<std::uint64_t> all(100), part(100), other(100);
  for (const double p : {0.5, 0.7}) {
    bits.fill(p, 4000000000, 100, all.data());
    for (std::int64_t first = 0; first < 20; ++first)
      for (const std::int64_t n : {1, 7, 8, 33}) {
        bits.fill(p, 4000000000 + first, n, part.data());
        for (std::int64_t w = 0; w < n; ++w)
          EXPECT_EQ(part[static_cast<std::size_t>(w)], all[static_cast<std::size_t>(first + w)]);
      }
  }
  bits.fill(0.5, 17, 100, all.data());
  for (std::int64_t w = 0; w < 100; ++w) EXPECT_EQ(bits.fair_word(17 + w), all[static_cast<std::size_t>(w)]);

  // Another seed, temperature, replica, purpose or sweep: other bits.
  for (const BernoulliBits& unlike :
       {BernoulliBits({6, 1, 2}, RandomPurpose::test, 3), BernoulliBits({5, 2, 1}, RandomPurpose::test, 3),
        BernoulliBits({5, 1, 3}, RandomPurpose::test, 3), BernoulliBits({5, 1, 2}, RandomPurpose::wolff, 3),
        BernoulliBits({5, 1, 2}, RandomPurpose::test, 4)}) {
    unlike.fill(0.5, 17, 100, other.data());
    int equal = 0;
    for (std::size_t w = 0; w < all.size(); ++w) equal += 64 - __builtin_popcountll(all[w] ^ other[w]);
    EXPECT_NEAR(equal / 6400.0, 0.5, 4.0 * 0.5 / 80.0);
  }
}

TEST(BernoulliBits, CertainAndImpossible) {
  const BernoulliBits bits({}, RandomPurpose::test, 0);
  std::vector<std::uint64_t> words(3, 5);
  bits.fill(0.0, 0, 3, words.data());
  EXPECT_EQ(words, std::vector<std::uint64_t>(3, 0));
  bits.fill(1.0, 0, 3, words.data());
  EXPECT_EQ(words, std::vector<std::uint64_t>(3, ~std::uint64_t{0}));
}

}  // namespace
}  // namespace spinel
