#include "discover/screen_selection.hpp"

namespace spinel {

std::int64_t ScreenSelection::offer(std::int64_t number, double distance, double draw) {
  best_.insert({distance, number, draw});
  if (best_.size() <= n_best_) return none;
  // The others never come back among the best, whose bound only falls.
  const Best other = *best_.rbegin();
  best_.erase(std::prev(best_.end()));
  random_.emplace(other.draw, other.number);
  at_random_.insert(other.number);
  if (random_.size() <= n_random_) return none;
  const std::int64_t last = random_.rbegin()->second;
  random_.erase(std::prev(random_.end()));
  at_random_.erase(last);
  return last;
}

}  // namespace spinel
