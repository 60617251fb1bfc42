#include "potential/lennard_jones.hpp"

#include <gtest/gtest.h>

#include "../force_fields.hpp"

namespace spinel {
namespace {

using testing_support::Case;
using testing_support::in_id_order;
using testing_support::make_force_field;

PotentialParameters reduced(const std::string& truncation = "plain") {
  PotentialParameters p;
  p.style = "lennard_jones";
  p.epsilon = {1.0};
  p.sigma = {1.0};
  p.cutoff = {2.5};
  p.truncation = truncation;
  return p;
}

PotentialParameters two_species(const std::string& truncation = "plain") {
  PotentialParameters p = reduced(truncation);
  p.pairs = {"Ar-Ar", "Kr-Kr"};
  p.epsilon = {1.0, 1.4};
  p.sigma = {1.0, 1.1};
  p.cutoff = {2.2, 2.6};
  return p;
}

struct Reference {
  double energy = 0.0;
  std::array<double, 6> virial{};
  std::vector<Vec3> force;
};

/// The textbook formula over all images, in long double where sums are long; each rank sums up its share of the atoms.
Reference brute_force(const Structure& s, const PotentialParameters& p) {
  Reference result;
  result.force.assign(s.size(), Vec3::Zero());
  const auto pair_value = [&](const std::vector<double>& list, std::size_t i, std::size_t j, bool geometric) {
    if (list.size() == 1) return list[0];
    const double x = list[static_cast<std::size_t>(s.type[i])], y = list[static_cast<std::size_t>(s.type[j])];
    return geometric ? std::sqrt(x * y) : 0.5 * (x + y);
  };
  const auto world = Communicator::world();
  long double energy = 0.0L;
  testing_support::for_each_pair(
      s, *std::max_element(p.cutoff.begin(), p.cutoff.end()),
      [&](std::size_t i, std::size_t j, const Vec3& d) {
        const double eps = pair_value(p.epsilon, i, j, true), sigma = pair_value(p.sigma, i, j, false),
                     cutoff = pair_value(p.cutoff, i, j, false), r = d.norm();
        if (r >= cutoff) return;
        const auto lj = [&](double x) { return 4.0 * eps * (std::pow(sigma / x, 12) - std::pow(sigma / x, 6)); };
        const auto slope = [&](double x) {
          return 4.0 * eps * (-12.0 * std::pow(sigma / x, 12) + 6.0 * std::pow(sigma / x, 6)) / x;
        };
        double e = lj(r), de = slope(r);
        if (p.truncation == "shifted") e -= lj(cutoff);
        if (p.truncation == "smooth") {
          const double w = p.smooth_width > 0.0 ? p.smooth_width : 0.1 * cutoff,
                       q = std::max(0.0, (r - cutoff + w) / w);
          const double S = 1.0 - q * q * q * (10.0 - 15.0 * q + 6.0 * q * q),
                       dS = -30.0 * q * q * (1.0 - q) * (1.0 - q) / w;
          de = de * S + e * dS;
          e *= S;
        }
        energy += 0.5L * e;
        const Vec3 f = de / r * d;
        result.force[i] += f;
        const double v[6] = {d[0] * f[0], d[1] * f[1], d[2] * f[2], d[1] * f[2], d[0] * f[2], d[0] * f[1]};
        for (std::size_t k = 0; k < 6; ++k) result.virial[k] -= 0.5 * v[k];
      },
      static_cast<std::size_t>(world.rank()), static_cast<std::size_t>(world.size()));
  result.energy = world.sum(static_cast<double>(energy));
  world.sum(result.virial.data(), result.virial.size());
  world.sum(result.force.front().data(), 3 * result.force.size());
  return result;
}

double largest_difference(const std::vector<Vec3>& a, const std::vector<Vec3>& b) {
  double result = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) result = std::max(result, (a[i] - b[i]).cwiseAbs().maxCoeff());
  return result;
}

double scale_of(const std::vector<Vec3>& f) {
  double result = 1.0;
  for (const Vec3& x : f) result = std::max(result, x.cwiseAbs().maxCoeff());
  return result;
}

TEST(LennardJones, EqualsBruteForceInEveryCellAndTruncation) {
  for (const std::size_t n_species : {1, 2})
    for (const std::string truncation : {"plain", "shifted", "smooth"})
      for (const Case& one : testing_support::test_structures(n_species)) {
        if (n_species == 2 && one.structure.species.size() < 2) continue;
        SCOPED_TRACE(one.name + " " + truncation + " " + std::to_string(n_species));
        const auto parameters = n_species == 1 ? reduced(truncation) : two_species(truncation);
        const Reference expected = brute_force(one.structure, parameters);
        Timers timers;
        auto field =
            make_force_field(one.structure, std::make_shared<LennardJones>(parameters, one.structure.species), timers);
        const EnergyVirial found = field.update({});
        EXPECT_NEAR(found.energy, expected.energy, 1e-11 * std::max(1.0, std::abs(expected.energy)));
        const double scale = scale_of(expected.force);
        for (std::size_t k = 0; k < 6; ++k)
          EXPECT_NEAR(found.virial[k], expected.virial[k], 1e-11 * scale * static_cast<double>(one.structure.size()));
        EXPECT_LT(largest_difference(in_id_order(field, field.forces()), expected.force), 1e-11 * scale);
        // Without observation the forces are the same numbers.
        const auto observed = field.forces();
        const EnergyVirial nothing = field.update({false, false});
        EXPECT_EQ(nothing.energy, 0.0);
        EXPECT_EQ(largest_difference(observed, field.forces()), 0.0);
      }
}

TEST(LennardJones, ForcesAndVirialAreDerivativesOfTheEnergy) {
  const auto parameters = two_species("smooth");
  Structure s = testing_support::test_structures(2)[1].structure;
  const auto energy = [&](const Structure& structure) {
    Timers timers;
    auto field = make_force_field(structure, std::make_shared<LennardJones>(parameters, structure.species), timers);
    return field.update({}).energy;
  };
  Timers timers;
  auto field = make_force_field(s, std::make_shared<LennardJones>(parameters, s.species), timers);
  const EnergyVirial here = field.update({});
  const auto force = in_id_order(field, field.forces());
  const double h = 1e-5;
  for (const std::size_t atom : {0, 17, 101})
    for (int k = 0; k < 3; ++k) {
      Structure up = s, down = s;
      up.position[atom][k] += h;
      down.position[atom][k] -= h;
      const double derivative = (energy(up) - energy(down)) / (2.0 * h);
      EXPECT_NEAR(force[atom][k], -derivative, 1e-5 * std::max(1.0, std::abs(derivative)));
    }
  const int axes[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
  for (std::size_t c = 0; c < 6; ++c) {
    const auto strained = [&](double amount) {
      Mat3 strain = Mat3::Identity();
      strain(axes[c][0], axes[c][1]) += 0.5 * amount;
      strain(axes[c][1], axes[c][0]) += 0.5 * amount;
      Structure t = s;
      t.cell = s.cell * strain;
      for (Vec3& x : t.position) x = strain * x;
      return energy(t);
    };
    const double derivative = (strained(h) - strained(-h)) / (2.0 * h);
    EXPECT_NEAR(here.virial[c], -derivative, 1e-5 * std::max(10.0, std::abs(derivative)));
  }
}

TEST(LennardJones, SmoothTruncationIsContinuousUpToTheSecondDerivative) {
  Structure dimer;
  dimer.cell = 20.0 * Mat3::Identity();
  dimer.periodic = {false, false, false};
  dimer.species = {{"Ar", 18, 1.0}};
  dimer.type = {0, 0};
  dimer.position = {Vec3(10.0, 10.0, 10.0), Vec3(10.0, 10.0, 10.0)};
  PotentialParameters parameters = reduced("smooth");
  parameters.smooth_width = 0.5;
  const auto at = [&](double r) {
    dimer.position[1] = Vec3(10.0 + r, 10.0, 10.0);
    Timers timers;
    auto field = make_force_field(dimer, std::make_shared<LennardJones>(parameters, dimer.species), timers);
    const double e = field.update({}).energy;
    return std::array<double, 2>{e, in_id_order(field, field.forces())[1][0]};
  };
  const double h = 1e-4;
  for (const double r : {2.0, 2.5}) {  // both ends of the switch
    const auto low = at(r - h), high = at(r + h), low2 = at(r - 2 * h), high2 = at(r + 2 * h);
    EXPECT_NEAR(low[0], high[0], 1e-4);
    EXPECT_NEAR(low[1], high[1], 1e-3);
    const double second_low = (low[1] - low2[1]) / h, second_high = (high2[1] - high[1]) / h;
    EXPECT_NEAR(second_low, second_high, 1e-2);
  }
  EXPECT_EQ(at(2.5 + 1e-9)[0], 0.0);
}

TEST(LennardJones, SinglePrecisionIsNearDouble) {
  for (const Case& one : testing_support::test_structures(2)) {
    if (one.structure.species.size() < 2) continue;
    SCOPED_TRACE(one.name);
    auto parameters = two_species("smooth");
    const Reference expected = brute_force(one.structure, parameters);
    parameters.precision = "single";
    Timers timers;
    auto field =
        make_force_field(one.structure, std::make_shared<LennardJones>(parameters, one.structure.species), timers);
    const EnergyVirial found = field.update({});
    EXPECT_NEAR(found.energy, expected.energy, 2e-5 * std::max(10.0, std::abs(expected.energy)));
    const double difference = largest_difference(in_id_order(field, field.forces()), expected.force);
    EXPECT_LT(difference, 2e-5 * scale_of(expected.force));
    EXPECT_GT(difference, 0.0);
  }
}

TEST(LennardJones, TailCorrectionIsTheIntegralBeyondTheCutoff) {
  const Structure s = testing_support::test_structures(2)[0].structure;
  auto parameters = two_species();
  Timers timers;
  auto plain = make_force_field(s, std::make_shared<LennardJones>(parameters, s.species), timers);
  const EnergyVirial without = plain.update({});
  parameters.tail_correction = true;
  auto corrected = make_force_field(s, std::make_shared<LennardJones>(parameters, s.species), timers);
  const EnergyVirial with = corrected.update({});
  // ½ Σ_ab N_a ρ_b ∫ 4πr² E(r) dr and −⅓ of the same with r dE/dr, by Simpson's rule in t = rc/r.
  double n[2] = {0, 0}, energy = 0.0, virial = 0.0;
  for (const auto t : s.type) n[t] += 1.0;
  for (int a = 0; a < 2; ++a)
    for (int b = 0; b < 2; ++b) {
      const double eps =
          std::sqrt(parameters.epsilon[static_cast<std::size_t>(a)] * parameters.epsilon[static_cast<std::size_t>(b)]);
      const double sigma =
          0.5 * (parameters.sigma[static_cast<std::size_t>(a)] + parameters.sigma[static_cast<std::size_t>(b)]);
      const double rc =
          0.5 * (parameters.cutoff[static_cast<std::size_t>(a)] + parameters.cutoff[static_cast<std::size_t>(b)]);
      const int m = 2000;
      for (int k = 1; k <= m; ++k) {
        const double t = static_cast<double>(k) / m, r = rc / t,
                     weight = (k == m ? 1.0 : (k % 2 == 1 ? 4.0 : 2.0)) / (3.0 * m);
        const double s6 = std::pow(sigma / r, 6), e = 4.0 * eps * (s6 * s6 - s6),
                     rde = 4.0 * eps * (-12.0 * s6 * s6 + 6.0 * s6);
        const double measure = 0.5 * n[a] * n[b] / s.volume() * 4.0 * std::acos(-1.0) * r * r * rc / (t * t) * weight;
        energy += measure * e;
        virial -= measure * rde / 3.0;
      }
    }
  EXPECT_NEAR(with.energy - without.energy, energy, 1e-8 * std::abs(energy));
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(with.virial[k] - without.virial[k], virial, 1e-8 * std::abs(virial));
  for (std::size_t k = 3; k < 6; ++k) EXPECT_EQ(with.virial[k], without.virial[k]);
}

TEST(LennardJones, MixesByTheNamedRule) {
  // Energy of a mixed dimer at its minimum r = 2^(1/6) σ is −ε.
  const std::vector<Species> species = {{"Ar", 18, 1.0}, {"Kr", 36, 1.0}};
  const double s1 = 1.0, s2 = 1.3, e1 = 1.0, e2 = 2.0;
  const struct {
    const char* rule;
    double sigma, epsilon;
  } rules[] = {{"lorentz_berthelot", 1.15, std::sqrt(2.0)},
               {"geometric", std::sqrt(1.3), std::sqrt(2.0)},
               {"sixth_power", std::pow(0.5 * (1.0 + std::pow(1.3, 6)), 1.0 / 6.0),
                2.0 * std::sqrt(2.0) * std::pow(1.3, 3) / (1.0 + std::pow(1.3, 6))}};
  for (const auto& rule : rules) {
    SCOPED_TRACE(rule.rule);
    PotentialParameters p = reduced();
    p.pairs = {"Ar-Ar", "Kr-Kr"};
    p.epsilon = {e1, e2};
    p.sigma = {s1, s2};
    p.cutoff = {5.0};
    p.mixing = rule.rule;
    Structure dimer;
    dimer.cell = 20.0 * Mat3::Identity();
    dimer.periodic = {false, false, false};
    dimer.species = species;
    dimer.type = {0, 1};
    dimer.position = {Vec3(9.0, 9.0, 9.0), Vec3(9.0, 9.0, 9.0 + std::pow(2.0, 1.0 / 6.0) * rule.sigma)};
    Timers timers;
    auto field = make_force_field(dimer, std::make_shared<LennardJones>(p, species), timers);
    EXPECT_NEAR(field.update({}).energy, -rule.epsilon, 1e-12);
    EXPECT_LT(scale_of(field.forces()) - 1.0, 1e-12);
    EXPECT_LT(largest_difference(in_id_order(field, field.forces()), {Vec3::Zero(), Vec3::Zero()}), 1e-11);
  }
}

TEST(LennardJones, RefusesWhatIsNotDefined) {
  const std::vector<Species> species = {{"Ar", 18, 1.0}, {"Kr", 36, 1.0}};
  const auto message = [&](const PotentialParameters& p) -> std::string {
    try {
      LennardJones potential(p, species);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  PotentialParameters p = reduced();
  p.pairs = {"Ar-Ar"};
  EXPECT_NE(message(p).find("Ar-Kr"), std::string::npos);
  p.pairs = {"Ar-Ne"};
  EXPECT_NE(message(p).find("'Ne'"), std::string::npos);
  p.pairs = {"ArAr"};
  EXPECT_NE(message(p).find("'A-B'"), std::string::npos);
  p = two_species();
  p.mixing = "none";
  EXPECT_NE(message(p).find("mixing = 'none'"), std::string::npos);
  p = two_species();
  p.epsilon = {1.0};
  EXPECT_NE(message(p).find("epsilon"), std::string::npos);
  p = two_species("shifted");
  p.tail_correction = true;
  EXPECT_NE(message(p).find("tail_correction"), std::string::npos);
  EXPECT_EQ(message(two_species()), "");
}

}  // namespace
}  // namespace spinel
