#include "parallel/job_end.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

namespace {

constexpr int nudges = 20000;
constexpr timespec between_nudges{0, 1'000'000};
constexpr unsigned patience_seconds = 60;

// A signal handler can reach nothing but statics.
std::atomic<bool> ending{false};
std::atomic<const std::vector<pid_t>*> ranks_of_node{nullptr};
struct sigaction former {};

bool is_gone(pid_t process) { return kill(process, 0) != 0 && errno == ESRCH; }

bool rank_is_lost() {
  const auto* const processes = ranks_of_node.load();
  if (processes == nullptr) return false;
  for (const pid_t process : *processes)
    if (is_gone(process)) return true;
  return false;
}

// A SIGCHLD takes at most the second that has begun off mpirun's sleep; it may come before mpirun has gone to sleep,
// and mpirun sleeps twice: repeat until its SIGKILL.
extern "C" void on_continue(int, siginfo_t* info, void*) {
  const int kept = errno;
  // 0 is a sender that this process cannot see, 1 no launcher.
  const pid_t sender = info->si_pid;
  if (sender > 1 && (ending || rank_is_lost()))
    for (int k = 0; k < nudges && kill(sender, SIGCHLD) == 0; ++k) nanosleep(&between_nudges, nullptr);
  errno = kept;
}

using Abort = int (*)(int status, const char* message, void* processes, std::size_t count);

// mpirun's own way to say that a job is to be ended with a status; MPI_Abort takes it too, after printing. In the
// library that this MPI has loaded, or nowhere.
Abort find_abort() {
  // Set by mpirun, and not where srun starts the ranks, which would not pass on the status.
  if (std::getenv("OMPI_COMM_WORLD_RANK") == nullptr || std::getenv("PMIX_NAMESPACE") == nullptr) return nullptr;
  void* const library = dlopen("libpmix.so.2", RTLD_LAZY | RTLD_NOLOAD);
  if (library == nullptr) return nullptr;
  return reinterpret_cast<Abort>(dlsym(library, "PMIx_Abort"));
}

void begin_to_end() {
  std::fflush(nullptr);
  std::signal(SIGTERM, SIG_IGN);
  ending = true;
}

[[noreturn]] void wait_for_the_end(int status) {
  const pid_t launcher = getppid();
  for (unsigned k = 0; k < patience_seconds && getppid() == launcher; ++k) sleep(1);
  _exit(status);
}

}  // namespace

void end_job(int status) {
  const Abort abort = find_abort();
  if (abort == nullptr) return;
  begin_to_end();
  abort(status, "", nullptr, 0);
  wait_for_the_end(status);
}

void end_job_together(const Communicator& world, int status) {
  if (find_abort() == nullptr) return;
  begin_to_end();
  // A rank that is not yet ready for its end would be taken for one that failed.
  world.barrier();
  if (world.is_root()) end_job(status);
  wait_for_the_end(status);
}

void watch_ranks_of_node() {
  MPI_Comm node;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  int size = 0;
  MPI_Comm_size(node, &size);
  static std::vector<pid_t> processes;
  processes.resize(size);
  const pid_t mine = getpid();
  MPI_Allgather(&mine, sizeof(pid_t), MPI_BYTE, processes.data(), sizeof(pid_t), MPI_BYTE, node);
  // Ranks in containers of their own do not see each other.
  bool visible = true;
  for (const pid_t process : processes) visible = visible && !is_gone(process);
  MPI_Comm_free(&node);
  if (visible) ranks_of_node = &processes;
  struct sigaction action {};
  action.sa_sigaction = on_continue;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigfillset(&action.sa_mask);
  sigaction(SIGCONT, &action, &former);
}

void forget_ranks_of_node() {
  sigaction(SIGCONT, &former, nullptr);
  ranks_of_node = nullptr;
}

}  // namespace spinel
