#pragma once

#include <cstdint>
#include <vector>

namespace spinel {

/// How well numbers were predicted. NaN where there are none.
struct RegressionQuality {
  std::int64_t n = 0;
  double mae = 0.0, rmse = 0.0;
  double r2 = 0.0;       ///< 1 − Σ(prediction − target)²/Σ(target − mean of targets)²
  double largest = 0.0;  ///< error
};
/// `chosen`: places in `target` and `prediction`.
RegressionQuality regression_quality(const std::vector<double>& target, const std::vector<double>& prediction,
                                     const std::vector<std::size_t>& chosen);

/// How well classes were predicted.
struct ClassificationQuality {
  std::int64_t n = 0;
  double accuracy = 0.0;
  double cross_entropy = 0.0;  ///< mean of −ln of the probability of the true class
  double auc = 0.0;            ///< of two classes: area under the receiver operating characteristic; else NaN
};
/// `probability`: [sample][n_classes]; `target`: numbers of classes.
ClassificationQuality classification_quality(const std::vector<double>& target, const std::vector<double>& probability,
                                             std::size_t n_classes, const std::vector<std::size_t>& chosen);

/// Mean and spread of an ensemble: standard deviation over members with n − 1; 0 for one member.
struct EnsembleMean {
  std::vector<double> mean, spread;
};
/// [member][value], all of one length.
EnsembleMean ensemble_mean(const std::vector<std::vector<double>>& members);

/// Whether the spread of an ensemble predicts the size of its error.
struct Calibration {
  struct Bin {
    std::int64_t n;
    double spread;  ///< root of the mean square
    double rmse;
  };
  std::vector<Bin> bins;          ///< of equal numbers of samples, by rising spread
  double rank_correlation = 0.0;  ///< Spearman's, of spread and absolute error
  double scale = 0.0;             ///< root of the mean of (error/spread)²: 1 where the spread is a standard error
  double within_1 = 0.0, within_2 = 0.0;  ///< share of errors within one and two spreads (normal errors: 0.683, 0.954)
  double expected_error =
      0.0;  ///< mean over bins of |spread − rmse|/spread (Levi et al., Sensors 22, 5540 (2022), eq. 8)
};
Calibration calibration(const std::vector<double>& target, const EnsembleMean& prediction,
                        const std::vector<std::size_t>& chosen, std::size_t n_bins = 10);

}  // namespace spinel
