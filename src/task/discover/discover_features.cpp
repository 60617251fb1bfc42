#include "task/discover/discover_features.hpp"

#include <algorithm>

#include "core/content_hash.hpp"
#include "input/model_kinds.hpp"
#include "input/schema.hpp"
#include "model/architecture.hpp"
#include "model/model_file.hpp"
#include "run/setup/find_file.hpp"

namespace spinel {

namespace {

bool is_of_networks(const std::string& kind) { return kind == "predictions" || kind == "latents"; }

/// All that are asked for.
std::vector<std::string> all_kinds(const Input& input, const CandidateSource& candidates) {
  std::vector<std::string> kinds = input.discover.features;
  if (!kinds.empty()) return kinds;
  kinds = {"composition", "oxidation"};
  if (candidates.has_structures()) kinds.emplace_back("structure");
  if (!input.discover.models.empty()) kinds.insert(kinds.end(), {"predictions", "latents"});
  return kinds;
}

std::vector<std::string> own_kinds(const RunContext& context, const CandidateSource& candidates) {
  std::vector<std::string> kinds = all_kinds(context.input, candidates);
  for (const std::string& kind : kinds)
    if (!candidates.has_structures() && (kind == "structure" || is_of_networks(kind)))
      fail_key(context.input, "discover", "features",
               fmt::format("'{}' needs structures, and the pool has formulas", kind));
  kinds.erase(std::remove_if(kinds.begin(), kinds.end(), is_of_networks), kinds.end());
  return kinds;
}

/// Collective. Is the model a potential? InputError where it cannot be read.
bool is_potential(const RunContext& context, const std::string& given) {
  const std::string path = find_file(context.place("discover"), "models", given, context.world);
  try {
    return is_potential_kind(Architecture(read_model_file(path, context.world)).kind());
  } catch (const InputError& error) {
    fail_key(context.input, "discover", "models", error.what());
  }
}

}  // namespace

DiscoverFeatures::DiscoverFeatures(const RunContext& context, const CandidateSource& candidates)
    : own_(own_kinds(context, candidates)), size_(own_.size()) {
  const std::vector<std::string> kinds = all_kinds(context.input, candidates);
  const auto asked = [&](const char* kind) { return std::find(kinds.begin(), kinds.end(), kind) != kinds.end(); };
  predictions_ = asked("predictions");
  latents_ = asked("latents");
  if (!predictions_ && !latents_) return;
  std::vector<std::string> properties;
  for (const std::string& path : context.input.discover.models) {
    if (!is_potential(context, path))
      properties.push_back(path);
    else if (latents_)
      add_potential(context, path);
  }
  if (properties.empty()) {
    if (predictions_ && !context.input.discover.features.empty())
      fail_key(context.input, "discover", "features", "'predictions' needs a model that predicts a property");
    return;
  }
  models_.emplace(context, KeyName{"discover", "models"}, properties);
  if (!models_->descriptors().empty())
    fail_key(
        context.input, "discover", "models",
        fmt::format("takes the number '{}' of a structure, which candidates lack", models_->descriptors().front()));
  value_.resize(models_->size() * models_->n_outputs());
  if (predictions_) size_ += value_.size();
  for (std::size_t k = 0; latents_ && k < models_->size(); ++k) {
    if (models_->predictor(k).n_latent() == 0)
      fail_key(context.input, "discover", "models",
               fmt::format("'{}' is of a kind without latents; ask for features = 'predictions'", models_->name(k)));
    size_ += models_->predictor(k).n_latent();
  }
}

void DiscoverFeatures::add_potential(const RunContext& context, const std::string& given) {
  const std::string path = find_file(context.place("discover"), "models", given, context.world);
  try {
    potentials_.push_back(std::make_unique<PotentialLatents>(context, path));
  } catch (const InputError& error) {
    fail_key(context.input, "discover", "models", error.what());
  }
  size_ += potentials_.back()->size();
}

std::uint64_t DiscoverFeatures::fingerprint() const {
  if (potentials_.empty()) return models_ ? models_->fingerprint() : 0;
  Fnv1a hash;
  if (models_) hash.add(std::to_string(models_->fingerprint()));
  for (const auto& potential : potentials_) hash.add(potential->level());
  return hash.value();
}

void DiscoverFeatures::compute(const Composition& composition, const Structure* structure, double* out) {
  own_.compute(composition, structure, out);
  if (!models_ && potentials_.empty()) return;
  if (structure == nullptr) fail_input("there is no structure");
  out += own_.size();
  if (models_) out = put_models(*structure, out);
  for (const auto& potential : potentials_) {
    potential->compute(*structure, out);
    out += potential->size();
  }
}

/// Predictions, then latents.
double* DiscoverFeatures::put_models(const Structure& structure, double* out) {
  to_record(structure, record_);
  models_->predict(record_, value_.data());
  if (predictions_) out = std::copy(value_.begin(), value_.end(), out);
  for (std::size_t k = 0; latents_ && k < models_->size(); ++k)
    out = std::copy_n(models_->predictor(k).latent(), models_->predictor(k).n_latent(), out);
  return out;
}

}  // namespace spinel
