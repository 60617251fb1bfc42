#include "input/validate/check.hpp"

#include <algorithm>

namespace spinel {

void check_train_keys(const Input& input) {
  const TrainParameters& p = input.train;
  const Check check(input, "train");
  check_selected_keys(input, "train");
  check(p.betas[0] >= 1.0 || p.betas[1] >= 1.0, "betas", "must be below 1");
  check(p.nesterov && p.momentum == 0.0, "nesterov", "needs a momentum");
  check(p.schedule == "step" && p.decay_epochs.empty(), "decay_epochs", "missing: schedule = 'step' needs it");
  check(!std::is_sorted(p.decay_epochs.begin(), p.decay_epochs.end(), std::less_equal<>()), "decay_epochs",
        "must rise");
  check(p.decay_factor == 0.0, "decay_factor", "must be above 0");
  check(p.minimum_learning_rate > p.learning_rate, "minimum_learning_rate", "{} is above learning_rate = {}",
        p.minimum_learning_rate, p.learning_rate);
  check(p.warm_up >= static_cast<double>(p.epochs), "warm_up", "{} leaves nothing of the {} epochs", p.warm_up,
        p.epochs);
  auto sizes = p.n_train;
  std::sort(sizes.begin(), sizes.end());
  const auto twice = std::adjacent_find(sizes.begin(), sizes.end());
  check(twice != sizes.end(), "n_train", "{} is listed twice", twice == sizes.end() ? 0 : *twice);
}

}  // namespace spinel
