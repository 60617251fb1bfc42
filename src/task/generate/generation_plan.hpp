#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "generate/crystal_sampler.hpp"
#include "model/generators/generator_model.hpp"
#include "run/context.hpp"
#include "task/generate/latent_plan.hpp"

namespace spinel {

/// Which crystals &generate asks for. All that is drawn for a crystal depends on its number and the seed alone.
class GenerationPlan {
 public:
  /// Collective. InputError where the model cannot do what is asked.
  explicit GenerationPlan(const RunContext& context);

  const GeneratorModel& model() const { return *model_; }
  const SamplerSettings& settings() const { return settings_; }
  std::int64_t size() const { return size_; }
  /// Sample by sample of all targets: those of a smaller count are the first of a larger one.
  CrystalRequest request(std::int64_t number) const;
  /// What a crystal is a sample of: the identifier of a structure, a composition; empty where nothing is given.
  std::string target(std::int64_t number) const;
  /// Latent vectors that the crystals are made of; null: none.
  const LatentPlan* latents() const { return latents_ ? &*latents_ : nullptr; }
  /// "given", "data", "joint", "first" or "latent".
  const std::string& species() const { return species_; }
  std::uint64_t fingerprint() const { return fingerprint_; }
  void report(const RunContext& context) const;

 private:
  struct Target {
    std::string name;
    std::vector<std::int32_t> type;
    std::string problem;  // why there can be none of it; empty: there can
  };
  void check_latents(const RunContext& context);
  void read_targets(const RunContext& context);
  void read_conditions(const RunContext& context);
  void read_templates(const RunContext& context);
  std::int32_t place_of(const std::string& symbol) const;  // −1: the model does not know it
  void fit_template(CrystalRequest& request, RandomSequence& random) const;

  std::unique_ptr<GeneratorModel> model_;
  std::optional<LatentPlan> latents_;
  SamplerSettings settings_;
  std::string species_;
  std::vector<Target> targets_;
  CompositionStatistics statistics_;  // what compositions or numbers of atoms are drawn from
  std::vector<double> conditions_;
  std::vector<std::shared_ptr<const SymmetryTemplate>> templates_;
  std::int64_t n_atoms_ = 0, size_ = 0;
  CrystalFamily family_ = CrystalFamily::triclinic;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace spinel
