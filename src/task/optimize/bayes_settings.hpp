#pragma once

#include "bayes/choice/batch.hpp"
#include "bayes/process/fit_hyperparameters.hpp"
#include "input/parameters.hpp"

namespace spinel {

/// What &bayes says, as src/bayes takes it; `seed` of &control.
FitSettings fit_settings(const BayesParameters& p, std::uint64_t seed);
/// With the goal of &optimize.
BatchSettings batch_settings(const BayesParameters& p, const OptimizeParameters& optimize, std::uint64_t seed);
/// "matern52, 8 points, log evidence …", one line of the log.
std::string fit_text(const FitResult& fit);

}  // namespace spinel
