#include <fmt/format.h>

#include <ctime>

#include "crystal/formats/xyz/extended_xyz.hpp"
#include "neighbor/crystal_graph.hpp"

// graph_speed FILE.xyz [crystals [radius [neighbors]]]: the graph builder alone on one core. Prints crystals a second
// of processor time, and the sum of all distances.
int main(int argc, char** argv) {
  using namespace spinel;
  if (argc < 2) return 1;
  const auto wanted = static_cast<std::size_t>(argc > 2 ? std::stoul(argv[2]) : 1000000000);
  GraphSettings settings;
  if (argc > 3) settings.radius = std::stod(argv[3]);
  if (argc > 4) settings.max_neighbors = std::stoi(argv[4]);
  std::vector<Structure> crystals;
  XyzReader reader(argv[1]);
  for (Structure s; crystals.size() < wanted && reader.next(s);) crystals.push_back(s);
  const std::clock_t start = std::clock();
  CrystalGraphBuilder builder(settings);
  CrystalGraph graph;
  double total = 0.0;
  for (const Structure& s : crystals) {
    builder.build(s.cell, s.position[0].data(), static_cast<std::int64_t>(s.size()), s.periodic, graph);
    for (const float distance : graph.distance) total += distance;
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  fmt::print("{:.3f} {:.6f}\n", static_cast<double>(crystals.size()) / seconds, total);
}
