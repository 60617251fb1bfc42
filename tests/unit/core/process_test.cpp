#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "core/memory.hpp"
#include "core/provenance.hpp"
#include "core/stop_signal.hpp"

namespace spinel {
namespace {

TEST(Provenance, SaysWhatItIs) {
  const auto p = provenance();
  EXPECT_NE(p.version, "");
  EXPECT_TRUE(p.git_commit == "unknown" || p.git_commit.size() == 40) << p.git_commit;
  EXPECT_NE(p.compiler.find(' '), std::string::npos) << p.compiler;
  EXPECT_NE(p.hostname, "");
  ASSERT_GE(p.libraries.size(), 2u);
  EXPECT_EQ(p.libraries[0].first, "fmt");
  Provenance other = p;
  other.version = "1.2.3";
  other.git_commit = "0123456789abcdef0123456789abcdef01234567";
  other.git_dirty = true;
  EXPECT_EQ(other.version_text(), "1.2.3 (0123456789, modified)");
  other.git_commit = "unknown";
  EXPECT_EQ(other.version_text(), "1.2.3");
}

TEST(Blas, IsIdentified) {
  const auto blas = blas_in_use();
  // Set by run_again, in whose environment the answer is known.
  if (const char* advice = std::getenv("SPINEL_TEST_EXPECTS_BLAS_ADVICE")) {
    EXPECT_NE(blas.advice.find(advice), std::string::npos) << blas.path << "\n" << blas.advice;
    EXPECT_EQ(blas.advice.empty(), *advice == '\0') << blas.advice;
  }
  EXPECT_TRUE(std::filesystem::exists(blas.path)) << blas.path;
  EXPECT_FALSE(std::filesystem::is_symlink(blas.path)) << blas.path;
  EXPECT_EQ(blas.is_reference, blas.name == "reference BLAS") << blas.name;
  if (blas.path.find("openblas") != std::string::npos) {
    EXPECT_EQ(blas.name, "OpenBLAS");
    EXPECT_EQ(blas.details.rfind("OpenBLAS ", 0), 0u) << blas.details;
  }
}

/// Runs Blas.IsIdentified in a new process with one variable of the environment changed; its exit status.
int run_again(const char* variable, const std::string& value, const char* advice) {
  const pid_t child = fork();
  if (child == 0) {
    setenv(variable, value.c_str(), 1);
    setenv("SPINEL_TEST_EXPECTS_BLAS_ADVICE", advice, 1);
    execl("/proc/self/exe", "core_tests", "--gtest_filter=Blas.IsIdentified", "--gtest_brief=1", nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Blas, OpenBlasWithOldKernelsIsRecognized) {
  if (blas_in_use().details.find("DYNAMIC_ARCH") == std::string::npos) GTEST_SKIP() << "no OpenBLAS for all processors";
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2")) GTEST_SKIP() << "old kernels suit this processor";
#else
  GTEST_SKIP() << "only on x86";
#endif
  for (const auto& [core, expected] : {std::pair{"Prescott", "OPENBLAS_CORETYPE="}, {"Haswell", ""}})
    EXPECT_EQ(run_again("OPENBLAS_CORETYPE", core, expected), 0) << core;
}

TEST(Blas, ReferenceLibraryIsRecognized) {
  // Debian keeps Netlib's library here, whichever one the system's alternative points to.
  std::string folder;
  for (const char* triplet : {"x86_64-linux-gnu", "aarch64-linux-gnu"})
    if (const auto path = std::string("/usr/lib/") + triplet + "/blas"; std::filesystem::exists(path + "/libblas.so.3"))
      folder = path;
  if (folder.empty()) GTEST_SKIP() << "Netlib's BLAS (Debian: libblas3) is not installed";
  // This program asks for libblas.so.3 only where it was linked with the generic library.
  if (blas_in_use().path.find("libblas") == std::string::npos) GTEST_SKIP() << "linked with one particular BLAS";
  EXPECT_EQ(run_again("LD_LIBRARY_PATH", folder, "reference BLAS"), 0);
}

TEST(MemoryUse, GrowsWithWhatIsUsed) {
  const auto before = memory_use();
  EXPECT_GT(before.now, 1 << 20);
  constexpr std::size_t size = 64 << 20;
  {
    std::vector<char> block(size, 1);
    EXPECT_GT(memory_use().now, before.now + static_cast<std::int64_t>(size) / 2);
    EXPECT_NE(block[size / 2], 0);
  }
  EXPECT_GE(memory_use().peak, before.now + static_cast<std::int64_t>(size) / 2);
}

TEST(StopSignal, RemembersTheFirstSignal) {
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) {
    StopSignal stop;
    EXPECT_EQ(StopSignal::received(), 0);
    raise(signal);
    EXPECT_EQ(StopSignal::received(), signal);
    EXPECT_THROW(StopSignal(), Error);
  }
  EXPECT_EQ(StopSignal::name(SIGUSR1), "SIGUSR1");
  EXPECT_EQ(StopSignal::name(9), "signal 9");
}

// Launchers deliver a signal twice in the same moment: one request. A machine that takes longer than such a moment
// between the two is given another chance.
TEST(StopSignal, TwiceInTheSameMomentCountsOnce) {
  const auto twice = [](double& seconds) {
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = fork();
    if (child == 0) {
      StopSignal stop;
      raise(SIGTERM);
      raise(SIGINT);
      _exit(StopSignal::received() == SIGTERM ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return status;
  };
  double seconds = 0.0;
  int status = twice(seconds);
  while (WIFSIGNALED(status) && seconds > StopSignal::repeat_seconds) status = twice(seconds);
  EXPECT_EQ(status, 0);
}

TEST(StopSignal, FormerHandlersComeBack) {
  struct sigaction before {
  }, after{};
  sigaction(SIGTERM, nullptr, &before);
  { StopSignal stop; }
  sigaction(SIGTERM, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(StopSignal, SecondSignalEndsTheProgram) {
  const pid_t child = fork();
  if (child == 0) {
    StopSignal stop;
    raise(SIGUSR1);
    std::this_thread::sleep_for(std::chrono::duration<double>(2.0 * StopSignal::repeat_seconds));
    if (StopSignal::received() != SIGUSR1) _exit(1);
    raise(SIGTERM);
    _exit(2);  // not reached
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

}  // namespace
}  // namespace spinel
