#include "stability/assess/composition_validity.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "core/error.hpp"
#include "crystal/elements.hpp"

namespace spinel {

namespace {

constexpr int most_parts = 1000;       // of an atom
constexpr double most_atoms = 1e7;     // in the smallest formula
constexpr double amount_error = 1e-4;  // relative

/// Numbers of atoms in the smallest formula.
std::vector<std::int64_t> smallest_formula(const Composition& composition) {
  composition.check();
  for (int parts = 1; parts <= most_parts; ++parts) {
    std::vector<std::int64_t> counts;
    std::int64_t divisor = 0;
    double total = 0.0;
    bool whole = true;
    for (const auto& part : composition.parts) {
      const double amount = part.amount * parts, rounded = std::round(amount);
      whole = whole && rounded >= 1.0 && std::abs(amount - rounded) <= amount_error * std::min(amount, 1.0);
      if (!whole) break;
      counts.push_back(static_cast<std::int64_t>(rounded));
      divisor = std::gcd(divisor, counts.back());
      total += rounded;
    }
    if (!whole) continue;
    if (total / static_cast<double>(divisor) > most_atoms) break;
    for (auto& count : counts) count /= divisor;
    return counts;
  }
  fail_input("{} has no formula of whole atoms, so no oxidation states", reduced_formula(composition));
}

/// The sums Σ count · state, up to a limit, that choices of one state ≥ 0 for each element reach.
class Sums {
 public:
  explicit Sums(std::int64_t limit) : limit_(limit), reached_{Bits(static_cast<std::size_t>(limit / 64 + 1), 0)} {
    reached_[0][0] = 1;
  }

  /// States by their magnitude, in the order in which a choice prefers them.
  void add(std::int64_t count, std::vector<int> states) {
    Bits next(reached_.back().size(), 0);
    for (const int state : states) or_shifted(next, reached_.back(), count * state);
    reached_.push_back(std::move(next));
    counts_.push_back(count);
    states_.push_back(std::move(states));
  }

  /// The largest sum that both reach, or −1. Both have the same limit, which is the largest sum of one of them.
  std::int64_t common(const Sums& other) const {
    const Bits &mine = reached_.back(), &its = other.reached_.back();
    for (std::size_t w = mine.size(); w-- > 0;)
      if (const std::uint64_t both = mine[w] & its[w]; both != 0)
        return static_cast<std::int64_t>(64 * w) + 63 - __builtin_clzll(both);
    return -1;
  }

  bool reaches(std::int64_t sum) const { return sum >= 0 && sum <= limit_ && bit(reached_.back(), sum); }

  /// The states of a choice with this sum, which must be reached.
  std::vector<int> choice(std::int64_t sum) const {
    std::vector<int> result(counts_.size());
    for (std::size_t k = counts_.size(); k-- > 0;)
      for (const int state : states_[k]) {
        const std::int64_t before = sum - counts_[k] * state;
        if (before < 0 || !bit(reached_[k], before)) continue;
        result[k] = state;
        sum = before;
        break;
      }
    return result;
  }

 private:
  using Bits = std::vector<std::uint64_t>;

  static bool bit(const Bits& bits, std::int64_t at) {
    return (bits[static_cast<std::size_t>(at / 64)] >> (at % 64) & 1) != 0;
  }

  static void or_shifted(Bits& to, const Bits& from, std::int64_t shift) {
    const auto words = static_cast<std::size_t>(shift / 64);
    const auto bits = static_cast<unsigned>(shift % 64);
    for (std::size_t w = words; w < to.size(); ++w) {
      to[w] |= from[w - words] << bits;
      if (bits > 0 && w > words) to[w] |= from[w - words - 1] >> (64 - bits);
    }
  }

  std::int64_t limit_;
  std::vector<Bits> reached_;  // [element added][sum]
  std::vector<std::int64_t> counts_;
  std::vector<std::vector<int>> states_;
};

struct Part {
  std::size_t index;  // in the composition
  std::int64_t count;
  const ElementChemistry* element;
};

std::int64_t largest_sum(const std::vector<Part>& parts, std::size_t begin, std::size_t end, bool cations) {
  std::int64_t sum = 0;
  for (std::size_t k = begin; k < end; ++k) {
    const auto& states = cations ? parts[k].element->cation : parts[k].element->anion;
    if (states.empty()) return -1;
    sum += parts[k].count * (cations ? states.back() : -states.front());
  }
  return sum;
}

Sums sums_of(const std::vector<Part>& parts, std::size_t begin, std::size_t end, bool cations, std::int64_t limit) {
  Sums sums(limit);
  for (std::size_t k = begin; k < end; ++k) {
    std::vector<int> states = cations ? parts[k].element->cation : parts[k].element->anion;
    for (int& state : states) state = std::abs(state);
    std::sort(states.rbegin(), states.rend());
    sums.add(parts[k].count, std::move(states));
  }
  return sums;
}

/// Whether any choice of states is neutral, in order or not.
bool neutral(const std::vector<Part>& parts) {
  // Counted from the lowest state of each element.
  std::int64_t target = 0, limit = 0;
  std::vector<std::vector<int>> all;
  for (const Part& part : parts) {
    std::vector<int> states = part.element->anion;
    states.insert(states.end(), part.element->cation.begin(), part.element->cation.end());
    const int lowest = states.front();
    for (int& state : states) state -= lowest;
    target -= part.count * lowest;
    limit += part.count * states.back();
    all.push_back(std::move(states));
  }
  if (target < 0 || target > limit) return false;
  Sums sums(target);
  for (std::size_t k = 0; k < parts.size(); ++k) sums.add(parts[k].count, std::move(all[k]));
  return sums.reaches(target);
}

}  // namespace

const char* name(CompositionVerdict verdict) {
  constexpr const char* names[] = {"element", "alloy", "balanced", "unknown", "not_neutral", "not_in_order"};
  return names[static_cast<std::size_t>(verdict)];
}

CompositionValidity composition_validity(const Composition& composition, OxidationTable table) {
  composition.check();
  if (composition.parts.size() == 1) return {CompositionVerdict::element, {}};
  std::vector<Part> parts;
  bool metals = true, known = true;
  for (std::size_t k = 0; k < composition.parts.size(); ++k) {
    const ElementChemistry& element = element_chemistry(composition.parts[k].atomic_number, table);
    metals = metals && element.metal;
    known = known && element.electronegativity > 0.0 && !(element.cation.empty() && element.anion.empty());
    parts.push_back({k, 0, &element});
  }
  if (metals) return {CompositionVerdict::alloy, {}};
  if (!known) return {CompositionVerdict::unknown, {}};
  const auto counts = smallest_formula(composition);
  for (Part& part : parts) part.count = counts[part.index];
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    return a.element->electronegativity < b.element->electronegativity;
  });

  // Elements before `division` are cations, the others anions: as few as possible first.
  for (std::size_t division = parts.size() - 1; division > 0; --division) {
    if (parts[division - 1].element->electronegativity >= parts[division].element->electronegativity) continue;
    const std::int64_t limit =
        std::min(largest_sum(parts, 0, division, true), largest_sum(parts, division, parts.size(), false));
    if (limit < 0) continue;
    const Sums cations = sums_of(parts, 0, division, true, limit);
    const Sums anions = sums_of(parts, division, parts.size(), false, limit);
    const std::int64_t sum = cations.common(anions);
    if (sum < 0) continue;
    CompositionValidity result{CompositionVerdict::balanced, std::vector<int>(parts.size())};
    const auto positive = cations.choice(sum), negative = anions.choice(sum);
    for (std::size_t k = 0; k < parts.size(); ++k)
      result.states[parts[k].index] = k < division ? positive[k] : -negative[k - division];
    return result;
  }
  return {neutral(parts) ? CompositionVerdict::not_in_order : CompositionVerdict::not_neutral, {}};
}

std::string oxidation_text(const Composition& composition, const CompositionValidity& validity) {
  std::string text;
  for (std::size_t k = 0; k < validity.states.size(); ++k)
    text += fmt::format("{}{}{:+d}", k == 0 ? "" : " ", element_symbol(composition.parts[k].atomic_number),
                        validity.states[k]);
  return text;
}

}  // namespace spinel
