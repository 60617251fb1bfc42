// Speed of the cluster updates at T_c: million spins a second of the whole lattice, for each of `rounds` rounds.
// Usage: mpirun -n RANKS ising_cluster [update] [L] [sweeps] [rounds]

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "ising/updates/updater.hpp"

int main(int argc, char** argv) {
  using namespace spinel;
  MpiRuntime mpi(argc, argv);
  const auto argument = [&](int i, const char* otherwise) { return std::string(argc > i ? argv[i] : otherwise); };
  const Communicator world = Communicator::world();
  const std::string update = argument(1, "swendsen_wang");
  const std::int64_t l = std::stoll(argument(2, "4096"));
  const int sweeps = std::stoi(argument(3, "4")), rounds = std::stoi(argument(4, "9"));
  const IsingModel model = {1.0, 0.0, 2.269185314213022};
  const ChainKey key;
  SpinLattice lattice(world, l, l);
  lattice.fill_hot(key);
  const auto updater = make_updater(update);
  std::int64_t sweep = 0;
  // Large clusters take some sweeps to grow, and cost more than small ones.
  const auto start = make_swendsen_wang();
  while (sweep < 30) start->sweep(lattice, model, key, sweep++);
  for (int round = 0; round < rounds; ++round) {
    world.barrier();
    const auto begin = std::chrono::steady_clock::now();
    for (int s = 0; s < sweeps; ++s) updater->sweep(lattice, model, key, sweep++);
    world.barrier();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (world.is_root())
      std::printf("%.2f\n", static_cast<double>(l) * static_cast<double>(l) * sweeps / seconds * 1e-6);
  }
  return 0;
}
