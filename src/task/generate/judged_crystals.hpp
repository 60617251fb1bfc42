#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "io/result_file.hpp"
#include "run/context.hpp"
#include "source/structure_source.hpp"
#include "task/predict/predict_models.hpp"

namespace spinel {

/// &generate judge: networks that had no part in making crystals say which of them have the property that was wanted.
class CrystalJudge {
 public:
  /// Collective. InputError where the networks cannot be read, or predict no number.
  explicit CrystalJudge(const RunContext& context);

  const std::string& unit() const { return models_.architecture().unit; }
  std::uint64_t fingerprint() const { return models_.fingerprint(); }
  /// The mean of what the networks say; NaN where one cannot say anything.
  double value(const Structure& structure);
  bool is_hit(double value) const;

  /// On rank 0, of every crystal that was tried: was it made, of which latent vector (−1: none), what it is.
  void count(bool is_made, std::int64_t latent, double value);
  /// On rank 0: what the model itself says of each latent vector.
  void set_predicted(std::vector<double> predicted) { predicted_ = std::move(predicted); }
  /// On rank 0: what was wanted, and how often it was reached, below /target.
  void write(ResultFile& file, const std::string& target) const;
  void report(const RunContext& context) const;
  /// On rank 0: share of hits with its standard error, and how far what the model said of latent vectors holds for what
  /// was made of them.
  void report_hits(const RunContext& context) const;

 private:
  PredictModels models_;
  double wanted_, tolerance_;
  CrystalRecord record_;
  std::vector<double> out_;
  std::int64_t tried_ = 0, made_ = 0, hits_ = 0;
  std::vector<std::pair<std::int64_t, double>> judged_;  // latent vector, value
  std::vector<double> predicted_;
};

}  // namespace spinel
