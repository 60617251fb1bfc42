#include "bayes/choice/sobol.hpp"

#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"

namespace spinel {

namespace {

constexpr int bits = 32;
using Directions = std::array<std::uint32_t, bits>;

/// A primitive polynomial by its bits and the first direction numbers: dimensions 2 … 64 of new-joe-kuo-6.21201.
struct Row {
  std::uint32_t polynomial;
  std::uint32_t first[9];
};
constexpr Row rows[SobolSequence::most_dimensions - 1] = {{3, {1}},
                                                          {7, {1, 3}},
                                                          {11, {1, 3, 1}},
                                                          {13, {1, 1, 1}},
                                                          {19, {1, 1, 3, 3}},
                                                          {25, {1, 3, 5, 13}},
                                                          {37, {1, 1, 5, 5, 17}},
                                                          {41, {1, 1, 5, 5, 5}},
                                                          {47, {1, 1, 7, 11, 19}},
                                                          {55, {1, 1, 5, 1, 1}},
                                                          {59, {1, 1, 1, 3, 11}},
                                                          {61, {1, 3, 5, 5, 31}},
                                                          {67, {1, 3, 3, 9, 7, 49}},
                                                          {91, {1, 1, 1, 15, 21, 21}},
                                                          {97, {1, 3, 1, 13, 27, 49}},
                                                          {103, {1, 1, 1, 15, 7, 5}},
                                                          {109, {1, 3, 1, 15, 13, 25}},
                                                          {115, {1, 1, 5, 5, 19, 61}},
                                                          {131, {1, 3, 7, 11, 23, 15, 103}},
                                                          {137, {1, 3, 7, 13, 13, 15, 69}},
                                                          {143, {1, 1, 3, 13, 7, 35, 63}},
                                                          {145, {1, 3, 5, 9, 1, 25, 53}},
                                                          {157, {1, 3, 1, 13, 9, 35, 107}},
                                                          {167, {1, 3, 1, 5, 27, 61, 31}},
                                                          {171, {1, 1, 5, 11, 19, 41, 61}},
                                                          {185, {1, 3, 5, 3, 3, 13, 69}},
                                                          {191, {1, 1, 7, 13, 1, 19, 1}},
                                                          {193, {1, 3, 7, 5, 13, 19, 59}},
                                                          {203, {1, 1, 3, 9, 25, 29, 41}},
                                                          {211, {1, 3, 5, 13, 23, 1, 55}},
                                                          {213, {1, 3, 7, 3, 13, 59, 17}},
                                                          {229, {1, 3, 1, 3, 5, 53, 69}},
                                                          {239, {1, 1, 5, 5, 23, 33, 13}},
                                                          {241, {1, 1, 7, 7, 1, 61, 123}},
                                                          {247, {1, 1, 7, 9, 13, 61, 49}},
                                                          {253, {1, 3, 3, 5, 3, 55, 33}},
                                                          {285, {1, 3, 1, 15, 31, 13, 49, 245}},
                                                          {299, {1, 3, 5, 15, 31, 59, 63, 97}},
                                                          {301, {1, 3, 1, 11, 11, 11, 77, 249}},
                                                          {333, {1, 3, 1, 11, 27, 43, 71, 9}},
                                                          {351, {1, 1, 7, 15, 21, 11, 81, 45}},
                                                          {355, {1, 3, 7, 3, 25, 31, 65, 79}},
                                                          {357, {1, 3, 1, 1, 19, 11, 3, 205}},
                                                          {361, {1, 1, 5, 9, 19, 21, 29, 157}},
                                                          {369, {1, 3, 7, 11, 1, 33, 89, 185}},
                                                          {391, {1, 3, 3, 3, 15, 9, 79, 71}},
                                                          {397, {1, 3, 7, 11, 15, 39, 119, 27}},
                                                          {425, {1, 1, 3, 1, 11, 31, 97, 225}},
                                                          {451, {1, 1, 1, 3, 23, 43, 57, 177}},
                                                          {463, {1, 3, 7, 7, 17, 17, 37, 71}},
                                                          {487, {1, 3, 1, 5, 27, 63, 123, 213}},
                                                          {501, {1, 1, 3, 5, 11, 43, 53, 133}},
                                                          {529, {1, 3, 5, 5, 29, 17, 47, 173, 479}},
                                                          {539, {1, 3, 3, 11, 3, 1, 109, 9, 69}},
                                                          {545, {1, 1, 1, 5, 17, 39, 23, 5, 343}},
                                                          {557, {1, 3, 1, 5, 25, 15, 31, 103, 499}},
                                                          {563, {1, 1, 1, 11, 11, 17, 63, 105, 183}},
                                                          {601, {1, 1, 5, 11, 9, 29, 97, 231, 363}},
                                                          {607, {1, 1, 5, 15, 19, 45, 41, 7, 383}},
                                                          {617, {1, 3, 7, 7, 31, 19, 83, 137, 221}},
                                                          {623, {1, 1, 1, 3, 23, 15, 111, 223, 83}},
                                                          {631, {1, 1, 5, 13, 31, 15, 55, 25, 161}},
                                                          {637, {1, 1, 3, 13, 25, 47, 39, 87, 257}}};

int degree_of(std::uint32_t polynomial) {
  int degree = 0;
  while (polynomial >> (degree + 1) != 0) ++degree;
  return degree;
}

/// Bratley & Fox, ACM TOMS 14, 88 (1988).
Directions directions_of(int dimension) {
  Directions v{};
  if (dimension == 0) {
    for (int k = 0; k < bits; ++k) v[static_cast<std::size_t>(k)] = std::uint32_t{1} << (bits - 1 - k);
    return v;
  }
  const Row& row = rows[dimension - 1];
  const int degree = degree_of(row.polynomial);
  for (int k = 0; k < bits; ++k) {
    std::uint32_t& value = v[static_cast<std::size_t>(k)];
    if (k < degree) {
      value = row.first[k] << (bits - 1 - k);
      continue;
    }
    value = v[static_cast<std::size_t>(k - degree)];
    value ^= value >> degree;
    for (int j = 1; j < degree; ++j)
      if ((row.polynomial >> (degree - j) & 1U) != 0) value ^= v[static_cast<std::size_t>(k - j)];
  }
  return v;
}

const std::array<Directions, SobolSequence::most_dimensions>& all_directions() {
  static const auto all = [] {
    std::array<Directions, SobolSequence::most_dimensions> result;
    for (int d = 0; d < SobolSequence::most_dimensions; ++d) result[static_cast<std::size_t>(d)] = directions_of(d);
    return result;
  }();
  return all;
}

std::uint32_t reversed(std::uint32_t x) {
  std::uint32_t result = 0;
  for (int k = 0; k < bits; ++k) result = result << 1 | (x >> k & 1U);
  return result;
}

/// A permutation in which a bit depends on lower ones only (Laine & Karras 2011, constants of Burley 2020).
std::uint32_t permuted(std::uint32_t x, std::uint32_t seed) {
  x += seed;
  x ^= x * 0x6c50b47cU;
  x ^= x * 0xb82f1e52U;
  x ^= x * 0xc7afe638U;
  x ^= x * 0x8d22f6e6U;
  return x;
}

}  // namespace

SobolSequence::SobolSequence(int n_dimensions, std::uint64_t seed, std::uint64_t number) : n_dimensions_(n_dimensions) {
  if (n_dimensions < 1 || n_dimensions > most_dimensions)
    fail("Sobol sequences are there in 1 to {} dimensions, not in {}", most_dimensions, n_dimensions);
  RandomSequence random(Random(seed, RandomPurpose::scrambling), number, 0);
  for (int d = 0; d < n_dimensions; ++d)
    scrambling_.push_back(static_cast<std::uint32_t>(random.uniform() * 4294967296.0));
}

void SobolSequence::point(std::uint32_t i, double* point) const {
  const auto& directions = all_directions();
  for (int d = 0; d < n_dimensions_; ++d) {
    const auto dimension = static_cast<std::size_t>(d);
    std::uint32_t x = 0;
    for (std::size_t k = 0; k < bits && i >> k != 0; ++k)
      if ((i >> k & 1U) != 0) x ^= directions[dimension][k];
    x = reversed(permuted(reversed(x), scrambling_[dimension]));
    point[d] = (static_cast<double>(x) + 0.5) / 4294967296.0;
  }
}

Points SobolSequence::points(std::uint32_t first, std::int64_t count) const {
  Points result(count, n_dimensions_);
  for (std::int64_t i = 0; i < count; ++i) point(first + static_cast<std::uint32_t>(i), result.row(i).data());
  return result;
}

}  // namespace spinel
