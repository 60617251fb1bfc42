// A run that does nothing but write: restart_run FOLDER STEPS, STEPS more from the checkpoint in the folder if there is
// one. A frame each step, a commit and a checkpoint, told in a line, every third. At the end it reads the trajectory
// back and checks it.
#include <cstdio>

#include "io/checkpoint.hpp"
#include "io_test_support.hpp"

int main(int argc, char** argv) {
  using namespace spinel;
  using namespace spinel::io_test;
  MpiRuntime mpi(argc, argv);
  const auto world = Communicator::world();
  if (argc != 3) return 2;
  const std::string folder = argv[1];
  const std::int64_t more = std::atol(argv[2]), n = 2000;
  const std::string checkpoint = folder + "/a.restart.h5", path = folder + "/a.h5md";
  std::printf("pid %d\n", static_cast<int>(getpid()));
  std::fflush(stdout);
  try {
    std::int64_t step = -1;
    const auto trajectory_at_start = [&] {
      int restart = std::filesystem::exists(checkpoint);
      world.broadcast(&restart, 1);
      if (restart == 0) return create_sample(world, sample_options(path, n));
      const CheckpointReader reader(world, checkpoint);
      step = reader.integer("step");
      return Trajectory::open_at(world, path, n, step);
    };
    auto trajectory = trajectory_at_start();
    if (trajectory.last_step() != step)
      fail("step {} in the checkpoint, {} in the trajectory", step, trajectory.last_step());
    const std::int64_t last = step + more;
    while (step < last) {
      ++step;
      const SampleAtoms atoms(world, n, step);
      trajectory.write(atoms.frame(step));
      if (step % 3 != 0 && step != last) continue;
      trajectory.commit();
      CheckpointWriter writer(world);
      writer.add("position", atoms.position.data()->data(), atoms.id.size(), 3);
      writer.set("step", step);
      writer.write(checkpoint);
      if (world.is_root()) std::printf("step %lld\n", static_cast<long long>(step));
      std::fflush(stdout);
    }
    if (world.is_root()) {
      const auto result = holds_samples(path, n, last + 1);
      if (!result) fail("{}", result.message());
      std::printf("complete\n");
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rank %d: %s\n", world.rank(), error.what());
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  return 0;
}
