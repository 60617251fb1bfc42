#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "propose/candidate.hpp"

namespace spinel {

/// What is known and what was proposed so far, by reduced formula, to find what repeats it: cheapest test first.
///
///  1. Another reduced formula: different. That is a look-up by hash.
///  2. The same crystal with the same elements on the same sites: equal.
///  3. Other numbers of atoms in the primitive cells, or of one element in them: different.
///  4. StructureMatcher::fit. All lengths of a crystal that was made from a parent grow alike, which the matcher
///  ignores,
///     so its answer for two parents and an identification of their species is good for all candidates made from them:
///     it is kept and not computed again.
///
/// Step 4 is decided with the parents' own primitive cells, and where their size depends on the scale (see
/// KnownCrystal::reduced) with each: equal where any two fit.
class DuplicateIndex {
 public:
  /// Holds, of what is known, the formulas whose key is `part` modulo `n_parts`, and must be asked for these alone.
  DuplicateIndex(const KnownCrystals& known, const MatcherSettings& settings, int part = 0, int n_parts = 1);

  /// Reduced formula as a number; the same for the same amounts of the same elements.
  std::uint64_t key(const Candidate& candidate) const;

  /// Accepted where it repeats nothing, and then it is among what was proposed: known and repeated otherwise.
  Verdict add(std::uint64_t key, const Candidate& candidate);
  /// The same without asking.
  void insert(std::uint64_t key, const Candidate& candidate);
  /// Takes back the last candidate that was added and accepted.
  void take_back(std::uint64_t key);

  std::int64_t n_fits() const { return n_fits_; }          ///< times that the matcher was asked
  std::int64_t n_compared() const { return n_compared_; }  ///< pairs of step 4
  std::int64_t size() const { return static_cast<std::int64_t>(entries_.size()); }

 private:
  static constexpr std::int32_t none = -1;
  struct Entry {
    std::int32_t crystal;  // number of a known crystal, then of own ones
    std::int32_t next;     // of the same key
    Assignment elements;
  };
  struct Answer {
    std::int32_t first = none, second = none;
    std::uint32_t species = 0;  // 4 bits for each of the first's: which of the second's has its element
    bool is_same = false;
  };

  const KnownCrystal& crystal(std::int32_t number) const;
  Entry entry_of(const Candidate& candidate) const;
  Verdict verdict_of(const Entry& repeats) const;
  void link(std::uint64_t key, Entry entry);
  bool same(const Entry& earlier, const KnownCrystal& a, const Entry& later, const KnownCrystal& b);
  bool fit(const KnownCrystal& a, const Assignment& of_a, const KnownCrystal& b, const Assignment& of_b);

  const KnownCrystals& known_;
  StructureMatcher matcher_;
  std::vector<std::shared_ptr<const KnownCrystal>> own_;
  std::vector<Entry> entries_;
  std::unordered_map<std::uint64_t, std::int32_t> last_;  // [key] place in entries_
  std::vector<Answer> answers_;                           // by hash, each in one place
  std::int64_t n_known_, n_fits_ = 0, n_compared_ = 0;
};

}  // namespace spinel
