#include "train/batch_sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace spinel {
namespace {

std::vector<std::int64_t> numbers(std::int64_t n) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), 100);
  return all;
}

TEST(BatchSampler, TakesEverySampleOnceAnEpochInBatchesOfAlmostOneSize) {
  for (const std::int64_t n : {1, 5, 255, 256, 257, 1000}) {
    BatchSampler sampler(numbers(n), 256, 7, 0);
    std::vector<std::int64_t> first;
    for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
      sampler.set_epoch(epoch);
      std::vector<std::int64_t> all;
      std::set<std::size_t> sizes;
      for (std::int64_t b = 0; b < sampler.n_batches(); ++b) {
        const auto batch = sampler.batch(b);
        sizes.insert(batch.size());
        all.insert(all.end(), batch.begin(), batch.end());
      }
      EXPECT_LE(*sizes.rbegin() - *sizes.begin(), 1u);
      EXPECT_LE(*sizes.rbegin(), 256u);
      if (epoch == 0) first = all;
      EXPECT_TRUE(epoch == 0 || n < 5 || all != first);
      std::sort(all.begin(), all.end());
      EXPECT_EQ(all, numbers(n));
    }
    sampler.set_epoch(0);
    EXPECT_TRUE(std::equal(first.begin(), first.begin() + 1, sampler.batch(0).begin()));
  }
}

TEST(BatchSampler, MembersAndSeedsHaveOrdersOfTheirOwn) {
  const auto first = [](std::uint64_t seed, std::uint64_t member) {
    return BatchSampler(numbers(100), 100, seed, member).batch(0);
  };
  EXPECT_EQ(first(1, 0), first(1, 0));
  EXPECT_NE(first(1, 0), first(1, 1));
  EXPECT_NE(first(1, 0), first(2, 0));
}

TEST(BatchSampler, OrderIsUniform) {
  // Where sample 0 of 10 comes to lie in 20,000 epochs: χ² of 9 degrees of freedom, 99.9 % below 27.9.
  BatchSampler sampler(numbers(10), 10, 3, 0);
  std::vector<double> count(10, 0.0);
  for (std::int64_t epoch = 0; epoch < 20000; ++epoch) {
    sampler.set_epoch(epoch);
    const auto order = sampler.batch(0);
    ++count[static_cast<std::size_t>(std::find(order.begin(), order.end(), 100) - order.begin())];
  }
  double chi2 = 0.0;
  for (const double c : count) chi2 += (c - 2000.0) * (c - 2000.0) / 2000.0;
  EXPECT_LT(chi2, 27.9);
}

TEST(Shard, SharesAreWholeDisjointAndBalanced) {
  const auto batch = numbers(64);
  const auto cost = [](std::int64_t sample) { return 12.0 * static_cast<double>(1 + sample * 7 % 20); };
  for (const int ranks : {1, 2, 3, 4, 7}) {
    std::vector<std::int64_t> all;
    std::vector<double> load(static_cast<std::size_t>(ranks), 0.0);
    for (int r = 0; r < ranks; ++r) {
      const auto own = shard(batch, cost, r, ranks);
      EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));  // the batch's order, which is ascending here
      for (const auto s : own) load[static_cast<std::size_t>(r)] += cost(s);
      all.insert(all.end(), own.begin(), own.end());
    }
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, batch);
    const double mean = std::accumulate(load.begin(), load.end(), 0.0) / ranks;
    EXPECT_LT(*std::max_element(load.begin(), load.end()), 1.02 * mean);
  }
  EXPECT_TRUE(shard({5}, cost, 2, 4).empty());
  EXPECT_EQ(shard({5}, cost, 0, 4), std::vector<std::int64_t>{5});
}

}  // namespace
}  // namespace spinel
