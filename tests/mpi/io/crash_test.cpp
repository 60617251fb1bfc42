// A kill can stop a run before any of its changes to a file. These tests copy what is on disk before each change, and
// once more with only half of it made, and check that every copy recovers to the last commit or the one under way.
#include <cstdio>

#include "io/posix_file.hpp"
#include "io/trajectory/trajectory.hpp"
#include "io_test_support.hpp"

namespace spinel {
namespace {

using namespace io_test;
namespace fs = std::filesystem;

class Snapshots {
 public:
  Snapshots(const Communicator& comm, const std::string& path) : path_(path) {
    if (!comm.is_root()) return;  // the other ranks write only where the committed file has nothing
    set_file_probe([this](const std::string& changed, std::uint64_t offset, const void* data, std::size_t size) {
      const std::string copy = take();
      if (data == nullptr) return;
      const std::string torn = take();
      const std::string target = torn + changed.substr(path_.size());
      if (changed.compare(0, path_.size(), path_) != 0 || !fs::exists(target)) return;
      std::FILE* file = std::fopen(target.c_str(), "r+b");
      std::fseek(file, static_cast<long>(offset), SEEK_SET);
      std::fwrite(data, 1, size / 2, file);
      std::fclose(file);
    });
  }
  ~Snapshots() { set_file_probe({}); }
  Snapshots(const Snapshots&) = delete;

  struct Copy {
    std::string path;
    std::int64_t committed;
  };
  std::int64_t committed = -1;  // frames of the last commit that returned; −1: the file was not created yet
  std::vector<Copy> copies;

 private:
  std::string take() {
    const std::string to = path_ + ".copy" + std::to_string(count_++);
    for (const std::string suffix : {"", ".journal", ".journal.tmp"})
      if (fs::exists(path_ + suffix)) fs::copy_file(path_ + suffix, to + suffix);
    copies.push_back({to, committed});
    return to;
  }
  std::string path_;
  static inline int count_ = 0;
};

TEST(Crash, EveryStateOnDiskRecoversToACommit) {
  const auto world = Communicator::world();
  for (const int compression : {0, 3}) {
    const TestFolder folder(world);
    auto options = sample_options(folder.file("a.h5md"), 60);
    options.compression = compression;
    std::vector<Snapshots::Copy> copies;
    {
      Snapshots snapshots(world, options.path);
      auto trajectory = create_sample(world, options);
      snapshots.committed = 0;
      for (int part = 0; part < 5; ++part) {
        write_samples(trajectory, world, 60, 4 * part, 4 * part + 3);
        trajectory.commit();
        snapshots.committed = 4 * part + 4;
      }
      copies = snapshots.copies;
    }
    // Ten frames stay of the twenty; the commit of that is probed too.
    std::vector<Snapshots::Copy> shortening;
    {
      Snapshots snapshots(world, options.path);
      snapshots.committed = 20;
      auto trajectory = Trajectory::open_at(world, options.path, 60, 9);
      shortening = snapshots.copies;
    }
    if (!world.is_root()) continue;
    EXPECT_GT(copies.size(), 100u);
    int completed = 0;
    for (const auto& copy : copies) {
      if (!fs::exists(copy.path)) {
        EXPECT_EQ(copy.committed, -1) << copy.path;
        continue;
      }
      const bool journal = fs::exists(copy.path + ".journal");
      EXPECT_EQ(Trajectory::recover(copy.path), journal);
      completed += journal;
      const auto frames = HdfReader(copy.path).dims("/particles/all/position/value").at(0);
      EXPECT_EQ(frames, journal ? copy.committed + 4 : copy.committed) << copy.path;
      EXPECT_TRUE(holds_samples(copy.path, 60, frames));
      EXPECT_FALSE(Trajectory::recover(copy.path));
    }
    EXPECT_GT(completed, 20);
    EXPECT_GT(shortening.size(), 4u);
    for (const auto& copy : shortening) {
      auto trajectory = Trajectory::open_at(Communicator::self(), copy.path, 60, 9);
      EXPECT_EQ(trajectory.n_frames(), 10);
      write_samples(trajectory, Communicator::self(), 60, 10, 11);
      trajectory.commit();
      EXPECT_TRUE(holds_samples(copy.path, 60, 12));
    }
  }
}

TEST(Crash, RecoveryItselfMayBeKilled) {
  const auto self = Communicator::self();
  if (!Communicator::world().is_root()) return;
  const TestFolder folder(self);
  const auto options = sample_options(folder.file("a.h5md"), 60);
  std::vector<Snapshots::Copy> copies;
  {
    Snapshots snapshots(self, options.path);
    auto trajectory = create_sample(self, options);
    write_samples(trajectory, self, 60, 0, 3);
    trajectory.commit();
    write_samples(trajectory, self, 60, 4, 7);
    snapshots.committed = 4;
    trajectory.commit();
    copies = snapshots.copies;
  }
  int recoveries = 0;
  for (const auto& copy : copies) {
    if (copy.committed != 4 || !fs::exists(copy.path + ".journal")) continue;
    Snapshots snapshots(self, copy.path);
    Trajectory::recover(copy.path);
    const auto cut_short = snapshots.copies;
    snapshots.copies.clear();
    for (const auto& again : cut_short) {
      Trajectory::recover(again.path);
      EXPECT_TRUE(holds_samples(again.path, 60, 8));
      ++recoveries;
    }
  }
  EXPECT_GT(recoveries, 20);
}

TEST(Crash, DamagedJournalIsNotApplied) {
  const auto self = Communicator::self();
  if (!Communicator::world().is_root()) return;
  const TestFolder folder(self);
  const auto options = sample_options(folder.file("a.h5md"), 60);
  auto trajectory = create_sample(self, options);
  write_samples(trajectory, self, 60, 0, 3);
  trajectory.commit();
  for (const std::string& content : {std::string(), std::string("SPNLJRN1"), std::string(500, 'x')}) {
    std::FILE* file = std::fopen((options.path + ".journal").c_str(), "wb");
    std::fwrite(content.data(), 1, content.size(), file);
    std::fclose(file);
    EXPECT_NE(error_of([&] { Trajectory::recover(options.path); }).find("is damaged"), std::string::npos);
    EXPECT_TRUE(holds_samples(options.path, 60, 4));
  }
}

}  // namespace
}  // namespace spinel
