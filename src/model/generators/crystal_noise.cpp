#include "model/generators/crystal_noise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/generators/wrapped_normal.hpp"

namespace spinel {

namespace {

/// Fractional coordinates in the rows R·L: x R⁻¹, R of determinant ±1.
void turn(const std::array<std::int8_t, 9>& operation, std::vector<double>& fractional) {
  Mat3 r;
  for (Eigen::Index i = 0; i < 9; ++i) r(i / 3, i % 3) = operation[static_cast<std::size_t>(i)];
  const Mat3 inverse = r.inverse();
  for (std::size_t a = 0; a < fractional.size(); a += 3) {
    const Eigen::RowVector3d x = Eigen::RowVector3d(fractional[a], fractional[a + 1], fractional[a + 2]) * inverse;
    for (Eigen::Index k = 0; k < 3; ++k) fractional[a + static_cast<std::size_t>(k)] = x[k];
  }
}

std::size_t draw(RandomSequence& random, std::size_t n) {
  return std::min(n - 1, static_cast<std::size_t>(random.uniform() * static_cast<double>(n)));
}

}  // namespace

CrystalNoise::CrystalNoise(const GeneratorArchitecture& architecture, double condition_dropout)
    : architecture_(architecture), condition_dropout_(condition_dropout) {
  if (!architecture.is_diffusion()) return;
  const auto n = static_cast<std::size_t>(architecture.levels);
  sigma_ = geometric_levels(architecture.sigma_min, architecture.sigma_max, n);
  for (const double sigma : sigma_) score_scale_.push_back(std::sqrt(wrapped_normal_score_square(sigma)));
  const auto cosine = [&](double t) {
    const double c = std::cos((t / static_cast<double>(n) + 0.008) / 1.008 * M_PI / 2.0);
    return c * c;
  };
  double signal = 1.0;
  for (std::size_t t = 1; t <= n; ++t) {
    const double beta = 1.0 - cosine(static_cast<double>(t)) / cosine(static_cast<double>(t - 1));
    signal *= 1.0 - std::clamp(beta, 1e-4, 0.9999);
    signal_.push_back(signal);
  }
}

void CrystalNoise::add(const GeneratorSample& sample, RandomSequence& random, NoisyCrystals& to) const {
  const std::size_t n = sample.type.size();
  std::vector<double> x = sample.fractional;
  turn(sample.operations[draw(random, sample.operations.size())], x);

  double time = random.uniform(), masked = 0.0;
  std::size_t level = 0;
  const std::size_t way = architecture_.generates_types ? draw(random, 3) : 0;
  if (way == 2) time = architecture_.is_diffusion() ? 1.0 : 0.0;
  if (architecture_.is_diffusion()) {
    level = std::min(sigma_.size() - 1, static_cast<std::size_t>(time * static_cast<double>(sigma_.size())));
    time = static_cast<double>(level + 1) / static_cast<double>(sigma_.size());
  }
  if (way == 1) masked = architecture_.is_diffusion() ? time : 1.0 - time;
  if (way == 2) masked = random.uniform();

  std::vector<double> target(3 * n);
  double mean[3] = {0.0, 0.0, 0.0};
  for (std::size_t i = 0; i < 3 * n; ++i) {
    if (architecture_.is_diffusion()) {
      const double noise = sigma_[level] * random.normal();
      target[i] = wrapped_normal_score(noise, sigma_[level]) / score_scale_[level];
      x[i] += noise;
    } else {
      const double start = random.uniform();
      target[i] = wrapped(x[i] - start);
      x[i] = start + time * target[i];
    }
    mean[i % 3] += target[i] / static_cast<double>(n);
  }
  for (std::size_t i = 0; i < 3 * n; ++i) {
    to.fractional.push_back(static_cast<float>(x[i]));
    to.velocity.push_back(static_cast<float>(target[i] - mean[i % 3]));
  }

  LatticeVector lattice;
  for (std::size_t i = 0; i < lattice.size(); ++i) {
    const double noise = random.normal();
    if (architecture_.is_diffusion()) {
      lattice[i] = std::sqrt(signal_[level]) * sample.lattice[i] + std::sqrt(1.0 - signal_[level]) * noise;
      to.cell.push_back(static_cast<float>(noise));
    } else {
      lattice[i] = noise + time * (sample.lattice[i] - noise);
      to.cell.push_back(static_cast<float>(sample.lattice[i] - noise));
    }
  }

  for (const std::int32_t type : sample.type) {
    const bool is_masked = way != 0 && random.uniform() < masked;
    to.type.push_back(is_masked ? architecture_.mask() : type);
    to.true_type.push_back(is_masked ? type : -1);
  }

  std::vector<double> conditions = sample.conditions;
  if (!conditions.empty() && random.uniform() < condition_dropout_)
    std::fill(conditions.begin(), conditions.end(), std::numeric_limits<double>::quiet_NaN());
  const std::size_t width = architecture_.shape().n_crystal;
  to.crystal.resize(to.crystal.size() + width);
  crystal_features(architecture_, time, lattice, conditions.data(), to.crystal.data() + to.crystal.size() - width);
  to.first.push_back(static_cast<std::int64_t>(to.type.size()));
}

double CrystalNoise::loss(const NoisyCrystals& crystals, std::size_t begin, std::size_t end,
                          const GeneratorLossWeights& weights, double scale, const DenoiserOutput<float>& said,
                          const DenoiserOutput<float>& gradient, std::array<double, 4>& parts) const {
  const std::size_t n_types = architecture_.shape().n_types;
  double total = 0.0;
  std::vector<double> share(n_types);
  for (std::size_t c = begin; c < end; ++c) {
    const auto first = static_cast<std::size_t>(crystals.first[c]),
               last = static_cast<std::size_t>(crystals.first[c + 1]);
    const double per_coordinate = 1.0 / (3.0 * static_cast<double>(last - first));
    double coordinates = 0.0, cell = 0.0, types = 0.0;
    for (std::size_t i = 3 * first; i < 3 * last; ++i) {
      const double e = static_cast<double>(said.velocity[i]) - static_cast<double>(crystals.velocity[i]);
      coordinates += e * e * per_coordinate;
      gradient.velocity[i] = static_cast<float>(scale * weights.coordinates * 2.0 * e * per_coordinate);
    }
    for (std::size_t i = 6 * c; i < 6 * c + 6; ++i) {
      const double e = static_cast<double>(said.cell[i]) - static_cast<double>(crystals.cell[i]);
      cell += e * e / 6.0;
      gradient.cell[i] = static_cast<float>(scale * weights.cell * 2.0 * e / 6.0);
    }
    for (std::size_t a = first; a < last; ++a) {
      const float* logit = said.types + a * n_types;
      float* to = gradient.types + a * n_types;
      std::fill_n(to, n_types, 0.0f);
      if (crystals.true_type[a] < 0) continue;
      const double per_atom = 1.0 / static_cast<double>(last - first);
      // The mask itself is nothing that an atom can be.
      const std::size_t n = n_types - 1, right = static_cast<std::size_t>(crystals.true_type[a]);
      const double most = *std::max_element(logit, logit + n);
      double sum = 0.0;
      for (std::size_t k = 0; k < n; ++k) sum += share[k] = std::exp(static_cast<double>(logit[k]) - most);
      const double entropy = std::log(sum) - (static_cast<double>(logit[right]) - most);
      types += entropy * per_atom;
      parts[3] += 1.0;
      for (std::size_t k = 0; k < n; ++k)
        to[k] = static_cast<float>(scale * weights.types * per_atom * (share[k] / sum - (k == right ? 1.0 : 0.0)));
    }
    parts[0] += coordinates;
    parts[1] += cell;
    parts[2] += types;
    total += weights.coordinates * coordinates + weights.cell * cell + weights.types * types;
  }
  return total;
}

}  // namespace spinel
