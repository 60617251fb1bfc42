#include "core/progress.hpp"
#include "task/discover/discover_candidates.hpp"
#include "task/discover/discovery.hpp"

namespace spinel {

/// Collective. Before proposals of a round are screened, the networks learn of the labels of all rounds before; not
/// where the generators have no more proposals. False where it was stopped.
bool Discovery::retrain(std::int64_t round, const Campaign::Pulse& pulse) {
  const double begin = Progress::steady_seconds();
  auto& proposed = dynamic_cast<ProposedCandidates&>(*candidates_);
  if (!proposed.screened().empty() && proposed.screened().back().n_proposed < parameters().screen) return true;
  CandidateScreen& screen = *proposed.screen();
  std::vector<std::vector<LabelledCrystal>> labels(static_cast<std::size_t>(round));
  std::vector<LabelledCrystal> all;
  for (std::size_t r = 0; r < labels.size(); ++r) {
    std::vector<Composition> compositions;
    for (const CandidateLabel& label : rounds_[r].labels->labels) {
      if (state_[static_cast<std::size_t>(label.candidate)].status != CandidateState::labelled) continue;
      LabelledCrystal& one = labels[r].emplace_back();
      one.candidate = label.candidate;
      one.structure = label.structure.size() > 0 ? label.structure : candidates_->structure(label.candidate);
      compositions.push_back(candidates_->composition(label.candidate));
    }
    const std::vector<double> hull = screen.hull_at(compositions);
    for (std::size_t k = 0; k < hull.size(); ++k)
      labels[r][k].formation_energy = hull[k] + distance_from_start(labels[r][k].candidate);
    all.insert(all.end(), labels[r].begin(), labels[r].end());
  }
  if (all.empty()) return true;
  const auto stop = [&] { return pulse(0.0) > 0.0; };
  const auto before = retraining_->models_after(round - 2, labels, stop);
  if (!before) return false;
  Retraining result;
  result.round = round - 1;
  result.n_labels = static_cast<std::int64_t>(all.size());
  screen.use(*before);
  result.error_before = screen.mean_error(all);
  result.error_new = screen.mean_error(labels.back());
  const auto after = retraining_->models_after(round - 1, labels, stop);
  if (!after) return false;
  screen.use(*after);
  result.error_after = screen.mean_error(all);
  result.seconds = Progress::steady_seconds() - begin;
  context_.world.broadcast(&result.seconds, 1);
  screen.came_of(result);
  return true;
}

}  // namespace spinel
