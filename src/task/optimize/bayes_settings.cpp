#include "task/optimize/bayes_settings.hpp"

#include <cmath>

#include "core/text.hpp"

namespace spinel {

FitSettings fit_settings(const BayesParameters& p, std::uint64_t seed) {
  FitSettings settings;
  settings.kernel = kernel_kind(p.kernel);
  settings.ard = p.ard;
  settings.noise = p.noise;
  settings.priors = p.priors;
  settings.starts = static_cast<int>(p.starts);
  settings.most_points = p.fit_points;
  settings.seed = seed;
  return settings;
}

BatchSettings batch_settings(const BayesParameters& p, const OptimizeParameters& optimize, std::uint64_t seed) {
  BatchSettings settings;
  settings.acquisition.kappa = p.kappa;
  if (optimize.goal == "window") {
    settings.acquisition.kind = AcquisitionKind::window;
    settings.acquisition.lowest = optimize.window.front();
    settings.acquisition.highest = optimize.window.back();
  } else {
    settings.acquisition.kind = acquisition_kind(p.acquisition);
    settings.acquisition.goal = goal_of(optimize.goal);
  }
  settings.method = batch_method(p.batch_method);
  settings.seed = seed;
  return settings;
}

std::string fit_text(const FitResult& fit) {
  const Hyperparameters& h = fit.hyperparameters;
  return fmt::format("log posterior {:.4g} of {} points, lengths {:.3g} … {:.3g}, sigma {:.3g}, noise {:.3g}{}{}",
                     fit.log_posterior, grouped(fit.n_points), h.length.minCoeff(), h.length.maxCoeff(),
                     std::sqrt(h.variance), std::sqrt(h.noise), fit.note.empty() ? "" : "; ", fit.note);
}

}  // namespace spinel
