#include "relax/relaxation.hpp"

#include "core/error.hpp"
#include "relax/fire.hpp"
#include "relax/tao.hpp"

namespace spinel {

RelaxationResult relax(ForceField& field, const RelaxationSettings& settings, const RelaxationObserver& observer) {
  const bool by_tao = settings.minimizer == "lbfgs" || settings.minimizer == "blmvm" || settings.minimizer == "cg";
  if (!by_tao && settings.minimizer != "fire")
    fail_input("there is no minimizer '{}': choose fire, lbfgs, blmvm or cg", settings.minimizer);
  Objective objective(field, settings);
  Walk walk(objective, settings, observer);
  walk.start();
  // A search without an acceptable point means that the history misleads or that the forces are not smooth here: once
  // more with an empty history, then by forces alone.
  for (int attempt = 0; by_tao && attempt < 2 && !walk.over(); ++attempt) tao_minimize(walk, settings.minimizer);
  if (!walk.over()) fire(walk);
  return walk.finish();
}

}  // namespace spinel
