#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <utility>

namespace spinel {

/// What is kept of a stream that is looked at once: the lowest by distance, ties to the lower number, and of all others
/// those of the lowest draws. It holds the numbers of these and nothing of what it passed over; what it keeps in the
/// end does not depend on the order in which it was offered.
class ScreenSelection {
 public:
  ScreenSelection(std::size_t n_best, std::size_t n_random) : n_best_(n_best), n_random_(n_random) {}

  static constexpr std::int64_t none = -1;
  /// One more. The number of the one that is passed over for it, which may be its own, for ever; none: all are kept so
  /// far. `draw`: a random number of its own.
  std::int64_t offer(std::int64_t number, double distance, double draw);

  /// Whether one that is kept is not among the best.
  bool is_random(std::int64_t number) const { return at_random_.count(number) > 0; }
  std::size_t size() const { return best_.size() + random_.size(); }

 private:
  struct Best {
    double distance;
    std::int64_t number;
    double draw;
    bool operator<(const Best& other) const {
      return distance != other.distance ? distance < other.distance : number < other.number;
    }
  };
  std::size_t n_best_, n_random_;
  std::set<Best> best_;
  std::set<std::pair<double, std::int64_t>> random_;  // draw and number
  std::set<std::int64_t> at_random_;                  // their numbers
};

}  // namespace spinel
