#include "propose/proposal_stream.hpp"

#include <algorithm>
#include <cmath>

#include "core/byte_stream.hpp"
#include "parallel/on_root.hpp"
#include "parallel/record_exchange.hpp"

namespace spinel {

namespace {

std::int64_t& count_of(VerdictCounts& counts, Verdict verdict) { return counts[static_cast<std::size_t>(verdict)]; }

}  // namespace

void put(ByteWriter& out, const ProposalSegment& segment) {
  out.put(static_cast<std::uint64_t>(segment.proposals.size()));
  for (const Proposal& one : segment.proposals) {
    out.put(one.generator);
    put(out, Attempt{Verdict::accepted, 1, one.candidate});
  }
  out.put(static_cast<std::uint64_t>(segment.counts.size()));
  for (std::size_t g = 0; g < segment.counts.size(); ++g) {
    out.put(segment.counts[g]);
    out.put(segment.place[g]);
  }
}

ProposalSegment get_segment(ByteReader& in) {
  ProposalSegment segment;
  segment.proposals.resize(in.get<std::uint64_t>());
  for (Proposal& one : segment.proposals) {
    in.get(one.generator);
    one.candidate = get_attempt(in).candidate;
  }
  segment.counts.resize(in.get<std::uint64_t>());
  segment.place.resize(segment.counts.size());
  for (std::size_t g = 0; g < segment.counts.size(); ++g) {
    in.get(segment.counts[g]);
    in.get(segment.place[g]);
  }
  return segment;
}

ProposalStream::ProposalStream(const Communicator& communicator, const ProposeParameters& parameters,
                               const KnownCrystals& known, const ProposalSources& sources, std::uint64_t seed,
                               std::uint64_t round, std::int64_t wanted)
    : communicator_(communicator),
      shares_(proposal_shares(parameters)),
      finder_(parameters),
      setting_{parameters, known, finder_, seed, round},
      index_(known, proposal_matcher(parameters), communicator.rank(), communicator.size()) {
  for (const ProposalShare& one : shares_) {
    const auto of_it = std::max<std::int64_t>(1, std::llround(one.share * static_cast<double>(wanted)));
    State state;
    state.generator = make_candidate_generator(one.generator, setting_, sources, of_it, communicator);
    states_.push_back(std::move(state));
  }
}

ProposalStream::~ProposalStream() = default;

std::array<std::int64_t, 4> ProposalStream::place_of(const State& state) const {
  if (state.pending.empty()) return {state.next_block, state.skip, state.dry, state.in_vain};
  return {state.pending.front().number, state.pending.front().taken, state.dry, state.in_vain};
}

/// Collective. What the ranks make together is the same however many blocks that is.
void ProposalStream::make_blocks(State& state, std::int64_t n) {
  std::vector<Record> mine;
  on_all_ranks(communicator_, [&] {
    for (std::int64_t k = communicator_.rank(); k < n; k += communicator_.size()) {
      std::vector<Attempt> attempts;
      const bool has_more = state.generator->make(state.next_block + k, attempts);
      ByteWriter out;
      out.put(k);
      out.put(has_more);
      out.put(static_cast<std::uint64_t>(attempts.size()));
      for (const Attempt& one : attempts) put(out, one);
      mine.push_back(out.take());
    }
  });
  const std::size_t first = state.pending.size();
  state.pending.resize(first + static_cast<std::size_t>(n));
  for (const Record& record : share_records(communicator_, mine)) {
    ByteReader in(record);
    const auto k = in.get<std::int64_t>();
    State::Block& block = state.pending[first + static_cast<std::size_t>(k)];
    block.number = state.next_block + k;
    in.get(block.has_more);
    block.attempts.resize(in.get<std::uint64_t>());
    for (Attempt& one : block.attempts) one = get_attempt(in);
  }
  state.pending[first].taken = std::exchange(state.skip, 0);
  state.next_block += n;
}

/// Collective. Candidates of one generator, until there are `wanted` or no more. False where it was stopped.
bool ProposalStream::take(std::size_t g, std::int64_t wanted, ProposalSegment& segment,
                          const std::function<bool()>& stop) {
  State& state = states_[g];
  VerdictCounts& counts = segment.counts[g];
  while (wanted > 0 && !state.is_over()) {
    if (stop()) return false;
    if (state.pending.empty()) {
      const std::int64_t size = std::max<std::int64_t>(1, state.generator->block_size());
      make_blocks(state, std::clamp<std::int64_t>(wanted / size + 1, communicator_.size(), 64 * communicator_.size()));
    }
    // The next attempts in order, not many more than may be needed.
    const auto at_once = static_cast<std::size_t>(wanted + wanted / 8 + 16);
    std::vector<Attempt*> attempts;
    for (State::Block& block : state.pending)
      for (auto k = static_cast<std::size_t>(block.taken); k < block.attempts.size() && attempts.size() < at_once; ++k)
        attempts.push_back(&block.attempts[k]);
    std::vector<unsigned char> verdict(attempts.size(), 0);
    std::vector<std::pair<std::size_t, std::uint64_t>> added;  // of this rank: place and key
    for (std::size_t k = 0; k < attempts.size(); ++k) {
      if (attempts[k]->verdict != Verdict::accepted) continue;
      const std::uint64_t key = index_.key(attempts[k]->candidate);
      if (key % static_cast<std::uint64_t>(communicator_.size()) != static_cast<std::uint64_t>(communicator_.rank()))
        continue;
      verdict[k] = static_cast<unsigned char>(index_.add(key, attempts[k]->candidate));
      if (verdict[k] == 0) added.emplace_back(k, key);
    }
    communicator_.max(verdict.data(), verdict.size());
    std::size_t n_taken = 0;
    for (; n_taken < attempts.size() && wanted > 0 && state.in_vain < state.generator->most_in_vain(); ++n_taken) {
      Attempt& attempt = *attempts[n_taken];
      if (attempt.verdict == Verdict::accepted) attempt.verdict = static_cast<Verdict>(verdict[n_taken]);
      count_of(counts, attempt.verdict) += attempt.times;
      ++state.in_vain;
      if (attempt.verdict != Verdict::accepted) continue;
      state.in_vain = 0;
      segment.proposals.push_back({static_cast<std::int32_t>(g), std::move(attempt.candidate)});
      --wanted;
    }
    for (; !added.empty() && added.back().first >= n_taken; added.pop_back()) index_.take_back(added.back().second);
    // What is taken of the blocks in front; a whole one is done.
    auto block = state.pending.begin();
    for (; block != state.pending.end(); ++block) {
      const auto left = static_cast<std::int64_t>(block->attempts.size()) - block->taken;
      const auto of_it = std::min(left, static_cast<std::int64_t>(n_taken));
      block->taken += of_it;
      n_taken -= static_cast<std::size_t>(of_it);
      if (of_it < left) break;
      state.dry = block->has_more ? 0 : state.dry + 1;
    }
    state.pending.erase(state.pending.begin(), block);
  }
  return true;
}

std::optional<ProposalSegment> ProposalStream::next(std::int64_t size, const std::function<bool()>& stop) {
  ProposalSegment segment;
  segment.counts.assign(states_.size(), VerdictCounts{});
  // The quota of a generator: its share of all candidates up to the end of the segment less that up to its beginning.
  double share = 0.0;
  std::int64_t before = 0;
  for (std::size_t g = 0; g < states_.size(); ++g) {
    share += shares_[g].share;
    const auto up_to = [&](std::int64_t n) { return std::llround(share * static_cast<double>(n)); };
    const std::int64_t now = up_to(n_before_ + size) - up_to(n_before_);
    if (!take(g, now - before, segment, stop)) return std::nullopt;
    before = now;
  }
  for (std::size_t g = 0; g < states_.size(); ++g)
    if (!take(g, size - static_cast<std::int64_t>(segment.proposals.size()), segment, stop)) return std::nullopt;
  for (const State& state : states_) segment.place.push_back(place_of(state));
  n_before_ += static_cast<std::int64_t>(segment.proposals.size());
  return segment;
}

void ProposalStream::restore(const ProposalSegment& segment) {
  for (const Proposal& one : segment.proposals) {
    const std::uint64_t key = index_.key(one.candidate);
    if (key % static_cast<std::uint64_t>(communicator_.size()) == static_cast<std::uint64_t>(communicator_.rank()))
      index_.insert(key, one.candidate);
  }
  n_before_ += static_cast<std::int64_t>(segment.proposals.size());
  for (std::size_t g = 0; g < states_.size(); ++g) {
    State& state = states_[g];
    state.next_block = segment.place[g][0];
    state.skip = segment.place[g][1];
    state.dry = segment.place[g][2];
    state.in_vain = segment.place[g][3];
    state.pending.clear();
  }
}

}  // namespace spinel
