// Writes frames of a crystal's atoms as a run does and prints the seconds from the first frame to the end of the
// commit: trajectory_write <file> <frames> <atoms> [fields [compression [order]]], fields by comma. Order: "cells" (ids
// count along the crystal, each rank holds its atoms cell by cell, as after spatial sorting) or "random".
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <tuple>

#include "io/trajectory/trajectory.hpp"
#include "parallel/communicator.hpp"

int main(int argc, char** argv) {
  using namespace spinel;
  MpiRuntime mpi(argc, argv);
  const auto world = Communicator::world();
  if (argc < 4) {
    if (world.is_root())
      std::fprintf(stderr, "usage: trajectory_write FILE FRAMES ATOMS [FIELDS [LEVEL [cells|random]]]\n");
    return 2;
  }
  TrajectoryOptions options;
  options.path = argv[1];
  const long frames = std::atol(argv[2]);
  options.n_atoms = std::atol(argv[3]);
  options.fields.clear();
  std::istringstream names(argc > 4 ? argv[4] : "position");
  for (std::string name; std::getline(names, name, ',');) options.fields.push_back(name);
  options.compression = argc > 5 ? std::atoi(argv[5]) : 0;
  options.species = {{"Ar", 18, 39.948}};
  options.observables = {{"temperature", "K"}};

  const std::int64_t first = world.rank() * options.n_atoms / world.size();
  const std::int64_t last = (world.rank() + 1) * options.n_atoms / world.size();
  const auto n = static_cast<std::size_t>(last - first);
  std::vector<std::int64_t> id(n);
  std::iota(id.begin(), id.end(), first);
  std::mt19937_64 random(7);
  if (argc > 6 && argv[6] == std::string("random")) {
    std::shuffle(id.begin(), id.end(), random);
  } else {
    const auto side = static_cast<std::int64_t>(std::ceil(std::cbrt(static_cast<double>(options.n_atoms))));
    const auto cell = [side](std::int64_t i) {
      return std::make_tuple(i / (side * side) / 4, i / side % side / 4, i % side / 4);
    };
    std::stable_sort(id.begin(), id.end(), [&](std::int64_t i, std::int64_t j) { return cell(i) < cell(j); });
  }
  std::vector<Vec3> vectors(n);
  for (auto& v : vectors) v = Vec3(0.1, 0.2, 0.3) * static_cast<double>(random() % 1000);
  const std::vector<std::array<int, 3>> image(n, {0, 0, 0});
  const std::vector<std::int32_t> type(n, 0);

  Frame frame;
  frame.n = n;
  frame.id = id.data();
  frame.position = frame.velocity = frame.force = vectors.data();
  frame.image = image.data();
  frame.observables = {300.0};

  world.barrier();
  const double start = MPI_Wtime();
  auto trajectory = Trajectory::create(world, options, frame, type.data());
  const double created = MPI_Wtime();
  for (long k = 0; k < frames; ++k) {
    frame.step = k;
    frame.time = static_cast<double>(k);
    trajectory.write(frame);
  }
  const double written = MPI_Wtime();
  trajectory.commit();
  const double end = MPI_Wtime();
  if (world.is_root())
    std::printf("%.4f s: write %.4f, commit %.4f; create %.4f before\n", end - created, written - created,
                end - written, created - start);
  return 0;
}
