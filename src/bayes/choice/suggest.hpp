#pragma once

#include <optional>
#include <vector>

#include "bayes/choice/choose_from_box.hpp"
#include "bayes/process/fit_hyperparameters.hpp"

namespace spinel {

/// Of a function of a box.
struct BoxEvaluation {
  Eigen::VectorXd point;  ///< of the cube, snapped
  double value = 0.0;     ///< NaN: it failed
};

struct SuggestSettings {
  FitSettings fit;
  BoxSettings box;           ///< the threshold is found here
  std::int64_t initial = 0;  ///< points of a Sobol sequence that come first; 0: twice the variables, at least 4
};

struct Suggestion {
  std::vector<BoxChoice> choices;  ///< mean, sigma and score are NaN for initial points
  std::optional<FitResult> fit;    ///< none: initial points
};

/// The next `q` points to evaluate, or fewer: no more than are left of the initial ones, or of the box. A function of
/// its arguments alone, so whoever keeps the evaluations and the last hyperparameters goes on as if never stopped. On
/// one rank.
///
/// The value to beat is the best mean at the points that were evaluated. A failed one is left out of the fit, and taken
/// to have the worst value so far where the next are chosen, so that the search keeps away from it.
Suggestion suggest(const SearchBox& box, const std::vector<BoxEvaluation>& done, std::size_t q,
                   const SuggestSettings& settings, const std::optional<Hyperparameters>& earlier);

std::int64_t initial_points(const SearchBox& box, std::int64_t asked);

}  // namespace spinel
