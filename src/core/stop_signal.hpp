#pragma once

#include <stdexcept>
#include <string>

namespace spinel {

/// A stop came during a wait for another program; one that computed was ended, and what it was at is lost. what(): by
/// what, "SIGTERM". Thrown by all ranks alike that wait. No Error, for nothing went wrong.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Asks a run to end cleanly on SIGTERM, SIGINT or SIGUSR1. The first signal is remembered for the run to find at its
/// next step; a second one, later than `repeat_seconds` after it, ends the program at once with the signal's default
/// action (launchers that forward a signal often deliver it twice in the same moment: that counts as one). Handlers
/// stand while the object lives; the former ones come back with its end. One object at a time.
class StopSignal {
 public:
  static constexpr double repeat_seconds = 0.1;

  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// The first signal received by this process, 0 for none.
  static int received();
  /// "SIGTERM", "SIGINT", "SIGUSR1"; "signal 9" for others.
  static std::string name(int signal);
};

}  // namespace spinel
