#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/byte_stream.hpp"
#include "propose/known_crystals.hpp"
#include "stability/composition.hpp"

namespace spinel {

/// What became of an attempt to make a candidate.
enum class Verdict : std::uint8_t {
  accepted,
  not_neutral,     ///< its charges do not add up to 0, or no oxidation states are known
  element_twice,   ///< two species became the same element
  not_allowed,     ///< an element that may not occur, or one that must is missing, or too many or too few
  too_many_atoms,  ///< in the primitive cell
  too_close,       ///< two atoms are nearer than they may be
  no_positions,    ///< random search found no positions in a space group
  no_space_group,  ///< no Wyckoff positions of a space group hold the content of the cell
  cut,             ///< beyond the limits of one parent: colorings, or substitutions (counted as one)
  not_made,        ///< the generator failed, or the structure cannot be read
  known,           ///< is one of the known crystals
  repeated,        ///< is an earlier candidate
  n_verdicts
};
constexpr std::size_t n_verdicts = static_cast<std::size_t>(Verdict::n_verdicts);
/// "not_neutral".
const char* name(Verdict verdict);
/// One line of help for it.
const char* meaning(Verdict verdict);

/// A crystal that may be proposed: a parent with other elements, or a crystal of its own.
struct Candidate {
  std::int32_t parent = -1;                   ///< known crystal that it was made from; −1: none
  Assignment elements{};                      ///< of the parent's species; unused where there is a crystal of its own
  double scale = 1.0;                         ///< of the parent's lengths
  double probability = 0.0;                   ///< of the substitution; NaN: it has none
  std::shared_ptr<const KnownCrystal> own{};  ///< null: parent, elements and scale say it all
  std::string origin{};                       ///< id of what it came from, where that is no parent

  Structure structure(const KnownCrystals& known) const;
};

/// An attempt, or several with the same end, of a generator.
struct Attempt {
  Verdict verdict = Verdict::accepted;  ///< accepted: so far
  std::int64_t times = 1;
  Candidate candidate{};  ///< where accepted
};

/// As bytes.
void put(ByteWriter& out, const Attempt& attempt);
Attempt get_attempt(ByteReader& in);

/// As bytes, what finds that another candidate is the same crystal (DuplicateIndex), and no more: neither where its
/// atoms are nor what it came of.
void put_seen(ByteWriter& out, const Candidate& candidate);
Candidate get_seen(ByteReader& in);

/// Of its atoms.
Composition composition_of(const Candidate& candidate, const KnownCrystals& known);

/// How often each verdict was reached, [Verdict].
using VerdictCounts = std::array<std::int64_t, n_verdicts>;

}  // namespace spinel
