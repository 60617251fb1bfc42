#include "propose/generators/own_candidate.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"

namespace spinel {

Attempt own_candidate(const GeneratorSetting& setting, const Structure& structure, const StructureMatcher& matcher) {
  const ProposeParameters& p = setting.parameters;
  Attempt attempt;
  KnownCrystal crystal;
  try {
    crystal = known_crystal(structure, matcher);
  } catch (const InputError&) {
    attempt.verdict = Verdict::not_made;
    return attempt;
  }
  const bool is_neutral = p.charge_balance == "none" || !crystal.charge.empty() ||
                          (p.charge_balance == "auto" && (crystal.is_metallic || crystal.n_species() == 1));
  attempt.verdict = setting.finder.rules().verdict(crystal);
  if (attempt.verdict != Verdict::accepted) return attempt;
  if (crystal.reduced.front().size() > p.max_atoms)
    attempt.verdict = Verdict::too_many_atoms;
  else if (!is_neutral)
    attempt.verdict = Verdict::not_neutral;
  else if (*std::min_element(crystal.shortest.begin(), crystal.shortest.end()) < p.minimum_distance)
    attempt.verdict = Verdict::too_close;
  if (attempt.verdict != Verdict::accepted) return attempt;
  // It is never scaled, so that it is compared as it is alone.
  crystal.reduced.resize(1);
  attempt.candidate.probability = std::numeric_limits<double>::quiet_NaN();
  attempt.candidate.own = std::make_shared<const KnownCrystal>(std::move(crystal));
  return attempt;
}

namespace {

constexpr std::int64_t structures_in_block = 64;

class ListGenerator : public CandidateGenerator {
 public:
  ListGenerator(const GeneratorSetting& setting, std::shared_ptr<StructureSource> structures)
      : setting_(setting), structures_(std::move(structures)), matcher_(proposal_matcher(setting.parameters)) {}

  bool make(std::int64_t block, std::vector<Attempt>& attempts) override {
    const std::int64_t end = std::min((block + 1) * structures_in_block, structures_->size());
    for (std::int64_t k = block * structures_in_block; k < end; ++k) {
      try {
        const Structure structure = structures_->read(k);
        attempts.push_back(own_candidate(setting_, structure, matcher_));
        const auto id = structure.info.find("id");
        attempts.back().candidate.origin = id != structure.info.end() ? id->second : structures_->default_id(k);
      } catch (const InputError&) {
        attempts.push_back({Verdict::not_made, 1, {}});
      }
    }
    return end < structures_->size();
  }
  std::int64_t block_size() const override { return structures_in_block; }
  std::uint64_t fingerprint() const override { return structures_->fingerprint(); }

 private:
  GeneratorSetting setting_;
  std::shared_ptr<StructureSource> structures_;
  StructureMatcher matcher_;
};

}  // namespace

std::unique_ptr<CandidateGenerator> list_generator(const GeneratorSetting& setting,
                                                   std::shared_ptr<StructureSource> structures) {
  return std::make_unique<ListGenerator>(setting, std::move(structures));
}

}  // namespace spinel
