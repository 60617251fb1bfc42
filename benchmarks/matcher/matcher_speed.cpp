// Times the structure matcher on pairs of structures, frames 2k and 2k + 1 of an extended XYZ file:
//   matcher_speed FILE ROUNDS [RESULTS]
// A line a round: seconds of processor time to reduce all structures to their cells, to find the least rms of all
// pairs, to see whether they fit; the number of pairs. RESULTS gets a line a pair: whether they fit, whether there is a
// distance, rms, max.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "crystal/formats/xyz/extended_xyz.hpp"
#include "matching/structure_matcher.hpp"

int main(int argc, char** argv) {
  using namespace spinel;
  if (argc < 3) {
    std::fprintf(stderr, "matcher_speed FILE ROUNDS [RESULTS]\n");
    return 2;
  }
  std::vector<Structure> structures;
  XyzReader reader(argv[1]);
  for (Structure structure; reader.next(structure);) structures.push_back(structure);
  const std::size_t n = structures.size() / 2;
  StructureMatcher matcher({});
  const auto now = [] { return std::clock(); };
  const auto seconds = [](auto from, auto to) { return static_cast<double>(to - from) / CLOCKS_PER_SEC; };
  for (int round = 0; round < std::atoi(argv[2]); ++round) {
    const auto start = now();
    std::vector<ReducedCell> cells;
    for (const Structure& structure : structures) cells.push_back(matcher.reduced(structure));
    const auto reduced = now();
    std::vector<std::optional<StructureMatch>> closest, fits;
    for (std::size_t k = 0; k < n; ++k) closest.push_back(matcher.closest(cells[2 * k], cells[2 * k + 1]));
    const auto compared = now();
    for (std::size_t k = 0; k < n; ++k) fits.push_back(matcher.fit(cells[2 * k], cells[2 * k + 1]));
    const auto end = now();
    std::printf("%.6f %.6f %.6f %zu\n", seconds(start, reduced), seconds(reduced, compared), seconds(compared, end), n);
    if (argc < 4 || round > 0) continue;
    std::FILE* file = std::fopen(argv[3], "w");
    if (file == nullptr) return 1;
    for (std::size_t k = 0; k < n; ++k)
      std::fprintf(file, "%d %d %.9f %.9f\n", fits[k] ? 1 : 0, closest[k] ? 1 : 0, closest[k] ? closest[k]->rms : 0.0,
                   closest[k] ? closest[k]->max : 0.0);
    std::fclose(file);
  }
}
