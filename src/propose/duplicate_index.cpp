#include "propose/duplicate_index.hpp"

#include <algorithm>
#include <numeric>

#include "core/content_hash.hpp"
#include "crystal/elements.hpp"

namespace spinel {

namespace {

constexpr std::size_t n_answers = std::size_t{1} << 20;

std::uint64_t formula_key(const KnownCrystal& crystal, const Assignment& elements) {
  std::array<std::pair<std::uint32_t, std::uint32_t>, most_elements> parts;
  const std::size_t n = crystal.n_species();
  std::uint32_t divisor = 0;
  for (std::size_t k = 0; k < n; ++k) {
    parts[k] = {elements[k], static_cast<std::uint32_t>(crystal.count[k])};
    divisor = std::gcd(divisor, parts[k].second);
  }
  std::sort(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(n));
  Fnv1a hash;
  for (std::size_t k = 0; k < n; ++k) {
    hash.add_bytes_of(parts[k].first);
    hash.add_bytes_of(parts[k].second / divisor);
  }
  return hash.value();
}

ReducedCell labelled(const ReducedCell& cell, const KnownCrystal& crystal, const Assignment& elements) {
  ReducedCell result = cell;
  for (ReducedCell::Group& group : result.groups) {
    const int own = atomic_number(group.symbol);
    const auto place = std::lower_bound(crystal.element.begin(), crystal.element.end(), own) - crystal.element.begin();
    group.symbol = element_symbol(elements[static_cast<std::size_t>(place)]);
  }
  return result;
}

}  // namespace

DuplicateIndex::DuplicateIndex(const KnownCrystals& known, const MatcherSettings& settings, int part, int n_parts)
    : known_(known), matcher_(settings), answers_(n_answers), n_known_(known.size()) {
  for (std::int32_t k = 0; k < n_known_; ++k) {
    if (known_[k].n_species() > most_elements) continue;  // no candidate repeats it
    const std::uint64_t of_k = formula_key(known_[k], known_[k].own());
    if (of_k % static_cast<std::uint64_t>(n_parts) == static_cast<std::uint64_t>(part))
      link(of_k, {k, none, known_[k].own()});
  }
}

const KnownCrystal& DuplicateIndex::crystal(std::int32_t number) const {
  return number < n_known_ ? known_[number] : *own_[static_cast<std::size_t>(number - n_known_)];
}

std::uint64_t DuplicateIndex::key(const Candidate& candidate) const {
  if (candidate.own) return formula_key(*candidate.own, candidate.own->own());
  return formula_key(known_[candidate.parent], candidate.elements);
}

DuplicateIndex::Entry DuplicateIndex::entry_of(const Candidate& candidate) const {
  if (candidate.own)
    return {static_cast<std::int32_t>(n_known_ + static_cast<std::int64_t>(own_.size())), none, candidate.own->own()};
  return {candidate.parent, none, candidate.elements};
}

void DuplicateIndex::link(std::uint64_t key, Entry entry) {
  const auto [place, is_new] = last_.emplace(key, none);
  entry.next = place->second;
  place->second = static_cast<std::int32_t>(entries_.size());
  entries_.push_back(entry);
}

Verdict DuplicateIndex::verdict_of(const Entry& repeats) const {
  const bool is_known = repeats.crystal < n_known_ && repeats.elements == known_[repeats.crystal].own();
  return is_known ? Verdict::known : Verdict::repeated;
}

void DuplicateIndex::insert(std::uint64_t key, const Candidate& candidate) {
  link(key, entry_of(candidate));
  if (candidate.own) own_.push_back(candidate.own);
}

Verdict DuplicateIndex::add(std::uint64_t key, const Candidate& candidate) {
  const auto found = last_.find(key);
  if (found != last_.end()) {
    const Entry entry = entry_of(candidate);
    const auto next_of = [&](std::int32_t at) { return entries_[static_cast<std::size_t>(at)].next; };
    for (std::int32_t at = found->second; at != none; at = next_of(at)) {
      const Entry& other = entries_[static_cast<std::size_t>(at)];
      if (other.crystal == entry.crystal && other.elements == entry.elements) return verdict_of(other);
    }
    const KnownCrystal& mine = candidate.own ? *candidate.own : known_[candidate.parent];
    for (std::int32_t at = found->second; at != none; at = next_of(at)) {
      const Entry& other = entries_[static_cast<std::size_t>(at)];
      if (same(other, crystal(other.crystal), entry, mine)) return verdict_of(other);
    }
  }
  insert(key, candidate);
  return Verdict::accepted;
}

void DuplicateIndex::take_back(std::uint64_t key) {
  const auto found = last_.find(key);
  const Entry entry = entries_.back();
  if (entry.crystal >= n_known_) own_.pop_back();
  entries_.pop_back();
  if (entry.next == none)
    last_.erase(found);
  else
    found->second = entry.next;
}

bool DuplicateIndex::same(const Entry& earlier, const KnownCrystal& a, const Entry& later, const KnownCrystal& b) {
  const std::size_t n = a.n_species();
  if (n != b.n_species()) return false;
  Answer answer{earlier.crystal, later.crystal, 0, false};
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t place = 0;
    while (place < n && later.elements[place] != earlier.elements[k]) ++place;
    if (place == n) return false;
    answer.species |= static_cast<std::uint32_t>(place) << (4 * k);
  }
  ++n_compared_;
  const bool is_kept = earlier.crystal < n_known_ && later.crystal < n_known_;
  const std::uint64_t hash =
      ((static_cast<std::uint64_t>(answer.first) * 0x9e3779b97f4a7c15u ^ static_cast<std::uint64_t>(answer.second)) *
           0xc2b2ae3d27d4eb4fu ^
       answer.species) *
      0x9e3779b97f4a7c15u;
  Answer& kept = answers_[hash >> 44];
  if (is_kept && kept.first == answer.first && kept.second == answer.second && kept.species == answer.species)
    return kept.is_same;
  answer.is_same = fit(a, earlier.elements, b, later.elements);
  if (is_kept) kept = answer;
  return answer.is_same;
}

bool DuplicateIndex::fit(const KnownCrystal& a, const Assignment& of_a, const KnownCrystal& b, const Assignment& of_b) {
  for (const ReducedCell& one : a.reduced)
    for (const ReducedCell& other : b.reduced) {
      if (one.size() != other.size()) continue;
      ++n_fits_;
      if (matcher_.fit(labelled(one, a, of_a), labelled(other, b, of_b))) return true;
    }
  return false;
}

}  // namespace spinel
