#include "train/learning_rate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace spinel {

LearningRate::LearningRate(const LearningRateSettings& settings, std::int64_t steps_per_epoch)
    : settings_(settings), steps_per_epoch_(steps_per_epoch), best_(std::numeric_limits<double>::infinity()) {}

double LearningRate::at(std::int64_t step) const {
  constexpr double pi = 3.14159265358979323846;
  const auto& s = settings_;
  const auto per_epoch = static_cast<double>(steps_per_epoch_), now = static_cast<double>(step);
  const double warm_up = std::round(s.warm_up * per_epoch), all = static_cast<double>(s.epochs) * per_epoch;
  double rate = s.base;
  if (s.schedule == "cosine") {
    const double x = std::clamp((now - warm_up) / std::max(all - warm_up, 1.0), 0.0, 1.0);
    rate = s.minimum + 0.5 * (s.base - s.minimum) * (1.0 + std::cos(pi * x));
  } else if (s.schedule == "step") {
    for (const std::int64_t epoch : s.steps)
      if (step >= epoch * steps_per_epoch_) rate *= s.factor;
    rate = std::max(rate, s.minimum);
  } else if (s.schedule == "plateau") {
    rate = std::max(s.base * scale_, s.minimum);
  } else if (s.schedule != "constant") {
    fail("there is no schedule '{}'", s.schedule);
  }
  return now < warm_up ? rate * (now + 1.0) / warm_up : rate;
}

void LearningRate::epoch_done(double value) {
  if (settings_.schedule != "plateau") return;
  if (value < best_ - settings_.threshold * std::abs(best_) || std::isinf(best_)) {
    best_ = value;
    waited_ = 0;
  } else if (++waited_ > settings_.patience) {
    scale_ *= settings_.factor;
    waited_ = 0;
  }
}

void LearningRate::restore(const std::vector<double>& state) {
  if (state.size() != 3) fail("the state of a learning rate is 3 numbers, not {}", state.size());
  scale_ = state[0];
  best_ = state[1];
  waited_ = static_cast<std::int64_t>(state[2]);
}

}  // namespace spinel
