#pragma once

#include <cstddef>
#include <vector>

namespace spinel {

/// What the last calls of a program took, from which the next one is foreseen.
class CallTimes {
 public:
  /// s
  void add(double seconds);
  /// s that the next call will take, to be on the safe side: half again the median; 0: nothing is known.
  double expected() const;

 private:
  std::vector<double> seconds_;
  std::size_t next_ = 0;  // is overwritten next
};

}  // namespace spinel
