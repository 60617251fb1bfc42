#pragma once

#include <cstdint>
#include <vector>

#include "bayes/process/kernel.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

struct ForestSettings {
  int n_trees = 100;
  double feature_share = 0.4;  ///< of the features that are not constant in a node, at least one: tried at each split
  int smallest_leaf = 1;       ///< samples
  std::uint64_t seed = 1;
  std::uint64_t number = 0;  ///< of this forest among those of one seed
};

/// Extremely randomized trees (Geurts, Ernst & Wehenkel, Machine Learning 63, 3 (2006)): each tree sees all samples; a
/// node tries some features, each at one threshold drawn between its least and largest value, and takes the split that
/// leaves the least variance. Beside a Gaussian process it is at home with many features of which few matter, and with
/// few samples.
class ExtraTrees {
 public:
  /// Collective; all ranks bring the same. `x`: [sample][feature], `y`: [sample], at least one. Trees are dealt out
  /// over the ranks; what comes out does not depend on how many there are.
  ExtraTrees(const Communicator& communicator, const Points& x, const Eigen::VectorXd& y,
             const ForestSettings& settings);

  struct Forecast {
    std::vector<double> mean, sigma;  ///< [point] over the trees, in the unit of y
  };
  /// Collective; all ranks bring the same points and get all.
  Forecast predict(const Points& x) const;

 private:
  /// Inner nodes ask for one feature; leaves have none.
  struct Node {
    std::int32_t feature = -1;
    std::int32_t right = 0;  // node where the feature is above; the next one where it is not
    double value = 0.0;      // threshold, or mean of the leaf
  };
  using Tree = std::vector<Node>;

  class Grower;
  static double value_of(const Tree& tree, const double* point);

  Communicator communicator_;
  int n_trees_;
  std::vector<Tree> trees_;  // of this rank: numbers rank, rank + size, …
};

}  // namespace spinel
