#pragma once

#include <memory>
#include <optional>

#include "matching/reduced_cell.hpp"

namespace spinel {

/// As pymatgen's StructureMatcher names and means them.
struct MatcherSettings {
  double ltol = 0.2;               ///< lattice vectors may differ in length by this fraction
  double stol = 0.3;               ///< atoms may be apart by this fraction of (V/N)^(1/3)
  double angle_tol = 5.0;          ///< degrees between lattice vectors
  bool primitive_cell = true;      ///< compare primitive cells
  bool scale = true;               ///< to equal volume first
  bool attempt_supercell = false;  ///< a cell may be a whole multiple of the other
};

/// How far apart the atoms of two structures are that were laid over each other: divided by (V/N)^(1/3) of the mean
/// cell.
struct StructureMatch {
  double rms = 0.0;
  double max = 0.0;
  double length = 0.0;  ///< (V/N)^(1/3), Å, of the two as they were scaled
};

/// Whether two crystals are the same: S. P. Ong et al., Comput. Mater. Sci. 68, 314 (2013), in its definitions; one a
/// thread, since it keeps its memory between calls.
///
/// Bases of the first lattice that agree with that of the second within ltol and angle_tol are tried one after the
/// other (mirror images among them, so that enantiomorphs are the same), and for each the translations that lay an atom
/// of the rarest species on one of its kind. Where all atoms then have a partner within 2 stol along each axis, the
/// assignment of atoms with the least sum of squares is found exactly, in the mean cell of the two, and the mean
/// displacement is removed. Species are distinguished by symbol.
class StructureMatcher {
 public:
  explicit StructureMatcher(const MatcherSettings& settings);
  ~StructureMatcher();
  StructureMatcher(StructureMatcher&&) noexcept;
  StructureMatcher& operator=(StructureMatcher&&) noexcept;

  ReducedCell reduced(const Structure& structure) const;

  /// StructureMatcher.fit: the first superposition found whose largest distance is below stol. Not symmetric in
  /// borderline cases, since the second lattice is the one whose vectors are looked for.
  std::optional<StructureMatch> fit(const ReducedCell& first, const ReducedCell& second);

  /// StructureMatcher.get_rms_dist: the superposition with the least rms, where that is below stol. The largest
  /// distance may then be above it: a pair can have a distance without fitting.
  std::optional<StructureMatch> closest(const ReducedCell& first, const ReducedCell& second);

 private:
  class Search;
  MatcherSettings settings_;
  std::unique_ptr<Search> search_;
};

}  // namespace spinel
