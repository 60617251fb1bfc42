#include "io/trajectory/trajectory.hpp"

#include "io_test_support.hpp"

namespace spinel {
namespace {

using namespace io_test;

struct Case {
  std::int64_t n;
  std::int64_t frames;
  bool double_precision;
  int compression;
};

class TrajectoryRoundTrip : public testing::TestWithParam<Case> {};

TEST_P(TrajectoryRoundTrip, HoldsEveryAtomInIdOrderWhateverRankHadIt) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const Case c = GetParam();
  auto options = sample_options(folder.file("a.h5md"), c.n);
  options.double_precision = c.double_precision;
  options.compression = c.compression;
  {
    auto trajectory = create_sample(world, options);
    write_samples(trajectory, world, c.n, 0, c.frames - 1);
    EXPECT_EQ(trajectory.n_frames(), c.frames);
    trajectory.commit();
  }
  if (world.is_root()) {
    EXPECT_TRUE(holds_samples(options.path, c.n, c.frames, c.double_precision));
  }
}

INSTANTIATE_TEST_SUITE_P(SizesAndFilters, TrajectoryRoundTrip,
                         testing::Values(Case{1, 3, true, 0}, Case{7, 300, true, 0}, Case{7, 20, true, 6},
                                         Case{2500, 4, false, 0}, Case{2500, 4, false, 1},
                                         Case{100003, 2, true, 0},    // three chunks a frame, the last one short
                                         Case{100003, 2, false, 3},   // two chunks
                                         Case{300007, 1, true, 0}));  // seven chunks

TEST(Trajectory, StoresConstantDataCompressed) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  auto options = sample_options(folder.file("a.h5md"), 40000);
  options.fields = {"position"};
  options.compression = 4;
  SampleAtoms atoms(world, options.n_atoms, 0);
  for (auto& position : atoms.position) position = Vec3(1, 2, 3);
  auto trajectory = Trajectory::create(world, options, atoms.frame(0), atoms.type.data());
  for (std::int64_t step = 0; step < 5; ++step) trajectory.write(atoms.frame(step));
  trajectory.commit();
  if (world.is_root()) {
    const auto values = HdfReader(options.path).read<double>("/particles/all/position/value");
    ASSERT_EQ(values.size(), 5u * 40000u * 3u);
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], static_cast<double>(i % 3 + 1));
    EXPECT_LT(std::filesystem::file_size(options.path), values.size() * sizeof(double) / 10);
  }
}

TEST(Trajectory, RanksWithoutAtoms) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const auto options = sample_options(folder.file("a.h5md"), 90001);
  auto trajectory = create_sample(world, options);
  write_samples(trajectory, world, options.n_atoms, 0, 1, 1);
  trajectory.commit();
  if (world.is_root()) {
    EXPECT_TRUE(holds_samples(options.path, options.n_atoms, 2));
  }
}

TEST(Trajectory, ContinuesAsIfNeverStopped) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  for (const int compression : {0, 2}) {
    auto options = sample_options(folder.file("a.h5md"), 500);
    options.compression = compression;
    {
      auto trajectory = create_sample(world, options);
      write_samples(trajectory, world, 500, 0, 4);
      trajectory.commit();
      write_samples(trajectory, world, 500, 5, 12);
      trajectory.commit();
      write_samples(trajectory, world, 500, 13, 14);  // never committed
    }
    {
      auto trajectory = Trajectory::open_at(world, options.path, 500, 7);
      EXPECT_EQ(trajectory.n_frames(), 8);
      EXPECT_EQ(trajectory.last_step(), 7);
      EXPECT_EQ(trajectory.fields().size(), 4u);
      EXPECT_EQ(trajectory.observables(), (std::vector<std::string>{"temperature", "potential_energy"}));
      if (world.is_root()) {
        EXPECT_TRUE(holds_samples(options.path, 500, 8));
      }
      world.barrier();
      write_samples(trajectory, world, 500, 8, 9);
      trajectory.commit();
      write_samples(trajectory, world, 500, 10, 19);
      trajectory.commit();
    }
    if (world.is_root()) {
      EXPECT_TRUE(holds_samples(options.path, 500, 20));
    }
    // Before the first frame: everything is dropped.
    auto trajectory = Trajectory::open_at(world, options.path, 500, -1);
    EXPECT_EQ(trajectory.n_frames(), 0);
    write_samples(trajectory, world, 500, 0, 2);
    trajectory.commit();
    if (world.is_root()) {
      EXPECT_TRUE(holds_samples(options.path, 500, 3));
    }
  }
}

TEST(Trajectory, IsReadableWhileItIsWritten) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const auto options = sample_options(folder.file("a.h5md"), 100);
  auto trajectory = create_sample(world, options);
  for (int part = 0; part < 4; ++part) {
    if (world.is_root()) {
      EXPECT_TRUE(holds_samples(options.path, 100, 3 * part));
    }
    world.barrier();
    write_samples(trajectory, world, 100, 3 * part, 3 * part + 2);
    world.barrier();
    if (world.is_root()) {
      EXPECT_TRUE(holds_samples(options.path, 100, 3 * part));
    }
    world.barrier();
    trajectory.commit();
  }
}

TEST(Trajectory, ReplacesAnOlderRunWithItsJournal) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const auto options = sample_options(folder.file("a.h5md"), 100);
  if (world.is_root()) {
    std::fclose(std::fopen((options.path + ".journal").c_str(), "w"));
    std::fclose(std::fopen(options.path.c_str(), "w"));
  }
  world.barrier();
  auto trajectory = create_sample(world, options);
  write_samples(trajectory, world, 100, 0, 2);
  trajectory.commit();
  if (world.is_root()) {
    EXPECT_FALSE(std::filesystem::exists(options.path + ".journal"));
    EXPECT_FALSE(Trajectory::recover(options.path));
    EXPECT_TRUE(holds_samples(options.path, 100, 3));
  }
}

TEST(Trajectory, RefusesWhatItCannotStore) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  auto options = sample_options(folder.file("a.h5md"), 50);
  const auto message_with = [&](const auto& change) {
    auto trajectory = create_sample(world, options);
    write_samples(trajectory, world, 50, 0, 0);
    SampleAtoms atoms(world, 50, 1);
    Frame frame = atoms.frame(1);
    change(atoms, frame);
    const std::string message = error_of([&] { trajectory.write(frame); });
    EXPECT_NE(error_of([&] { trajectory.commit(); }).find("after an earlier failure"), std::string::npos);
    return message;
  };
  using Atoms = SampleAtoms&;
  EXPECT_NE(message_with([](Atoms, Frame& f) { f.step = 0; }).find("frame of step 0 after that of step 0"),
            std::string::npos);
  EXPECT_NE(message_with([](Atoms, Frame& f) { f.velocity = nullptr; }).find("'velocity'"), std::string::npos);
  EXPECT_NE(message_with([](Atoms, Frame& f) { f.observables.clear(); }).find("0 observables given for 2"),
            std::string::npos);
  EXPECT_NE(message_with([](Atoms a, Frame&) {
              for (auto& id : a.id) id = id == 3 ? 4 : id;
            }).find("missing or occurs twice"),
            std::string::npos);
  EXPECT_NE(message_with([](Atoms a, Frame&) {
              for (auto& id : a.id) id = id == 3 ? 50 : id;
            }).find("atom id 50 is outside 0 … 49"),
            std::string::npos);
  EXPECT_NE(message_with([](Atoms a, Frame& f) {
              if (!a.id.empty()) --f.n;
            }).find("missing or occurs twice"),
            std::string::npos);

  options.fields = {"position", "color"};
  EXPECT_NE(error_of([&] { create_sample(world, options); }).find("unknown trajectory field 'color'"),
            std::string::npos);
  EXPECT_NE(error_of([&] { Trajectory::open_at(world, folder.file("none.h5md"), 50, 0); }).find("there is no"),
            std::string::npos);
  EXPECT_NE(error_of([&] { Trajectory::open_at(world, options.path, 51, 0); }).find("50 atoms, the run 51"),
            std::string::npos);
  if (world.is_root()) std::filesystem::resize_file(options.path, 700);
  world.barrier();
  EXPECT_NE(error_of([&] { Trajectory::open_at(world, options.path, 50, 0); }).find("a.h5md"), std::string::npos);
}

}  // namespace
}  // namespace spinel
