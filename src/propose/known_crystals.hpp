#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "core/byte_stream.hpp"
#include "input/propose_parameters.hpp"
#include "matching/structure_matcher.hpp"
#include "parallel/communicator.hpp"
#include "source/structure_source.hpp"

namespace spinel {

/// Elements that parents and candidates made from them may have at most.
constexpr std::size_t most_elements = 8;

/// An element for each species of a crystal, in its order; 0 behind the last.
using Assignment = std::array<std::uint8_t, most_elements>;

/// A crystal as substitution and comparison need it.
struct KnownCrystal {
  std::string id;
  bool is_parent = false;
  Mat3 cell = Mat3::Zero();           ///< rows a, b, c, Å
  std::vector<std::uint8_t> type;     ///< [atom] place in element
  std::vector<Vec3> position;         ///< [atom] Cartesian, Å
  std::vector<std::uint8_t> element;  ///< [species] atomic number, ascending
  std::vector<std::int32_t> count;    ///< [species] atoms in the cell
  std::vector<std::int8_t> charge;    ///< [species] e; empty: none were found
  bool is_metallic = false;           ///< metals only
  std::vector<double> shortest;       ///< [species][species] Å, between any two atoms or images
  /// As it is compared: reduced as it is, and also as small and as large as a substitution may make it, where these
  /// have another number of atoms. (What is a primitive cell depends on a distance in Å, all else of a comparison on
  /// no scale.)
  std::vector<ReducedCell> reduced;

  std::size_t n_atoms() const { return type.size(); }
  std::size_t n_species() const { return element.size(); }
  /// Of its own elements; the first ones where there are too many.
  Assignment own() const;
};

/// How crystals are compared.
MatcherSettings proposal_matcher(const ProposeParameters& parameters);

/// [species][species] Å, between any two atoms of them or images; infinite where there are none.
std::vector<double> shortest_distances(const Structure& structure);

/// InputError where an atom is no element, or there are more than 255 of them.
KnownCrystal known_crystal(const Structure& structure, const StructureMatcher& matcher);

/// A crystal with the elements replaced, and all lengths multiplied by `scale`.
Structure substituted(const KnownCrystal& parent, const Assignment& elements, double scale);

inline auto members(ReducedCell::Group& g) { return std::tie(g.symbol, g.first, g.count); }
inline auto members(ReducedCell& c) { return std::tie(c.cell, c.groups, c.coordinate); }
inline auto members(KnownCrystal& c) {
  return std::tie(c.id, c.is_parent, c.cell, c.type, c.position, c.element, c.count, c.charge, c.is_metallic,
                  c.shortest, c.reduced);
}

/// A list of crystals and what they are for.
struct KnownList {
  std::shared_ptr<StructureSource> source;
  bool is_parent = false;
};

/// All that is known, on every rank. What cannot be read is left out.
class KnownCrystals {
 public:
  /// Collective: each rank reads its share.
  KnownCrystals(const Communicator& communicator, const std::vector<KnownList>& lists, const MatcherSettings& settings);

  std::int64_t size() const { return static_cast<std::int64_t>(crystals_.size()); }
  const KnownCrystal& operator[](std::int64_t i) const { return crystals_[static_cast<std::size_t>(i)]; }
  const std::vector<std::string>& failed() const { return failed_; }  ///< a sentence each
  /// Of the lists.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  std::vector<KnownCrystal> crystals_;
  std::vector<std::string> failed_;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace spinel
