#include "ising/tempering.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "core/error.hpp"
#include "enumeration.hpp"
#include "ising/statistics.hpp"
#include "ising/updates/updater.hpp"

namespace spinel {
namespace {

const std::vector<double> temperatures = {1.2, 1.8, 2.4, 3.2};
constexpr std::int64_t n_walkers = 4;

/// Walkers dealt out over the ranks of `across`, each on one rank; returns the series of every temperature.
std::vector<Series> run(const Communicator& across, Tempering& tempering, int sweeps, int burn_in) {
  struct Walker {
    std::int64_t number;
    SpinLattice lattice;
    std::unique_ptr<Updater> updater;
  };
  std::vector<Walker> walkers;
  for (std::int64_t w = across.rank(); w < n_walkers; w += across.size()) {
    walkers.push_back({w, SpinLattice(Communicator::self(), 4, 4), make_metropolis()});
    walkers.back().lattice.fill_hot({2, static_cast<std::uint32_t>(w), 0});
  }
  std::vector<Series> series(temperatures.size());
  for (int s = 0; s < burn_in + sweeps; ++s) {
    std::vector<double> energies(n_walkers, 0.0), magnetizations(n_walkers, 0.0);
    for (Walker& walker : walkers) {
      const std::int64_t k = tempering.temperature_of(walker.number);
      const IsingModel model = {1.0, 0.1, temperatures[static_cast<std::size_t>(k)]};
      walker.updater->sweep(walker.lattice, model, {2, static_cast<std::uint32_t>(k), 0}, s);
      const LatticeSums sums = walker.lattice.sums();
      const auto w = static_cast<std::size_t>(walker.number);
      energies[w] = -static_cast<double>(sums.bonds) - 0.1 * static_cast<double>(sums.spins);
      magnetizations[w] = static_cast<double>(sums.spins);
    }
    across.sum(magnetizations.data(), magnetizations.size());
    std::vector<double> all = energies;
    across.sum(all.data(), all.size());
    if (s >= burn_in)
      for (std::int64_t w = 0; w < n_walkers; ++w) {
        Series& at = series[static_cast<std::size_t>(tempering.temperature_of(w))];
        at.energy.push_back(all[static_cast<std::size_t>(w)] / 16.0);
        at.magnetization.push_back(magnetizations[static_cast<std::size_t>(w)] / 16.0);
        at.order.push_back(at.magnetization.back());
      }
    tempering.exchange(across, energies);
  }
  return series;
}

TEST(TemperingTest, AgreesWithEnumerationOnAnyNumberOfRanks) {
  const Communicator world = Communicator::world();
  Tempering tempering(temperatures, {2, 0, 0});
  const int sweeps = world.size() == 1 ? 200000 : 8000;  // the same chains, but slower
  const auto series = run(world, tempering, sweeps, 500);
  for (std::size_t k = 0; k < temperatures.size(); ++k) {
    const Exact exact = enumerate({1.0, 0.1, temperatures[k]});
    const Observables found = analyze({series[k]}, temperatures[k], 16);
    EXPECT_TRUE(found.reliable);
    EXPECT_NEAR(found.energy.value, exact.energy, 4.0 * found.energy.error) << temperatures[k];
    EXPECT_NEAR(found.magnetization.value, exact.magnetization, 4.0 * found.magnetization.error) << temperatures[k];
    EXPECT_NEAR(found.order.value, exact.order, 4.0 * found.order.error) << temperatures[k];
    EXPECT_NEAR(found.specific_heat.value, exact.specific_heat, 4.0 * found.specific_heat.error) << temperatures[k];
    EXPECT_NEAR(found.binder.value, exact.binder, 4.0 * found.binder.error) << temperatures[k];
    EXPECT_LT(found.energy.error, sweeps > 100000 ? 0.003 : 0.02);
  }
  EXPECT_EQ(tempering.rounds(), sweeps + 500);
  for (const double rate : tempering.acceptance()) {
    EXPECT_GT(rate, 0.3);
    EXPECT_LT(rate, 0.95);
  }
  EXPECT_GT(tempering.round_trips(), sweeps / 80);
  EXPECT_LT(tempering.round_trips(), (sweeps + 500) * n_walkers / 6);

  // The same chains on one rank.
  Tempering alone(temperatures, {2, 0, 0}), shared(temperatures, {2, 0, 0});
  const auto reference = run(Communicator::self(), alone, 300, 0), split = run(world, shared, 300, 0);
  for (std::size_t k = 0; k < temperatures.size(); ++k) {
    EXPECT_EQ(split[k].energy, reference[k].energy);
    EXPECT_EQ(split[k].magnetization, reference[k].magnetization);
  }
  EXPECT_EQ(shared.save(), alone.save());
}

/// The acceptance of one pair with fixed energies, and what a round trip is.
TEST(TemperingTest, AcceptsWithItsProbability) {
  Tempering tempering({1.0, 2.0}, {5, 0, 3});
  const double difference = -1.2, p = std::exp(0.5 * difference);  // (1/1 − 1/2) (E_cold − E_hot)
  constexpr int n = 40000;
  int cold_is_low = 0;
  for (int round = 0; round < 2 * n; ++round) {
    // Whoever is cold has the lower energy: an exchange is uphill every time.
    std::vector<double> energies(2, 0.0);
    energies[static_cast<std::size_t>(tempering.walker_at(0))] = difference;
    tempering.exchange(energies);
    cold_is_low += tempering.temperature_of(0) == 0;
    EXPECT_EQ(tempering.temperature_of(tempering.walker_at(1)), 1);
  }
  // Every other round has no pair to try.
  const double rate = tempering.acceptance()[0];
  EXPECT_NEAR(rate, p, 4.0 * std::sqrt(p * (1.0 - p) / n));
  // Two exchanges make a round trip of each walker.
  EXPECT_NEAR(static_cast<double>(tempering.round_trips()), rate * n, 2.0);
  EXPECT_NEAR(cold_is_low / (2.0 * n), 0.5, 0.05);

  Tempering downhill({1.0, 2.0}, {5, 0, 3});
  for (int round = 0; round < 10; ++round) {
    std::vector<double> energies(2, 0.0);
    energies[static_cast<std::size_t>(downhill.walker_at(0))] = 1.0;
    downhill.exchange(energies);
  }
  EXPECT_EQ(downhill.acceptance()[0], 1.0);
}

TEST(TemperingTest, ContinuesFromASavedState) {
  const std::vector<double> energies = {-3.0, -2.5, -2.0, -1.0};
  Tempering straight(temperatures, {7, 0, 1}), again(temperatures, {7, 0, 1});
  for (int round = 0; round < 100; ++round) straight.exchange(energies);
  for (int round = 0; round < 37; ++round) again.exchange(energies);
  Tempering restored(temperatures, {7, 0, 1});
  restored.load(again.save());
  for (int round = 37; round < 100; ++round) restored.exchange(energies);
  EXPECT_EQ(restored.save(), straight.save());
  for (std::int64_t w = 0; w < n_walkers; ++w) EXPECT_EQ(restored.temperature_of(w), straight.temperature_of(w));
  EXPECT_THROW(restored.load({1, 2, 3}), Error);
  auto damaged = straight.save();
  damaged[2] = damaged[3];
  EXPECT_THROW(restored.load(damaged), Error);
}

TEST(TemperingTest, RefusesUnorderedTemperatures) {
  EXPECT_THROW(Tempering({2.0, 1.0}, {}), InputError);
  EXPECT_THROW(Tempering({1.0, 1.0}, {}), InputError);
  EXPECT_THROW(Tempering(std::vector<double>(), {}), InputError);
  EXPECT_THROW(Tempering({1.0, 2.0}, {}).exchange({1.0}), Error);
  Tempering single({1.0}, {});
  single.exchange({1.0});
  EXPECT_EQ(single.round_trips(), 0);
  EXPECT_TRUE(single.acceptance().empty());
}

}  // namespace
}  // namespace spinel
