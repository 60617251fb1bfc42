#include "task/ising/ising_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace spinel {

std::string uncertain_text(const Estimate& estimate) {
  const double error = estimate.error;
  if (!std::isfinite(estimate.value)) return "-";
  if (!(error > 0.0) || !std::isfinite(error)) return fmt::format("{:.8g}", estimate.value);
  const int first = static_cast<int>(std::floor(std::log10(error)));  // of the error's first digit
  const int decimals = std::clamp(1 - first, 0, 12);
  const double last = std::pow(10.0, -decimals);
  return fmt::format("{:.{}f}({:.0f})", estimate.value, decimals, std::round(error / last));
}

}  // namespace spinel
