#include "fingerprint/nearest_distributions.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace spinel {

namespace {

using Distributions = std::vector<PointwiseDistances>;
using Rows = std::vector<std::vector<double>>;

Rows amds_of(const Distributions& distributions) {
  Rows rows;
  for (const PointwiseDistances& one : distributions) rows.push_back(average_minimum_distances(one));
  return rows;
}

std::vector<double> nearest(const Distributions& of, const Rows& of_amd, const Distributions& among,
                            const Rows& among_amd) {
  std::vector<double> result(of.size(), std::numeric_limits<double>::infinity());
  std::vector<std::pair<double, std::size_t>> heap;  // the least bound first
  for (std::size_t i = 0; i < of.size(); ++i) {
    heap.clear();
    for (std::size_t j = 0; j < among.size(); ++j) heap.emplace_back(amd_distance(of_amd[i], among_amd[j]), j);
    std::make_heap(heap.begin(), heap.end(), std::greater<>());
    while (!heap.empty() && heap.front().first < result[i]) {
      result[i] = std::min(result[i], pdd_distance(of[i], among[heap.front().second]));
      std::pop_heap(heap.begin(), heap.end(), std::greater<>());
      heap.pop_back();
    }
  }
  return result;
}

}  // namespace

NearestInSet nearest_in_set(const Distributions& generated, const Distributions& reference) {
  const Rows mine = amds_of(generated), theirs = amds_of(reference);
  return {nearest(generated, mine, reference, theirs), nearest(reference, theirs, generated, mine)};
}

}  // namespace spinel
