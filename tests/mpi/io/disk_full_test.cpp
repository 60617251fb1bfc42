#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <csignal>

#include "io/checkpoint.hpp"
#include "io/result_file.hpp"
#include "io_test_support.hpp"

namespace spinel {
namespace {

using namespace io_test;

// A file system of its own with room for a few frames. Only root can mount one.
class SmallDisk {
 public:
  SmallDisk(const Communicator& comm, const std::string& folder) : comm_(comm), folder_(folder) {
    int done = 0;
    if (comm.is_root()) done = mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=2m") == 0;
    comm.broadcast(&done, 1);
    mounted_ = done == 1;
  }
  ~SmallDisk() {
    comm_.barrier();
    if (mounted_ && comm_.is_root()) umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  Communicator comm_;
  std::string folder_;
  bool mounted_ = false;
};

// Limits the length of files that this process writes, for the life of the object.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    signal_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  FileLimit(const FileLimit&) = delete;

 private:
  rlimit before_{};
  void (*signal_)(int);
};

constexpr const char* full = "No space left on device";
constexpr const char* too_large = "File too large";

// Writes and commits frames until that fails; returns the message and the frames of the last commit.
std::string write_until_failure(const Communicator& comm, const TrajectoryOptions& options, std::int64_t& committed) {
  return error_of([&] {
    auto trajectory = create_sample(comm, options);
    for (committed = 0; committed < 1000; committed = trajectory.n_frames()) {
      write_samples(trajectory, comm, options.n_atoms, committed, committed + 1);
      trajectory.commit();
    }
  });
}

void write_checkpoint(const Communicator& comm, const std::string& path, std::size_t rows, double value) {
  const std::vector<double> values(rows, value);
  CheckpointWriter writer(comm);
  writer.add("values", values.data(), rows);
  writer.set("value", value);
  writer.write(path);
}

TEST(DiskFull, TrajectoryKeepsItsLastCommit) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const SmallDisk disk(world, folder.path());
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small tmpfs needs root";
  for (const int compression : {0, 1}) {
    auto options = sample_options(folder.file("a.h5md"), 1000);
    options.compression = compression;
    std::int64_t committed = 0;
    const std::string message = write_until_failure(world, options, committed);
    EXPECT_NE(message.find(full), std::string::npos) << message;
    EXPECT_NE(message.find("a.h5md"), std::string::npos) << message;
    EXPECT_GT(committed, 2);
    if (world.is_root()) {
      EXPECT_TRUE(holds_samples(options.path, 1000, committed));
    }
    world.barrier();
    EXPECT_EQ(Trajectory::open_at(world, options.path, 1000, committed - 1).n_frames(), committed);
    world.barrier();
    if (world.is_root()) std::filesystem::remove(options.path);
    world.barrier();
  }
}

TEST(DiskFull, CheckpointAndResultsKeepThePreviousOne) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const SmallDisk disk(world, folder.path());
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small tmpfs needs root";
  const std::string path = folder.file("a.restart.h5");
  write_checkpoint(world, path, 10, 1.5);
  const std::size_t rows = 400000 / static_cast<std::size_t>(world.size());
  const std::string message = error_of([&] { write_checkpoint(world, path, rows, 2.5); });
  EXPECT_NE(message.find(full), std::string::npos) << message;
  EXPECT_NE(message.find(path), std::string::npos) << message;
  EXPECT_EQ(CheckpointReader(world, path).real("value"), 1.5);
  EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
  // With the room given back a small one fits again.
  write_checkpoint(world, path, 10, 3.5);
  EXPECT_EQ(CheckpointReader(world, path).real("value"), 3.5);

  ResultFile results(world, folder.file("a.h5"));
  results.write("/a", 1.0, {"", ""});
  results.save();
  results.write("/b", std::vector<double>(400000, 1.0), {"", ""});
  const std::string refused = error_of([&] { results.save(); });
  EXPECT_NE(refused.find(full), std::string::npos) << refused;
  EXPECT_NE(refused.find("a.h5"), std::string::npos) << refused;
  if (world.is_root()) {
    EXPECT_EQ(HdfReader(folder.file("a.h5")).list(), std::vector<std::string>{"a"});
  }
}

TEST(DiskFull, FileLimitIsAnErrorOfEveryRank) {
  const auto world = Communicator::world();
  const TestFolder folder(world);
  const auto options = sample_options(folder.file("a.h5md"), 1000);
  std::int64_t committed = 0;
  std::string message, refused;
  const std::string path = folder.file("a.restart.h5");
  write_checkpoint(world, path, 10, 1.5);
  {
    const FileLimit limit(1 << 20);
    message = write_until_failure(world, options, committed);
    refused = error_of([&] { write_checkpoint(world, path, 400000 / static_cast<std::size_t>(world.size()), 2.5); });
  }
  EXPECT_NE(message.find(too_large), std::string::npos) << message;
  EXPECT_GT(committed, 2);
  EXPECT_NE(refused.find(too_large), std::string::npos) << refused;
  EXPECT_EQ(CheckpointReader(world, path).real("value"), 1.5);
  if (world.is_root()) {
    EXPECT_TRUE(holds_samples(options.path, 1000, committed));
  }
}

}  // namespace
}  // namespace spinel
