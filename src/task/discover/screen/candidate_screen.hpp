#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "discover/known_hull.hpp"
#include "propose/proposal_stream.hpp"
#include "run/context.hpp"
#include "task/discover/screen/screen_retraining.hpp"
#include "task/predict/predict_models.hpp"

namespace spinel {

/// What networks say of a proposal that was kept; energies in eV/atom.
struct ScreenedCandidate {
  std::int64_t number = 0;    ///< among the proposals of the round, from 0
  double mean = 0.0;          ///< formation energy
  double spread = 0.0;        ///< standard deviation over the networks, n − 1; 0 of one
  double distance = 0.0;      ///< mean − screen_kappa · spread, from the hull
  double volume_scale = 1.0;  ///< factor of its volume at which the mean is lowest
  bool random = false;        ///< kept to see what the screen passes over
};
inline auto members(ScreenedCandidate& c) {
  return std::tie(c.number, c.mean, c.spread, c.distance, c.volume_scale, c.random);
}

/// What a screen leaves of the proposals of a round.
struct ScreenedRound {
  ProposalSegment kept;                            ///< these proposals; counts and places of all
  std::vector<ScreenedCandidate> screened;         ///< [kept]
  std::vector<char> seen;                          ///< all proposals, as put_seen() packs them one after the other
  std::int64_t n_proposed = 0, n_predicted = 0;    ///< predicted: and measured from the hull
  std::map<std::string, std::int64_t> left_out{};  ///< the others, by reason
  double seconds = 0.0;
  Retraining retraining;  ///< of the networks, before the round; none: its round is 0
};
/// All but `kept`, whose bytes are those of &propose.
inline auto members(ScreenedRound& r) {
  return std::tie(r.screened, r.seen, r.n_proposed, r.n_predicted, r.left_out, r.seconds, r.retraining);
}
void put(ByteWriter& out, const ScreenedRound& round);
ScreenedRound get_screened_round(ByteReader& in);

/// Proposals → the most promising of them, by an ensemble of networks that predict formation energies: the lowest mean
/// over &discover volume_scales, less screen_kappa standard deviations, measured from the hull of screen_known.
/// Elements are at 0 there. Proposals are made and looked at in blocks of fixed size; all that is held of those passed
/// over is what tells that one is proposed again. The same for any number of ranks.
class CandidateScreen {
 public:
  /// Collective. InputError at keys of &discover: models that predict something else, entries without formation
  /// energies. `context` must outlive this.
  explicit CandidateScreen(const RunContext& context);

  /// Collective. Round `round`, from 1, of the stream. Nothing where `stop` says so.
  std::optional<ScreenedRound> run(std::int64_t round, ProposalStream& stream, const KnownCrystals& known,
                                   const std::function<bool()>& stop);

  const PredictModels& models() const { return *models_; }
  /// Collective. Networks of these files in place of those that are there. InputError where one cannot be read.
  void use(const std::vector<std::string>& paths);
  /// On all ranks. What becomes part of the next round.
  void came_of(const Retraining& retraining) { retraining_ = retraining; }
  /// Collective. The mean absolute error of the networks of these crystals as they are, eV/atom; NaN of none.
  double mean_error(const std::vector<LabelledCrystal>& crystals);
  /// Collective. The hull of screen_known, eV/atom from the elements; NaN where it lacks one.
  std::vector<double> hull_at(const std::vector<Composition>& compositions);
  /// Of the entries that make the hull.
  std::uint64_t entries_fingerprint() const { return entries_fingerprint_; }

 private:
  /// Of the proposals of a block. A mean that is NaN: there is none; a hull: it lacks an element.
  struct Predictions {
    std::vector<double> mean, spread, scale, hull;
  };

  const KnownHull& hull();
  Predictions predict(const std::vector<Proposal>& block, const KnownCrystals& known,
                      std::map<std::string, std::int64_t>& problems);
  void predict(const Structure& structure, double& mean, double& spread, double& scale, std::string& problem);

  std::optional<std::vector<Proposal>> next_block(ProposalStream& stream, std::int64_t most,
                                                  const std::function<bool()>& stop, ProposalSegment& all);

  const RunContext& context_;
  std::vector<double> scales_;
  std::optional<PredictModels> models_;
  KnownHull hull_;
  bool has_hull_ = false;
  std::uint64_t entries_fingerprint_ = 0;
  CrystalRecord record_;
  std::vector<double> value_;
  Retraining retraining_;
};

/// The crystal with all lengths multiplied alike.
Structure with_volume(Structure structure, double factor);

}  // namespace spinel
