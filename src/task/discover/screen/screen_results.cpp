#include "task/discover/screen/screen_results.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "io/table.hpp"

namespace spinel {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_reasons = 3;

struct KeptRow {
  std::string id, formula, generator;
  std::int64_t round = 0;
  ScreenedCandidate screened;
};

struct ScreenRow {
  std::int64_t round = 0, n_proposed = 0, n_predicted = 0, n_kept = 0;
  double lowest = 0.0, highest = 0.0, seconds = 0.0;
};

struct ReasonRow {
  std::int64_t round = 0, n = 0;
  std::string reason;
};

/// Of the best ones alone: what is kept at random is anywhere.
std::pair<double, double> range(const ScreenedRound& round) {
  double lowest = nan, highest = nan;
  for (const ScreenedCandidate& one : round.screened) {
    if (one.random) continue;
    lowest = std::fmin(lowest, one.distance);
    highest = std::fmax(highest, one.distance);
  }
  return {lowest, highest};
}

}  // namespace

void report_screen(Log& log, std::int64_t round, const ScreenedRound& screened) {
  if (const Retraining& r = screened.retraining; r.round > 0)
    log.print("  retrain{:4}: {} labels, error {:.4f} eV/atom before, {:.4f} after{}", round, grouped(r.n_labels),
              r.error_before, r.error_after,
              std::isnan(r.error_new) ? "" : fmt::format("; of the new ones {:.4f} before", r.error_new));
  const auto [lowest, highest] = range(screened);
  const auto kept = static_cast<std::int64_t>(screened.screened.size());
  const auto random =
      std::count_if(screened.screened.begin(), screened.screened.end(), [](const auto& one) { return one.random; });
  log.print("  screen {:4}: {} proposed, {} predicted, {} kept{}{}", round, grouped(screened.n_proposed),
            grouped(screened.n_predicted), grouped(kept),
            random > 0 ? fmt::format(" ({} at random)", grouped(random)) : "",
            kept > random ? fmt::format(", {:.4f} to {:.4f} eV/atom from the hull", lowest, highest) : "");
  std::vector<std::pair<std::int64_t, std::string>> reasons;
  for (const auto& [reason, n] : screened.left_out) reasons.emplace_back(-n, reason);
  std::sort(reasons.begin(), reasons.end());
  std::string text;
  for (std::size_t k = 0; k < std::min(most_reasons, reasons.size()); ++k)
    text += fmt::format("{}{} ({})", k == 0 ? "" : ", ", grouped(-reasons[k].first), reasons[k].second);
  if (reasons.size() > most_reasons) text += ", …";
  if (!text.empty()) log.print("               left out: {}", text);
}

void write_screen(const ProposedCandidates& candidates, ResultFile& file) {
  if (candidates.screen() == nullptr || candidates.screened().empty()) return;
  std::vector<KeptRow> kept;
  std::vector<ScreenRow> rounds;
  std::vector<ReasonRow> reasons;
  for (const ScreenedRound& round : candidates.screened()) {
    const auto number = static_cast<std::int64_t>(rounds.size()) + 1;
    const auto [lowest, highest] = range(round);
    rounds.push_back({number, round.n_proposed, round.n_predicted, static_cast<std::int64_t>(round.screened.size()),
                      lowest, highest, round.seconds});
    for (const auto& [reason, n] : round.left_out) reasons.push_back({number, n, reason});
    for (const ScreenedCandidate& one : round.screened) {
      const auto i = static_cast<std::int64_t>(kept.size());
      kept.push_back(
          {candidates.id(i), reduced_formula(candidates.composition(i)), candidates.generator(i), number, one});
    }
  }
  Table<KeptRow> table;
  using K = KeptRow;
  table.column("id", "", "identifier of the candidate", &K::id);
  table.column("formula", "", "reduced formula", &K::formula);
  table.column("round", "", "in which it was proposed", &K::round);
  table.column("generator", "", "of &propose that made it", &K::generator);
  table.column("number", "", "among the proposals of the round, from 0", [](const K& k) { return k.screened.number; });
  table.column("formation_energy", "eV/atom", "mean of the networks at the volume where it is lowest",
               [](const K& k) { return k.screened.mean; });
  table.column("spread", "eV/atom", "standard deviation over the networks, n − 1",
               [](const K& k) { return k.screened.spread; });
  table.column("distance", "eV/atom", "of the mean less screen_kappa spreads, from the hull of screen_known",
               [](const K& k) { return k.screened.distance; });
  table.column("volume_scale", "", "factor of the volume as proposed",
               [](const K& k) { return k.screened.volume_scale; });
  table.column("random", "", "1: kept at random", [](const K& k) { return k.screened.random; });
  Table<ScreenRow> of_rounds;
  using R = ScreenRow;
  of_rounds.column("round", "", "", &R::round);
  of_rounds.column("n_proposed", "", "proposals", &R::n_proposed);
  of_rounds.column("n_predicted", "", "of them those that were predicted, and measured from the hull", &R::n_predicted);
  of_rounds.column("n_kept", "", "candidates", &R::n_kept);
  of_rounds.column("lowest", "eV/atom", "distance of the best", &R::lowest);
  of_rounds.column("highest", "eV/atom", "distance of the last of the best", &R::highest);
  of_rounds.column("seconds", "s", "time to propose and screen", &R::seconds);
  of_rounds.write(file, "/screen", rounds);
  table.write(file, "/screen/candidates", kept);
  if (!reasons.empty()) {
    Table<ReasonRow> of_reasons;
    of_reasons.column("round", "", "", &ReasonRow::round);
    of_reasons.column("n", "", "proposals that were left out", &ReasonRow::n);
    of_reasons.column("reason", "", "why", &ReasonRow::reason);
    of_reasons.write(file, "/screen/left_out", reasons);
  }
  std::vector<Retraining> retrained;
  for (const ScreenedRound& round : candidates.screened())
    if (round.retraining.round > 0) retrained.push_back(round.retraining);
  if (retrained.empty()) return;
  Table<Retraining> of_training;
  using T = Retraining;
  of_training.column("round", "", "whose labels are the last that the networks have seen", &T::round);
  of_training.column("n_labels", "", "of all rounds so far", &T::n_labels);
  of_training.column("error_before", "eV/atom", "mean absolute error of these labels, of the networks before",
                     &T::error_before);
  of_training.column("error_after", "eV/atom", "the same of those that came of it", &T::error_after);
  of_training.column("error_new", "eV/atom", "of the labels that came last, of the networks before", &T::error_new);
  of_training.column("seconds", "s", "", &T::seconds);
  of_training.write(file, "/screen/retraining", retrained);
}

}  // namespace spinel
