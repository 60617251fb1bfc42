#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/byte_stream.hpp"
#include "run/context.hpp"
#include "run/run_files.hpp"
#include "source/crystal_chunks.hpp"
#include "source/read_warnings.hpp"
#include "task/predict/predict_models.hpp"

namespace spinel {

/// What became of one chunk of crystals.
struct PredictedChunk {
  std::vector<std::string> id;        ///< [crystal]
  std::vector<std::int32_t> n_atoms;  ///< [crystal]; 0: it could not be read
  std::vector<double> value;          ///< [crystal][model][output], NaN where it failed
  std::vector<double> target;         ///< [crystal] that is compared with, NaN where there is none; or empty
  std::vector<std::int32_t> failed;   ///< crystals of the chunk …
  std::vector<std::string> reason;    ///< … and why
  ReadWarnings warnings;
};
inline auto members(PredictedChunk& c) {
  return std::tie(c.id, c.n_atoms, c.value, c.target, c.failed, c.reason, c.warnings);
}

/// How the predictions of a list stand.
struct PredictSummary {
  std::int64_t done = 0, failed = 0, pending = 0, atoms = 0;
  std::vector<std::string> problems;  ///< "id: reason" of the first that failed
  ReadWarnings warnings;
  std::int64_t compared = 0;
  double mae = 0.0, rmse = 0.0, r2 = 0.0;  ///< against the target; of classes mae is the share of wrong ones
  double spread = 0.0;                     ///< root mean square over the crystals
};

/// Collective. Writes <prefix>.h5 and, where asked for, <prefix>_predictions.csv. `chunk`, on rank 0: one after the
/// other, nothing where it is not done; `seconds`, on rank 0: that this run worked, for all crystals but `n_before`.
/// The summary is known on rank 0.
PredictSummary write_predictions(const RunContext& context, const RunFiles& files, const PredictModels& models,
                                 const CrystalChunks& source,
                                 const std::function<std::optional<PredictedChunk>(std::int64_t)>& chunk, bool complete,
                                 std::int64_t n_before, double seconds);
/// On rank 0: the end of a run that took `seconds` for `crystals` crystals.
void report_predictions(const RunContext& context, const PredictModels& models, const PredictSummary& summary,
                        std::int64_t crystals, double seconds);

}  // namespace spinel
