#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "input/proposal_shares.hpp"
#include "parallel/communicator.hpp"
#include "propose/duplicate_index.hpp"
#include "propose/generators/candidate_generator.hpp"

namespace spinel {

/// A candidate and which generator it is from.
struct Proposal {
  std::int32_t generator = 0;  ///< number in ProposalStream::generators()
  Candidate candidate;
};

/// Candidates in order, and how it came to them.
struct ProposalSegment {
  std::vector<Proposal> proposals;
  std::vector<VerdictCounts> counts;  ///< [generator] attempts by what became of them
  /// Where each generator stands after it: block, attempts taken of it, blocks in a row without more, attempts in a row
  /// in vain.
  std::vector<std::array<std::int64_t, 4>> place;
};
void put(ByteWriter& out, const ProposalSegment& segment);
ProposalSegment get_segment(ByteReader& in);

/// Candidates of all generators of &propose, one segment after the other, none of which repeats a known crystal or an
/// earlier candidate. The same for any number of ranks: attempts are functions of seed, round, generator and number,
/// and whether one repeats another is asked in their order. What is kept in memory grows with candidates, not with
/// attempts.
///
/// Generators of a segment take turns, each until it has its share of it; what one that is at its end lacks, others
/// make.
class ProposalStream {
 public:
  /// Collective. All must outlive this. InputError where an element is none. `wanted`: candidates that are looked for
  /// in all.
  ProposalStream(const Communicator& communicator, const ProposeParameters& parameters, const KnownCrystals& known,
                 const ProposalSources& sources, std::uint64_t seed, std::uint64_t round, std::int64_t wanted);
  ~ProposalStream();

  const std::vector<ProposalShare>& generators() const { return shares_; }
  const CandidateGenerator& generator(std::size_t g) const { return *states_[g].generator; }

  /// Collective. The next `size` candidates, or fewer where there are no more; on all ranks. Nothing where `stop`,
  /// called now and then on all ranks alike, says so: the stream is then of no more use.
  std::optional<ProposalSegment> next(std::int64_t size, const std::function<bool()>& stop);
  /// On all ranks. Takes a segment that was made before as the next one.
  void restore(const ProposalSegment& segment);

  /// Of this rank: pairs of equal formula looked at, and of them those that the matcher was asked about.
  std::int64_t n_compared() const { return index_.n_compared(); }
  std::int64_t n_fits() const { return index_.n_fits(); }

 private:
  struct State {
    std::unique_ptr<CandidateGenerator> generator;
    std::int64_t next_block = 0;  // to be made
    struct Block {
      std::int64_t number = 0, taken = 0;
      std::vector<Attempt> attempts;
      bool has_more = false;
    };
    std::vector<Block> pending;  // made, and not all taken
    std::int64_t skip = 0;       // attempts of next_block that were taken before a restart
    std::int64_t dry = 0;        // blocks in a row, all taken, without more
    std::int64_t in_vain = 0;    // attempts in a row that were not accepted
    bool is_over() const {
      return in_vain >= generator->most_in_vain() || (pending.empty() && dry >= generator->period());
    }
  };

  bool take(std::size_t g, std::int64_t wanted, ProposalSegment& segment, const std::function<bool()>& stop);
  void make_blocks(State& state, std::int64_t n);
  std::array<std::int64_t, 4> place_of(const State& state) const;

  const Communicator& communicator_;
  std::vector<ProposalShare> shares_;
  ReplacementFinder finder_;
  GeneratorSetting setting_;
  DuplicateIndex index_;
  std::vector<State> states_;
  std::int64_t n_before_ = 0;  // candidates of earlier segments
};

}  // namespace spinel
