#include "external/child_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string_view>
#include <thread>
#include <vector>

#include "core/error.hpp"

extern char** environ;

namespace spinel {

namespace {

/// Variables by which a launcher tells an MPI process its place: a child that finds them takes itself for that process.
bool is_of_launcher(std::string_view variable) {
  constexpr std::array<std::string_view, 20> beginnings = {"OMPI_COMM_WORLD_",
                                                           "OMPI_UNIVERSE_",
                                                           "OMPI_APP_CTX_",
                                                           "OMPI_FIRST_RANKS",
                                                           "OMPI_NUM_APP_CTX",
                                                           "OMPI_FILE_LOCATION",
                                                           "OMPI_COMMAND",
                                                           "OMPI_ARGV",
                                                           "OMPI_MCA_orte_",
                                                           "OMPI_MCA_ess",
                                                           "OMPI_MCA_pmix",
                                                           "OMPI_MCA_mpi_overs",
                                                           "OMPI_MCA_initial",
                                                           "OMPI_MCA_shmem",
                                                           "PMIX_",
                                                           "PMI_",
                                                           "PRTE_",
                                                           "HYDI_",
                                                           "HYDRA_",
                                                           "MPI_LOCAL"};
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view begin) { return variable.substr(0, begin.size()) == begin; });
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("was killed by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  const int code = WEXITSTATUS(status);
  return fmt::format("ended with status {}{}", code, code == 127 ? " (command not found)" : "");
}

}  // namespace

ChildProcess::ChildProcess(const std::string& command, const std::string& folder, const std::string& log) : log_(log) {
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!is_of_launcher(*entry)) environment.push_back(*entry);
  environment.push_back(nullptr);
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (output < 0) fail("{}: cannot be written: {}", log, std::strerror(errno));
  // When this program is killed the shell gets SIGTERM and passes it on to all that it has started; it hears of it
  // while it waits, but not while a command in the foreground runs.
  const std::string script = "trap 'trap - TERM; kill 0' TERM\n(\n" + command + "\n) &\nwait $!\nexit $?\n";
  std::array<const char*, 4> arguments = {"/bin/sh", "-c", script.c_str(), nullptr};
  const pid_t parent = getpid();
  id_ = fork();
  if (id_ == 0) {
    // Between fork and exec only what is safe in a signal handler.
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
    const int input = open("/dev/null", O_RDONLY);
    if (input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) _exit(126);
    if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(126);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGPIPE}) std::signal(signal, SIG_DFL);
      // Files that are open here, with their locks, are none of its business.
#ifdef SYS_close_range
    syscall(SYS_close_range, 3U, ~0U, 0U);
#endif
    execve("/bin/sh", const_cast<char* const*>(arguments.data()), environment.data());
    _exit(126);
  }
  const int error = errno;
  close(output);
  if (id_ < 0) fail("'{}' cannot be started: {}", command, std::strerror(error));
  setpgid(id_, id_);  // as the child does: whoever is first
}

ChildProcess::~ChildProcess() {
  constexpr double grace = 5.0;  // s, between the request and the kill
  if (!status_) kill(-id_, SIGTERM);
  if (!wait(grace)) {
    kill(-id_, SIGKILL);
    waitpid(id_, nullptr, 0);
  }
  // What the command has left running.
  kill(-id_, SIGKILL);
}

std::optional<std::string> ChildProcess::end() {
  int status = 0;
  if (!status_ && waitpid(id_, &status, WNOHANG) == id_) status_ = status;
  if (!status_) return std::nullopt;
  return describe_end(*status_);
}

bool ChildProcess::wait(double seconds, const std::function<void()>& look) {
  using std::chrono::milliseconds;
  const auto start = std::chrono::steady_clock::now();
  for (milliseconds pause(1); !end(); pause = std::min(2 * pause, milliseconds(50))) {
    if (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() >= seconds) return false;
    if (look) look();
    std::this_thread::sleep_for(pause);
  }
  return true;
}

std::string last_line_of(const std::string& path) {
  constexpr std::streamoff most = 4096;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - most));
  std::string line, last;
  while (std::getline(file, line))
    if (line.find_first_not_of(" \t\r-=%*") != std::string::npos) last = line;
  return last;
}

}  // namespace spinel
