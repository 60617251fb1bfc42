// Times the hulls of a file of entries: mpirun -n N hull_speed FILE ROUNDS [ELEMENTS...]
// A line a round: seconds to read; seconds for hulls with energies above them, decompositions, inverse distances and
// phase separation energies of all entries; the number of entries; the sum of their energies above the hull (eV/atom);
// seconds to ask all of them as candidates against the stored hull.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "stability/convex_hull.hpp"
#include "stability/entries/entry_file.hpp"
#include "stability/reference_hull.hpp"

int main(int argc, char** argv) {
  using namespace spinel;
  MpiRuntime mpi(argc, argv);
  const auto world = Communicator::world();
  if (argc < 3) {
    if (world.is_root()) std::fprintf(stderr, "hull_speed FILE ROUNDS [ELEMENTS...]\n");
    return 2;
  }
  const auto now = [&] {
    world.barrier();
    return std::chrono::steady_clock::now();
  };
  const auto seconds = [](auto from, auto to) { return std::chrono::duration<double>(to - from).count(); };
  EntryFileOptions options;
  options.elements.assign(argv + 3, argv + argc);
  for (int round = 0; round < std::atoi(argv[2]); ++round) {
    const auto start = now();
    EntryList list;
    if (world.is_root()) list = read_entries(argv[1], options);
    const auto read = now();
    const HullTable table = compute_hull(world, list.entries);
    const auto done = now();
    const StoredHull stored = world.is_root() ? stored_hull(list.entries, table, list.kind) : StoredHull{};
    const auto store = now();
    const ReferenceHull reference(world, stored);
    const CandidateTable asked = reference.assess(list);
    const auto end = now();
    const auto& above = table.energy_above_hull;
    if (world.is_root())
      std::printf("%.6f %.6f %zu %.9f %.6f\n", seconds(start, read), seconds(read, done), table.size(),
                  std::accumulate(above.begin(), above.end(), 0.0), seconds(store, end));
  }
}
