#include "train/batch_sampler.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/error.hpp"
#include "core/random.hpp"

namespace spinel {

BatchSampler::BatchSampler(std::vector<std::int64_t> samples, std::int64_t batch, std::uint64_t seed,
                           std::uint64_t member)
    : samples_(std::move(samples)), seed_(seed), member_(member) {
  const auto n = static_cast<std::int64_t>(samples_.size());
  if (n == 0 || batch < 1) fail("a sampler needs samples ({}) and a batch size above 0 ({})", n, batch);
  n_batches_ = (n + batch - 1) / batch;
  set_epoch(0);
}

void BatchSampler::set_epoch(std::int64_t epoch) {
  const Random random(seed_, RandomPurpose::training_order);
  const std::size_t n = samples_.size();
  std::vector<std::pair<double, std::int64_t>> keyed(n);
  for (std::size_t k = 0; k < n; k += 4) {
    const auto u = random.uniform4(static_cast<std::uint64_t>(epoch), k / 4, member_);
    for (std::size_t j = k; j < std::min(k + 4, n); ++j) keyed[j] = {u[j - k], samples_[j]};
  }
  std::sort(keyed.begin(), keyed.end());
  order_.resize(n);
  std::transform(keyed.begin(), keyed.end(), order_.begin(), [](const auto& entry) { return entry.second; });
}

std::vector<std::int64_t> BatchSampler::batch(std::int64_t batch) const {
  const auto n = static_cast<std::int64_t>(order_.size());
  const std::int64_t small = n / n_batches_, larger = n % n_batches_;  // so many batches have one more
  const std::int64_t first = batch * small + std::min(batch, larger), size = small + (batch < larger ? 1 : 0);
  return {order_.begin() + first, order_.begin() + first + size};
}

std::vector<std::int64_t> shard(const std::vector<std::int64_t>& batch, const std::function<double(std::int64_t)>& cost,
                                int rank, int n_ranks) {
  if (n_ranks == 1) return batch;
  std::vector<double> costs(batch.size());
  std::transform(batch.begin(), batch.end(), costs.begin(), cost);
  std::vector<std::size_t> order(batch.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });

  // A heap of {load, rank}: the least loaded on top.
  using Load = std::pair<double, int>;
  std::vector<Load> loads;
  for (int r = 0; r < n_ranks; ++r) loads.emplace_back(0.0, r);
  std::vector<std::size_t> own;
  for (const std::size_t place : order) {
    std::pop_heap(loads.begin(), loads.end(), std::greater<>());
    loads.back().first += costs[place];
    if (loads.back().second == rank) own.push_back(place);
    std::push_heap(loads.begin(), loads.end(), std::greater<>());
  }
  std::sort(own.begin(), own.end());
  std::vector<std::int64_t> samples(own.size());
  std::transform(own.begin(), own.end(), samples.begin(), [&](std::size_t place) { return batch[place]; });
  return samples;
}

}  // namespace spinel
