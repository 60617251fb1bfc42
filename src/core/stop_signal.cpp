#include "core/stop_signal.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <csignal>
#include <ctime>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr std::array<int, 3> handled = {SIGTERM, SIGINT, SIGUSR1};

// A signal handler can reach nothing but statics; lock-free atomics are safe in it.
std::atomic<int> first_signal{0};
std::atomic<double> first_time{0.0};
std::atomic<bool> installed{false};
std::array<struct sigaction, handled.size()> former;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<double>::is_always_lock_free);

double seconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

extern "C" void on_stop_signal(int signal) {
  int none = 0;
  if (first_signal.compare_exchange_strong(none, signal)) {
    first_time = seconds();
    return;
  }
  if (seconds() - first_time < StopSignal::repeat_seconds) return;
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, nullptr);
  raise(signal);  // blocked until this handler returns
}

}  // namespace

StopSignal::StopSignal() {
  if (installed.exchange(true)) fail("only one StopSignal may exist at a time");
  first_signal = 0;
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t k = 0; k < handled.size(); ++k) sigaction(handled[k], &action, &former[k]);
}

StopSignal::~StopSignal() {
  for (std::size_t k = 0; k < handled.size(); ++k) sigaction(handled[k], &former[k], nullptr);
  installed = false;
}

int StopSignal::received() { return first_signal; }

std::string StopSignal::name(int signal) {
  switch (signal) {
    case SIGTERM:
      return "SIGTERM";
    case SIGINT:
      return "SIGINT";
    case SIGUSR1:
      return "SIGUSR1";
    default:
      return fmt::format("signal {}", signal);
  }
}

}  // namespace spinel
