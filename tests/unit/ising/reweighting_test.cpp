#include "ising/reweighting.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "core/error.hpp"

namespace spinel {
namespace {

/// The states of an L × L lattice by energy and magnetization, counted by enumeration.
class States {
 public:
  explicit States(int l) : n_(l * l) {
    std::map<std::pair<int, int>, double> count;
    for (unsigned state = 0; state < 1U << n_; ++state) {
      int bonds = 0, sum = 0;
      for (int y = 0; y < l; ++y)
        for (int x = 0; x < l; ++x) {
          const auto spin = [&](int u, int v) { return (state >> (u % l + l * (v % l)) & 1) != 0 ? 1 : -1; };
          bonds += spin(x, y) * (spin(x + 1, y) + spin(x, y + 1));
          sum += spin(x, y);
        }
      count[{-bonds, sum}] += 1.0;
    }
    for (const auto& [where, number] : count) states_.push_back({1.0 * where.first, 1.0 * where.second, number});
  }

  int n() const { return n_; }

  Series sample(double temperature, std::size_t n_samples, std::mt19937_64& engine) const {
    std::vector<double> weights;
    for (const State& state : states_) weights.push_back(weight(state, temperature));
    std::discrete_distribution<std::size_t> pick(weights.begin(), weights.end());
    Series series;
    for (std::size_t i = 0; i < n_samples; ++i) {
      const State& state = states_[pick(engine)];
      series.energy.push_back(state.energy / n_);
      series.magnetization.push_back(state.sum / n_);
      series.order.push_back(state.sum / n_);
    }
    return series;
  }

  ReweightedPoint exact(double temperature) const {
    double z = 0.0, e = 0.0, e2 = 0.0, o = 0.0, o2 = 0.0, o4 = 0.0;
    for (const State& state : states_) {
      const double w = weight(state, temperature), m = std::abs(state.sum / n_);
      z += w;
      e += w * state.energy;
      e2 += w * state.energy * state.energy;
      o += w * m;
      o2 += w * m * m;
      o4 += w * m * m * m * m;
    }
    ReweightedPoint point;
    point.energy.value = e / z / n_;
    point.order.value = o / z;
    point.order2.value = o2 / z;
    point.specific_heat.value = (e2 / z - e / z * e / z) / (n_ * temperature * temperature);
    point.susceptibility.value = n_ * (o2 / z - o / z * o / z) / temperature;
    point.susceptibility_disordered.value = n_ * o2 / z / temperature;
    point.binder.value = 1.0 - o4 / z / (3.0 * o2 / z * o2 / z);
    return point;
  }

 private:
  struct State {
    double energy, sum, number;
  };
  double weight(const State& state, double temperature) const {
    return state.number * std::exp(-(state.energy + 2.0 * n_) / temperature);
  }

  int n_;
  std::vector<State> states_;
};

const std::vector<Estimate ReweightedPoint::*> quantities = {
    &ReweightedPoint::energy,        &ReweightedPoint::order,          &ReweightedPoint::order2,
    &ReweightedPoint::specific_heat, &ReweightedPoint::susceptibility, &ReweightedPoint::susceptibility_disordered,
    &ReweightedPoint::binder};

std::vector<std::vector<Series>> sample(const States& states, const std::vector<double>& temperatures, std::size_t n,
                                        std::mt19937_64& engine) {
  std::vector<std::vector<Series>> all;
  for (const double t : temperatures) all.push_back({states.sample(t, n, engine), states.sample(t, n / 2, engine)});
  return all;
}

TEST(Reweighting, AgreesWithTheExactDensityOfStates) {
  const States states(4);
  std::mt19937_64 engine(3);
  const std::vector<double> temperatures = {1.6, 2.0, 2.5, 3.2};
  constexpr int n_runs = 40;
  for (const double t : {1.6, 1.8, 2.27, 2.9}) {
    const ReweightedPoint exact = states.exact(t);
    std::vector<double> deviations(quantities.size()), errors(quantities.size());
    for (int run = 0; run < n_runs; ++run) {
      const Reweighting reweighting(temperatures, sample(states, temperatures, 4000, engine), states.n());
      const ReweightedPoint found = reweighting.at(t);
      EXPECT_GT(found.effective_samples, 2000.0);
      EXPECT_LT(found.effective_samples, 24000.1);
      for (std::size_t q = 0; q < quantities.size(); ++q) {
        const Estimate &a = found.*quantities[q], &b = exact.*quantities[q];
        EXPECT_NEAR(a.value, b.value, 4.5 * a.error) << t << " " << q;
        deviations[q] += std::pow(a.value - b.value, 2) / n_runs;
        errors[q] += a.error * a.error / n_runs;
      }
    }
    // 40 runs determine the size of an error to 11 %.
    for (std::size_t q = 0; q < quantities.size(); ++q)
      EXPECT_NEAR(std::sqrt(deviations[q] / errors[q]), 1.0, 0.4) << t << " " << q;
  }
}

/// All data together are worth more than those of the nearest temperature alone.
TEST(Reweighting, UsesTheDataOfAllTemperatures) {
  const States states(4);
  std::mt19937_64 engine(4);
  const std::vector<double> temperatures = {2.1, 2.2, 2.3, 2.4, 2.5};
  const auto series = sample(states, temperatures, 20000, engine);
  const ReweightedPoint joint = Reweighting(temperatures, series, states.n()).at(2.3);
  const Observables alone = analyze(series[2], 2.3, states.n());
  EXPECT_LT(joint.energy.error, 0.65 * alone.energy.error);
  EXPECT_NEAR(joint.energy.value, states.exact(2.3).energy.value, 4.0 * joint.energy.error);
}

TEST(Reweighting, OneTemperatureGivesPlainAverages) {
  const States states(3);
  std::mt19937_64 engine(5);
  const auto series = sample(states, {2.0}, 1000, engine);
  const ReweightedPoint point = Reweighting({2.0}, series, states.n()).at(2.0);
  const Observables plain = analyze(series[0], 2.0, states.n());
  EXPECT_NEAR(point.energy.value, plain.energy.value, 1e-12);
  EXPECT_NEAR(point.order2.value, plain.order2.value, 1e-12);
  EXPECT_NEAR(point.effective_samples, 1500.0, 1e-6);
}

TEST(Reweighting, FindsTheCrossingOfBinderCumulants) {
  const States small(3), large(4);
  // Where the exact cumulants cross, by bisection.
  double low = 1.5, high = 3.0;
  const auto difference = [&](double t) { return small.exact(t).binder.value - large.exact(t).binder.value; };
  ASSERT_LT(difference(low), 0.0);
  ASSERT_GT(difference(high), 0.0);
  while (high - low > 1e-10) (difference(0.5 * (low + high)) < 0.0 ? low : high) = 0.5 * (low + high);
  std::mt19937_64 engine(6);
  const std::vector<double> temperatures = {1.5, 1.8, 2.1, 2.4, 2.7, 3.0};
  double deviation = 0.0, variance = 0.0;
  constexpr int n_runs = 20;
  for (int run = 0; run < n_runs; ++run) {
    const Reweighting a(temperatures, sample(small, temperatures, 20000, engine), small.n());
    const Reweighting b(temperatures, sample(large, temperatures, 20000, engine), large.n());
    const BinderCrossing crossing = binder_crossing(a, b);
    ASSERT_TRUE(crossing.found);
    EXPECT_NEAR(crossing.temperature.value, low, 4.5 * crossing.temperature.error);
    EXPECT_NEAR(crossing.binder.value, small.exact(low).binder.value, 4.5 * crossing.binder.error);
    EXPECT_NEAR(a.binder(crossing.temperature.value), b.binder(crossing.temperature.value), 1e-8);
    deviation += std::pow(crossing.temperature.value - low, 2) / n_runs;
    variance += std::pow(crossing.temperature.error, 2) / n_runs;
    EXPECT_FALSE(binder_crossing(b, a).found);
  }
  EXPECT_NEAR(std::sqrt(deviation / variance), 1.0, 0.4);
}

TEST(Reweighting, RefusesWhatCannotBeJoined) {
  const States states(4);
  std::mt19937_64 engine(7);
  const auto series = sample(states, {0.5, 8.0}, 1000, engine);
  try {
    Reweighting({0.5, 8.0}, series, states.n());
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("0.5"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("overlap"), std::string::npos);
  }
  EXPECT_THROW(Reweighting({8.0, 0.5}, {series[1], series[0]}, 16), Error);
  EXPECT_THROW(Reweighting({2.0}, sample(states, {2.0}, 20, engine), 16), Error);
  EXPECT_THROW(Reweighting({2.0}, {{}}, 16), Error);
  const Reweighting good({2.0, 2.2}, sample(states, {2.0, 2.2}, 1000, engine), 16);
  EXPECT_THROW(good.at(1.9), Error);
  EXPECT_THROW(good.at(2.3), Error);
}

/// In a field the energies are no multiples of anything.
TEST(Reweighting, ManyEnergyLevels) {
  std::mt19937_64 engine(8);
  std::normal_distribution<double> normal;
  // Gaussian density of states: at temperature T the energy is normal with mean −σ²/T and variance σ².
  constexpr double n_spins = 10000.0, sigma = 100.0;
  const std::vector<double> temperatures = {2.0, 2.04, 2.08, 2.12};
  std::vector<std::vector<Series>> series;
  for (const double t : temperatures) {
    Series& one = series.emplace_back(1)[0];
    for (int i = 0; i < 50000; ++i) {
      one.energy.push_back((-sigma * sigma / t + sigma * normal(engine)) / n_spins);
      one.order.push_back(0.5);
      one.magnetization.push_back(0.5);
    }
  }
  const Reweighting reweighting(temperatures, series, static_cast<std::int64_t>(n_spins));
  const ReweightedPoint point = reweighting.at(2.06);
  EXPECT_NEAR(point.energy.value, -sigma * sigma / 2.06 / n_spins, 4.0 * point.energy.error);
  EXPECT_LT(point.energy.error, 1e-4);
  EXPECT_NEAR(point.specific_heat.value, sigma * sigma / (n_spins * 2.06 * 2.06), 4.0 * point.specific_heat.error);
  EXPECT_NEAR(point.order.value, 0.5, 1e-12);
}

}  // namespace
}  // namespace spinel
