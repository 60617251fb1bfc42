#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/byte_stream.hpp"
#include "model/generators/latent_model.hpp"
#include "run/context.hpp"
#include "source/crystal_chunks.hpp"
#include "source/read_warnings.hpp"

namespace spinel {

/// What became of one chunk of crystals. NaN where one failed.
struct EncodedChunk {
  std::vector<std::string> id;          ///< [crystal]
  std::vector<std::int32_t> n_atoms;    ///< [crystal]; 0: it could not be read
  std::vector<double> mean, deviation;  ///< [crystal][latent]
  std::vector<double> said, label;      ///< [crystal][property] by the model from the mean; as the structures have it
  std::vector<std::int32_t> same_contents;  ///< [crystal] 1: the latent vector says what its cell holds
  std::vector<std::int32_t> failed;         ///< crystals of the chunk …
  std::vector<std::string> reason;          ///< … and why
  ReadWarnings warnings;
};
inline auto members(EncodedChunk& c) {
  return std::tie(c.id, c.n_atoms, c.mean, c.deviation, c.said, c.label, c.same_contents, c.failed, c.reason,
                  c.warnings);
}

/// How a list stands, and what the latent space holds of it.
struct EncodeSummary {
  std::int64_t done = 0, failed = 0, pending = 0, same_contents = 0;
  std::vector<std::string> problems;  ///< "id: reason" of the first that failed
  ReadWarnings warnings;
  std::vector<double> kl;  ///< [latent] mean over the crystals, nats
  struct Comparison {
    std::int64_t n = 0;  ///< crystals that have the number
    double mae = 0.0, r2 = 0.0;
  };
  std::vector<Comparison> property;  ///< [property]
};

/// Collective. Writes the result file and, where a name is given, the CSV. `chunk`, on rank 0: one after the other,
/// nothing where it is not done. The summary is known on rank 0.
EncodeSummary write_latents(const RunContext& context, const std::string& path, const std::string& csv,
                            const GeneratorArchitecture& architecture, const CrystalChunks& source,
                            const std::function<std::optional<EncodedChunk>(std::int64_t)>& chunk, bool complete);
/// The end of a run that took `seconds` for `crystals` crystals.
void report_latents(const RunContext& context, const LatentModel& model, const EncodeSummary& summary, double seconds,
                    std::int64_t crystals);

/// Columns of rows x [n][d] centered and projected on the two directions in which they vary most (principal component
/// analysis), [n][2]; rows that are NaN stay so. The sign of a direction is that of its largest component positive.
std::vector<double> planar_map(const std::vector<double>& rows, std::size_t d);

}  // namespace spinel
