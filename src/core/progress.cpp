#include "core/progress.hpp"

#include <algorithm>
#include <chrono>

#include "core/text.hpp"

namespace spinel {

namespace {
constexpr double terminal_interval = 0.25;  // s
}

double Progress::steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Progress::Progress(Log& log, std::string what, std::int64_t first, std::int64_t total, double batch_interval, Now now)
    : log_(log),
      what_(std::move(what)),
      first_(first),
      total_(total),
      interval_(log.is_terminal() ? terminal_interval : batch_interval),
      now_(std::move(now)) {
  start_ = now_();
  next_ = start_ + interval_;
}

void Progress::show(std::int64_t done) {
  const double now = now_();
  if (now < next_ || done >= total_) return;
  next_ = now + interval_;
  const double elapsed = now - start_;
  const auto made = static_cast<double>(done - first_), left = static_cast<double>(total_ - done);
  const std::string remaining = made > 0.0 ? human_duration(elapsed / made * left) + " left" : "starting";
  const double percent = 100.0 * static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(total_, 1));
  const std::string rate = made > 0.0 ? fmt::format(", {:.3g} {}/s", made / elapsed, what_) : "";
  const std::string text = fmt::format("  {} / {} {} ({:.1f} %){}, {} elapsed, {}", done, total_, what_, percent, rate,
                                       human_duration(elapsed), remaining);
  if (log_.is_terminal())
    log_.live(text);
  else
    log_.line(text);
}

}  // namespace spinel
