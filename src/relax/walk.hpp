#pragma once

#include <string>

#include "relax/objective.hpp"

namespace spinel {

/// eV/Å², about the curvature of the energy for one atom: sets how long a step along a plain gradient is, no more.
constexpr double typical_stiffness = 20.0;

/// A point of a minimization.
struct WalkPoint {
  Variables x, gradient;
  ObjectiveValue found;
};

/// The way of a minimizer over an objective: it tries points and accepts some. Counts evaluations, reports to the
/// observer, and ends the walk on convergence, by the observer's wish, without evaluations left, or where the way is
/// blocked by unphysical points. It also ends where 100 evaluations bring less enthalpy than one step along forces of
/// the present size should: that is a kink of the energy, where forces jump and none is small. One evaluation is kept
/// back to return to the accepted point from a trial that was not.
class Walk {
 public:
  enum class End { none, converged, stopped, exhausted, failed };

  Walk(RelaxationObjective& objective, const RelaxationSettings& settings, const RelaxationObserver& observer);

  const RelaxationObjective& objective() const { return objective_; }
  const RelaxationSettings& settings() const { return settings_; }
  /// Evaluates x = 0, which is always allowed.
  void start();
  bool over() const { return end_ != End::none; }
  const WalkPoint& accepted() const { return accepted_; }

  /// Collective. Evaluates trial.x; false where it is unphysical or the walk is over.
  bool visit(WalkPoint& trial);
  /// Collective. Makes a visited point the accepted one; `trial` gets the old one.
  void accept(WalkPoint& trial);
  /// Collective. Returns the force field to the accepted point and reports.
  RelaxationResult finish();

 private:
  void judge();
  bool stalled();

  RelaxationObjective& objective_;
  const RelaxationSettings& settings_;
  const RelaxationObserver& observer_;
  WalkPoint accepted_;
  End end_ = End::none;
  std::string reason_;
  RelaxationProgress progressed_;  // where the enthalpy last fell as forces promise
  bool at_accepted_ = true;        // the force field is at the accepted point
  int obstacles_ = 0;              // since the last accepted point
  int blocked_ = 0;                // accepted points that came after obstacles …
  int clear_ = 0;                  // … and that did not since the last of them
};

}  // namespace spinel
