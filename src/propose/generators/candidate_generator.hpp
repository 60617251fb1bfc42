#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "propose/replacements.hpp"

namespace spinel {

/// A source of candidates: an endless or finite sequence of blocks of attempts. A block is a function of its number, of
/// &propose, the known crystals, the seed and the round, whatever else was made; any rank can make any block.
class CandidateGenerator {
 public:
  virtual ~CandidateGenerator() = default;

  /// Appends the attempts of a block. Returns whether there may be more where it came from: a generator is at its end
  /// when period() blocks in a row had no more.
  virtual bool make(std::int64_t block, std::vector<Attempt>& attempts) = 0;
  virtual std::int64_t period() const { return 1; }
  /// Attempts in a row that come to nothing after which an endless generator is at its end, too.
  virtual std::int64_t most_in_vain() const { return std::numeric_limits<std::int64_t>::max(); }
  /// About how many attempts a block has that are not left out at once.
  virtual std::int64_t block_size() const = 0;
  /// Tells the files that it was given from others, on rank 0; 0: none.
  virtual std::uint64_t fingerprint() const { return 0; }
  /// What a person should know of it, a line each: label and text.
  virtual std::vector<std::pair<std::string, std::string>> notes() const { return {}; }
};

/// What generators share.
struct GeneratorSetting {
  const ProposeParameters& parameters;
  const KnownCrystals& known;
  const ReplacementFinder& finder;
  std::uint64_t seed, round;

  /// The numbers of the parents that can be used for candidates of `more` elements than they have, in an order drawn
  /// for the round; counts[verdict] of all.
  std::vector<std::int32_t> parents(VerdictCounts& counts, std::size_t more = 0) const;
};

/// The attempts that come of the parents' elements being replaced, pass by pass: of each parent in turn its next few.
/// Parents of one block are searched anew in every pass, so that nothing is kept of them.
std::unique_ptr<CandidateGenerator> substitution_generator(const GeneratorSetting& setting, std::int64_t wanted);

/// The same of prototypes: parents of one space group, anonymous formula and set of Wyckoff positions are one, and an
/// assignment of elements to its positions that several of them lead to counts once, with the largest probability.
/// Collective: the ranks look for the symmetries of their shares.
std::unique_ptr<CandidateGenerator> prototype_generator(const GeneratorSetting& setting, std::int64_t wanted,
                                                        const Communicator& communicator);

/// Parts of the sites of one species replaced by a second element, pass by pass as above (partial_generator.cpp).
std::unique_ptr<CandidateGenerator> partial_generator(const GeneratorSetting& setting, std::int64_t wanted);

/// What generators need beside parameters.
struct ProposalSources {
  std::shared_ptr<StructureSource> structures;  ///< candidates that others made; null: none
  std::string model{};                          ///< where the file of a trained generator is; empty: none
};

/// Collective. The generator of a name of &propose generators; `wanted`: about how many candidates it is to make.
std::unique_ptr<CandidateGenerator> make_candidate_generator(const std::string& name, const GeneratorSetting& setting,
                                                             const ProposalSources& sources, std::int64_t wanted,
                                                             const Communicator& communicator);

/// One attempt with a parent's elements replaced.
Attempt replaced(const GeneratorSetting& setting, std::int32_t parent, const Replacement& replacement);

/// The attempts that a list left out.
void append_left_out(const VerdictCounts& counts, std::vector<Attempt>& attempts);

}  // namespace spinel
