#pragma once

#include <vector>

#include "bayes/choice/batch.hpp"
#include "bayes/choice/search_box.hpp"

namespace spinel {

struct BoxSettings {
  BatchSettings batch;
  double threshold = 0.0;  ///< the best value so far
  int samples = 2000;      ///< points of Sobol's sequence at which the score is looked at first …
  int refined = 8;         ///< … and best ones from which a gradient climbs
};

struct BoxChoice {
  Eigen::VectorXd point;  ///< of the cube, snapped
  double mean = 0.0, sigma = 0.0, score = 0.0;
};

/// Where in a box the score is best, `q` points that differ from each other and from `taken` ([point]): the best of a
/// dense Sobol sequence and of points about the best ones known, refined by the gradient of the score; in turn, each
/// taken to have its mean (believer), penalized, or by a function drawn (Thompson). Fewer where the box has no more. On
/// one rank; the process must not be distributed.
std::vector<BoxChoice> choose_from_box(const GaussianProcess& process, const SearchBox& box,
                                       const std::vector<Eigen::VectorXd>& taken, std::size_t q,
                                       const BoxSettings& settings);

}  // namespace spinel
