#include "task/discover/discover_candidates.hpp"

#include <algorithm>

#include "core/byte_stream.hpp"
#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "parallel/on_root.hpp"
#include "run/locate_error.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/read_options.hpp"
#include "source/read_dataset.hpp"
#include "task/discover/discover_entries.hpp"
#include "task/discover/screen/screen_results.hpp"
#include "task/propose/proposal_input.hpp"
#include "task/propose/proposal_results.hpp"

namespace spinel {

Composition DatasetCandidates::composition(std::int64_t i) const {
  Composition result;
  for (auto atom = data_->atom_offset()[i]; atom < data_->atom_offset()[i + 1]; ++atom)
    result.add(data_->atomic_number()[atom], 1.0);
  return result;
}

Structure DatasetCandidates::structure(std::int64_t i) const {
  Structure structure = data_->structure(i);
  structure.force.clear();
  structure.info = {{"id", id(i)}};
  return structure;
}

Structure EntryCandidates::structure(std::int64_t i) const { fail("{} is a formula, without a structure", id(i)); }

ProposedCandidates::ProposedCandidates(const RunContext& context, std::int64_t wanted)
    : context_(context), sources_(proposal_sources(context)) {
  const ProposeParameters& p = context.input.propose;
  known_ = std::make_unique<KnownCrystals>(context.world, known_lists(context), proposal_matcher(p));
  with_location(context.place("propose"), [&] {
    stream_ = std::make_unique<ProposalStream>(context.world, p, *known_, sources_,
                                               static_cast<std::uint64_t>(context.input.control.seed), 0, wanted);
  });
  if (context.input.discover.screen > 0) screen_.emplace(context);
}

std::string ProposedCandidates::id(std::int64_t i) const { return candidate_id(context_, i); }

Composition ProposedCandidates::composition(std::int64_t i) const {
  return composition_of(proposals_[static_cast<std::size_t>(i)].candidate, *known_);
}

Structure ProposedCandidates::structure(std::int64_t i) const {
  const auto place = static_cast<std::size_t>(i);
  Structure structure = proposals_[place].candidate.structure(*known_);
  if (screen_ && volume_scale_[place] != 1.0) structure = with_volume(std::move(structure), volume_scale_[place]);
  structure.info = {{"id", id(i)}};
  return structure;
}

const std::string& ProposedCandidates::generator(std::int64_t i) const {
  const auto g = static_cast<std::size_t>(proposals_[static_cast<std::size_t>(i)].generator);
  return stream_->generators()[g].generator;
}

std::optional<std::vector<char>> ProposedCandidates::make(std::int64_t n, const std::function<bool()>& stop) {
  ByteWriter out;
  if (screen_) {
    auto round = screen_->run(static_cast<std::int64_t>(screened_.size()) + 1, *stream_, *known_, stop);
    if (!round) return std::nullopt;
    put(out, *round);
    take(std::move(*round));
  } else {
    const auto segment = stream_->next(n, stop);
    if (!segment) return std::nullopt;
    put(out, *segment);
    take(*segment);
  }
  return out.take();
}

void ProposedCandidates::restore(const std::vector<char>& bytes) {
  ByteReader in(bytes);
  if (!screen_) {
    const ProposalSegment segment = get_segment(in);
    stream_->restore(segment);
    take(segment);
    return;
  }
  ScreenedRound round = get_screened_round(in);
  ProposalSegment all{{}, round.kept.counts, round.kept.place};
  ByteReader seen(round.seen);
  while (!seen.is_done()) all.proposals.push_back({0, get_seen(seen)});
  stream_->restore(all);
  take(std::move(round));
}

void ProposedCandidates::take(const ProposalSegment& segment) {
  proposals_.insert(proposals_.end(), segment.proposals.begin(), segment.proposals.end());
}

void ProposedCandidates::take(ScreenedRound round) {
  take(round.kept);
  for (const ScreenedCandidate& one : round.screened) volume_scale_.push_back(one.volume_scale);
  // What is in the record, and in proposals_ and the stream.
  round.kept.proposals = {};
  round.seen = {};
  screened_.push_back(std::move(round));
  report_screen(context_.log, static_cast<std::int64_t>(screened_.size()), screened_.back());
}

std::unique_ptr<CandidateSource> make_candidates(const RunContext& context) {
  const DiscoverParameters& p = context.input.discover;
  const KeyPlace place = context.place("discover");
  if (!p.pool.empty()) {
    const std::string path = find_file(place, "pool", p.pool, context.world);
    std::shared_ptr<const Dataset> data;
    try {
      data = read_dataset(path, context.world, read_options(p));
    } catch (const InputError& error) {
      place.fail("pool", error.what());
    }
    return std::make_unique<DatasetCandidates>(std::move(data));
  }
  if (p.pool_entries.empty())
    return std::make_unique<ProposedCandidates>(context, p.rounds * std::max(p.candidates, p.screen));
  return std::make_unique<EntryCandidates>(shared_entries(context, "pool_entries", {p.pool_entries}).entries);
}

std::uint64_t fingerprint(const CandidateSource& candidates) {
  Fnv1a hash;
  for (std::int64_t i = 0; i < candidates.size(); ++i) {
    hash.add(candidates.id(i));
    hash.add(reduced_formula(candidates.composition(i)));
  }
  return hash.value();
}

}  // namespace spinel
