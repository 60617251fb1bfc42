#include "task/discover/discovery.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <unordered_map>
#include <unordered_set>

#include "core/progress.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "matching/structure_matcher.hpp"
#include "parallel/on_root.hpp"
#include "run/run_report.hpp"
#include "run/setup/find_file.hpp"
#include "task/discover/discover_candidates.hpp"

namespace spinel {

namespace {

constexpr double largest_distance = 1.0;            // eV/atom from the hull that is learned as it is
constexpr double unknown_difference = 0.2;          // eV/atom, between two levels before labels tell
constexpr std::uint64_t initial_draw = 1000000000;  // in the place of a round, of random numbers

}  // namespace

/// Collective. Features of candidates that are new, each by one rank.
void Discovery::extend_candidates() {
  const Eigen::Index before = feature_.rows(), after = candidates_->size();
  if (after == before) return;
  const auto width = static_cast<Eigen::Index>(features_.size() + (follows_hull() ? 1 : 0));
  Points added = Points::Zero(after - before, width);
  std::vector<double> bad(static_cast<std::size_t>(after - before), 0.0);
  for (Eigen::Index k = context_.world.rank(); k < added.rows(); k += context_.world.size()) {
    if (relaxation_ && relaxation_->is_left_out(before + k)) continue;
    std::vector<double> row(features_.size());
    try {
      std::optional<Structure> structure;
      if (features_.needs_structure()) structure = crystal(before + k);
      features_.compute(candidates_->composition(before + k), structure ? &*structure : nullptr, row.data());
      for (std::size_t f = 0; f < row.size(); ++f) added(k, static_cast<Eigen::Index>(f)) = row[f];
    } catch (const InputError&) {
      bad[static_cast<std::size_t>(k)] = 1.0;
    }
  }
  context_.world.sum(added.data(), static_cast<std::size_t>(added.size()));
  context_.world.sum(bad.data(), bad.size());
  state_.resize(static_cast<std::size_t>(after));
  if (follows_hull()) {
    std::vector<Composition> compositions;
    for (Eigen::Index i = before; i < after; ++i) compositions.push_back(candidates_->composition(i));
    const auto points = start_hull_->at(compositions);
    for (std::size_t k = 0; k < points.size(); ++k) {
      added(static_cast<Eigen::Index>(k), width - 1) = points[k].formation_energy;
      if (std::isnan(points[k].energy) && !relaxation_) bad[k] = 1.0;
    }
    start_.insert(start_.end(), points.begin(), points.end());
  }
  std::int64_t n_bad = 0;
  for (std::size_t k = 0; k < bad.size(); ++k)
    if (bad[k] > 0.0) {
      ++n_bad;
      state_[static_cast<std::size_t>(before) + k].status = CandidateState::left_out;
    }
  for (Eigen::Index i = before; relaxation_ && i < after; ++i)
    if (relaxation_->is_left_out(i)) state_[static_cast<std::size_t>(i)].status = CandidateState::left_out;
  if (n_bad > 0)
    echo_line(context_.log, "WARNING",
              fmt::format("{} candidates are left out: of an element without properties{}", grouped(n_bad),
                          follows_hull() ? ", or that the hull lacks" : ""));
  Points all(after, width);
  all.topRows(before) = feature_;
  all.bottomRows(added.rows()) = added;
  feature_ = std::move(all);
}

std::vector<std::int64_t> Discovery::open_candidates() const {
  std::vector<std::int64_t> open;
  for (std::size_t i = 0; i < state_.size(); ++i)
    if (state_[i].status == CandidateState::open) open.push_back(static_cast<std::int64_t>(i));
  return open;
}

std::size_t Discovery::batch_size() const {
  const DiscoverParameters& p = parameters();
  std::int64_t n = p.batch;
  if (n == 0) n = std::max<std::int64_t>(1, std::llround(p.batch_share * static_cast<double>(candidates_->size())));
  if (p.maximum_calls > 0) n = std::min(n, p.maximum_calls - n_calls_);
  return static_cast<std::size_t>(std::max<std::int64_t>(n, 0));
}

std::string Discovery::reason_to_end(std::int64_t round, std::size_t n_open) const {
  const DiscoverParameters& p = parameters();
  if (p.maximum_calls > 0 && n_calls_ >= p.maximum_calls) return fmt::format("maximum_calls = {}", p.maximum_calls);
  if (p.patience > 0 && round > p.patience) {
    bool hit = false;
    for (std::int64_t r = round - p.patience; r < round; ++r) {
      const Round& earlier = rounds_[static_cast<std::size_t>(r)];
      for (std::size_t k = 0; k < earlier.choice.chosen.size(); ++k)
        hit = hit || is_hit(earlier.labels->labels[k], earlier.choice.chosen[k].hull);
    }
    if (!hit) return fmt::format("no hit in {} rounds", p.patience);
  }
  if (n_open == 0) return "no candidates are left";
  return "";
}

/// Places among the open ones. Of a file of ids, or drawn.
std::vector<std::size_t> Discovery::initial_candidates(const std::vector<std::int64_t>& open) const {
  const DiscoverParameters& p = parameters();
  std::vector<std::size_t> result;
  if (!p.initial.empty()) {
    std::vector<std::int64_t> numbers;
    on_root(context_.world, [&] {
      const std::string path = find_file(context_.place("discover"), "initial", p.initial);
      std::unordered_map<std::string, std::size_t> place;
      for (std::size_t k = 0; k < open.size(); ++k) place[candidates_->id(open[k])] = k;
      // By its relaxation, with the reason in the log.
      std::unordered_set<std::string> left_out;
      for (std::int64_t i = 0; relaxation_ && i < relaxation_->size(); ++i)
        if (relaxation_->is_left_out(i)) left_out.insert(candidates_->id(i));
      std::ifstream file(path);
      std::string id;
      while (std::getline(file, id)) {
        while (!id.empty() && (id.back() == ' ' || id.back() == '\r')) id.pop_back();
        if (id.empty()) continue;
        const auto found = place.find(id);
        if (found == place.end() && left_out.count(id) > 0) continue;
        if (found == place.end())
          fail_key(context_.input, "discover", "initial",
                   fmt::format("the pool has no candidate '{}' whose label was not asked for yet", id));
        numbers.push_back(static_cast<std::int64_t>(found->second));
        place.erase(found);
      }
    });
    context_.world.broadcast(numbers);
    for (const std::int64_t k : numbers) result.push_back(static_cast<std::size_t>(k));
    return result;
  }
  const auto n = std::llround(p.initial_share * static_cast<double>(candidates_->size()));
  const Random random(static_cast<std::uint64_t>(context_.input.control.seed), RandomPurpose::discovery);
  std::vector<double> drawn;
  for (const std::int64_t i : open) drawn.push_back(random.uniform4(initial_draw, static_cast<std::uint64_t>(i))[0]);
  return best_candidates(drawn, static_cast<std::size_t>(n), [](std::size_t) { return true; });
}

std::vector<double> Discovery::scores(std::int64_t round, const std::vector<std::int64_t>& open,
                                      std::vector<Prediction>& prediction, std::vector<double>& hull,
                                      RoundChoice& choice) {
  const DiscoverParameters& p = parameters();
  std::vector<std::int64_t> learned;
  for (std::size_t i = 0; i < state_.size(); ++i)
    if (state_[i].status == CandidateState::labelled) learned.push_back(static_cast<std::int64_t>(i));
  const Eigen::Index n_known = known_feature_.rows(), n = n_known + static_cast<Eigen::Index>(learned.size());
  std::vector<double> highest;
  std::vector<TargetWindow> windows = windows_;
  if (has_two_levels()) {
    hull.assign(open.size(), 0.0);
    highest = oracle_bounds(open);
  } else if (follows_hull()) {
    hull_->compute();
    std::vector<Composition> compositions;
    for (const std::int64_t i : open) compositions.push_back(candidates_->composition(i));
    const auto now = hull_->at(compositions);
    for (std::size_t k = 0; k < open.size(); ++k) {
      hull.push_back(now[k].energy);
      highest.push_back(now[k].energy - start_[static_cast<std::size_t>(open[k])].energy + p.hit_above_hull);
    }
  }
  if (follows_hull()) windows.resize(1);
  ScoreSettings settings;
  settings.kind = discover_acquisition(p.acquisition);
  settings.kappa = p.kappa;
  settings.seed = static_cast<std::uint64_t>(context_.input.control.seed);
  settings.round = static_cast<std::uint64_t>(round);
  constexpr Eigen::Index fewest = 3;  // samples that anything is learned from
  const auto score = [&] {
    for (std::size_t k = 0; has_two_levels() && k < open.size(); ++k)
      prediction[0].mean[k] += potential_distance(open[k]);
    return candidate_scores(settings, windows, prediction, highest, open);
  };
  // Polymorphs may be alike in all features; known compounds are not there to differ.
  const bool differ = std::any_of(learned.begin(), learned.end(),
                                  [&](std::int64_t i) { return feature_.row(i) != feature_.row(learned.front()); });
  if (has_two_levels() && (n < fewest || !differ) && settings.kind != DiscoverAcquisition::random) {
    prediction.push_back({std::vector<double>(open.size(), 0.0), std::vector<double>(open.size(), unknown_difference)});
    return score();
  }
  if (n < fewest || settings.kind == DiscoverAcquisition::random) {
    settings.kind = DiscoverAcquisition::random;
    return candidate_scores(settings, windows, {}, highest, open);
  }
  Points x(n, feature_.cols());
  std::vector<Eigen::VectorXd> y(n_targets(), Eigen::VectorXd(n));
  if (n_known > 0) {
    x.topRows(n_known) = known_feature_;
    y[0].head(n_known) = known_label_;
  }
  for (std::size_t k = 0; k < learned.size(); ++k) {
    const auto row = n_known + static_cast<Eigen::Index>(k);
    const CandidateState& state = state_[static_cast<std::size_t>(learned[k])];
    x.row(row) = feature_.row(learned[k]);
    for (std::size_t t = 0; t < y.size(); ++t)
      y[t][row] = follows_hull() ? distance_from_start(learned[k]) : state.value[t];
    if (has_two_levels()) y[0][row] -= potential_distance(learned[k]);
  }
  if (follows_hull()) y[0] = y[0].cwiseMax(-largest_distance).cwiseMin(largest_distance);
  surrogate_->fit(x, y, static_cast<std::uint64_t>(round));
  for (const auto& h : surrogate_->hyperparameters()) {
    std::vector<double> values(h->length.data(), h->length.data() + h->length.size());
    values.insert(values.end(), {h->variance, h->noise, h->mean});
    choice.hyperparameters.push_back(std::move(values));
  }
  Points asked(static_cast<Eigen::Index>(open.size()), feature_.cols());
  for (std::size_t k = 0; k < open.size(); ++k) asked.row(static_cast<Eigen::Index>(k)) = feature_.row(open[k]);
  for (std::size_t t = 0; t < y.size(); ++t) prediction.push_back(surrogate_->predict(t, asked));
  return score();
}

/// Places of the best that go together: no two crystals that match, not too many of a chemical system.
std::vector<std::size_t> Discovery::accept(const std::vector<double>& scores, const std::vector<std::int64_t>& open,
                                           std::size_t n) {
  const std::int64_t most = parameters().max_per_system;
  std::vector<std::int64_t> best;
  on_root(context_.world, [&] {
    std::unordered_map<ElementSet, std::int64_t, ElementSetHash> of_system;
    std::unordered_map<std::string, std::vector<ReducedCell>> of_formula;
    StructureMatcher matcher{MatcherSettings()};
    const auto chosen = best_candidates(scores, n, [&](std::size_t k) {
      const Composition composition = candidates_->composition(open[k]);
      std::int64_t& in_system = of_system[composition.elements()];
      if (most > 0 && in_system >= most) return false;
      if (candidates_->has_structures()) {
        auto& others = of_formula[reduced_formula(composition)];
        const ReducedCell cell = matcher.reduced(crystal(open[k]));
        for (const ReducedCell& other : others)
          if (matcher.fit(other, cell)) return false;
        others.push_back(cell);
      }
      ++in_system;
      return true;
    });
    for (const std::size_t k : chosen) best.push_back(static_cast<std::int64_t>(k));
  });
  context_.world.broadcast(best);
  return {best.begin(), best.end()};
}

std::optional<Bytes> Discovery::choose(std::int64_t round, const Campaign::Pulse& pulse) {
  const double begin = Progress::steady_seconds();
  RoundChoice choice;
  if (round > 0) is_kept(round - 1);
  auto* proposed = dynamic_cast<ProposedCandidates*>(candidates_.get());
  end_ = reason_to_end(round, 1);
  if (!end_.empty()) return std::nullopt;
  if (retraining_ && round > 0 && !retrain(round, pulse)) return std::nullopt;
  if (proposed != nullptr && round > 0) {
    auto bytes = proposed->make(parameters().candidates, [&] { return context_.world.max(pulse(0.0)) > 0.0; });
    if (!bytes) return std::nullopt;
    choice.proposals = std::move(*bytes);
  }
  if (relaxation_) {
    auto relaxed = relaxation_->relax_new(round);
    if (!relaxed) return std::nullopt;
    relaxation_->take(*relaxed);
    choice.relaxed = std::move(*relaxed);
  }
  extend_candidates();
  const std::vector<std::int64_t> open = open_candidates();
  choice.n_open = static_cast<std::int64_t>(open.size());
  // Where relaxation left nothing of what is new, later rounds may have more.
  const std::size_t n_new = proposed != nullptr ? choice.relaxed.size() : 0;
  if (round > 0) end_ = reason_to_end(round, open.size() + n_new);
  if (!end_.empty()) return std::nullopt;
  if (round == 0) {
    const std::int64_t most = parameters().maximum_calls;
    for (const std::size_t k : initial_candidates(open)) {
      if (most > 0 && static_cast<std::int64_t>(choice.chosen.size()) == most) break;
      ChosenCandidate& one = choice.chosen.emplace_back();
      one.candidate = open[k];
      if (follows_hull() && !has_two_levels()) one.hull = start_[static_cast<std::size_t>(open[k])].energy;
    }
  } else if (!open.empty()) {
    std::vector<Prediction> prediction;
    std::vector<double> hull;
    const std::vector<double> score = scores(round, open, prediction, hull, choice);
    for (const std::size_t k : accept(score, open, batch_size())) {
      ChosenCandidate& one = choice.chosen.emplace_back();
      one.candidate = open[k];
      one.score = score[k];
      if (follows_hull()) one.hull = hull[k];
      const double zero = follows_hull() && !has_two_levels() ? start_[static_cast<std::size_t>(open[k])].energy : 0.0;
      for (const Prediction& of_target : prediction) {
        one.mean.push_back(of_target.mean[k] + zero);
        one.sigma.push_back(of_target.sigma[k]);
      }
    }
  }
  choice.seconds = Progress::steady_seconds() - begin;
  context_.world.broadcast(&choice.seconds, 1);
  Bytes bytes = pack(choice);
  take(round, std::move(choice));
  return bytes;
}

}  // namespace spinel
