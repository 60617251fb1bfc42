#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "campaign/campaign.hpp"
#include "discover/candidate_score.hpp"
#include "discover/known_hull.hpp"
#include "discover/oracle.hpp"
#include "discover/round_record.hpp"
#include "task/discover/discover_features.hpp"
#include "task/discover/discover_oracles.hpp"
#include "task/discover/levels/candidate_relaxation.hpp"
#include "task/discover/levels/oracle_references.hpp"
#include "task/discover/screen/screen_retraining.hpp"
#include "task/discover/seen_crystals.hpp"

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
///
/// With &oracle there are two levels. &potential relaxes candidates, says how far each is above the hull at its level,
/// and so which are worth a label; &oracle gives labels and what they are measured from (OracleReferences), which make
/// a hull of their own. The surrogate learns the oracle's distance less that of &potential, from labels alone: known
/// structures that the oracle computed are what labels are measured from, not labels. Below three labels that
/// difference is taken to be 0, known to 0.2 eV/atom, so the lowest at &potential's level are asked for first.
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
  friend class DiscoverResults;

  const DiscoverParameters& parameters() const { return context_.input.discover; }
  bool follows_hull() const { return windows_.empty(); }
  bool has_two_levels() const { return oracle_energies_ != nullptr; }
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

  // Of two levels.
  void open_levels(const std::vector<CandidateLabel>& known, const std::vector<std::string>& ids);
  std::optional<ElementSet> possible_elements() const;
  Structure crystal(std::int64_t candidate) const;
  double potential_distance(std::int64_t candidate) const;
  std::vector<double> oracle_bounds(const std::vector<std::int64_t>& open) const;
  std::optional<RoundLabels> ask_oracle(const std::vector<std::int64_t>& asked, std::int64_t round);
  void make_oracle_hull();
  std::vector<KnownHull::Point> oracle_points(const KnownHull& hull,
                                              const std::vector<Composition>& compositions) const;
  void take_levels(std::int64_t round);
  void is_kept(std::int64_t round);

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
  void find_repeats(std::vector<CandidateLabel>& labels);
  std::int64_t n_labelled_rounds() const;
  void report_round(std::int64_t round) const;

  const RunContext& context_;
  RunFiles files_;
  std::string labels_file_, hits_file_, wanted_file_, references_file_;
  std::vector<TargetWindow> windows_;  // empty: the hull
  std::unique_ptr<CandidateSource> candidates_;
  std::unique_ptr<PotentialEnergies> energies_, oracle_energies_;  // of &potential; of &oracle where it is given
  std::unique_ptr<Oracle> oracle_;
  DiscoverFeatures features_;
  Points feature_;                                // [candidate][feature]
  std::vector<CandidateState> state_;             // [candidate]
  std::vector<KnownHull::Point> start_;           // [candidate] the hull of what was known at the start
  std::unique_ptr<KnownHull> start_hull_, hull_;  // at the start, and with all labels; with two levels the latter …
  std::unique_ptr<KnownHull> reference_hull_;     // … is the oracle's, and this the same without labels
  bool has_hull_ = false;                         // hull_ has entries
  std::optional<CandidateRelaxation> relaxation_;
  std::optional<OracleReferences> references_;
  std::vector<double> reference_energy_;  // [candidate] reference_hull_ at those with a label
  Points known_feature_;                  // [known entry that is learned from][feature, and that of the hull]
  Eigen::VectorXd known_label_;
  std::optional<Surrogate> surrogate_;
  std::optional<ScreenRetraining> retraining_;  // of the networks that screen; none: they stay as they are
  std::optional<Campaign> campaign_;
  std::vector<Round> rounds_;
  SeenCrystals seen_;  // known ones and labels
  std::int64_t n_calls_ = 0;
  bool halted_ = false, waits_ = false;
  std::string end_;  // why there are no more rounds; empty: there are
};

}  // namespace spinel
