#pragma once

#include <gtest/gtest.h>

#include "force_fields.hpp"
#include "potential/committee.hpp"

namespace spinel::testing_support {

/// What one potential predicts for a structure.
struct Answer {
  EnergyVirial sums;
  std::vector<Vec3> force;
};

inline Answer ask(const Structure& s, const std::shared_ptr<Potential>& potential) {
  Timers timers;
  auto field = make_force_field(s, potential, timers);
  Answer answer;
  answer.sums = field.update({});
  answer.force = in_id_order(field, field.forces());
  return answer;
}

/// Means and spreads of a committee against those worked out from what each member predicts alone. `tolerance` is
/// relative to the largest number among them.
inline void expect_statistics_of_members(const Structure& s, const std::vector<std::shared_ptr<Potential>>& members,
                                         double tolerance) {
  const auto world = Communicator::world();
  const std::size_t n_atoms = s.size();
  const auto n = static_cast<double>(members.size());
  std::vector<Answer> answers;
  double scale = 1.0;
  for (const auto& member : members) {
    answers.push_back(ask(s, member));
    for (const Vec3& f : answers.back().force) scale = std::max(scale, f.norm());
    scale = std::max(scale, std::abs(answers.back().sums.energy) / static_cast<double>(n_atoms));
    for (const double v : answers.back().sums.virial)
      scale = std::max(scale, std::abs(v) / static_cast<double>(n_atoms));
  }
  const double of_atom = tolerance * scale, of_all = of_atom * static_cast<double>(n_atoms);

  const auto committee = std::make_shared<Committee>(members);
  Timers timers;
  auto field = make_force_field(s, committee, timers);
  committee->look_at_next();
  const EnergyVirial sums = field.update({});
  const auto force = in_id_order(field, field.forces());
  const SpreadSummary summary = summarize(committee->spread(), field.atoms(), world);
  const auto spread = gather_force_spread(committee->spread(), field.atoms(), world);

  double energy = 0.0, energy_squares = 0.0;
  for (const Answer& a : answers) energy += a.sums.energy / n;
  for (const Answer& a : answers) energy_squares += std::pow(a.sums.energy - energy, 2);
  const double energy_spread = std::sqrt(energy_squares / (n - 1.0));
  EXPECT_NEAR(sums.energy, energy, of_all);
  EXPECT_NEAR(summary.mean_energy, energy, of_all);
  EXPECT_NEAR(committee->spread().energy, energy_spread, of_all);
  EXPECT_NEAR(summary.energy, energy_spread / static_cast<double>(n_atoms), of_atom);
  for (std::size_t k = 0; k < 6; ++k) {
    double virial = 0.0;
    for (const Answer& a : answers) virial += a.sums.virial[k] / n;
    EXPECT_NEAR(sums.virial[k], virial, of_all);
  }
  EXPECT_EQ(spread.size(), world.is_root() ? n_atoms : 0U);
  double largest = 0.0, sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < n_atoms; ++i) {
    Vec3 mean = Vec3::Zero();
    for (const Answer& a : answers) mean += a.force[i] / n;
    double deviations = 0.0;
    for (const Answer& a : answers) deviations += (a.force[i] - mean).squaredNorm();
    const double expected = std::sqrt(deviations / (n - 1.0));
    EXPECT_LT((force[i] - mean).norm(), of_atom);
    if (world.is_root()) {
      EXPECT_NEAR(spread[i], expected, of_atom);
    }
    largest = std::max(largest, expected);
    sum += expected;
    squares += expected * expected;
  }
  EXPECT_NEAR(summary.force_max, largest, of_atom);
  EXPECT_NEAR(summary.force_mean, sum / static_cast<double>(n_atoms), of_atom);
  EXPECT_NEAR(summary.force_rms, std::sqrt(squares / static_cast<double>(n_atoms)), of_atom);
  if (world.is_root()) {
    EXPECT_EQ(spread[static_cast<std::size_t>(summary.worst_id)], summary.force_max);
  }

  // Without a look nothing changes, and what was not asked for is not predicted.
  Timers other;
  auto plain = make_force_field(s, std::make_shared<Committee>(members), other);
  const EnergyVirial again = plain.update({false, true});
  EXPECT_EQ(again.energy, 0.0);
  EXPECT_EQ(again.virial, sums.virial);
  EXPECT_EQ(plain.forces(), field.forces());
}

}  // namespace spinel::testing_support
