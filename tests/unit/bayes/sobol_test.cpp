#include "bayes/choice/sobol.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/error.hpp"

namespace spinel {
namespace {

TEST(Sobol, EveryDimensionIsStratified) {
  // A (0, m, 1)-net in each dimension: of 2^m points one in each of 2^m intervals, scrambled or not.
  const SobolSequence sequence(SobolSequence::most_dimensions, 7, 3);
  constexpr std::int64_t n = 1024;
  const Points points = sequence.points(0, n);
  for (int d = 0; d < sequence.n_dimensions(); ++d) {
    std::set<int> intervals;
    for (std::int64_t i = 0; i < n; ++i) intervals.insert(static_cast<int>(points(i, d) * n));
    EXPECT_EQ(intervals.size(), static_cast<std::size_t>(n)) << "dimension " << d;
  }
}

TEST(Sobol, PairsOfTheFirstDimensionsAreNets) {
  // The first two are a (0, 2)-sequence: one of 64 points in each of 8 × 8 squares, 16 × 4 and 2 × 32 rectangles.
  const Points points = SobolSequence(2, 11, 0).points(64, 64);
  for (const auto& [columns, rows] : {std::pair{8, 8}, {16, 4}, {2, 32}, {64, 1}}) {
    std::set<int> boxes;
    for (std::int64_t i = 0; i < 64; ++i)
      boxes.insert(static_cast<int>(points(i, 0) * columns) * rows + static_cast<int>(points(i, 1) * rows));
    EXPECT_EQ(boxes.size(), 64u) << columns << " × " << rows;
  }
}

TEST(Sobol, IntegratesBetterThanRandomNumbers) {
  const int d = 8;
  const auto error = [&](std::int64_t n) {
    const Points points = SobolSequence(d, 5, 0).points(0, n);
    double sum = 0.0;
    for (std::int64_t i = 0; i < n; ++i) {
      double product = 1.0;
      for (int j = 0; j < d; ++j) product *= 1.0 + (points(i, j) - 0.5) / (j + 1.0);
      sum += product;
    }
    return std::abs(sum / static_cast<double>(n) - 1.0);
  };
  EXPECT_LT(error(1 << 14), 1e-4);  // random: 0.003
}

TEST(Sobol, SeedsScrambleAndNumbersOfDimensionsAreChecked) {
  EXPECT_EQ(SobolSequence(3, 1, 1).points(0, 8), SobolSequence(3, 1, 1).points(0, 8));
  EXPECT_NE(SobolSequence(3, 1, 1).points(0, 8), SobolSequence(3, 2, 1).points(0, 8));
  EXPECT_NE(SobolSequence(3, 1, 1).points(0, 8), SobolSequence(3, 1, 2).points(0, 8));
  const Points all = SobolSequence(4, 1, 0).points(0, 16);
  EXPECT_EQ(SobolSequence(4, 1, 0).points(5, 3), Points(all.middleRows(5, 3)));
  EXPECT_THROW(SobolSequence(0, 1, 0), Error);
  EXPECT_THROW(SobolSequence(65, 1, 0), Error);
}

}  // namespace
}  // namespace spinel
