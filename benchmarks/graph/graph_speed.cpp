#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "crystal/extended_xyz.hpp"
#include "neighbor/crystal_graph.hpp"

// graph_speed FILE.xyz [rounds [radius [neighbours]]]: crystals a second of the graph builder alone, one core. Prints a
// line per round, "crystals seconds".
int main(int argc, char** argv) {
  using namespace spinel;
  std::vector<Structure> crystals;
  XyzReader reader(argv[1]);
  for (Structure s; reader.next(s);) crystals.push_back(s);
  const int rounds = argc > 2 ? std::stoi(argv[2]) : 1;
  GraphSettings settings;
  if (argc > 3) settings.radius = std::stod(argv[3]);
  if (argc > 4) settings.max_neighbors = std::stoi(argv[4]);
  for (int round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    CrystalGraphBuilder builder(settings);
    CrystalGraph graph;
    double edges = 0.0, length = 0.0;
    for (const Structure& s : crystals) {
      builder.build(s.cell, s.position[0].data(), static_cast<std::int64_t>(s.size()), s.periodic, graph);
      edges += static_cast<double>(graph.n_edges());
      length += graph.distance.back();
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    fmt::print("{} crystals, {:.4f} s, {:.0f} crystals/s, {:.0f} edges, {:.3f}\n", crystals.size(), seconds,
               static_cast<double>(crystals.size()) / seconds, edges, length);
  }
}
