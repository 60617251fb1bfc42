#include "task/discover/screen/candidate_screen.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/content_hash.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "discover/screen_selection.hpp"
#include "parallel/on_root.hpp"
#include "parallel/record_exchange.hpp"
#include "stability/entries/entry_file.hpp"
#include "task/discover/discover_entries.hpp"

namespace spinel {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t segment_size = 1024;        // proposals that the stream makes together, as &propose does
constexpr int most_segments = 64;                  // of a block: one a rank
constexpr std::uint64_t screen_draw = 2000000000;  // + round, in the place of a round, of random numbers
constexpr char no_hull[] = "an element that the hull lacks";

/// What all ranks counted, on all of them.
std::map<std::string, std::int64_t> gather_counts(const Communicator& world,
                                                  const std::map<std::string, std::int64_t>& mine) {
  std::map<std::string, std::int64_t> all;
  for (const Record& record : share_records(world, {pack(mine)}))
    for (const auto& [reason, n] : unpack<std::map<std::string, std::int64_t>>(record)) all[reason] += n;
  return all;
}

}  // namespace

void put(ByteWriter& out, const ScreenedRound& round) {
  put(out, round.kept);
  out.put(round);
}

ScreenedRound get_screened_round(ByteReader& in) {
  ScreenedRound round;
  round.kept = get_segment(in);
  in.get(round);
  return round;
}

Structure with_volume(Structure structure, double factor) {
  const double length = std::cbrt(factor);
  structure.cell *= length;
  for (Vec3& position : structure.position) position *= length;
  return structure;
}

CandidateScreen::CandidateScreen(const RunContext& context)
    : context_(context), scales_(context.input.discover.volume_scales), hull_(context.world, {}) {
  const DiscoverParameters& p = context.input.discover;
  if (scales_.empty()) scales_ = {1.0};
  models_.emplace(context, KeyName{"discover", "screen_models"}, p.screen_models);
  const PropertyArchitecture& a = models_->architecture();
  const auto fail_here = [&](const std::string& what) { fail_key(context.input, "discover", "screen_models", what); };
  const bool is_formation =
      a.property.find("formation_energy") != std::string::npos || a.property.find("e_form") != std::string::npos;
  const bool per_atom = a.property.find("per_atom") != std::string::npos || a.unit == "eV/atom";
  if (a.is_classifier() || !is_formation || !per_atom || (!a.unit.empty() && a.unit != "eV/atom"))
    fail_here(
        fmt::format("'{}' predicts '{}'{}; a screen needs formation energies in eV/atom, such as "
                    "'formation_energy_per_atom'",
                    models_->name(0), a.property, a.unit.empty() ? "" : " in " + a.unit));
  if (!models_->descriptors().empty())
    fail_here(
        fmt::format("takes the number '{}' of a structure, which proposals lack", models_->descriptors().front()));
  value_.resize(models_->size());
  const bool own = !p.screen_known.empty();
  EntryList list = shared_entries(context, own ? "screen_known" : "known", own ? p.screen_known : p.known);
  if (list.kind != EnergyKind::formation)
    fail_key(context.input, "discover", own ? "screen_known" : "known",
             "has total energies, and screen_models predict formation energies" +
                 std::string(own ? "" : ": give screen_known"));
  add_zero_references(list);
  Fnv1a hash;
  for (const HullEntry& entry : list.entries) {
    hash.add(reduced_formula(entry.composition));
    hash.add(&entry.energy, sizeof entry.energy);
  }
  entries_fingerprint_ = hash.value();
  hull_ = KnownHull(context.world, std::move(list));
}

/// Collective. Computed when it is asked for first.
const KnownHull& CandidateScreen::hull() {
  if (!has_hull_) hull_.compute();
  has_hull_ = true;
  return hull_;
}

std::vector<double> CandidateScreen::hull_at(const std::vector<Composition>& compositions) {
  std::vector<double> energies;
  for (const KnownHull::Point& point : hull().at(compositions)) energies.push_back(point.energy);
  return energies;
}

void CandidateScreen::use(const std::vector<std::string>& paths) {
  models_.emplace(context_, KeyName{"discover", "screen_models"}, paths);
}

double CandidateScreen::mean_error(const std::vector<LabelledCrystal>& crystals) {
  std::vector<double> error(crystals.size(), 0.0);
  on_all_ranks(context_.world, [&] {
    const auto size = static_cast<std::size_t>(context_.world.size());
    for (auto k = static_cast<std::size_t>(context_.world.rank()); k < error.size(); k += size) {
      to_record(crystals[k].structure, record_);
      models_->predict(record_, value_.data());
      double mean = 0.0;
      for (const double value : value_) mean += value / static_cast<double>(value_.size());
      error[k] = std::abs(mean - crystals[k].formation_energy);
    }
  });
  context_.world.sum(error.data(), error.size());
  double sum = 0.0;
  for (const double e : error) sum += e;
  return crystals.empty() ? nan : sum / static_cast<double>(crystals.size());
}

/// The lowest mean over the volumes; NaN where there is none, with the reason at the first of them.
void CandidateScreen::predict(const Structure& structure, double& mean, double& spread, double& scale,
                              std::string& problem) {
  mean = nan;
  for (const double factor : scales_) {
    to_record(factor == 1.0 ? structure : with_volume(structure, factor), record_);
    try {
      models_->predict(record_, value_.data());
    } catch (const Error& error) {
      if (problem.empty()) problem = error.what();
      continue;
    }
    const auto m = static_cast<double>(value_.size());
    double here = 0.0, square = 0.0;
    for (const double value : value_) here += value / m;
    for (const double value : value_) square += (value - here) * (value - here);
    if (here >= mean) continue;
    mean = here;
    spread = value_.size() > 1 ? std::sqrt(square / (m - 1.0)) : 0.0;
    scale = factor;
  }
}

/// Collective. Each rank looks at its share of those that the hull has a point for.
CandidateScreen::Predictions CandidateScreen::predict(const std::vector<Proposal>& block, const KnownCrystals& known,
                                                      std::map<std::string, std::int64_t>& problems) {
  const std::size_t n = block.size();
  std::vector<Composition> compositions;
  for (const Proposal& one : block) compositions.push_back(composition_of(one.candidate, known));
  Predictions result{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n), hull_at(compositions)};
  on_all_ranks(context_.world, [&] {
    const auto size = static_cast<std::size_t>(context_.world.size());
    for (auto k = static_cast<std::size_t>(context_.world.rank()); k < n; k += size) {
      result.mean[k] = nan;
      std::string problem = no_hull;
      if (!std::isnan(result.hull[k])) {
        problem.clear();
        predict(block[k].candidate.structure(known), result.mean[k], result.spread[k], result.scale[k], problem);
      }
      if (std::isnan(result.mean[k])) ++problems[problem];
    }
  });
  for (std::vector<double>* values : {&result.mean, &result.spread, &result.scale})
    context_.world.sum(values->data(), n);
  return result;
}

/// Collective. The next proposals, at most a segment a rank; fewer than `most` where there are no more. Nothing where
/// it was stopped.
std::optional<std::vector<Proposal>> CandidateScreen::next_block(ProposalStream& stream, std::int64_t most,
                                                                 const std::function<bool()>& stop,
                                                                 ProposalSegment& all) {
  std::vector<Proposal> block;
  while (static_cast<std::int64_t>(block.size()) < most) {
    const std::int64_t asked = std::min(segment_size, most - static_cast<std::int64_t>(block.size()));
    auto segment = stream.next(asked, stop);
    if (!segment) return std::nullopt;
    for (std::size_t g = 0; g < segment->counts.size(); ++g)
      for (std::size_t v = 0; v < n_verdicts; ++v) all.counts[g][v] += segment->counts[g][v];
    all.place = segment->place;
    std::move(segment->proposals.begin(), segment->proposals.end(), std::back_inserter(block));
    if (static_cast<std::int64_t>(segment->proposals.size()) < asked) break;
  }
  return block;
}

std::optional<ScreenedRound> CandidateScreen::run(std::int64_t round, ProposalStream& stream,
                                                  const KnownCrystals& known, const std::function<bool()>& stop) {
  const DiscoverParameters& p = context_.input.discover;
  const double begin = Progress::steady_seconds();
  const Random random(static_cast<std::uint64_t>(context_.input.control.seed), RandomPurpose::discovery);
  const std::uint64_t of_round = screen_draw + static_cast<std::uint64_t>(round);
  const auto n_random = std::llround(p.screen_random * static_cast<double>(p.candidates));
  ScreenSelection selection(static_cast<std::size_t>(p.candidates - n_random), static_cast<std::size_t>(n_random));
  std::map<std::int64_t, std::pair<Proposal, ScreenedCandidate>> held;  // by number
  ScreenedRound result;
  result.kept.counts.assign(stream.generators().size(), VerdictCounts{});
  ByteWriter seen;
  std::map<std::string, std::int64_t> problems;
  Progress progress(context_.log, "proposals", 0, p.screen);
  for (bool has_more = true; has_more && result.n_proposed < p.screen;) {
    const std::int64_t most = std::min<std::int64_t>(p.screen - result.n_proposed,
                                                     segment_size * std::min(most_segments, context_.world.size()));
    auto block = next_block(stream, most, stop, result.kept);
    if (!block) return std::nullopt;
    has_more = static_cast<std::int64_t>(block->size()) == most;
    const Predictions found = predict(*block, known, problems);
    for (std::size_t k = 0; k < block->size(); ++k) {
      const std::int64_t number = result.n_proposed++;
      put_seen(seen, (*block)[k].candidate);
      if (std::isnan(found.mean[k])) continue;
      ++result.n_predicted;
      ScreenedCandidate one{number, found.mean[k], found.spread[k]};
      one.distance = one.mean - p.screen_kappa * one.spread - found.hull[k];
      one.volume_scale = found.scale[k];
      const double draw = random.uniform4(of_round, static_cast<std::uint64_t>(number))[0];
      const std::int64_t dropped = selection.offer(number, one.distance, draw);
      if (dropped == number) continue;
      held.emplace(number, std::make_pair(std::move((*block)[k]), one));
      held.erase(dropped);
    }
    progress.update(result.n_proposed);
  }
  progress.finish();
  for (auto& [number, one] : held) {
    one.second.random = selection.is_random(number);
    result.kept.proposals.push_back(std::move(one.first));
    result.screened.push_back(one.second);
  }
  result.seen = seen.take();
  result.left_out = gather_counts(context_.world, problems);
  result.retraining = std::exchange(retraining_, {});
  result.seconds = Progress::steady_seconds() - begin;
  context_.world.broadcast(&result.seconds, 1);
  return result;
}

}  // namespace spinel
