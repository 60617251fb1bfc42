#include "external/call_times.hpp"

#include <algorithm>

namespace spinel {

void CallTimes::add(double seconds) {
  constexpr std::size_t most = 101;
  if (seconds_.size() < most)
    seconds_.push_back(seconds);
  else
    seconds_[next_++ % most] = seconds;
}

double CallTimes::expected() const {
  if (seconds_.empty()) return 0.0;
  auto sorted = seconds_;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return 1.5 * *middle;
}

}  // namespace spinel
