#include <gtest/gtest.h>

#include <set>

#include "domain/spatial_order.hpp"
#include "domain_support.hpp"

namespace spinel::domain_test {
namespace {

// Each atom carries its id in every array, so a row that is mixed up shows.
void mark(LocalAtoms& atoms) {
  atoms.columns = {{"origin", 3, {}}, {"charge", 1, {}}, {"nothing", 0, {}}};
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    const auto id = static_cast<double>(atoms.id[i]);
    atoms.velocity[i] = Vec3(id, id + 0.25, id + 0.5);
    atoms.fixed[i] = static_cast<std::uint8_t>(atoms.id[i] % 8);
    atoms.type[i] = static_cast<std::int32_t>(atoms.id[i] % 2);
    for (double c : {1.0, 2.0, 3.0}) atoms.columns[0].values.push_back(id * c);
    atoms.columns[1].values.push_back(-id);
  }
}

void expect_marks(const LocalAtoms& atoms) {
  ASSERT_EQ(atoms.position.size(), atoms.n_owned);
  ASSERT_EQ(atoms.velocity.size(), atoms.n_owned);
  ASSERT_EQ(atoms.columns[0].values.size(), 3 * atoms.n_owned);
  ASSERT_EQ(atoms.columns[1].values.size(), atoms.n_owned);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    const auto id = static_cast<double>(atoms.id[i]);
    ASSERT_EQ(atoms.velocity[i], Vec3(id, id + 0.25, id + 0.5));
    ASSERT_EQ(atoms.fixed[i], atoms.id[i] % 8);
    ASSERT_EQ(atoms.type[i], atoms.id[i] % 2);
    for (std::size_t c = 0; c < 3; ++c) ASSERT_EQ(atoms.columns[0].values[3 * i + c], id * static_cast<double>(c + 1));
    ASSERT_EQ(atoms.columns[1].values[i], -id);
  }
}

class MigrateTest : public testing::TestWithParam<Case> {};

TEST_P(MigrateTest, KeepsEverythingOverManyCellLengths) {
  const auto& [name, structure, depth] = GetParam();
  const auto world = Communicator::world();
  System system = make_system(structure, depth);
  LocalAtoms& atoms = system.atoms;
  mark(atoms);
  const Random random(31, RandomPurpose::test);
  for (std::uint64_t round = 0; round < 4; ++round) {
    const double scale = round == 0 ? 0.5 : 25.0 * static_cast<double>(round);
    for (std::size_t i = 0; i < atoms.n_owned; ++i)
      atoms.position[i] += scale * random.normal3(round, static_cast<std::uint64_t>(atoms.id[i]));
    const auto before = all_positions(atoms, true);
    system.halo.migrate(atoms, 2.0);
    const auto after = all_positions(atoms, true);
    for (std::size_t i = 0; i < before.size(); ++i) ASSERT_LT((after[i] - before[i]).norm(), 1e-10);
    expect_marks(atoms);

    ASSERT_EQ(world.sum(static_cast<std::int64_t>(atoms.n_owned)), atoms.n_global);
    std::vector<int> seen(static_cast<std::size_t>(atoms.n_global), 0);
    for (const std::int64_t id : atoms.id) ++seen[static_cast<std::size_t>(id)];
    world.sum(seen.data(), seen.size());
    for (const int times : seen) ASSERT_EQ(times, 1);

    const Brick brick = system.halo.decomposition().brick(world.rank());
    for (const Vec3& x : atoms.position) {
      const Vec3 s = atoms.cell.inverse().transpose() * x;
      for (int k = 0; k < 3; ++k) {
        ASSERT_GE(s[k], brick.low[k] - 1e-12);
        ASSERT_LE(s[k], brick.high[k] + 1e-12);
      }
    }
    EXPECT_EQ(atoms.build_position, atoms.position);
    EXPECT_EQ(atoms.n_ghost, 0U);
    system.halo.exchange(atoms, depth);
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, MigrateTest, testing::ValuesIn(cases()), [](const auto& instance) {
  std::string name = instance.param.name;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

TEST(Migrate, OrderDependsOnPositionsOnly) {
  const auto world = Communicator::world();
  const Structure structure = random_atoms(cubic(14.0), {true, true, true}, 600, 41);
  System first = make_system(structure, 2.0);
  // The same atoms come from other ranks in another order.
  LocalAtoms shuffled = local_atoms_from(structure, world);
  std::reverse(shuffled.position.begin(), shuffled.position.end());
  std::reverse(shuffled.velocity.begin(), shuffled.velocity.end());
  std::reverse(shuffled.type.begin(), shuffled.type.end());
  std::reverse(shuffled.fixed.begin(), shuffled.fixed.end());
  std::reverse(shuffled.id.begin(), shuffled.id.end());
  Halo halo(world, first.halo.decomposition());
  halo.migrate(shuffled, 2.5);
  halo.exchange(shuffled, 2.0);
  EXPECT_EQ(shuffled.id, first.atoms.id);
  EXPECT_EQ(shuffled.position, first.atoms.position);
}

TEST(Migrate, WrapsAHairBelowZero) {
  const auto world = Communicator::world();
  Structure structure = random_atoms(cubic(10.0), {true, true, true}, 4, 42);
  structure.position = {Vec3(-1e-18, 5, 5), Vec3(10.0, 5, 5), Vec3(0.0, -0.0, 10.0), Vec3(-1e-15, 3, 3)};
  System system = make_system(structure, 3.0);
  const auto positions = all_positions(system.atoms, true);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_LT((positions[i] - structure.position[i]).norm(), 1e-14);
  for (std::size_t i = 0; i < system.atoms.n_owned; ++i) {
    EXPECT_GE(system.atoms.position[i].minCoeff(), -1e-14);
    EXPECT_LE(system.atoms.position[i].maxCoeff(), 10.0);
  }
  // However atoms 0 and 1 were wrapped, they are 1e-18 apart: each has the other as a neighbor.
  int pairs = 0;
  for (std::size_t i = 0; i < system.atoms.n_owned; ++i) {
    if (system.atoms.id[i] > 1) continue;
    for (std::size_t j = 0; j < system.atoms.n_all(); ++j)
      if (j != i && system.atoms.id[j] == 1 - system.atoms.id[i] &&
          (system.atoms.position[j] - system.atoms.position[i]).norm() < 0.1)
        ++pairs;
  }
  EXPECT_EQ(world.sum(pairs), 2);
}

template <class Work>
std::string error_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Migrate, NamesTheAtomThatIsNotFiniteOnEveryRank) {
  System system = make_system(random_atoms(cubic(10.0), {true, true, true}, 100, 43), 2.0);
  for (std::size_t i = 0; i < system.atoms.n_owned; ++i)
    if (system.atoms.id[i] == 57) system.atoms.position[i][1] = std::nan("");
  const std::string error = error_of([&] { system.halo.migrate(system.atoms, 2.0); });
  EXPECT_NE(error.find("atom 57 is not finite"), std::string::npos) << error;
}

TEST(Migrate, NamesAnAtomFlungOut) {
  System system = make_system(random_atoms(cubic(10.0), {true, true, true}, 100, 44), 2.0);
  for (std::size_t i = 0; i < system.atoms.n_owned; ++i)
    if (system.atoms.id[i] == 3) system.atoms.position[i][2] = 1e200;
  const std::string error = error_of([&] { system.halo.migrate(system.atoms, 2.0); });
  EXPECT_NE(error.find("atom 3 has moved"), std::string::npos) << error;
}

TEST(Migrate, NamesTheAtomThatWasLostOrDoubled) {
  const auto world = Communicator::world();
  {
    System system = make_system(random_atoms(cubic(10.0), {true, true, true}, 100, 45), 2.0);
    LocalAtoms& atoms = system.atoms;
    const auto at = std::find(atoms.id.begin(), atoms.id.begin() + static_cast<std::ptrdiff_t>(atoms.n_owned), 17);
    if (at != atoms.id.begin() + static_cast<std::ptrdiff_t>(atoms.n_owned)) {
      const auto i = at - atoms.id.begin();
      atoms.id.erase(at);
      atoms.position.erase(atoms.position.begin() + i);
      atoms.velocity.erase(atoms.velocity.begin() + i);
      atoms.type.erase(atoms.type.begin() + i);
      atoms.image.erase(atoms.image.begin() + i);
      atoms.fixed.erase(atoms.fixed.begin() + i);
      --atoms.n_owned;
    }
    const std::string error = error_of([&] { system.halo.migrate(atoms, 2.0); });
    EXPECT_NE(error.find("99 atoms where there should be 100: atom 17 was lost"), std::string::npos) << error;
  }
  {
    LocalAtoms atoms = local_atoms_from(random_atoms(cubic(10.0), {true, true, true}, 8, 46), world);
    if (world.is_root()) {
      atoms.id.push_back(5);
      atoms.position.push_back(Vec3::Ones());
      atoms.velocity.push_back(Vec3::Zero());
      atoms.type.push_back(0);
      atoms.image.push_back({0, 0, 0});
      atoms.fixed.push_back(0);
      ++atoms.n_owned;
    }
    Halo halo(world, Decomposition(world.size(), atoms.cell, atoms.periodic));
    const std::string error = error_of([&] { halo.migrate(atoms, 2.0); });
    EXPECT_NE(error.find("9 atoms where there should be 8: atom 5 exists twice"), std::string::npos) << error;
  }
}

TEST(SpatialOrder, HilbertCurveVisitsNeighboringCells) {
  constexpr int bits = 3, n = 1 << bits;
  std::vector<std::array<int, 3>> place(n * n * n);
  std::vector<int> visits(n * n * n, 0);
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint32_t j = 0; j < n; ++j)
      for (std::uint32_t k = 0; k < n; ++k) {
        const std::uint64_t h = hilbert_index({i, j, k}, bits);
        ASSERT_LT(h, place.size());
        place[h] = {static_cast<int>(i), static_cast<int>(j), static_cast<int>(k)};
        ++visits[h];
      }
  for (std::size_t h = 0; h < place.size(); ++h) {
    ASSERT_EQ(visits[h], 1);
    if (h == 0) continue;
    int steps = 0;
    for (std::size_t d = 0; d < 3; ++d) steps += std::abs(place[h][d] - place[h - 1][d]);
    ASSERT_EQ(steps, 1);
  }
}

TEST(SpatialOrder, NeighborsInMemoryAreNeighborsInSpace) {
  const Structure structure = random_atoms(cubic(30.0), {true, true, true}, 20000, 47);
  std::vector<std::int64_t> id(structure.size());
  std::vector<Vec3> fractional;
  for (std::size_t i = 0; i < structure.size(); ++i) {
    id[i] = static_cast<std::int64_t>(i);
    fractional.push_back(structure.position[i] / 30.0);
  }
  SpatialOrder order;
  const auto& sorted = order.sort(fractional, id, Vec3::Constant(30.0), 3.0);
  ASSERT_EQ(std::set<std::uint32_t>(sorted.begin(), sorted.end()).size(), structure.size());
  // 1000 cells of 20 atoms, 3 Å wide: two atoms that follow each other lie in one cell or in cells that touch, except
  // where the curve jumps over the corner of the cube it is made for.
  std::size_t far = 0;
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if ((structure.position[sorted[i]] - structure.position[sorted[i - 1]]).norm() > 3.0 * std::sqrt(6.0)) ++far;
  EXPECT_LT(far, sorted.size() / 500);
}

TEST(SpatialOrder, OneAtomFarOutDoesNotMakeMoreCellsThanAtoms) {
  std::vector<Vec3> fractional = {Vec3::Zero(), Vec3::Ones(), Vec3(1e12, 0, 0), Vec3(0, -1e9, 5e15)};
  SpatialOrder order;
  auto sorted = order.sort(fractional, {0, 1, 2, 3}, Vec3::Constant(10.0), 2.0);
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, (std::vector<std::uint32_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace spinel::domain_test
