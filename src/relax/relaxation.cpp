#include "relax/relaxation.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "relax/fire.hpp"
#include "relax/tao.hpp"

namespace spinel {

namespace {

CellFreedom cell_freedom(const std::string& name) {
  if (name == "full") return CellFreedom::full;
  if (name == "isotropic") return CellFreedom::isotropic;
  if (name == "fixed_volume") return CellFreedom::fixed_volume;
  return CellFreedom::fixed;
}

}  // namespace

RelaxationSettings relaxation_settings(const RelaxParameters& p, const UnitSystem& units) {
  RelaxationSettings settings;
  settings.minimizer = p.minimizer;
  settings.cell = cell_freedom(p.cell);
  std::copy(p.fixed_axes.begin(), p.fixed_axes.end(), settings.fixed_axes.begin());
  settings.pressure = p.pressure / units.pressure_to_output;
  settings.fmax = p.fmax;
  settings.smax = p.smax / units.pressure_to_output;
  settings.max_evaluations = p.max_steps;
  settings.max_step = p.max_step;
  settings.max_volume_change = p.max_volume_change;
  settings.minimum_distance = p.minimum_distance;
  return settings;
}

RelaxationResult relax(ForceField& field, const RelaxationSettings& settings, const RelaxationObserver& observer) {
  const bool by_tao = settings.minimizer == "lbfgs" || settings.minimizer == "blmvm" || settings.minimizer == "cg";
  if (!by_tao && settings.minimizer != "fire")
    fail_input("there is no minimizer '{}': choose fire, lbfgs, blmvm or cg", settings.minimizer);
  RelaxationObjective objective(field, settings);
  Walk walk(objective, settings, observer);
  walk.start();
  // A search without an acceptable point means that the history misleads or that the forces are not smooth here: once
  // more with an empty history, then by forces alone.
  for (int attempt = 0; by_tao && attempt < 2 && !walk.over(); ++attempt) tao_minimize(walk, settings.minimizer);
  if (!walk.over()) fire(walk);
  return walk.finish();
}

}  // namespace spinel
