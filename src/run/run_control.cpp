#include "run/run_control.hpp"

#include <fmt/format.h>

#include "core/stop_signal.hpp"

namespace spinel {

namespace {
enum Flag { nothing, checkpoint_due, time_over, signal_base };
}

RunControl::RunControl(const ControlParameters& control, const OutputParameters& output, bool keeps_time)
    : max_seconds_(control.max_seconds), checkpoint_seconds_(output.checkpoint_seconds), keeps_time_(keeps_time) {}

double RunControl::flag(double step_seconds) const {
  if (const int signal = StopSignal::received(); signal != 0) return signal_base + signal;
  if (!keeps_time_) return nothing;
  const auto now = Clock::now();
  const auto seconds_since = [&](Clock::time_point then) { return std::chrono::duration<double>(now - then).count(); };
  if (max_seconds_ > 0.0 && seconds_since(start_) + step_seconds >= max_seconds_) return time_over;
  if (checkpoint_seconds_ > 0.0 && seconds_since(last_save_) >= checkpoint_seconds_) return checkpoint_due;
  return nothing;
}

bool RunControl::is_signal(double flag) { return flag > signal_base; }

RunControl::Request RunControl::interpret(double flag) const {
  const int value = static_cast<int>(flag);
  if (value == nothing) return {};
  if (value == checkpoint_due) return {true, false, ""};
  if (value == time_over) return {true, true, fmt::format("max_seconds = {:g}", max_seconds_)};
  return {true, true, StopSignal::name(value - signal_base)};
}

}  // namespace spinel
