#include "core/random.hpp"

#include <Random123/philox.h>

#include <cmath>

namespace spinel {

namespace {

constexpr double pi = 3.14159265358979323846;

/// 52 random bits to the middle of one of 2^52 equal intervals: never 0, never 1. (The middles of 2^53 intervals are no
/// doubles near 1: the last one would round to 1.)
double to_open_unit(std::uint64_t word) { return (static_cast<double>(word >> 12) + 0.5) * 0x1.0p-52; }

}  // namespace

std::array<double, 4> Random::uniform4(std::uint64_t step, std::uint64_t id, std::uint64_t block) const {
  r123::Philox4x64 philox;
  r123::Philox4x64::ctr_type counter = {{step, id, block, 0}};
  r123::Philox4x64::key_type key = {{seed_, purpose_}};
  const auto words = philox(counter, key);
  return {to_open_unit(words[0]), to_open_unit(words[1]), to_open_unit(words[2]), to_open_unit(words[3])};
}

Vec3 Random::normal3(std::uint64_t step, std::uint64_t id) const {
  const auto u = uniform4(step, id);
  const double r1 = std::sqrt(-2.0 * std::log(u[0])), r2 = std::sqrt(-2.0 * std::log(u[2]));
  return {r1 * std::cos(2.0 * pi * u[1]), r1 * std::sin(2.0 * pi * u[1]), r2 * std::cos(2.0 * pi * u[3])};
}

double RandomSequence::uniform() {
  if (left_ == 0) {
    buffer_ = random_.uniform4(step_, id_, block_++);
    left_ = 4;
  }
  return buffer_[static_cast<std::size_t>(4 - left_--)];
}

double RandomSequence::normal() {
  const double r = std::sqrt(-2.0 * std::log(uniform()));
  return r * std::cos(2.0 * pi * uniform());
}

double RandomSequence::gamma(double shape) {
  if (shape < 1.0) {
    const double u = uniform();
    return gamma(shape + 1.0) * std::pow(u, 1.0 / shape);
  }
  const double d = shape - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = normal(), t = 1.0 + c * x;
    if (t <= 0.0) continue;
    const double v = t * t * t;
    if (std::log(uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double RandomSequence::chi_squared(double dof) { return dof > 0.0 ? 2.0 * gamma(0.5 * dof) : 0.0; }

}  // namespace spinel
