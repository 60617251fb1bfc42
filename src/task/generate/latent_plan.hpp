#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crystal/structure.hpp"
#include "generate/crystal_encoder.hpp"
#include "generate/latent_search.hpp"
#include "model/model_file.hpp"
#include "run/context.hpp"

namespace spinel {

/// Which latent vectors &generate asks for. Each is a function of its number and the seed alone.
class LatentPlan {
 public:
  /// "prior", "encoded", "interpolated", "searched", or "none": what `latents` and what is given come to.
  static std::string mode_of(const Input& input);

  /// Collective. InputError where the model cannot do what is asked.
  LatentPlan(const RunContext& context, const GeneratorArchitecture& architecture, const ModelFile& file);

  const LatentModel& model() const { return *model_; }
  const std::string& mode() const { return mode_; }
  /// Collective. Latent vectors of the crystals that were read, whose problems are filled in where one has none.
  void encode(const RunContext& context, const std::vector<Structure>& structures, std::vector<std::string>& problems);
  /// Number of latent vectors, where `count` crystals are asked for of each of so many targets.
  std::int64_t size() const { return size_; }
  std::int64_t n_crystals() const;
  /// Of a crystal.
  std::int64_t index(std::int64_t crystal) const;
  std::vector<double> latent(std::int64_t index) const;
  /// The property that is searched for, of the model's; none: nothing is.
  std::optional<std::size_t> target() const { return target_; }
  void report(const RunContext& context) const;

 private:
  void set_size(const Input& input);

  std::unique_ptr<LatentModel> model_;
  std::string mode_;
  LatentSearch search_;
  std::optional<std::size_t> target_;
  std::vector<double> encoded_;  // [structure][size]
  std::int64_t n_encoded_ = 0, size_ = 0, count_ = 0, decodings_ = 1, points_ = 2;
  std::uint64_t seed_ = 1;
  mutable std::int64_t last_index_ = -1;  // consecutive crystals are of one latent vector
  mutable std::vector<double> last_;
};

}  // namespace spinel
