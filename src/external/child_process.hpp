#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

namespace spinel {

/// A shell command that runs beside the program, in a process group of its own. With its end the command is asked to
/// end, and killed where it does not.
class ChildProcess {
 public:
  /// `folder`: where it runs; empty: here. Its output is appended to the file `log`. It does not inherit what an MPI
  /// launcher has put into the environment, so it may be an MPI program itself. Error where it cannot be started.
  ChildProcess(const std::string& command, const std::string& folder, const std::string& log);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// How it ended: "ended with status 1", "was killed by signal 9 (Killed)"; nothing while it runs.
  std::optional<std::string> end();
  /// Waits for its end, at most so long; `look` is called now and then.
  bool wait(double seconds, const std::function<void()>& look = {});
  const std::string& log() const { return log_; }

 private:
  pid_t id_ = -1;
  std::string log_;
  std::optional<int> status_;
};

/// The last line of a file with something in it; empty: none.
std::string last_line_of(const std::string& path);

}  // namespace spinel
