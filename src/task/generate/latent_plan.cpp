#include "task/generate/latent_plan.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

/// Of random numbers: crystals use places from 0 on, one an attempt.
constexpr std::uint64_t latent_place = std::uint64_t{1} << 32;

}  // namespace

std::string LatentPlan::mode_of(const Input& input) {
  const GenerateParameters& p = input.generate;
  if (p.latents != "auto") return p.latents;
  if (!p.target.empty()) return "searched";
  if (!p.structures.empty()) return "encoded";
  // Of given contents, or those of the data, a latent vector would have to know.
  return p.compositions.empty() && p.species != "data" ? "prior" : "none";
}

LatentPlan::LatentPlan(const RunContext& context, const GeneratorArchitecture& architecture, const ModelFile& file)
    : model_(std::make_unique<LatentModel>(architecture, file)), mode_(mode_of(context.input)) {
  const GenerateParameters& p = context.input.generate;
  const auto fail_here = [&](const char* key, const std::string& what) {
    fail_key(context.input, "generate", key, what);
  };
  seed_ = static_cast<std::uint64_t>(context.input.control.seed);
  count_ = p.count;
  points_ = p.points;
  decodings_ = mode_ == "encoded" ? 1 : std::min(p.decodings, p.count);
  if (!p.target.empty()) {
    std::vector<std::string> names;
    for (const LatentProperty& property : model_->architecture().properties) names.push_back(property.name);
    const auto found = std::find(names.begin(), names.end(), p.target);
    if (found == names.end())
      fail_here("target", fmt::format("the model predicts no '{}'; it predicts {}", p.target,
                                      names.empty() ? std::string("nothing") : quoted_list(names)));
    target_ = static_cast<std::size_t>(found - names.begin());
    const LatentProperty& property = model_->architecture().properties[*target_];
    const double reach = property.highest - property.lowest;
    if (p.target_value < property.lowest - reach || p.target_value > property.highest + reach)
      fail_here("target_value",
                fmt::format("{} = {} is far outside of the training data, {} to {}{}", p.target, p.target_value,
                            property.lowest, property.highest, property.unit.empty() ? "" : " " + property.unit));
    if (property.has_zeros && p.target_value < 0.0)
      fail_here("target_value", fmt::format("{} is never below 0", p.target));
    search_.property = *target_;
    search_.wanted = p.target_value;
  }
  search_.method = p.search == "gradient"    ? LatentSearch::Method::gradient
                   : p.search == "screening" ? LatentSearch::Method::screening
                                             : LatentSearch::Method::random;
  model_->widen(p.temperature);
  search_.steps = p.climb_steps;
  search_.rate = p.climb_rate;
  search_.prior_weight = p.prior_weight;
  search_.pool = p.pool;
  size_ = (count_ + decodings_ - 1) / decodings_;
}

void LatentPlan::encode(const RunContext& context, const std::vector<Structure>& structures,
                        std::vector<std::string>& problems) {
  const std::size_t n = structures.size(), d = model_->size();
  n_encoded_ = static_cast<std::int64_t>(n);
  encoded_.assign(n * d, 0.0);
  std::vector<std::string> own(n);
  CrystalEncoder encoder(*model_);
  std::vector<double> deviation(d);
  for (std::size_t k = 0; k < n; ++k) {
    if (!problems[k].empty()) continue;
    // Every rank finds all problems; the work of the vectors is shared.
    try {
      const Structure& s = structures[k];
      std::vector<std::uint8_t> atomic_number;
      std::vector<double> position;
      for (std::size_t a = 0; a < s.size(); ++a) {
        atomic_number.push_back(
            static_cast<std::uint8_t>(s.species[static_cast<std::size_t>(s.type[a])].atomic_number));
        position.insert(position.end(), s.position[a].begin(), s.position[a].end());
      }
      encoder.encode(s.cell, atomic_number, position, s.periodic, encoded_.data() + k * d, deviation.data());
    } catch (const Error& error) {
      problems[k] = error.what();
    }
  }
  if (mode_ == "encoded") {
    size_ = n_encoded_;
  } else {
    const auto first = std::find_if(problems.begin(), problems.end(), [](const auto& text) { return !text.empty(); });
    if (first != problems.end()) fail_key(context.input, "generate", "structures", *first);
    if (n < 2) fail_key(context.input, "generate", "structures", "an interpolation needs two crystals or more");
    size_ = (n_encoded_ - 1) * (points_ - 1) + 1;
  }
}

std::int64_t LatentPlan::n_crystals() const {
  if (mode_ == "encoded") return count_ * n_encoded_;
  return mode_ == "interpolated" ? size_ * decodings_ : count_;
}

std::int64_t LatentPlan::index(std::int64_t crystal) const {
  return mode_ == "encoded" ? crystal % n_encoded_ : crystal / decodings_;
}

std::vector<double> LatentPlan::latent(std::int64_t index) const {
  if (index == last_index_) return last_;
  const std::size_t d = model_->size();
  std::vector<double> z(d);
  const auto at = [&](std::int64_t k) {
    return encoded_.begin() + static_cast<std::ptrdiff_t>(k) * static_cast<std::ptrdiff_t>(d);
  };
  if (mode_ == "encoded") {
    std::copy_n(at(index), d, z.begin());
  } else if (mode_ == "interpolated") {
    const std::int64_t from = std::min(index / (points_ - 1), n_encoded_ - 2);
    const double share = static_cast<double>(index - from * (points_ - 1)) / static_cast<double>(points_ - 1);
    for (std::size_t j = 0; j < d; ++j) {
      const auto step = static_cast<std::ptrdiff_t>(j);
      z[j] = (1.0 - share) * at(from)[step] + share * at(from + 1)[step];
    }
  } else {
    RandomSequence random(Random(seed_, RandomPurpose::generation), latent_place, static_cast<std::uint64_t>(index));
    if (mode_ == "searched")
      z = search_latent(*model_, search_, random);
    else
      model_->draw(random, z.data());
  }
  last_index_ = index;
  last_ = z;
  return z;
}

void LatentPlan::report(const RunContext& context) const {
  const GenerateParameters& p = context.input.generate;
  const std::string what = mode_ == "prior"          ? "drawn around those of the training part"
                           : mode_ == "encoded"      ? "of " + p.structures
                           : mode_ == "interpolated" ? "between those of " + p.structures
                                                     : "searched for by " + p.search;
  echo_line(context.log, "latent", fmt::format("{} vectors of {} numbers, {}", grouped(size_), model_->size(), what));
  if (mode_ == "prior" || mode_ == "searched") echo_line(context.log, "temperature", fmt::format("{}", p.temperature));
  if (!target_) return;
  const LatentProperty& property = model_->architecture().properties[*target_];
  echo_line(context.log, "target",
            fmt::format("{} = {} ± {}{}", property.name, p.target_value, p.target_tolerance,
                        property.unit.empty() ? "" : " " + property.unit));
}

}  // namespace spinel
