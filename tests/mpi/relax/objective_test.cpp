#include "relax/objective.hpp"

#include "relax_support.hpp"

namespace spinel {
namespace {

using namespace testing_support;

const Structure& triclinic_crystal() {
  Mat3 cell;
  cell << 2.4, 0.1, 0.0, 1.1, 2.3, 0.2, -0.4, 0.6, 2.8;
  static const Structure crystal = random_structure(cell, {true, true, true}, 10, 0.9, 11);
  return crystal;
}

// A reproducible vector of variables by global index, whatever rank holds it.
Variables variables(const RelaxationObjective& objective, std::int64_t first_atom, double amount, std::uint64_t seed) {
  const Random random(seed, RandomPurpose::test);
  Variables x(objective.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = amount * (random.uniform4(0, 3 * static_cast<std::uint64_t>(first_atom) + i)[0] - 0.5);
  return x;
}

struct Freedom {
  CellFreedom cell;
  std::array<bool, 3> fixed_axes;
};

TEST(RelaxationObjective, GradientIsTheDerivativeOfTheEnthalpy) {
  for (const bool constrained : {false, true})
    for (const Freedom& freedom : std::vector<Freedom>{{CellFreedom::fixed, {}},
                                                       {CellFreedom::full, {}},
                                                       {CellFreedom::isotropic, {}},
                                                       {CellFreedom::fixed_volume, {}},
                                                       {CellFreedom::full, {false, true, false}},
                                                       {CellFreedom::fixed_volume, {true, false, false}}}) {
      Structure s = triclinic_crystal();
      if (constrained) {
        s.fixed.assign(s.size(), 0);
        s.fixed[2] = 7;
        s.fixed[5] = 2;
      }
      RelaxationSettings settings = tight("lbfgs", freedom.cell);
      settings.fixed_axes = freedom.fixed_axes;
      settings.pressure = 1.7;
      settings.minimum_distance = 0.0;
      Timers timers;
      auto field = make_force_field(s, lennard_jones(s, 2.2), timers);
      RelaxationObjective objective(field, settings);
      const IdBlocks blocks(field.communicator(), 10);
      const Variables x = variables(objective, blocks.first(), 0.1, 5);
      Variables gradient, unused;
      ASSERT_TRUE(objective.compute(x, gradient).physical());
      for (std::uint64_t seed = 0; seed < 4; ++seed) {
        const Variables direction = variables(objective, blocks.first(), 1.0, 20 + seed);
        const double h = 1e-5;
        const auto shifted = [&](double by) {
          Variables there = x;
          for (std::size_t i = 0; i < there.size(); ++i) there[i] += by * direction[i];
          return objective.compute(there, unused).enthalpy;
        };
        const double expected = (shifted(h) - shifted(-h)) / (2.0 * h);
        EXPECT_NEAR(objective.dot(gradient, direction), expected, 1e-7 * std::max(10.0, std::abs(expected)));
      }
    }
}

TEST(RelaxationObjective, GradientOfAStructureKeptSymmetric) {
  // Two atoms that an inversion exchanges, one on its center, in a cell of no other symmetry.
  Structure s;
  s.cell = (Mat3() << 2.0, 0.1, 0.3, -0.2, 1.9, 0.2, 0.3, 0.1, 2.2).finished();
  s.species = {{"Ar", 18, 39.95}};
  s.type = {0, 0, 0};
  for (const Vec3& f : {Vec3(0.0, 0.0, 0.0), Vec3(0.52, 0.49, 0.55), Vec3(0.48, 0.51, 0.45)})
    s.position.push_back(s.cell.transpose() * f);
  s.position[2] += Vec3(0.004, -0.003, 0.002);  // symmetric within a tolerance only
  s.position[1] += s.cell.row(1).transpose();   // and in another cell
  RelaxationSettings settings = tight("lbfgs", CellFreedom::full);
  settings.minimum_distance = 0.0;
  settings.symmetry = {{Mat3::Identity(), Vec3::Zero(), {0, 1, 2}}, {-Mat3::Identity(), Vec3::Zero(), {0, 2, 1}}};
  Timers timers;
  auto field = make_force_field(s, lennard_jones(s, 2.2), timers);
  RelaxationObjective objective(field, settings);
  const IdBlocks blocks(field.communicator(), 3);
  const Variables x = variables(objective, blocks.first(), 0.05, 5),
                  direction = variables(objective, blocks.first(), 1.0, 6);
  Variables gradient, unused;
  objective.compute(x, gradient);
  const auto shifted = [&](double by) {
    Variables there = x;
    for (std::size_t i = 0; i < there.size(); ++i) there[i] += by * direction[i];
    return objective.compute(there, unused).enthalpy;
  };
  const double expected = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
  EXPECT_NEAR(objective.dot(gradient, direction), expected, 1e-7 * std::max(10.0, std::abs(expected)));
  // The atoms sit symmetrically to rounding.
  const Structure now = gather_structure(field.atoms(), field.communicator(), true);
  if (field.communicator().is_root()) {
    Vec3 sum = s.cell.inverse().transpose() * Vec3::Zero();
    sum = now.cell.inverse().transpose() * (now.position[1] + now.position[2] - 2.0 * now.position[0]);
    for (int k = 0; k < 3; ++k) EXPECT_NEAR(sum[k], std::round(sum[k]), 1e-13);
  }
}

TEST(RelaxationObjective, LongestMoveIsThatOfAnAtomOrOfTheStrain) {
  const Structure s = triclinic_crystal();
  Timers timers;
  auto field = make_force_field(s, lennard_jones(s, 2.2), timers);
  const RelaxationSettings settings = tight("lbfgs", CellFreedom::isotropic);
  const RelaxationObjective objective(field, settings);
  const IdBlocks blocks(field.communicator(), 10);
  Variables step(objective.size(), 0.0);
  if (blocks.first() <= 7 && 7 < blocks.first() + static_cast<std::int64_t>(blocks.size())) {
    step[3 * static_cast<std::size_t>(7 - blocks.first())] = 3.0;
    step[3 * static_cast<std::size_t>(7 - blocks.first()) + 2] = -4.0;
  }
  EXPECT_DOUBLE_EQ(objective.longest_move(step), 5.0);
  std::fill(step.begin(), step.end(), 0.0);
  if (step.size() > 3 * blocks.size()) step.back() = 6.0;
  // One strain unit is 0.7 · √N · (V/N)^⅓, and the isotropic basis has 1/√3 on its diagonal.
  EXPECT_NEAR(objective.longest_move(step), 6.0 / (0.7 * std::sqrt(10.0 * 3.0)), 1e-12);
}

}  // namespace
}  // namespace spinel
