#include "generate/latent_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace spinel {

double latent_objective(const LatentModel& model, const LatentSearch& search, const double* z, double* gradient) {
  const double share = search.prior_weight / static_cast<double>(model.size());
  if (gradient != nullptr) {
    std::fill_n(gradient, model.size(), 0.0);
    if (share > 0.0) model.distance_from_crystals(z, gradient);
    for (std::size_t j = 0; j < model.size(); ++j) gradient[j] *= share;
  }
  return model.misfit(z, search.property, search.wanted, gradient) + share * model.distance_from_crystals(z, nullptr);
}

namespace {

std::vector<double> descend(const LatentModel& model, const LatentSearch& search, std::vector<double> z) {
  constexpr double memory = 0.9, square_memory = 0.999, epsilon = 1e-8;
  std::vector<double> gradient(z.size()), mean(z.size(), 0.0), square(z.size(), 0.0);
  for (std::int64_t step = 1; step <= search.steps; ++step) {
    latent_objective(model, search, z.data(), gradient.data());
    const double of_mean = 1.0 - std::pow(memory, static_cast<double>(step)),
                 of_square = 1.0 - std::pow(square_memory, static_cast<double>(step));
    for (std::size_t j = 0; j < z.size(); ++j) {
      mean[j] = memory * mean[j] + (1.0 - memory) * gradient[j];
      square[j] = square_memory * square[j] + (1.0 - square_memory) * gradient[j] * gradient[j];
      z[j] -= search.rate * mean[j] / of_mean / (std::sqrt(square[j] / of_square) + epsilon);
    }
  }
  return z;
}

}  // namespace

std::vector<double> search_latent(const LatentModel& model, const LatentSearch& search, RandomSequence& random) {
  std::vector<double> z(model.size());
  model.draw(random, z.data());
  if (search.method == LatentSearch::Method::gradient) return descend(model, search, std::move(z));
  if (search.method == LatentSearch::Method::random) return z;
  std::vector<double> best = z;
  double least = latent_objective(model, search, z.data(), nullptr);
  for (std::int64_t k = 1; k < search.pool; ++k) {
    model.draw(random, z.data());
    const double value = latent_objective(model, search, z.data(), nullptr);
    if (value >= least) continue;
    least = value;
    best = z;
  }
  return best;
}

}  // namespace spinel
