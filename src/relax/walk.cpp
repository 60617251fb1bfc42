#include "relax/walk.hpp"

#include <algorithm>
#include <utility>

namespace spinel {

namespace {

constexpr int most_obstacles = 12;      // trials from one point
constexpr int most_blocked = 5;         // points whose way on was blocked, with fewer than …
constexpr int clear_way = 50;           // … points between them whose way was not
constexpr std::int64_t patience = 100;  // evaluations without progress

}  // namespace

Walk::Walk(RelaxationObjective& objective, const RelaxationSettings& settings, const RelaxationObserver& observer)
    : objective_(objective), settings_(settings), observer_(observer) {
  accepted_.x.assign(objective.size(), 0.0);
}

void Walk::start() {
  accepted_.found = objective_.compute(accepted_.x, accepted_.gradient);
  if (!accepted_.found.physical()) {
    end_ = End::failed;
    reason_ = "at the start: " + accepted_.found.obstacle;
    return;
  }
  progressed_ = accepted_.found.progress;
  judge();
}

bool Walk::stalled() {
  const RelaxationProgress& now = accepted_.found.progress;
  const double promised = now.fmax * std::min(now.fmax / (2.0 * typical_stiffness), 0.1 * settings_.max_step);
  if (progressed_.enthalpy - now.enthalpy >= promised) {
    progressed_ = now;
    return false;
  }
  return now.evaluations - progressed_.evaluations > patience && now.fmax > settings_.fmax;
}

void Walk::judge() {
  const RelaxationProgress& now = accepted_.found.progress;
  const bool go_on = !observer_ || observer_(now);
  const bool forces_small = now.fmax <= settings_.fmax;
  if (forces_small && (!objective_.cell_is_free() || now.smax <= settings_.smax))
    end_ = End::converged;
  else if (!objective_.communicator().min(go_on ? 1 : 0))
    end_ = End::stopped;
  else if (stalled()) {
    end_ = End::exhausted;
    reason_ = fmt::format(
        "the energy no longer falls, but the largest force stays at {:.3g}: forces are not continuous at this minimum",
        now.fmax);
  }
}

bool Walk::visit(WalkPoint& trial) {
  if (over()) return false;
  if (objective_.evaluations() + 2 > settings_.max_evaluations) {
    end_ = End::exhausted;
    reason_.clear();
    return false;
  }
  const std::int64_t before = objective_.evaluations();
  trial.found = objective_.compute(trial.x, trial.gradient);
  if (objective_.evaluations() > before) at_accepted_ = false;
  if (trial.found.physical()) return true;
  reason_ = trial.found.obstacle;
  if (++obstacles_ >= most_obstacles) end_ = End::failed;
  return false;
}

void Walk::accept(WalkPoint& trial) {
  std::swap(accepted_, trial);
  at_accepted_ = true;
  if (obstacles_ > 0) {
    ++blocked_;
    clear_ = 0;
  } else if (++clear_ >= clear_way) {
    blocked_ = 0;
  }
  obstacles_ = 0;
  if (blocked_ >= most_blocked) {
    end_ = End::failed;
    return;
  }
  judge();
}

RelaxationResult Walk::finish() {
  RelaxationResult result;
  if (!at_accepted_) {
    WalkPoint again{accepted_.x, {}, {}};
    again.found = objective_.compute(again.x, again.gradient);
    accepted_.found.progress.evaluations = again.found.progress.evaluations;
  }
  result.last = accepted_.found.progress;
  result.last.evaluations = objective_.evaluations();
  result.stress = accepted_.found.stress;
  switch (end_) {
    case End::converged:
      result.status = RelaxationStatus::converged;
      break;
    case End::stopped:
      result.status = RelaxationStatus::stopped;
      result.reason = "stopped";
      break;
    case End::failed:
      result.status = RelaxationStatus::failed;
      result.reason = reason_;
      break;
    case End::none:
    case End::exhausted:
      result.status = RelaxationStatus::not_converged;
      result.reason =
          reason_.empty() ? fmt::format("not converged after {} evaluations", result.last.evaluations) : reason_;
      break;
  }
  return result;
}

}  // namespace spinel
