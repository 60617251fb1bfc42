#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "discover/candidate_features.hpp"
#include "discover/candidate_source.hpp"
#include "task/discover/potential_latents.hpp"
#include "task/predict/predict_models.hpp"

namespace spinel {

/// What candidates are described by, as &discover features and models ask: CandidateFeatures, and behind them what
/// trained networks make of a crystal:
///  - predictions: of each model, what it predicts;
///  - latents: of each model, what its last layer is given; of a potential the mean of its atoms.
class DiscoverFeatures {
 public:
  /// Collective. InputError at the keys where the candidates lack what is asked for, or a model cannot be read or used.
  DiscoverFeatures(const RunContext& context, const CandidateSource& candidates);

  std::size_t size() const { return size_; }
  bool needs_structure() const { return own_.needs_structure() || models_.has_value() || !potentials_.empty(); }
  /// Of the models; 0 without any.
  std::uint64_t fingerprint() const;
  /// As CandidateFeatures::compute().
  void compute(const Composition& composition, const Structure* structure, double* out);

 private:
  void add_potential(const RunContext& context, const std::string& given);
  double* put_models(const Structure& structure, double* out);

  CandidateFeatures own_;
  std::optional<PredictModels> models_;  // none: no numbers of networks that predict
  std::vector<std::unique_ptr<PotentialLatents>> potentials_;
  bool predictions_ = false, latents_ = false;
  std::size_t size_ = 0;
  CrystalRecord record_;
  std::vector<double> value_;
};

}  // namespace spinel
