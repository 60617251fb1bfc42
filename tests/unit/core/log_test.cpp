#include "core/log.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/error.hpp"
#include "core/progress.hpp"

namespace spinel {
namespace {

/// A stream that remembers what was written.
class Memory {
 public:
  Memory() : stream_(open_memstream(&text_, &size_)) {}
  ~Memory() {
    std::fclose(stream_);
    std::free(text_);
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  std::FILE* stream() { return stream_; }
  std::string text() {
    std::fflush(stream_);
    return {text_, size_};
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* stream_;
};

TEST(Log, WritesLinesOnlyWhereEnabled) {
  Memory on, off;
  Log(true, on.stream(), false).print("step {}", 5);
  Log(false, off.stream(), true).print("step {}", 5);
  Log(false, off.stream(), true).live("live");
  EXPECT_EQ(on.text(), "step 5\n");
  EXPECT_EQ(off.text(), "");
}

TEST(Log, LiveLineOnlyOnATerminal) {
  Memory batch, terminal;
  Log(true, batch.stream()).live("10 %");  // a memory stream is no terminal
  EXPECT_EQ(batch.text(), "");
  {
    Log log(true, terminal.stream(), true);
    log.live("10 %");
    log.line("done");
    log.live("20 %");
  }
  EXPECT_EQ(terminal.text(), "\r\x1b[K10 %\r\x1b[Kdone\n\r\x1b[K20 %\r\x1b[K");
}

TEST(Progress, BatchLinesAtMostEveryInterval) {
  Memory memory;
  Log log(true, memory.stream(), false);
  double now = 100.0;
  {
    Progress progress(log, "steps", 1000, 2000, 30.0, [&] { return now; });
    for (int step = 1000; step < 1240; ++step, now += 0.125) progress.update(step);
    EXPECT_EQ(memory.text(), "");
    for (int step = 1240; step <= 2000; ++step, now += 0.125) progress.update(step);
  }
  EXPECT_EQ(memory.text(),
            "  1240 / 2000 steps (62.0 %), 8 steps/s, 30 s elapsed, 1 min 35 s left\n"
            "  1480 / 2000 steps (74.0 %), 8 steps/s, 1 min 00 s elapsed, 1 min 05 s left\n"
            "  1720 / 2000 steps (86.0 %), 8 steps/s, 1 min 30 s elapsed, 35 s left\n"
            "  1960 / 2000 steps (98.0 %), 8 steps/s, 2 min 00 s elapsed, 5.00 s left\n");
}

TEST(Progress, LiveLineOnATerminalIsRemovedAtTheEnd) {
  Memory memory;
  Log log(true, memory.stream(), true);
  double now = 0.0;
  {
    Progress progress(log, "steps", 0, 10, 30.0, [&] { return now; });
    now = 0.1;
    progress.update(1);
    EXPECT_EQ(memory.text(), "");  // quick work shows nothing
    now = 1.0;
    progress.update(5);
    EXPECT_EQ(memory.text(), "\r\x1b[K  5 / 10 steps (50.0 %), 5 steps/s, 1.00 s elapsed, 1.00 s left");
  }
  EXPECT_EQ(memory.text().substr(memory.text().size() - 4), "\r\x1b[K");
}

TEST(TextTable, AlignsColumns) {
  TextTable table({"part", "min", "max"});
  table.add({"pair", "1.0", "12.5"});
  table.add({"neighbors", "Å", ""});
  EXPECT_EQ(table.text(),
            "  part       min   max\n"
            "  ---------  ---  ----\n"
            "  pair       1.0  12.5\n"
            "  neighbors    Å");
  EXPECT_THROW(table.add({"one cell"}), Error);
}

TEST(RunningTable, FixedColumns) {
  const RunningTable table({{"step", "", 8, 0, true}, {"T", "K", 8, 2}, {"P", "GPa", 10, 4, false, true}});
  EXPECT_EQ(table.header(),
            "     step        T          P\n"
            "               (K)      (GPa)");
  EXPECT_EQ(table.row({100, 300.126, -0.000012345678}), "      100   300.13 -1.235e-05");
  EXPECT_EQ(table.row({100, 1234567890.0, 1.0}), "      100    1e+09          1");
  EXPECT_THROW(table.row({1.0}), Error);
}

}  // namespace
}  // namespace spinel
