#include "source/toy_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace spinel {

namespace {

std::size_t one_of(RandomSequence& random, std::size_t n) {
  return std::min(n - 1, static_cast<std::size_t>(random.uniform() * static_cast<double>(n)));
}

double square(double x) { return x * x; }

// Two moons.

constexpr double moon_noise = 0.1;

void moon(bool inner, double angle, double* x) {
  x[0] = inner ? 1.0 - std::cos(angle) : std::cos(angle);
  x[1] = inner ? 0.5 - std::sin(angle) : std::sin(angle);
}

void draw_moons(RandomSequence& random, double* x) {
  const bool inner = random.uniform() < 0.5;
  moon(inner, M_PI * random.uniform(), x);
  for (int c = 0; c < 2; ++c) x[c] += moon_noise * random.normal();
}

/// Mean of the noise's density over the angle, by Simpson's rule.
double moons_log_density(const double* x) {
  constexpr int n = 400;
  double sum = 0.0;
  for (int i = 0; i <= n; ++i) {
    const double weight = i == 0 || i == n ? 1.0 : i % 2 == 1 ? 4.0 : 2.0;
    for (const bool inner : {false, true}) {
      double center[2];
      moon(inner, M_PI * i / n, center);
      sum += weight * std::exp(-(square(x[0] - center[0]) + square(x[1] - center[1])) / (2.0 * square(moon_noise)));
    }
  }
  return std::log(sum / (3.0 * n) * 0.5 / (2.0 * M_PI * square(moon_noise)));
}

// Checkerboard.

void draw_checkerboard(RandomSequence& random, double* x) {
  x[0] = 8.0 * random.uniform() - 4.0;
  const double column = std::floor(x[0] / 2.0);
  x[1] = 2.0 * random.uniform() + (random.uniform() < 0.5 ? 0.0 : -4.0) + (std::fmod(column, 2.0) != 0.0 ? 2.0 : 0.0);
}

double checkerboard_log_density(const double* x) {
  const bool is_inside = std::abs(x[0]) < 4.0 && std::abs(x[1]) < 4.0;
  const bool is_on = std::fmod(std::floor(x[0] / 2.0) + std::floor(x[1] / 2.0), 2.0) == 0.0;
  return is_inside && is_on ? -std::log(32.0) : -std::numeric_limits<double>::infinity();
}

// Eight Gaussians.

constexpr int n_gaussians = 8;
const double circle = 4.0 / std::sqrt(2.0), gaussian_deviation = 0.5 / std::sqrt(2.0);

void gaussian_center(std::size_t k, double* x) {
  const double angle = 2.0 * M_PI * static_cast<double>(k) / n_gaussians;
  x[0] = circle * std::cos(angle);
  x[1] = circle * std::sin(angle);
}

void draw_gaussians(RandomSequence& random, double* x) {
  gaussian_center(one_of(random, n_gaussians), x);
  for (int c = 0; c < 2; ++c) x[c] += gaussian_deviation * random.normal();
}

double gaussians_log_density(const double* x) {
  double exponent[n_gaussians];
  for (std::size_t k = 0; k < n_gaussians; ++k) {
    double center[2];
    gaussian_center(k, center);
    exponent[k] = -(square(x[0] - center[0]) + square(x[1] - center[1])) / (2.0 * square(gaussian_deviation));
  }
  const double largest = *std::max_element(exponent, exponent + n_gaussians);
  double sum = 0.0;
  for (const double e : exponent) sum += std::exp(e - largest);
  return largest + std::log(sum / n_gaussians / (2.0 * M_PI * square(gaussian_deviation)));
}

// Torus.

struct WrappedNormal {
  double center[2], deviation[2];
};
constexpr WrappedNormal wrapped_normals[] = {
    {{0.15, 0.25}, {0.05, 0.12}}, {{0.55, 0.95}, {0.12, 0.06}}, {{0.85, 0.45}, {0.08, 0.08}}};

void draw_torus(RandomSequence& random, double* x) {
  const WrappedNormal& one = wrapped_normals[one_of(random, std::size(wrapped_normals))];
  for (int c = 0; c < 2; ++c) {
    x[c] = one.center[c] + one.deviation[c] * random.normal();
    x[c] -= std::floor(x[c]);
  }
}

double torus_log_density(const double* x) {
  double sum = 0.0;
  for (const WrappedNormal& one : wrapped_normals) {
    double product = 1.0;
    for (int c = 0; c < 2; ++c) {
      double images = 0.0;
      for (int k = -3; k <= 3; ++k) images += std::exp(-0.5 * square((x[c] - one.center[c] + k) / one.deviation[c]));
      product *= images / (std::sqrt(2.0 * M_PI) * one.deviation[c]);
    }
    sum += product;
  }
  return std::log(sum / static_cast<double>(std::size(wrapped_normals)));
}

constexpr ToyVectors toys[] = {
    {"two_moons", 0.0, draw_moons, moons_log_density},
    {"checkerboard", 0.0, draw_checkerboard, checkerboard_log_density},
    {"eight_gaussians", 0.0, draw_gaussians, gaussians_log_density},
    {"torus", 1.0, draw_torus, torus_log_density},
};

}  // namespace

const ToyVectors* find_toy(const std::string& name) {
  for (const ToyVectors& toy : toys)
    if (name == toy.name) return &toy;
  return nullptr;
}

}  // namespace spinel
