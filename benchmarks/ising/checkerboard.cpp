// Speed of Metropolis and heat bath, for run.sh: one number a round.
//   ising_checkerboard flips metropolis|heat_bath L T h rounds     flips/ns of the whole lattice (mpirun -n RANKS)
//   ising_checkerboard sums L rounds                               sites/ns of SpinLattice::sums()
//   ising_checkerboard textbook L T rounds                         flips/ns of a plain loop over bytes
//   ising_checkerboard dataset rounds     seconds for L = 32, 30 temperatures, 2,000 sweeps and 200 configurations 50
//   apart ising_checkerboard large L sweeps     seconds a sweep and bytes of memory a rank

#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>

#include "core/memory.hpp"
#include "ising/updates/updater.hpp"

namespace {

using namespace spinel;

double seconds_of(const Communicator& ranks, const std::function<void()>& work) {
  ranks.barrier();
  const auto begin = std::chrono::steady_clock::now();
  work();
  ranks.barrier();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void report(const Communicator& ranks, const char* format, double value) {
  if (ranks.is_root()) {
    std::printf(format, value);
    std::fflush(stdout);
  }
}

void flips(const Communicator& ranks, const std::string& update, std::int64_t l, const IsingModel& model, int rounds) {
  const ChainKey key;
  SpinLattice lattice(ranks, l, l);
  lattice.fill_hot(key);
  const auto updater = make_updater(update);
  const double sites = static_cast<double>(l) * static_cast<double>(l);
  std::int64_t sweep = 0;
  const auto run = [&](std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) updater->sweep(lattice, model, key, sweep++);
  };
  run(50);  // domains grow, and fewer spins flip without a random number
  const std::int64_t n = std::max<std::int64_t>(2, static_cast<std::int64_t>(3e9 / sites));
  for (int round = 0; round < rounds; ++round)
    report(ranks, "%.3f\n", sites * static_cast<double>(n) / seconds_of(ranks, [&] { run(n); }) * 1e-9);
}

void sums(const Communicator& ranks, std::int64_t l, int rounds) {
  SpinLattice lattice(ranks, l, l);
  lattice.fill_hot({});
  const double sites = static_cast<double>(l) * static_cast<double>(l);
  const std::int64_t n = std::max<std::int64_t>(2, static_cast<std::int64_t>(1e10 / sites));
  std::int64_t total = 0;
  for (int round = 0; round < rounds; ++round)
    report(ranks, "%.3f\n", sites * static_cast<double>(n) / seconds_of(ranks, [&] {
                              for (std::int64_t i = 0; i < n; ++i) total += lattice.sums().bonds;
                            }) * 1e-9);
  if (total == 1) std::puts("");  // keeps the loop
}

void textbook(const Communicator& ranks, std::int64_t l, double temperature, int rounds) {
  std::mt19937_64 engine(1);
  std::vector<std::int8_t> spins(static_cast<std::size_t>(l * l));
  for (auto& s : spins) s = (engine() & 1) != 0 ? 1 : -1;
  double accept[9];
  for (int cost = -8; cost <= 8; cost += 4) accept[(cost + 8) / 2] = std::exp(-cost / temperature);
  const auto sweep = [&] {
    for (std::int64_t y = 0; y < l; ++y) {
      std::int8_t *const row = &spins[static_cast<std::size_t>(y * l)],
                         *const above = &spins[static_cast<std::size_t>((y + l - 1) % l * l)],
                         *const below = &spins[static_cast<std::size_t>((y + 1) % l * l)];
      for (std::int64_t x = 0; x < l; ++x) {
        const int sum = row[x == 0 ? l - 1 : x - 1] + row[x == l - 1 ? 0 : x + 1] + above[x] + below[x];
        const int cost = 2 * row[x] * sum;
        if (cost <= 0 || static_cast<double>(engine() >> 11) * 0x1p-53 < accept[(cost + 8) / 2])
          row[x] = static_cast<std::int8_t>(-row[x]);
      }
    }
  };
  for (int i = 0; i < 20; ++i) sweep();
  for (int round = 0; round < rounds; ++round)
    report(ranks, "%.5f\n", static_cast<double>(l * l) * 10 / seconds_of(ranks, [&] {
                              for (int i = 0; i < 10; ++i) sweep();
                            }) * 1e-9);
}

void dataset(const Communicator& ranks, int rounds) {
  std::vector<std::uint64_t> bits(1);
  for (int round = 0; round < rounds; ++round)
    report(ranks, "%.4f\n", seconds_of(ranks, [&] {
             const auto updater = make_metropolis();
             SpinLattice lattice(ranks, 32, 32);
             for (std::uint32_t t = 0; t < 30; ++t) {
               const ChainKey key{1, t, 0};
               const IsingModel model{1.0, 0.0, 1.0 + 3.0 * t / 29.0};
               lattice.fill_hot(key);
               std::int64_t sweep = 0;
               while (sweep < 2000) updater->sweep(lattice, model, key, sweep++);
               for (int configuration = 0; configuration < 200; ++configuration) {
                 for (int i = 0; i < 50; ++i) updater->sweep(lattice, model, key, sweep++);
                 for (std::int64_t r = 0; r < lattice.n_rows(); ++r) lattice.get_row_bits(r, bits.data());
               }
             }
           }));
}

void large(const Communicator& ranks, std::int64_t l, int sweeps) {
  SpinLattice lattice(ranks, l, l);
  lattice.fill_cold(1.0);
  const auto updater = make_metropolis();
  for (int i = 0; i < sweeps; ++i)
    report(ranks, "%.3f s\n", seconds_of(ranks, [&] { updater->sweep(lattice, {1.0, 0.0, 2.269185}, {}, i); }));
  report(ranks, "%.0f bytes\n", static_cast<double>(ranks.max(memory_use().peak)));
}

}  // namespace

int main(int argc, char** argv) {
  MpiRuntime mpi(argc, argv);
  const std::vector<std::string> a(argv + 1, argv + argc);
  const Communicator world = Communicator::world();
  try {
    if (a.at(0) == "flips")
      flips(world, a.at(1), std::stoll(a.at(2)), {1.0, std::stod(a.at(4)), std::stod(a.at(3))}, std::stoi(a.at(5)));
    else if (a.at(0) == "sums")
      sums(world, std::stoll(a.at(1)), std::stoi(a.at(2)));
    else if (a.at(0) == "textbook")
      textbook(world, std::stoll(a.at(1)), std::stod(a.at(2)), std::stoi(a.at(3)));
    else if (a.at(0) == "dataset")
      dataset(world, std::stoi(a.at(1)));
    else if (a.at(0) == "large")
      large(world, std::stoll(a.at(1)), std::stoi(a.at(2)));
    else
      return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
