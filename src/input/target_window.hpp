#pragma once

#include <limits>
#include <string>

namespace spinel {

/// What a number of a structure is to be.
struct TargetWindow {
  std::string name;
  double lowest = -std::numeric_limits<double>::infinity(), highest = std::numeric_limits<double>::infinity();

  bool contains(double value) const { return value >= lowest && value <= highest; }
};

/// "band_gap: 1.1 .. 1.7", "e_above_hull: .. 0.02", "band_gap: 3 ..". InputError for what is none of these.
TargetWindow parse_target_window(const std::string& text);

}  // namespace spinel
