#include "ising/updates/bond_clusters.hpp"

#include <gtest/gtest.h>

#include <random>

#include "core/error.hpp"

namespace spinel {
namespace {

using Bits = std::vector<char>;

/// Bonds of a whole lattice and its clusters by flood fill.
struct Lattice {
  std::int64_t lx, ly;
  Bits right, up;                  // of site x + lx·y
  std::vector<std::int64_t> root;  // smallest site of the cluster

  Lattice(std::int64_t width, std::int64_t height, double p_right, double p_up, unsigned seed) : lx(width), ly(height) {
    std::mt19937 engine(seed);
    std::bernoulli_distribution draw_right(p_right), draw_up(p_up);
    for (std::int64_t i = 0; i < lx * ly; ++i) {
      right.push_back(draw_right(engine));
      up.push_back(draw_up(engine));
    }
    root.assign(right.size(), -1);
    for (std::int64_t start = 0; start < lx * ly; ++start) {
      std::vector<std::int64_t> open;
      const auto reach = [&](std::int64_t site) {
        if (root[static_cast<std::size_t>(site)] >= 0) return;
        root[static_cast<std::size_t>(site)] = start;
        open.push_back(site);
      };
      reach(start);
      while (!open.empty()) {
        const std::int64_t site = open.back(), x = site % lx, y = site / lx;
        open.pop_back();
        const std::int64_t east = (x + 1) % lx + lx * y, west = (x + lx - 1) % lx + lx * y;
        const std::int64_t north = x + lx * ((y + 1) % ly), south = x + lx * ((y + ly - 1) % ly);
        if (right[static_cast<std::size_t>(site)] != 0) reach(east);
        if (right[static_cast<std::size_t>(west)] != 0) reach(west);
        if (up[static_cast<std::size_t>(site)] != 0) reach(north);
        if (up[static_cast<std::size_t>(south)] != 0) reach(south);
      }
    }
  }

  void get_row(const Bits& bits, std::int64_t y, std::uint64_t* words) const {
    for (std::int64_t x = 0; x < lx; ++x)
      if (bits[static_cast<std::size_t>(x + lx * (y % ly))] != 0) words[x / 64] |= std::uint64_t{1} << x % 64;
  }
};

class BondClustersTest : public testing::Test {
 protected:
  const Communicator world = Communicator::world();

  /// Rows of this rank: cut at random places, so that ranks may have none.
  std::pair<std::int64_t, std::int64_t> rows(std::int64_t ly, unsigned seed) const {
    std::mt19937 engine(seed);
    std::vector<std::int64_t> cuts = {0, ly};
    for (int rank = 1; rank < world.size(); ++rank)
      cuts.push_back(std::uniform_int_distribution<std::int64_t>(0, ly)(engine));
    std::sort(cuts.begin(), cuts.end());
    const auto me = static_cast<std::size_t>(world.rank());
    return {cuts[me], cuts[me + 1] - cuts[me]};
  }
};

TEST_F(BondClustersTest, AreThoseOfAFloodFill) {
  unsigned seed = 0;
  const std::vector<std::pair<std::int64_t, std::int64_t>> sizes = {{4, 4},   {6, 10},  {64, 9},
                                                                    {70, 12}, {129, 8}, {3, 30}};
  const std::vector<std::pair<double, double>> shares = {{0.5, 0.5},   {0.3, 0.6},   {0.0, 1.0}, {1.0, 0.1},
                                                         {0.95, 0.02}, {0.02, 0.97}, {0.0, 0.0}, {1.0, 1.0}};
  for (const auto& [lx, ly] : sizes)
    for (const auto& [p_right, p_up] : shares)
      for (int repeat = 0; repeat < 4; ++repeat) {
        const Lattice lattice(lx, ly, p_right, p_up, ++seed);
        const auto [first, n] = rows(ly, seed);
        BondClusters clusters(world, lx, ly, first, n);
        const std::int64_t pitch = clusters.words_per_row();
        std::mt19937 engine(seed);
        Bits spins;
        for (std::int64_t i = 0; i < lx * ly; ++i) spins.push_back(static_cast<char>(engine() & 1));

        for (std::int64_t r = 0; r < n; ++r) {
          lattice.get_row(lattice.right, first + r, clusters.right(r));
          lattice.get_row(lattice.up, first + r, clusters.up(r));
        }
        if (n > 0) lattice.get_row(lattice.right, first + n, clusters.right(n));
        clusters.find();

        std::vector<std::int64_t> found(static_cast<std::size_t>(lx)), sum(static_cast<std::size_t>(lx * ly));
        for (std::int64_t r = 0; r < n; ++r) {
          clusters.roots(r, found.data());
          const auto expected = lattice.root.begin() + (first + r) * lx;
          EXPECT_EQ(found, std::vector<std::int64_t>(expected, expected + lx))
              << lx << " × " << ly << ", seed " << seed;
        }

        // Sums of spins of whole clusters, and inversion of half of the clusters.
        std::vector<std::uint64_t> bits(static_cast<std::size_t>(n * pitch)), choice(bits.size());
        for (std::int64_t r = 0; r < n; ++r) lattice.get_row(spins, first + r, bits.data() + r * pitch);
        for (std::size_t i = 0; i < spins.size(); ++i)
          sum[static_cast<std::size_t>(lattice.root[i])] += spins[i] != 0 ? 1 : -1;
        const auto sums = clusters.sums(bits.data());
        const auto chosen = [](std::int64_t root) { return root % 3 == 1; };
        std::int64_t n_found = 0;
        clusters.visit([&](std::uint32_t run, std::int64_t r, std::int64_t x, std::int64_t root) {
          EXPECT_EQ(root, lattice.root[static_cast<std::size_t>((first + r) * lx + x)]);
          EXPECT_EQ(sums[run], sum[static_cast<std::size_t>(root)]) << "root " << root << ", seed " << seed;
          if (chosen(root)) choice[static_cast<std::size_t>(r * pitch + x / 64)] |= std::uint64_t{1} << x % 64;
          n_found += root == (first + r) * lx + x;
        });
        std::int64_t n_clusters = 0;
        for (std::size_t i = 0; i < lattice.root.size(); ++i)
          n_clusters += lattice.root[i] == static_cast<std::int64_t>(i);
        EXPECT_EQ(world.sum(n_found), n_clusters);

        clusters.flip(choice.data(), bits.data());
        for (std::int64_t r = 0; r < n; ++r)
          for (std::int64_t x = 0; x < lx; ++x) {
            const auto site = static_cast<std::size_t>((first + r) * lx + x);
            EXPECT_EQ(bits[static_cast<std::size_t>(r * pitch + x / 64)] >> x % 64 & 1,
                      static_cast<std::uint64_t>((spins[site] != 0) != chosen(lattice.root[site])))
                << lx << " × " << ly << ", seed " << seed;
          }
      }
}

TEST_F(BondClustersTest, RefusesMoreSpinsThanLabels) {
  const std::int64_t lx = 65536;
  EXPECT_THROW(BondClusters(world, lx, std::int64_t{65536} * world.size(), 65536 * world.rank(), 65536), InputError);
}

}  // namespace
}  // namespace spinel
