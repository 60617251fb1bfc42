#include "core/timers.hpp"

#include <numeric>

namespace spinel {

const char* name(Region region) {
  static constexpr const char* names[n_regions] = {"pair",     "neighbor", "halo", "integrate",
                                                   "analysis", "output",   "other"};
  return names[static_cast<std::size_t>(region)];
}

void Timers::enter(Region region) {
  const auto now = Clock::now();
  seconds_[static_cast<std::size_t>(current_)] += std::chrono::duration<double>(now - since_).count();
  since_ = now;
  current_ = region;
}

std::array<double, n_regions> Timers::seconds() const {
  auto result = seconds_;
  result[static_cast<std::size_t>(current_)] += std::chrono::duration<double>(Clock::now() - since_).count();
  return result;
}

double Timers::total() const {
  const auto all = seconds();
  return std::accumulate(all.begin(), all.end(), 0.0);
}

void Timers::reset() {
  seconds_.fill(0.0);
  since_ = Clock::now();
}

}  // namespace spinel
