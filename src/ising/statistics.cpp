#include "ising/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"

namespace spinel {

void Series::add(const LatticeSums& sums, const IsingModel& model, std::int64_t n_spins) {
  const auto n = static_cast<double>(n_spins);
  const auto spins = static_cast<double>(sums.spins);
  energy.push_back((-model.coupling * static_cast<double>(sums.bonds) - model.field * spins) / n);
  magnetization.push_back(spins / n);
  order.push_back((model.coupling < 0.0 ? static_cast<double>(sums.staggered) : spins) / n);
}

namespace {

constexpr std::int64_t target_bins = 256, fewest_bins = 32;

/// Averages over a set of measurements, of differences to an origin where only differences matter.
enum Quantity { energy, energy2, magnetization, absolute, absolute2, order2, order4, n_quantities };
using Sums = std::array<double, n_quantities>;

struct Bin {
  Sums sums{};
  double n = 0.0;
};

/// What is asked for, as functions of the averages.
using Results = std::array<double, 9>;

Results results(const Sums& sums, double n, double origin_energy, double origin_order, double temperature,
                double n_spins) {
  Sums mean;
  for (std::size_t q = 0; q < mean.size(); ++q) mean[q] = sums[q] / n;
  return {origin_energy + mean[energy],
          mean[magnetization],
          origin_order + mean[absolute],
          mean[order2],
          mean[order4],
          n_spins * (mean[energy2] - mean[energy] * mean[energy]) / (temperature * temperature),
          n_spins * (mean[absolute2] - mean[absolute] * mean[absolute]) / temperature,
          n_spins * mean[order2] / temperature,
          mean[order2] > 0.0 ? 1.0 - mean[order4] / (3.0 * mean[order2] * mean[order2]) : 0.0};
}

double mean_of(const std::vector<std::vector<double>>& series) {
  double sum = 0.0;
  std::size_t n = 0;
  for (const auto& replica : series) {
    for (const double value : replica) sum += value;
    n += replica.size();
  }
  return sum / static_cast<double>(n);
}

}  // namespace

Observables analyze(const std::vector<Series>& replicas, double temperature, std::int64_t n_spins) {
  Observables found;
  std::vector<std::vector<double>> energies, absolutes, squares;
  std::int64_t shortest = INT64_MAX;
  for (const Series& series : replicas) {
    if (series.size() == 0) continue;
    const auto n = static_cast<std::int64_t>(series.size());
    found.samples += n;
    shortest = std::min(shortest, n);
    energies.push_back(series.energy);
    std::vector<double>&a = absolutes.emplace_back(series.order), &s = squares.emplace_back(series.order);
    for (double& o : a) o = std::abs(o);
    for (double& o : s) o *= o;
  }
  if (found.samples < 2) fail("averages at T = {} need at least 2 measurements, not {}", temperature, found.samples);
  const auto pointers = [](const std::vector<std::vector<double>>& series) {
    std::vector<const std::vector<double>*> result;
    for (const auto& replica : series) result.push_back(&replica);
    return result;
  };
  found.tau_energy = autocorrelation(pointers(energies));
  found.tau_order = autocorrelation(pointers(absolutes));
  found.tau_order2 = autocorrelation(pointers(squares));
  const double tau = std::max({found.tau_energy.tau, found.tau_order.tau, found.tau_order2.tau});

  const std::int64_t wanted = std::clamp(static_cast<std::int64_t>(static_cast<double>(found.samples) / (20.0 * tau)),
                                         fewest_bins, target_bins);
  const std::int64_t size = std::clamp<std::int64_t>(found.samples / wanted, 1, shortest);
  const double origin_energy = mean_of(energies), origin_order = mean_of(absolutes);
  std::vector<Bin> bins;
  Sums all{};
  for (const Series& series : replicas) {
    if (series.size() == 0) continue;
    const std::size_t n = series.size(), n_bins = n / static_cast<std::size_t>(size);
    for (std::size_t b = 0; b < n_bins; ++b) {
      Bin& bin = bins.emplace_back();
      for (std::size_t i = b * n / n_bins; i < (b + 1) * n / n_bins; ++i) {
        const double e = series.energy[i] - origin_energy, o = series.order[i], o2 = o * o;
        const double a = std::abs(o) - origin_order;
        const Sums values = {e, e * e, series.magnetization[i], a, a * a, o2, o2 * o2};
        for (std::size_t q = 0; q < values.size(); ++q) bin.sums[q] += values[q];
        bin.n += 1.0;
      }
      for (std::size_t q = 0; q < all.size(); ++q) all[q] += bin.sums[q];
    }
  }
  found.bins = static_cast<std::int64_t>(bins.size());
  found.bin_size = size;
  found.reliable = found.tau_energy.reliable && found.tau_order.reliable && found.tau_order2.reliable &&
                   static_cast<double>(size) >= 6.0 * tau && found.bins >= fewest_bins;

  const auto n_samples = static_cast<double>(found.samples), n_bins = static_cast<double>(bins.size());
  const auto evaluate = [&](const Sums& sums, double n) {
    return results(sums, n, origin_energy, origin_order, temperature, static_cast<double>(n_spins));
  };
  const Results full = evaluate(all, n_samples);
  std::vector<Results> without;
  if (bins.size() > 1)
    for (const Bin& bin : bins) {
      Sums rest = all;
      for (std::size_t q = 0; q < rest.size(); ++q) rest[q] -= bin.sums[q];
      without.push_back(evaluate(rest, n_samples - bin.n));
    }
  Estimate* const targets[] = {
      &found.energy, &found.magnetization, &found.order,          &found.order2,
      &found.order4, &found.specific_heat, &found.susceptibility, &found.susceptibility_disordered,
      &found.binder};
  for (std::size_t q = 0; q < full.size(); ++q) {
    double mean = 0.0, squared = 0.0;
    for (const Results& result : without) mean += result[q] / n_bins;
    for (const Results& result : without) squared += (result[q] - mean) * (result[q] - mean);
    const bool linear = q < 5;
    targets[q]->value = linear || without.empty() ? full[q] : n_bins * full[q] - (n_bins - 1.0) * mean;
    targets[q]->error = std::sqrt((n_bins - 1.0) / n_bins * squared);
  }
  return found;
}

}  // namespace spinel
