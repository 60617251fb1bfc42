#include <fmt/ranges.h>

#include <limits>
#include <optional>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "generate/crystal_sampler.hpp"
#include "model/generators/generator_model.hpp"
#include "model/model_file.hpp"
#include "propose/generators/own_candidate.hpp"

namespace spinel {

namespace {

constexpr std::int64_t crystals_in_block = 64;

/// Crystals of a trained generator: their species generated where it generates species, else those of a composition of
/// its training data.
class ModelGenerator : public CandidateGenerator {
 public:
  ModelGenerator(const GeneratorSetting& setting, const ModelFile& file)
      : setting_(setting), model_(file), matcher_(proposal_matcher(setting.parameters)) {
    const ElementRules& rules = setting.finder.rules();
    SamplerSettings settings;
    Fnv1a hash;
    hash.add(file.architecture);
    hash.add(model_.weights.data(), model_.weights.size() * sizeof(float));
    fingerprint_ = hash.value();
    // Rounds differ as seeds do.
    Fnv1a seed;
    seed.add_bytes_of(setting.seed);
    seed.add_bytes_of(setting.round);
    settings.seed = seed.value();
    settings.minimum_distance = setting.parameters.minimum_distance;
    settings.corrector = model_.architecture.is_diffusion() ? settings.corrector : 0.0;
    std::vector<bool> allowed;
    for (const std::string& symbol : model_.architecture.elements) {
      allowed.push_back(rules.allows(atomic_number(symbol)));
      if (allowed.back()) settings.allowed_types.push_back(static_cast<std::int32_t>(allowed.size()) - 1);
    }
    if (settings.allowed_types.empty())
      fail_input("&propose elements: the generator knows none of them, only {}",
                 fmt::join(model_.architecture.elements, " "));
    // What generates species takes no more than the number of atoms from the training data.
    if (model_.architecture.generates_types) allowed.assign(allowed.size(), true);
    statistics_ = model_.statistics.among(allowed, 1, setting_.parameters.max_atoms);
    if (statistics_.size() == 0)
      fail_input("&propose model: no composition of its training data has such elements alone and at most {} atoms",
                 setting_.parameters.max_atoms);
    sampler_.emplace(model_.architecture, model_.weights, settings);
  }

  bool make(std::int64_t block, std::vector<Attempt>& attempts) override {
    std::vector<CrystalRequest> requests;
    for (std::int64_t k = 0; k < crystals_in_block; ++k) {
      CrystalRequest request;
      request.number = static_cast<std::uint64_t>(block * crystals_in_block + k);
      RandomSequence random(Random(setting_.seed, RandomPurpose::proposal), 2 * setting_.round + 1, ~request.number);
      if (model_.architecture.generates_types)
        request.type.assign(static_cast<std::size_t>(statistics_.draw_size(random)), model_.architecture.mask());
      else
        request.type = statistics_.draw(random);
      request.conditions.assign(model_.architecture.conditions.size(), std::numeric_limits<double>::quiet_NaN());
      requests.push_back(std::move(request));
    }
    for (const GeneratedCrystal& crystal : sampler_->sample(requests))
      attempts.push_back(crystal.failure.empty() ? own_candidate(setting_, crystal.structure, matcher_)
                                                 : Attempt{Verdict::not_made, 1, {}});
    return true;
  }
  std::int64_t block_size() const override { return crystals_in_block / 2; }
  std::int64_t most_in_vain() const override { return 4096; }
  std::uint64_t fingerprint() const override { return fingerprint_; }

 private:
  GeneratorSetting setting_;
  GeneratorModel model_;
  StructureMatcher matcher_;
  CompositionStatistics statistics_;
  std::optional<CrystalSampler> sampler_;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace

std::unique_ptr<CandidateGenerator> model_generator(const GeneratorSetting& setting, const std::string& path,
                                                    const Communicator& communicator) {
  try {
    return std::make_unique<ModelGenerator>(setting, read_model_file(path, communicator));
  } catch (const InputError& error) {
    const std::string what = error.what();
    throw InputError(what.rfind("&propose", 0) == 0 ? what : "&propose model: " + what);
  }
}

}  // namespace spinel
