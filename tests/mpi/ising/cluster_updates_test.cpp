#include <gtest/gtest.h>

#include "enumeration.hpp"
#include "ising/statistics.hpp"
#include "ising/updates/updater.hpp"

namespace spinel {
namespace {

Series run(Updater& updater, SpinLattice& lattice, const IsingModel& model, const ChainKey& key, int burn_in,
           int sweeps) {
  Series series;
  lattice.fill_hot(key);
  for (int s = 0; s < burn_in + sweeps; ++s) {
    updater.sweep(lattice, model, key, s);
    if (s >= burn_in) series.add(lattice.sums(), model, lattice.lx() * lattice.ly());
  }
  return series;
}

struct Case {
  const char* update;
  IsingModel model;
};

class ClusterUpdates : public testing::TestWithParam<Case> {
 protected:
  const Communicator world = Communicator::world();
};

/// Every average within 4 standard errors of the exact one, the errors themselves small.
TEST_P(ClusterUpdates, AgreeWithEnumeration) {
  const IsingModel model = GetParam().model;
  const Exact exact = enumerate(model);
  SpinLattice lattice(world, 4, 4);
  const auto updater = make_updater(GetParam().update);
  // On several ranks it is the same chain, and slow on so small a lattice.
  const bool alone = world.size() == 1;
  const Series series = run(*updater, lattice, model, {17, 0, 0}, 100, alone ? 200000 : 3000);
  const Observables found = analyze({series}, model.temperature, 16);
  EXPECT_TRUE(found.reliable);
  const auto expect = [&](const char* what, const Estimate& estimate, double value, double largest_error) {
    EXPECT_NEAR(estimate.value, value, 4.0 * estimate.error) << what;
    EXPECT_LT(estimate.error, alone ? largest_error : 10.0 * largest_error) << what;
  };
  expect("energy", found.energy, exact.energy, 0.004);
  expect("magnetization", found.magnetization, exact.magnetization, 0.004);
  expect("order", found.order, exact.order, 0.002);
  expect("order2", found.order2, exact.order2, 0.002);
  expect("order4", found.order4, exact.order4, 0.002);
  expect("specific heat", found.specific_heat, exact.specific_heat, 0.01);
  expect("susceptibility", found.susceptibility, exact.susceptibility, 0.01);
  expect("susceptibility above T_c", found.susceptibility_disordered, exact.susceptibility_disordered, 0.02);
  expect("Binder cumulant", found.binder, exact.binder, 0.004);
}

INSTANTIATE_TEST_SUITE_P(Models, ClusterUpdates,
                         testing::Values(Case{"swendsen_wang", {1.0, 0.0, 2.2691853}},
                                         Case{"swendsen_wang", {1.0, 0.15, 2.5}},
                                         Case{"swendsen_wang", {-1.0, 0.0, 2.0}},
                                         Case{"swendsen_wang", {-1.0, -1.0, 2.3}}, Case{"wolff", {1.0, 0.0, 2.2691853}},
                                         Case{"wolff", {1.0, 0.15, 2.5}}, Case{"wolff", {-1.0, 0.0, 2.0}},
                                         Case{"wolff", {-1.0, -1.0, 2.3}}));

/// The spins after some sweeps on all ranks are those on one rank, whatever rows the ranks hold.
TEST_P(ClusterUpdates, SameChainOnAnyNumberOfRanks) {
  const IsingModel model = GetParam().model;
  for (const auto& [lx, ly] : {std::pair<std::int64_t, std::int64_t>{4, 6}, {70, 20}, {64, 34}, {130, 12}}) {
    SpinLattice split(world, lx, ly), whole(Communicator::self(), lx, ly);
    const ChainKey key = {3, 1, 2};
    const auto updater = make_updater(GetParam().update), reference = make_updater(GetParam().update);
    run(*updater, split, model, key, 20, 0);
    run(*reference, whole, model, key, 20, 0);
    std::vector<std::uint64_t> mine(static_cast<std::size_t>((lx + 63) / 64)), theirs = mine;
    for (std::int64_t r = 0; r < split.n_rows(); ++r) {
      split.get_row_bits(r, mine.data());
      whole.get_row_bits(split.first_row() + r, theirs.data());
      EXPECT_EQ(mine, theirs) << lx << " × " << ly << ", row " << split.first_row() + r;
    }
  }
}

}  // namespace
}  // namespace spinel
