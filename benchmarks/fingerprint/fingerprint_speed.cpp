// Times fingerprints of the first crystals of an extended XYZ file:
//   fingerprint_speed FILE CRYSTALS SLOW
// Seconds of processor time a crystal and the sum of all numbers: average minimum distances to 100 neighbors; then of
// the first SLOW crystals: earth mover's distances between all pairs (seconds a pair), CrystalNN fingerprints,
// composition fingerprints.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "crystal/formats/xyz/extended_xyz.hpp"
#include "fingerprint/composition_fingerprint.hpp"
#include "fingerprint/crystal_nn.hpp"
#include "fingerprint/pointwise_distances.hpp"

using namespace spinel;

namespace {

/// Prints the mean time of work(i) for i < n, from enough repeats to be measured, and the sum of what it returns.
template <class Work>
void measure(std::size_t n, Work&& work) {
  double sum = 0.0;
  int repeats = 0;
  const std::clock_t start = std::clock();
  while (std::clock() - start < CLOCKS_PER_SEC / 5) {
    sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) sum += work(i);
    ++repeats;
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("%.4e %.12e ", seconds / repeats / static_cast<double>(n), sum);
}

template <class Numbers>
double sum_of(const Numbers& numbers) {
  double sum = 0.0;
  for (const double x : numbers) sum += x;
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "fingerprint_speed FILE CRYSTALS SLOW\n");
    return 2;
  }
  const std::size_t n = std::strtoul(argv[2], nullptr, 10), slow = std::strtoul(argv[3], nullptr, 10);
  std::vector<Structure> crystals;
  XyzReader reader(argv[1]);
  for (Structure crystal; crystals.size() < n && reader.next(crystal);) crystals.push_back(crystal);
  if (crystals.size() < n || slow < 2 || slow > n) return 1;
  measure(n, [&](std::size_t i) { return sum_of(average_minimum_distances(crystals[i], 100)); });
  std::vector<PointwiseDistances> distributions;
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0; i < slow; ++i) {
    distributions.push_back(pointwise_distances(crystals[i], 100));
    for (std::size_t j = 0; j < i; ++j) pairs.emplace_back(i, j);
  }
  measure(pairs.size(),
          [&](std::size_t p) { return pdd_distance(distributions[pairs[p].first], distributions[pairs[p].second]); });
  CrystalNN crystal_nn;
  measure(slow, [&](std::size_t i) { return sum_of(crystal_nn.fingerprint(crystals[i]).value()); });
  measure(slow, [&](std::size_t i) { return sum_of(composition_fingerprint(crystals[i])); });
  std::printf("\n");
}
