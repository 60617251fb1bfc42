#include "io/journal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "parallel/communicator.hpp"

namespace spinel {
namespace {

namespace fs = std::filesystem;

// Each rank its own file: a journal has one writer.
class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("spinel-journal-{}-{}", getpid(), Communicator::world().rank());
    fs::create_directories(folder_);
    path_ = (folder_ / "0").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::vector<char> record(std::size_t n) {
    std::vector<char> bytes(n);
    for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<char>(7 * i + n);
    return bytes;
  }
  std::vector<std::size_t> sizes(std::uint64_t* end = nullptr) const {
    std::vector<std::size_t> found;
    const std::uint64_t whole = scan_journal(path_, [&](std::uint64_t offset, const std::vector<char>& bytes) {
      EXPECT_TRUE(bytes == record(bytes.size()));
      EXPECT_TRUE(read_journal(PosixFile(path_, PosixFile::Mode::read), offset) == bytes);
      found.push_back(bytes.size());
    });
    if (end != nullptr) *end = whole;
    return found;
  }
  void write_three() const {
    Journal journal(path_, 0);
    for (const std::size_t n : {3, 0, 100}) journal.append(record(n));
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(JournalTest, RecordsComeBackInOrderAndMoreCanFollow) {
  EXPECT_EQ(scan_journal(path_, [](auto, const auto&) {}), 0U);
  write_three();
  std::uint64_t end = 0;
  EXPECT_EQ(sizes(&end), (std::vector<std::size_t>{3, 0, 100}));
  EXPECT_EQ(end, fs::file_size(path_));
  Journal(path_, end).append(record(17));
  EXPECT_EQ(sizes(), (std::vector<std::size_t>{3, 0, 100, 17}));
  Journal(path_, 0).append(record(5));
  EXPECT_EQ(sizes(), (std::vector<std::size_t>{5}));
}

TEST_F(JournalTest, CutAnywhereTheWholeRecordsRemain) {
  write_three();
  const auto size = fs::file_size(path_);
  std::ifstream file(path_, std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(file)), {});
  for (std::size_t cut = size; cut-- > 0;) {
    fs::resize_file(path_, cut);
    std::uint64_t end = 0;
    const auto found = sizes(&end);
    EXPECT_LE(end, cut);
    EXPECT_EQ(found.size(), cut < 8 + 19 ? 0U : cut < 8 + 19 + 16 ? 1U : 2U) << cut;
    if (cut % 10 != 0) continue;
    // What a writer adds after the cut is read, and what was torn is gone.
    { Journal(path_, end).append(record(11)); }
    auto expected = found;
    expected.push_back(11);
    EXPECT_EQ(sizes(), expected);
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << all.substr(0, cut);
  }
}

TEST_F(JournalTest, DamageEndsIt) {
  write_three();
  for (const std::uint64_t at : {8 + 2, 8 + 19 + 3, 8 + 19 + 16 + 20}) {
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 1));
    file.close();
    EXPECT_LT(sizes().size(), 3U) << at;
    std::fstream again(path_, std::ios::binary | std::ios::in | std::ios::out);
    again.seekp(static_cast<std::streamoff>(at));
    again.put(byte);
  }
  EXPECT_EQ(sizes().size(), 3U);
  std::ofstream(path_, std::ios::trunc) << "something else entirely";
  EXPECT_THROW(sizes(), Error);
}

}  // namespace
}  // namespace spinel
