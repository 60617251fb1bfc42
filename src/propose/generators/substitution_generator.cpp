#include <algorithm>

#include "core/random.hpp"
#include "core/text.hpp"
#include "propose/candidate_volume.hpp"
#include "propose/generators/replacement_passes.hpp"

namespace spinel {

std::vector<std::int32_t> GeneratorSetting::parents(VerdictCounts& counts, std::size_t more) const {
  const Random random(seed, RandomPurpose::proposal);
  std::vector<std::pair<double, std::int32_t>> drawn;
  for (std::int32_t k = 0; k < known.size(); ++k) {
    if (!known[k].is_parent) continue;
    const Verdict verdict = finder.verdict(known[k], more);
    ++counts[static_cast<std::size_t>(verdict)];
    if (verdict == Verdict::accepted)
      drawn.emplace_back(random.uniform4(round, static_cast<std::uint64_t>(k)).front(), k);
  }
  std::sort(drawn.begin(), drawn.end());
  std::vector<std::int32_t> order;
  for (const auto& [number, k] : drawn) order.push_back(k);
  return order;
}

Attempt replaced(const GeneratorSetting& setting, std::int32_t parent, const Replacement& replacement) {
  const KnownCrystal& crystal = setting.known[parent];
  Attempt attempt;
  Candidate& candidate = attempt.candidate;
  candidate.parent = parent;
  candidate.elements = replacement.elements;
  candidate.probability = replacement.probability;
  candidate.scale = length_factor(crystal, replacement.elements, volume_rule(setting.parameters.volume));
  const double shortest = *std::min_element(crystal.shortest.begin(), crystal.shortest.end());
  if (shortest * candidate.scale < setting.parameters.minimum_distance) attempt.verdict = Verdict::too_close;
  return attempt;
}

void append_left_out(const VerdictCounts& counts, std::vector<Attempt>& attempts) {
  for (std::size_t v = 0; v < n_verdicts; ++v)
    if (counts[v] > 0) attempts.push_back({static_cast<Verdict>(v), counts[v], {}});
}

namespace {

constexpr std::int64_t units_in_block = 64;

class SubstitutionGenerator : public ReplacementPasses {
 public:
  SubstitutionGenerator(const GeneratorSetting& setting, std::int64_t wanted) : setting_(setting) {
    parents_ = setting.parents(counts_);
    set_units(static_cast<std::int64_t>(parents_.size()), wanted, units_in_block);
  }

  std::vector<std::pair<std::string, std::string>> notes() const override {
    return {{"parents", parents_text(counts_)}};
  }

 private:
  bool unit(std::int64_t number, std::int64_t begin, std::int64_t end, std::vector<Attempt>& attempts) override {
    const std::int32_t parent = parents_[static_cast<std::size_t>(number)];
    const ReplacementList list = setting_.finder.find(setting_.known[parent]);
    if (begin == 0) append_left_out(list.left_out, attempts);
    const auto n = static_cast<std::int64_t>(list.found.size());
    for (std::int64_t k = begin; k < std::min(end, n); ++k)
      attempts.push_back(replaced(setting_, parent, list.found[static_cast<std::size_t>(k)]));
    return end < n;
  }

  GeneratorSetting setting_;
  std::vector<std::int32_t> parents_;
  VerdictCounts counts_{};
};

}  // namespace

std::string parents_text(const VerdictCounts& counts) {
  const auto of = [&](Verdict verdict) { return counts[static_cast<std::size_t>(verdict)]; };
  std::string text = fmt::format("{} used", grouped(of(Verdict::accepted)));
  for (const auto& [verdict, what] : {std::pair{Verdict::not_neutral, "without oxidation states"},
                                      {Verdict::not_allowed, "of other numbers of elements, or beyond Lr"},
                                      {Verdict::too_many_atoms, "of more atoms"}})
    if (of(verdict) > 0) text += fmt::format(", {} {}", grouped(of(verdict)), what);
  return text;
}

std::unique_ptr<CandidateGenerator> substitution_generator(const GeneratorSetting& setting, std::int64_t wanted) {
  return std::make_unique<SubstitutionGenerator>(setting, wanted);
}

}  // namespace spinel
