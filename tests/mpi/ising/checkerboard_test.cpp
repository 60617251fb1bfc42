#include "ising/updates/checkerboard.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <set>

#if defined(__AES__)
#include <Random123/ars.h>
#include <wmmintrin.h>
#endif

namespace spinel {
namespace {

using Grid = std::vector<std::vector<std::uint8_t>>;

/// A textbook loop over single spins that compares u, read one binary digit after another from the streams that
/// multi_spin_kernel.hpp describes, with the probability.
class Reference {
 public:
  Reference(std::int64_t lx, std::int64_t ly, bool heat_bath, const ChainKey& key)
      : lx_(lx),
        ly_(ly),
        heat_bath_(heat_bath),
        keys_(make_round_keys(make_update_key(key))),
        spins(static_cast<std::size_t>(ly), std::vector<std::uint8_t>(static_cast<std::size_t>(lx))) {}

  void sweep(const IsingModel& model, std::uint64_t number) {
    for (int color = 0; color < 2; ++color)
      for (std::int64_t y = 0; y < ly_; ++y)
        for (std::int64_t k = 0; k < lx_ / 2; ++k) update(model, number, color, 2 * k + ((y + color) & 1), y, k);
  }

 private:
  std::uint8_t& at(std::int64_t x, std::int64_t y) { return spins[(y + ly_) % ly_][(x + lx_) % lx_]; }

  bool below(double q, std::uint64_t number, int color, std::int64_t y, std::int64_t k) {
    const bool narrow = lx_ <= 128;
    const std::uint64_t row = narrow ? y / 2 * 2 : y, block = narrow ? 0 : k / 128;
    const std::size_t word = narrow ? y % 2 : k / 64 % 2;
    for (int digit = 0; digit < 64; ++digit) {
      const auto bits =
          random_digit(keys_, {number, row | block << 32 | static_cast<std::uint64_t>(color) << 55}, digit);
      const bool u = bits[word] >> (k % 64) & 1;
      q *= 2.0;
      const bool threshold = q >= 1.0;
      if (threshold) q -= 1.0;
      if (u != threshold) return threshold;
    }
    return false;
  }

  void update(const IsingModel& model, std::uint64_t number, int color, std::int64_t x, std::int64_t y,
              std::int64_t k) {
    int sum = 0;
    for (const std::uint8_t n : {at(x - 1, y), at(x + 1, y), at(x, y - 1), at(x, y + 1)}) sum += 2 * n - 1;
    const double local_field = model.coupling * sum + model.field;
    std::uint8_t& spin = at(x, y);
    if (heat_bath_) {
      const std::uint8_t stable = local_field >= 0.0;
      const double against = 1.0 / (1.0 + std::exp(2.0 * std::abs(local_field) / model.temperature));
      spin = stable ^ below(against, number, color, y, k);
    } else {
      const double cost = 2.0 * (2 * spin - 1) * local_field;
      if (cost <= 0.0 || below(std::exp(-cost / model.temperature), number, color, y, k)) spin ^= 1;
    }
  }

  std::int64_t lx_, ly_;
  bool heat_bath_;
  RoundKeys keys_;

 public:
  Grid spins;
};

std::unique_ptr<Updater> make(bool heat_bath) { return heat_bath ? make_heat_bath() : make_metropolis(); }

Grid rows_of(const SpinLattice& lattice) {
  Grid grid(static_cast<std::size_t>(lattice.n_rows()),
            std::vector<std::uint8_t>(static_cast<std::size_t>(lattice.lx())));
  for (std::int64_t r = 0; r < lattice.n_rows(); ++r) lattice.unpack_row(r, grid[r].data());
  return grid;
}

const std::vector<IsingModel> models = {{1.0, 0.0, 2.269185}, {-1.0, 0.0, 2.0}, {1.0, 0.0, 0.8},  {1.0, 0.37, 2.5},
                                        {-1.0, 0.5, 1.7},     {1.0, -4.0, 3.0}, {-1.0, 4.0, 0.9}, {1.0, 2.0, 1.3}};

struct Size {
  std::int64_t lx, ly;
};
class CheckerboardSizes : public testing::TestWithParam<Size> {};

TEST_P(CheckerboardSizes, EqualsAPlainLoopOverSpins) {
  const auto [lx, ly] = GetParam();
  for (const bool heat_bath : {false, true})
    for (const IsingModel& model : models) {
      const ChainKey key{11, 3, 5};
      SpinLattice lattice(Communicator::world(), lx, ly), whole(Communicator::self(), lx, ly);
      lattice.fill_hot(key);
      whole.fill_hot(key);
      Reference reference(lx, ly, heat_bath, key);
      reference.spins = rows_of(whole);
      const auto updater = make(heat_bath);
      for (const std::int64_t sweep :
           {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}, (std::int64_t{1} << 56) - 1}) {
        updater->sweep(lattice, model, key, sweep);
        reference.sweep(model, static_cast<std::uint64_t>(sweep));
        for (std::int64_t r = 0; r < lattice.n_rows(); ++r) {
          std::vector<std::uint8_t> row(lx);
          lattice.unpack_row(r, row.data());
          ASSERT_EQ(row, reference.spins[lattice.first_row() + r])
              << "row " << lattice.first_row() + r << " sweep " << sweep << " J " << model.coupling << " h "
              << model.field << (heat_bath ? " heat bath" : " Metropolis");
        }
      }
    }
}

INSTANTIATE_TEST_SUITE_P(Rows, CheckerboardSizes,
                         testing::Values(Size{4, 4}, Size{6, 4}, Size{16, 16}, Size{32, 34}, Size{62, 6}, Size{64, 4},
                                         Size{66, 18}, Size{128, 10}, Size{130, 6}, Size{254, 4}, Size{256, 8},
                                         Size{1022, 6}, Size{1024, 4}, Size{1026, 6}, Size{2050, 4}),
                         [](const auto& size) {
                           return std::to_string(size.param.lx) + "x" + std::to_string(size.param.ly);
                         });

TEST(Checkerboard, TheChainDoesNotDependOnRanks) {
  for (const bool heat_bath : {false, true})
    for (const auto& [lx, ly] : {Size{4, 4}, Size{64, 512}, Size{1022, 30}, Size{1536, 256}}) {
      SpinLattice split(Communicator::world(), lx, ly), whole(Communicator::self(), lx, ly);
      const ChainKey key{5, 0, 1};
      const IsingModel model{1.0, 0.0, 2.4};
      split.fill_hot(key);
      whole.fill_hot(key);
      const auto updater = make(heat_bath);
      for (std::int64_t sweep = 0; sweep < 50; ++sweep) {
        updater->sweep(split, model, key, sweep);
        updater->sweep(whole, model, key, sweep);
      }
      const Grid mine = rows_of(split), all = rows_of(whole);
      for (std::int64_t r = 0; r < split.n_rows(); ++r) ASSERT_EQ(mine[r], all[split.first_row() + r]);
      const LatticeSums a = split.sums(), b = whole.sums();
      EXPECT_EQ(a.bonds, b.bonds);
      EXPECT_EQ(a.spins, b.spins);
      EXPECT_EQ(a.staggered, b.staggered);
    }
}

TEST(Checkerboard, TheChainDoesNotDependOnTheInstructionSet) {
  if (!Communicator::world().is_root()) return;  // needs no ranks
  std::set<std::string> seen;
  const auto run = [&](bool heat_bath, double field, Size size) {
    SpinLattice lattice(Communicator::self(), size.lx, size.ly);
    lattice.fill_hot({3, 1, 0});
    const auto updater = make(heat_bath);
    for (std::int64_t sweep = 0; sweep < 20; ++sweep) updater->sweep(lattice, {1.0, field, 2.3}, {3, 1, 0}, sweep);
    seen.insert(multi_spin_target());
    return rows_of(lattice);
  };
  for (const bool heat_bath : {false, true})
    for (const double field : {0.0, 0.2})
      for (const Size size : {Size{6, 4}, Size{100, 70}, Size{1030, 12}}) {
        const Grid best = run(heat_bath, field, size);
        for (std::int64_t bits = hwy::SupportedTargets(); bits != 0; bits &= bits - 1) {
          hwy::GetChosenTarget().Update(bits & -bits);
          EXPECT_EQ(run(heat_bath, field, size), best) << multi_spin_target();
        }
        hwy::GetChosenTarget().DeInit();
      }
#if defined(__x86_64__)
  EXPECT_TRUE(seen.count("SSSE3")) << "instruction sets below that of the build are compiled too";
#endif
}

#if defined(__AES__)
/// The first digit is Random123's ARS4x32-5, except that its last round mixes columns as the others do.
TEST(Checkerboard, FirstDigitIsThatOfRandom123) {
  using Ars = r123::ARS4x32_R<5>;
  const auto halves = [](const std::array<std::uint64_t, 2>& words) {
    return _mm_set_epi64x(static_cast<std::int64_t>(words[1]), static_cast<std::int64_t>(words[0]));
  };
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::array<std::uint64_t, 2> key = {i * 0x123456789ABCDEF1u, ~i}, counter = {i << 40 ^ 77, i * i << 3};
    Ars::ctr_type c;
    Ars::ukey_type k;
    for (std::size_t w = 0; w < 4; ++w) {
      c[w] = static_cast<std::uint32_t>(counter[w / 2] >> 32 * (w % 2));
      k[w] = static_cast<std::uint32_t>(key[w / 2] >> 32 * (w % 2));
    }
    const auto expected = Ars()(c, k);
    const RoundKeys keys = make_round_keys(key);
    const __m128i last = halves(keys.round[4]);
    const __m128i ours =
        _mm_xor_si128(_mm_aesimc_si128(_mm_xor_si128(halves(random_digit(keys, counter, 0)), last)), last);
    std::array<std::uint32_t, 4> words;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(words.data()), ours);
    for (std::size_t w = 0; w < 4; ++w) EXPECT_EQ(words[w], expected[w]);
    // A later digit is two rounds further.
    const __m128i second = _mm_aesenc_si128(
        _mm_aesenc_si128(halves(random_digit(keys, counter, 0)), halves(keys.round[5])), halves(keys.round[6]));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(words.data()), second);
    const auto digit = random_digit(keys, counter, 1);
    for (std::size_t w = 0; w < 4; ++w) EXPECT_EQ(words[w], static_cast<std::uint32_t>(digit[w / 2] >> 32 * (w % 2)));
  }
}
#endif

TEST(Checkerboard, KeysOfChainsDiffer) {
  std::set<std::array<std::uint64_t, 2>> keys;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (std::uint32_t t = 0; t < 10; ++t)
      for (std::uint32_t replica = 0; replica < 10; ++replica) keys.insert(make_update_key({seed, t, replica}));
  EXPECT_EQ(keys.size(), 1000U);
}

/// Flips counted by spin and neighbors against the stated probability of each of the ten classes.
TEST(Checkerboard, FlipRatesAreTheStatedProbabilities) {
  if (!Communicator::world().is_root()) return;  // needs no ranks
  const std::int64_t lx = 512, ly = 512;
  for (const bool heat_bath : {false, true})
    for (const IsingModel& model : models) {
      SpinLattice lattice(Communicator::self(), lx, ly);
      lattice.fill_hot({17, 0, 0});
      const auto updater = make(heat_bath);
      std::array<std::array<double, 5>, 2> tries{}, flips{};
      for (std::int64_t sweep = 0; sweep < 12; ++sweep) {
        const Grid before = rows_of(lattice);
        updater->sweep(lattice, model, {17, 0, 0}, sweep);
        const Grid after = rows_of(lattice);
        for (std::int64_t y = 0; y < ly; ++y)
          for (std::int64_t x = 0; x < lx; ++x) {
            const Grid& seen = (x + y) % 2 == 0 ? before : after;  // black spins were updated first
            const std::size_t up =
                seen[y][(x + 1) % lx] + seen[y][(x + lx - 1) % lx] + seen[(y + 1) % ly][x] + seen[(y + ly - 1) % ly][x];
            const std::uint8_t s = before[y][x];
            tries[s][up] += 1.0;
            flips[s][up] += s != after[y][x] ? 1.0 : 0.0;
          }
      }
      for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t up = 0; up < 5; ++up) {
          const double cost = 2.0 * (s == 1 ? 1 : -1) * (model.coupling * (2.0 * up - 4.0) + model.field);
          const double p = heat_bath ? 1.0 / (1.0 + std::exp(cost / model.temperature))
                                     : std::min(1.0, std::exp(-cost / model.temperature));
          const double mean = tries[s][up] * p, deviation = std::sqrt(mean * (1.0 - p));
          if (p == 1.0)
            EXPECT_EQ(flips[s][up], tries[s][up]);
          else  // 160 classes: 5 standard deviations; the Poisson tail where few are expected
            EXPECT_NEAR(flips[s][up], mean, 5.0 * deviation + 5.0)
                << "spin " << s << " up " << up << " J " << model.coupling << " h " << model.field << " T "
                << model.temperature << (heat_bath ? " heat bath" : " Metropolis");
        }
    }
}

/// Mean energy, |m|, specific heat and Binder cumulant of a 4 × 4 lattice against the sum over its 65,536 states.
TEST(Checkerboard, AveragesOfASmallLatticeEqualEnumeration) {
  if (!Communicator::world().is_root()) return;  // needs no ranks
  const double sites = 16.0;
  for (const bool heat_bath : {false, true})
    for (const IsingModel& model : {IsingModel{1.0, 0.0, 2.5}, IsingModel{1.0, 0.3, 2.2}, IsingModel{-1.0, 0.0, 2.5},
                                    IsingModel{-1.0, 1.0, 2.0}}) {
      using Moments = std::array<double, 6>;  // 1, e, e², |m|, m², m⁴
      const auto add = [&](Moments& moments, double weight, const LatticeSums& sums) {
        const double e = (-model.coupling * sums.bonds - model.field * sums.spins) / sites, m = sums.spins / sites;
        const double values[6] = {1.0, e, e * e, std::abs(m), m * m, m * m * m * m};
        for (std::size_t i = 0; i < 6; ++i) moments[i] += weight * values[i];
      };
      const auto observables = [&](const Moments& s) {
        const double e = s[1] / s[0], m2 = s[4] / s[0];
        return std::array<double, 4>{e, (s[2] / s[0] - e * e) * sites / (model.temperature * model.temperature),
                                     s[3] / s[0], 1.0 - s[5] / s[0] / (3.0 * m2 * m2)};
      };
      SpinLattice lattice(Communicator::self(), 4, 4);
      Moments exact{};
      for (unsigned state = 0; state < 65536; ++state) {
        for (std::int64_t y = 0; y < 4; ++y) {
          const std::uint64_t bits = state >> 4 * y & 15;
          lattice.set_row_bits(y, &bits);
        }
        const LatticeSums sums = lattice.sums();
        const double energy = -model.coupling * sums.bonds - model.field * sums.spins;
        add(exact, std::exp(-energy / model.temperature), sums);
      }
      const auto expected = observables(exact);

      constexpr std::int64_t blocks = 32, block_sweeps = 20000;
      const ChainKey key{23, 0, 0};
      const auto updater = make(heat_bath);
      lattice.fill_hot(key);
      std::int64_t sweep = 0;
      for (; sweep < 1000; ++sweep) updater->sweep(lattice, model, key, sweep);
      std::vector<Moments> parts(blocks);
      Moments total{};
      for (auto& part : parts) {
        for (std::int64_t i = 0; i < block_sweeps; ++i) {
          updater->sweep(lattice, model, key, sweep++);
          add(part, 1.0, lattice.sums());
        }
        for (std::size_t i = 0; i < 6; ++i) total[i] += part[i];
      }
      const auto measured = observables(total);
      std::array<double, 4> variance{};  // jackknife over the blocks
      for (const auto& part : parts) {
        Moments rest = total;
        for (std::size_t i = 0; i < 6; ++i) rest[i] -= part[i];
        const auto value = observables(rest);
        for (std::size_t o = 0; o < 4; ++o)
          variance[o] += (value[o] - measured[o]) * (value[o] - measured[o]) * (blocks - 1.0) / blocks;
      }
      const char* const names[4] = {"energy", "specific heat", "|m|", "U4"};
      for (std::size_t o = 0; o < 4; ++o) {
        const double error = std::sqrt(variance[o]);
        EXPECT_NEAR(measured[o], expected[o], 4.5 * error)
            << names[o] << " J " << model.coupling << " h " << model.field;
        EXPECT_LT(error, 1e-2 * std::abs(expected[o]) + 3e-3) << names[o];
      }
    }
}

/// The bits that decide: their mean, and products of bits of neighboring digits, rows, blocks, sweeps and colors.
TEST(Checkerboard, RandomBitsAreFairAndUncorrelated) {
  if (!Communicator::world().is_root()) return;  // needs no ranks
  const RoundKeys keys = make_round_keys(make_update_key({1, 0, 0}));
  const auto block = [&](std::uint64_t sweep, int digit, std::uint64_t row, std::uint64_t column, std::uint64_t color) {
    return random_digit(keys, {sweep, row | column << 32 | color << 55}, digit);
  };
  std::array<std::int64_t, 128> ones{};
  std::array<std::int64_t, 9> unequal{};
  std::int64_t blocks = 0;
  for (std::uint64_t sweep = 0; sweep < 16; ++sweep)
    for (int digit = 0; digit < 8; ++digit)
      for (std::uint64_t row = 0; row < 64; ++row)
        for (std::uint64_t column = 0; column < 16; ++column, ++blocks) {
          const auto here = block(sweep, digit, row, column, 0), next = block(sweep, digit + 1, row, column, 0);
          for (std::size_t i = 0; i < 128; ++i) ones[i] += here[i / 64] >> (i % 64) & 1;
          const auto compare = [&](std::size_t at, const std::array<std::uint64_t, 2>& there) {
            for (std::size_t w = 0; w < 2; ++w) unequal[at] += __builtin_popcountll(here[w] ^ there[w]);
          };
          compare(0, block(sweep + 1, digit, row, column, 0));
          compare(1, next);
          compare(2, block(sweep, digit, row + 1, column, 0));
          compare(3, block(sweep, digit, row + 2, column, 0));
          compare(4, block(sweep, digit, row, column + 1, 0));
          compare(5, block(sweep, digit, row, column, 1));
          compare(6, {here[0] << 1 | here[1] >> 63, here[1] << 1 | here[0] >> 63});
          compare(7, {next[0] << 1 | next[1] >> 63, next[1] << 1 | next[0] >> 63});
          compare(8, block(sweep, digit + 2, row, column, 0));
        }
  const double n = static_cast<double>(blocks);
  double chi_squared = 0.0;
  for (const std::int64_t count : ones) chi_squared += (count - n / 2) * (count - n / 2) / (n / 4);
  EXPECT_NEAR(chi_squared, 128.0, 5.0 * std::sqrt(2.0 * 128.0));
  for (std::size_t i = 0; i < unequal.size(); ++i)
    EXPECT_NEAR(unequal[i], 64.0 * n, 5.0 * std::sqrt(32.0 * n)) << "pair " << i;
}

}  // namespace
}  // namespace spinel
