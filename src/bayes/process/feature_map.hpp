#pragma once

#include <cstdint>

#include "bayes/process/kernel.hpp"

namespace spinel {

/// Features of candidates as points for a kernel: columns standardized, those that never change left out, then their
/// principal components of unit variance ("whitened"), as many as asked for.
class FeatureMap {
 public:
  /// From features of some candidates, [candidate][feature]: what is labelled, or a sample of the pool. Local, the same
  /// on all ranks that bring the same. `n_components`: 0: standardized columns themselves. Error where all rows are
  /// alike.
  FeatureMap(const Points& features, std::int64_t n_components);

  std::int64_t n_features() const { return mean_.size(); }
  std::int64_t n_numbers() const { return matrix_.cols(); }  ///< of a point
  Points operator()(const Points& features) const;
  /// The range of a number of a point, for FitSettings::range.
  Eigen::VectorXd ranges() const;

 private:
  Eigen::RowVectorXd mean_;
  Eigen::MatrixXd matrix_;  // [feature][number]
};

}  // namespace spinel
