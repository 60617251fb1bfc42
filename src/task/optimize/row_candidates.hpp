#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bayes/choice/choose_from_pool.hpp"
#include "bayes/process/feature_map.hpp"
#include "io/dataset/dataset.hpp"
#include "run/context.hpp"

namespace spinel {

/// The rows of a dataset as candidates: features as points, the target, and which are known or out of question.
class RowCandidates {
 public:
  /// Collective. Reads the dataset of &optimize. InputError where it, its target or its features are not as they should
  /// be.
  explicit RowCandidates(const RunContext& context);

  std::int64_t size() const { return data_->n_structures(); }
  const Dataset& data() const { return *data_; }
  std::string unit() const { return data_->unit(target_name_); }
  double target(std::int64_t row) const { return target_[row]; }  ///< NaN: none
  bool has_features(std::int64_t row) const { return !lacks_features_[static_cast<std::size_t>(row)]; }
  std::int64_t n_without_features() const;
  const FeatureMap& map() const { return *map_; }

  /// As the process takes them.
  Points points(const std::vector<std::int64_t>& rows) const;
  /// Rows without features, and those of which `is_out` says so, are left out; the others have this threshold.
  CandidatePool pool(double threshold, std::function<bool(std::int64_t)> is_out) const;

 private:
  void features(std::int64_t row, double* out) const;
  std::int64_t n_features() const;

  std::unique_ptr<Dataset> data_;
  std::string target_name_;
  const double* target_ = nullptr;
  bool takes_composition_ = false;
  std::vector<const double*> numbers_;
  std::vector<bool> lacks_features_;
  std::optional<FeatureMap> map_;
};

}  // namespace spinel
