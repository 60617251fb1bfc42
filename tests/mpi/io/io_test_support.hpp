#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/hdf_reader.hpp"
#include "io/trajectory/trajectory.hpp"
#include "parallel/communicator.hpp"

namespace spinel::io_test {

/// A folder that all ranks share, removed with the object; in memory where the system has such a place, as thousands of
/// syncs to a disk would take minutes.
class TestFolder {
 public:
  explicit TestFolder(const Communicator& comm) : comm_(comm) {
    if (comm.is_root()) {
      const bool in_memory = access("/dev/shm", W_OK) == 0;
      const auto parent = in_memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
      std::string pattern = (parent / "spinel_io_XXXXXX").string();
      path_ = mkdtemp(pattern.data());
    }
    comm.broadcast(path_);
  }
  ~TestFolder() {
    comm_.barrier();
    std::error_code ignored;
    if (comm_.is_root()) std::filesystem::remove_all(path_, ignored);
    comm_.barrier();
  }
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  Communicator comm_;
  std::string path_;
};

/// A number in [0, 1) that depends on all bits of the three arguments (the mixing steps of SplitMix64).
inline double noise(std::int64_t id, std::int64_t step, int component) {
  auto x = static_cast<std::uint64_t>(id) * 0x9E3779B97F4A7C15u +
           static_cast<std::uint64_t>(step) * 0xBF58476D1CE4E5B9u +
           static_cast<std::uint64_t>(component + 1) * 0x94D049BB133111EBu;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

/// What atom `id` has at `step`, whichever rank holds it.
inline Vec3 sample_position(std::int64_t id, std::int64_t step) {
  return {10 * noise(id, step, 0), 11 * noise(id, step, 1), 12 * noise(id, step, 2)};
}
inline Vec3 sample_velocity(std::int64_t id, std::int64_t step) {
  return {noise(id, step, 3) - 0.5, noise(id, step, 4) - 0.5, noise(id, step, 5) - 0.5};
}
inline Vec3 sample_force(std::int64_t id, std::int64_t step) {
  return {noise(id, step, 6) - 0.5, noise(id, step, 7) - 0.5, noise(id, step, 8) - 0.5};
}
inline std::array<int, 3> sample_image(std::int64_t id, std::int64_t step) {
  return {static_cast<int>(id % 5) - 2, static_cast<int>(step % 3), -static_cast<int>((id + step) % 7)};
}
inline std::int32_t sample_type(std::int64_t id) { return static_cast<std::int32_t>(id % 3); }

/// The atoms of one rank at one step. Atoms change ranks from step to step; ranks from `last_with_atoms` + 1 on have
/// none.
struct SampleAtoms {
  std::vector<std::int64_t> id;
  std::vector<Vec3> position, velocity, force;
  std::vector<std::array<int, 3>> image;
  std::vector<std::int32_t> type;

  SampleAtoms(const Communicator& comm, std::int64_t n, std::int64_t step, int ranks_with_atoms = 1 << 30) {
    const int ranks = std::min(comm.size(), ranks_with_atoms);
    for (std::int64_t k = 0; k < n; ++k) {
      const std::int64_t i = (k * 7919 + 13) % n;  // n is no multiple of 7919
      if (static_cast<int>(noise(i, step / 2, 99) * ranks) != comm.rank()) continue;
      id.push_back(i);
      position.push_back(sample_position(i, step));
      velocity.push_back(sample_velocity(i, step));
      force.push_back(sample_force(i, step));
      image.push_back(sample_image(i, step));
      type.push_back(sample_type(i));
    }
  }

  Frame frame(std::int64_t step) const {
    Frame result;
    result.step = step;
    result.time = 0.5 * static_cast<double>(step);
    result.cell << 10 + 0.1 * static_cast<double>(step), 0, 0, 2, 11, 0, -1, 3, 12;
    result.n = id.size();
    result.id = id.data();
    result.position = position.data();
    result.velocity = velocity.data();
    result.force = force.data();
    result.image = image.data();
    result.observables = {300.0 + static_cast<double>(step), -static_cast<double>(step) / 3};
    return result;
  }
};

inline TrajectoryOptions sample_options(const std::string& path, std::int64_t n) {
  TrajectoryOptions options;
  options.path = path;
  options.n_atoms = n;
  options.fields = {"position", "image", "velocity", "force"};
  options.double_precision = true;
  options.species = {{"Li", 3, 6.94}, {"O", 8, 15.999}, {"Fe", 26, 55.845}};
  options.observables = {{"temperature", "K"}, {"potential_energy", "eV"}};
  options.parameters = {{"input", "&control\n/\n"}};
  return options;
}

/// Steps first, first + 1, … last.
inline void write_samples(Trajectory& trajectory, const Communicator& comm, std::int64_t n, std::int64_t first,
                          std::int64_t last, int ranks_with_atoms = 1 << 30) {
  for (std::int64_t step = first; step <= last; ++step)
    trajectory.write(SampleAtoms(comm, n, step, ranks_with_atoms).frame(step));
}

inline Trajectory create_sample(const Communicator& comm, const TrajectoryOptions& options) {
  const SampleAtoms atoms(comm, options.n_atoms, 0);
  return Trajectory::create(comm, options, atoms.frame(0), atoms.type.data());
}

/// On one rank: that the file holds exactly the samples of steps 0 … n_frames − 1, to the bit where it holds doubles.
inline testing::AssertionResult holds_samples(const std::string& path, std::int64_t n, std::int64_t n_frames,
                                              bool double_precision = true) {
  const HdfReader reader(path);
  const double kj_per_mol = 96.48533212331002;
  const auto wrong = [&](const std::string& what, std::int64_t step, std::int64_t id) {
    return testing::AssertionFailure() << path << ": wrong " << what << " at step " << step << ", atom " << id;
  };
  const auto steps = reader.read<std::int64_t>("/particles/all/position/step");
  const auto times = reader.read<double>("/observables/temperature/time");
  const auto edges = reader.read<double>("/particles/all/box/edges/value");
  const auto temperature = reader.read<double>("/observables/temperature/value");
  const auto energy = reader.read<double>("/observables/potential_energy/value");
  const auto frames = static_cast<std::size_t>(n_frames);
  if (steps.size() != frames || times.size() != frames || edges.size() != 9 * frames || temperature.size() != frames)
    return testing::AssertionFailure() << path << ": " << steps.size() << " frames, not " << n_frames;
  const auto ids = reader.read<std::int64_t>("/particles/all/id");
  const auto types = reader.read<std::int32_t>("/particles/all/species");
  for (std::int64_t i = 0; i < n; ++i)
    if (ids.at(static_cast<std::size_t>(i)) != i || types.at(static_cast<std::size_t>(i)) != sample_type(i))
      return wrong("id or species", -1, i);
  for (std::int64_t s = 0; s < n_frames; ++s) {
    const auto f = static_cast<std::size_t>(s);
    if (steps[f] != s || times[f] != 0.5 * static_cast<double>(s) ||
        edges[9 * f] != 10 + 0.1 * static_cast<double>(s) || edges[9 * f + 3] != 2 || edges[9 * f + 7] != 3 ||
        temperature[f] != 300.0 + static_cast<double>(s) || energy[f] != -static_cast<double>(s) / 3)
      return wrong("series", s, -1);
  }
  for (const std::string field : {"position", "velocity", "force", "image"}) {
    const auto values = reader.read<double>("/particles/all/" + field + "/value");
    if (values.size() != static_cast<std::size_t>(3 * n * n_frames)) return wrong("size of " + field, -1, -1);
    for (std::int64_t s = 0; s < n_frames; ++s)
      for (std::int64_t i = 0; i < n; ++i) {
        const auto image = sample_image(i, s);
        const Vec3 sample = field == "position"   ? sample_position(i, s)
                            : field == "velocity" ? sample_velocity(i, s)
                            : field == "force"    ? Vec3(kj_per_mol * sample_force(i, s))
                                                  : Vec3(image[0], image[1], image[2]);
        for (int k = 0; k < 3; ++k) {
          const double stored = values[static_cast<std::size_t>(3 * (s * n + i) + k)];
          const double expected = double_precision ? sample[k] : static_cast<double>(static_cast<float>(sample[k]));
          if (stored != expected) return wrong(field, s, i);
        }
      }
  }
  return testing::AssertionSuccess();
}

/// The message of the Error that `step` throws; empty where it throws none.
template <class Step>
std::string error_of(Step&& step) {
  try {
    step();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace spinel::io_test
