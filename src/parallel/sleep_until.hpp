#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace spinel {

/// Waits until ready() is true: asks without a pause at first, for what comes at once, then with pauses up to a
/// millisecond, which leave the processor to other programs.
template <class Ready>
void sleep_until(const Ready& ready) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::microseconds awake(200), longest(1000);
  const auto start = Clock::now();
  while (Clock::now() - start < awake)
    if (ready()) return;
  for (std::chrono::microseconds pause(20); !ready(); pause = std::min(2 * pause, longest))
    std::this_thread::sleep_for(pause);
}

}  // namespace spinel
