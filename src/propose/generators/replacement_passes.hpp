#pragma once

#include <algorithm>
#include <string>

#include "propose/generators/candidate_generator.hpp"

namespace spinel {

/// Blocks of units (parents, prototypes), each with a list of replacements: pass after pass the next of every unit,
/// twice as many as in the pass before, so that lists of any length are searched anew only a few times.
class ReplacementPasses : public CandidateGenerator {
 public:
  bool make(std::int64_t block, std::vector<Attempt>& attempts) override {
    constexpr std::int64_t last_doubling = 40;
    const std::int64_t pass = std::min(block / period_, last_doubling), first = block % period_ * per_block_;
    const std::int64_t begin = ((std::int64_t{1} << pass) - 1) * per_pass_;
    bool has_more = false;
    for (std::int64_t k = first; k < std::min(first + per_block_, n_units_); ++k)
      has_more |= unit(k, begin, 2 * begin + per_pass_, attempts);
    return has_more;
  }
  std::int64_t period() const override { return period_; }
  std::int64_t block_size() const override { return per_block_ * per_pass_; }

 protected:
  /// Replacements begin … end − 1 of a unit; before its first, in pass 0, what was left out of its list. Whether it has
  /// more.
  virtual bool unit(std::int64_t number, std::int64_t begin, std::int64_t end, std::vector<Attempt>& attempts) = 0;

  /// So few of each unit in the first pass that all units take part in `wanted` candidates.
  void set_units(std::int64_t n, std::int64_t wanted, std::int64_t per_block) {
    constexpr std::int64_t most_in_pass = 32;
    n_units_ = n;
    per_block_ = per_block;
    period_ = std::max<std::int64_t>(1, (n + per_block - 1) / per_block);
    per_pass_ = std::clamp<std::int64_t>(wanted / std::max<std::int64_t>(n, 1), 1, most_in_pass);
  }

 private:
  std::int64_t n_units_ = 0, per_block_ = 1, per_pass_ = 1, period_ = 1;
};

/// "1,204 used, 31 without oxidation states": what became of parents, by GeneratorSetting::parents.
std::string parents_text(const VerdictCounts& counts);

}  // namespace spinel
