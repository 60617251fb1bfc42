#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "campaign/campaign.hpp"
#include "discover/candidate_score.hpp"
#include "discover/known_hull.hpp"
#include "discover/oracle.hpp"
#include "discover/round_record.hpp"
#include "matching/structure_matcher.hpp"
#include "task/discover/discover_features.hpp"
#include "task/discover/discover_oracles.hpp"
#include "task/discover/screen_retraining.hpp"

namespace spinel {

/// A hit is at most this much more above the hull than was asked for, eV/atom: round-off.
inline constexpr double on_the_hull = 1e-8;

/// A candidate as far as it is known.
struct CandidateState {
  enum Status : std::uint8_t { open, asked, labelled, failed, left_out } status = open;
  std::vector<double> value;  ///< [target] of a labelled one
};

/// The rounds of calculation = 'discover': which labels are asked for, and what is learned. A campaign of stages, two a
/// round: what is chosen, then what the oracle says; a stage that is kept is never done again. Round 0 has what
/// &discover initial asks for.
class Discovery {
 public:
  explicit Discovery(const RunContext& context);
  ~Discovery();

  /// Collective. False where a stop came before the end, or labels are waited for.
  bool run();

 private:
  struct Round {
    RoundChoice choice;
    std::optional<RoundLabels> labels;
  };
  /// A relaxed one that is known.
  struct Crystal {
    ReducedCell cell;
    std::string id;
  };
  friend class DiscoverResults;

  const DiscoverParameters& parameters() const { return context_.input.discover; }
  bool follows_hull() const { return windows_.empty(); }
  std::size_t n_targets() const { return follows_hull() ? 1 : windows_.size(); }

  CampaignPlan plan() const;
  void report();
  void open_hull();
  bool compute_known();
  void learn_from_known(const std::vector<CandidateLabel>& computed);
  void restore();
  std::optional<Bytes> choose(std::int64_t round, const Campaign::Pulse& pulse);
  std::optional<Bytes> label(std::int64_t round);
  void take(std::int64_t round, RoundChoice choice);
  void take(std::int64_t round, RoundLabels labels);

  bool retrain(std::int64_t round, const Campaign::Pulse& pulse);
  void extend_candidates();
  std::vector<std::int64_t> open_candidates() const;
  std::size_t batch_size() const;
  std::string reason_to_end(std::int64_t round, std::size_t n_open) const;
  std::vector<std::size_t> initial_candidates(const std::vector<std::int64_t>& open) const;
  /// Scores of open candidates; fills what is predicted of them.
  std::vector<double> scores(std::int64_t round, const std::vector<std::int64_t>& open,
                             std::vector<Prediction>& prediction, std::vector<double>& hull, RoundChoice& choice);
  std::vector<std::size_t> accept(const std::vector<double>& scores, const std::vector<std::int64_t>& open,
                                  std::size_t n);
  bool is_hit(const CandidateLabel& label, double hull) const;
  double distance_from_start(std::int64_t candidate) const;
  void keep_crystal(const Structure& structure, const std::string& id);
  void find_repeats(std::vector<CandidateLabel>& labels);
  std::int64_t n_labelled_rounds() const;
  void report_round(std::int64_t round) const;

  const RunContext& context_;
  RunFiles files_;
  std::string labels_file_, hits_file_, wanted_file_;
  std::vector<TargetWindow> windows_;  // empty: the hull
  std::unique_ptr<CandidateSource> candidates_;
  std::unique_ptr<PotentialEnergies> energies_;
  std::unique_ptr<Oracle> oracle_;
  DiscoverFeatures features_;
  Points feature_;                                // [candidate][feature]
  std::vector<CandidateState> state_;             // [candidate]
  std::vector<KnownHull::Point> start_;           // [candidate] the hull of what was known at the start
  std::unique_ptr<KnownHull> start_hull_, hull_;  // at the start, and with all labels
  Points known_feature_;                          // [known entry that is learned from][feature, and that of the hull]
  Eigen::VectorXd known_label_;
  std::optional<Surrogate> surrogate_;
  std::optional<ScreenRetraining> retraining_;  // of the networks that screen; none: they stay as they are
  std::optional<Campaign> campaign_;
  std::vector<Round> rounds_;
  std::unordered_map<std::string, std::vector<Crystal>> crystals_;  // by reduced formula, on rank 0
  StructureMatcher matcher_{MatcherSettings()};
  std::int64_t n_calls_ = 0;
  bool halted_ = false, waits_ = false;
  std::string end_;  // why there are no more rounds; empty: there are
};

}  // namespace spinel
