#include <gtest/gtest.h>

#include <map>

#include "domain_support.hpp"

namespace spinel::domain_test {
namespace {

// Ghosts of this rank straight from the definition: every image of every atom in the widened brick that is not owned.
std::vector<std::pair<std::int64_t, Vec3>> expected_ghosts(const System& system, double depth) {
  const LocalAtoms& atoms = system.atoms;
  const Brick brick = system.halo.decomposition().brick(Communicator::world().rank());
  const Mat3 inverse = atoms.cell.inverse();
  const Vec3 reach = depth * inverse.colwise().norm().transpose();
  std::vector<bool> owned(static_cast<std::size_t>(atoms.n_global), false);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) owned[static_cast<std::size_t>(atoms.id[i])] = true;
  std::vector<std::pair<std::int64_t, Vec3>> ghosts;
  const auto positions = all_positions(atoms);
  for (const Int3& n : all_shifts(atoms.cell, atoms.periodic, depth)) {
    for (std::size_t id = 0; id < positions.size(); ++id) {
      if (n == Int3{0, 0, 0} && owned[id]) continue;
      const Vec3 x = positions[id] + lattice_vector(atoms.cell, n);
      const Vec3 s = inverse.transpose() * x;
      bool inside = true;
      for (int k = 0; k < 3; ++k)
        inside = inside && s[k] >= brick.low[k] - reach[k] - 1e-11 && s[k] <= brick.high[k] + reach[k] + 1e-11;
      if (inside) ghosts.emplace_back(id, x);
    }
  }
  return ghosts;
}

std::vector<std::pair<std::int64_t, Vec3>> sorted(std::vector<std::pair<std::int64_t, Vec3>> list) {
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    for (int k = 0; k < 3; ++k)
      if (std::abs(a.second[k] - b.second[k]) > 1e-6) return a.second[k] < b.second[k];
    return false;
  });
  return list;
}

class HaloTest : public testing::TestWithParam<Case> {};

TEST_P(HaloTest, GhostsAreAllImagesInTheWidenedBrick) {
  const auto& [name, structure, depth] = GetParam();
  const System system = make_system(structure, depth);
  const LocalAtoms& atoms = system.atoms;
  std::vector<std::pair<std::int64_t, Vec3>> ghosts;
  for (std::size_t g = atoms.n_owned; g < atoms.n_all(); ++g) ghosts.emplace_back(atoms.id[g], atoms.position[g]);
  const auto found = sorted(ghosts), expected = sorted(expected_ghosts(system, depth));
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t g = 0; g < found.size(); ++g) {
    ASSERT_EQ(found[g].first, expected[g].first);
    ASSERT_LT((found[g].second - expected[g].second).norm(), 1e-11);
  }
  for (std::size_t g = atoms.n_owned; g < atoms.n_all(); ++g)
    ASSERT_EQ(atoms.type[g], structure.type[static_cast<std::size_t>(atoms.id[g])]);
}

TEST_P(HaloTest, EveryNeighborWithinDepthIsThere) {
  const auto& [name, structure, depth] = GetParam();
  for (const bool balanced : {false, true}) {
    const System system = make_system(structure, depth, balanced);
    const LocalAtoms& atoms = system.atoms;
    const auto positions = all_positions(atoms);
    const auto shifts = all_shifts(atoms.cell, atoms.periodic, depth);
    // Strictly inside, so that rounding does not decide.
    const double range = depth * (1.0 - 1e-9);
    for (std::size_t i = 0; i < atoms.n_owned; ++i) {
      std::map<std::int64_t, int> expected, found;
      for (const Int3& n : shifts) {
        const Vec3 origin = atoms.position[i] - lattice_vector(atoms.cell, n);
        for (std::size_t id = 0; id < positions.size(); ++id) {
          if (n == Int3{0, 0, 0} && static_cast<std::int64_t>(id) == atoms.id[i]) continue;
          if ((positions[id] - origin).norm() < range) ++expected[static_cast<std::int64_t>(id)];
        }
      }
      for (std::size_t j = 0; j < atoms.n_all(); ++j)
        if (j != i && (atoms.position[j] - atoms.position[i]).norm() < range) ++found[atoms.id[j]];
      ASSERT_EQ(found, expected) << "atom " << atoms.id[i];
    }
  }
}

TEST_P(HaloTest, ForwardCopiesRowsOfOwnersToGhosts) {
  const auto& [name, structure, depth] = GetParam();
  System system = make_system(structure, depth);
  const LocalAtoms& atoms = system.atoms;
  const auto check = [&](auto zero, int width) {
    using T = decltype(zero);
    std::vector<T> rows(atoms.n_all() * static_cast<std::size_t>(width), T(-1));
    for (std::size_t i = 0; i < atoms.n_owned; ++i)
      for (int c = 0; c < width; ++c)
        rows[i * static_cast<std::size_t>(width) + static_cast<std::size_t>(c)] = static_cast<T>(atoms.id[i] * 7 + c);
    system.halo.forward(rows.data(), width);
    for (std::size_t i = 0; i < atoms.n_all(); ++i)
      for (int c = 0; c < width; ++c)
        ASSERT_EQ(rows[i * static_cast<std::size_t>(width) + static_cast<std::size_t>(c)],
                  static_cast<T>(atoms.id[i] * 7 + c));
  };
  check(0.0, 1);
  check(0.0, 3);
  check(0.0F, 16);
  check(std::int32_t{0}, 1);
  check(std::int64_t{0}, 2);
}

TEST_P(HaloTest, ReverseAddIsTheAdjointOfForward) {
  const auto& [name, structure, depth] = GetParam();
  System system = make_system(structure, depth);
  const auto world = Communicator::world();
  const std::size_t n_owned = system.atoms.n_owned, n_all = system.atoms.n_all(), width = 5;
  const Random random(77, RandomPurpose::test);
  // Small whole numbers: sums are exact in doubles whatever their order.
  const auto whole = [&](std::uint64_t step, std::size_t i) {
    return std::floor(41.0 * random.uniform4(step, static_cast<std::uint64_t>(world.rank()) << 32 | i)[0]) - 20.0;
  };
  std::vector<double> x(n_all * width, 0.0), y(n_all * width);
  for (std::size_t i = 0; i < n_owned * width; ++i) x[i] = whole(1, i);
  for (std::size_t i = 0; i < n_all * width; ++i) y[i] = whole(2, i);
  const std::vector<double> y_before = y;
  system.halo.forward(x.data(), static_cast<int>(width));
  double forward_product = 0.0, reverse_product = 0.0;
  for (std::size_t i = 0; i < n_all * width; ++i) forward_product += x[i] * y[i];
  system.halo.reverse_add(y.data(), static_cast<int>(width));
  for (std::size_t i = 0; i < n_owned * width; ++i) reverse_product += x[i] * y[i];
  EXPECT_EQ(world.sum(forward_product), world.sum(reverse_product));
  for (std::size_t i = n_owned * width; i < n_all * width; ++i) ASSERT_EQ(y[i], y_before[i]);
  // Each ghost once: adding 1 from every ghost counts them all.
  std::vector<float> ones(n_all, 1.0F);
  std::fill(ones.begin(), ones.begin() + static_cast<std::ptrdiff_t>(n_owned), 0.0F);
  system.halo.reverse_add(ones.data(), 1);
  double counted = 0.0;
  for (std::size_t i = 0; i < n_owned; ++i) counted += ones[i];
  EXPECT_EQ(world.sum(counted), static_cast<double>(world.sum(static_cast<std::int64_t>(n_all - n_owned))));
}

TEST_P(HaloTest, ForwardPositionsEqualsExchangeToTheBit) {
  const auto& [name, structure, depth] = GetParam();
  System system = make_system(structure, depth);
  const std::vector<Vec3> before = system.atoms.position;
  for (std::size_t g = system.atoms.n_owned; g < before.size(); ++g) system.atoms.position[g].setConstant(1e9);
  system.halo.forward_positions(system.atoms);
  ASSERT_EQ(system.atoms.position, before);
}

TEST_P(HaloTest, GhostsFollowAtomsAndCell) {
  const auto& [name, structure, depth] = GetParam();
  System system = make_system(structure, depth);
  LocalAtoms& atoms = system.atoms;
  const auto old_positions = all_positions(atoms);
  const std::vector<Vec3> old_ghosts = atoms.position;
  const Mat3 old_cell = atoms.cell;
  Mat3 strain;
  strain << 1.01, 0.02, 0.0, 0.02, 0.98, -0.01, 0.0, -0.01, 1.03;
  const Random random(5, RandomPurpose::test);
  atoms.cell = atoms.cell * strain;
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    atoms.position[i] = strain * atoms.position[i] + 0.1 * random.normal3(3, static_cast<std::uint64_t>(atoms.id[i]));
  system.halo.forward_positions(atoms);
  const auto positions = all_positions(atoms);
  for (std::size_t g = atoms.n_owned; g < atoms.n_all(); ++g) {
    const auto id = static_cast<std::size_t>(atoms.id[g]);
    const Vec3 n = old_cell.inverse().transpose() * (old_ghosts[g] - old_positions[id]);
    const Vec3 whole = n.array().round();
    ASSERT_LT((n - whole).norm(), 1e-9);
    ASSERT_LT((atoms.position[g] - positions[id] - atoms.cell.transpose() * whole).norm(), 1e-10);
  }
}

TEST_P(HaloTest, TwoRunsAreTheSameToTheBit) {
  const auto& [name, structure, depth] = GetParam();
  const System first = make_system(structure, depth, true), second = make_system(structure, depth, true);
  EXPECT_EQ(first.atoms.id, second.atoms.id);
  EXPECT_EQ(first.atoms.position, second.atoms.position);
  EXPECT_EQ(first.atoms.velocity, second.atoms.velocity);
  EXPECT_EQ(first.halo.decomposition().cuts(), second.halo.decomposition().cuts());
}

INSTANTIATE_TEST_SUITE_P(Cells, HaloTest, testing::ValuesIn(cases()), [](const auto& instance) {
  std::string name = instance.param.name;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

TEST(Halo, ExchangeAgainFromBuildPositionsGivesTheSameGhosts) {
  System system = make_system(random_atoms(cubic(14.0), {true, true, true}, 500, 21), 2.5, true);
  LocalAtoms& atoms = system.atoms;
  const std::vector<Vec3> position = atoms.position;
  const std::vector<std::int64_t> id = atoms.id;
  atoms.position = atoms.build_position;
  system.halo.exchange(atoms, 2.5);
  EXPECT_EQ(atoms.position, position);
  EXPECT_EQ(atoms.id, id);
}

TEST(Halo, AtomsThatDriftedBetweenBuildsKeepTheirNeighbors) {
  // Within half a skin of movement the ghosts of the last exchange hold every neighbor within the cutoff.
  const double cutoff = 2.0, skin = 0.6;
  System system = make_system(random_atoms(strongly_skewed(), {true, true, true}, 300, 22), cutoff + skin);
  LocalAtoms& atoms = system.atoms;
  const Random random(6, RandomPurpose::test);
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    atoms.position[i] += 0.499 * skin * random.normal3(4, static_cast<std::uint64_t>(atoms.id[i])).normalized();
  system.halo.forward_positions(atoms);
  const auto positions = all_positions(atoms);
  const auto shifts = all_shifts(atoms.cell, atoms.periodic, cutoff);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    int expected = 0, found = 0;
    for (const Int3& n : shifts)
      for (const Vec3& x : positions)
        if ((x + lattice_vector(atoms.cell, n) - atoms.position[i]).norm() < cutoff) ++expected;
    for (std::size_t j = 0; j < atoms.n_all(); ++j)
      if ((atoms.position[j] - atoms.position[i]).norm() < cutoff) ++found;
    ASSERT_EQ(found, expected);
  }
}

TEST(Halo, RefusesWhatItCannotDo) {
  System system = make_system(random_atoms(cubic(10.0), {true, true, true}, 40, 23), 2.0);
  EXPECT_THROW(system.halo.exchange(system.atoms, -1.0), Error);
  EXPECT_THROW(system.halo.exchange(system.atoms, std::nan("")), Error);
  EXPECT_THROW(system.halo.migrate(system.atoms, 0.0), Error);
  const auto world = Communicator::world();
  EXPECT_THROW(Halo(world, Decomposition(world.size() + 1, cubic(1.0), {true, true, true})), Error);
}

}  // namespace
}  // namespace spinel::domain_test
