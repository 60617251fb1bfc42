#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace spinel {

/// The parts of a run's wall time, in the order of the breakdown table at its end.
enum class Region { pair, neighbor, halo, integrate, analysis, output, other };
inline constexpr std::size_t n_regions = 7;
const char* name(Region region);

/// Wall seconds per region on this rank. Regions do not nest: entering one pauses the one before.
class Timers {
 public:
  using Clock = std::chrono::steady_clock;

  /// Counts time toward `region` until the returned scope ends, then toward the one before it.
  class Scope {
   public:
    Scope(Timers& timers, Region region) : timers_(timers), previous_(timers.current_) { timers_.enter(region); }
    ~Scope() { timers_.enter(previous_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Timers& timers_;
    Region previous_;
  };
  [[nodiscard]] Scope scope(Region region) { return Scope(*this, region); }

  /// Seconds so far, the running region included.
  std::array<double, n_regions> seconds() const;
  double total() const;
  void reset();

 private:
  void enter(Region region);

  std::array<double, n_regions> seconds_{};
  Region current_ = Region::other;
  Clock::time_point since_ = Clock::now();
};

}  // namespace spinel
