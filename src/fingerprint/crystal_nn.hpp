#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// Numbers of a CrystalNN fingerprint.
constexpr std::size_t n_crystal_nn = 61;
using CrystalNNFingerprint = std::array<double, n_crystal_nn>;

/// A neighbor of an atom, and how surely it is one.
struct CrystalNNNeighbor {
  Vec3 direction;         ///< unit vector, in axes of the search's own
  double distance = 0.0;  ///< Å
  double weight = 0.0;    ///< 0.001 … 1
  int rank = 0;           ///< by falling weight before it was rounded; equal ones have the same
};

/// Coordination of atoms by CrystalNN (Pan et al., Inorg. Chem. 60, 1590 (2021)), and the fingerprint made of it by
/// matminer's CrystalNNFingerprint "ops" (Zimmermann & Jain, RSC Adv. 10, 6063 (2020)), the structure space of CDVAE's
/// coverage.
///
/// Neighbors are the atoms that share a face with an atom's Voronoi cell, weighted by solid angle Ω of the face, times
/// Ω over its area, times 1 + 3 √(|ΔX|/3.3) with Pauling electronegativities X, over the largest of these; times a
/// smooth step from 1 to 0 between 0.5 and 1 Å beyond the sum of covalent radii; rounded to three decimals. A quarter
/// circle cut at these weights gives the probability of every coordination number. The fingerprint of an atom has for
/// 1 … 24 neighbors the probability and its products with the order parameters of as many nearest neighbors
/// (order_parameters.hpp). Values are pymatgen's without oxidation states: its radii too.
///
/// It jumps: by the rounding, by the faces of vanishing area that noise makes of symmetric places, and where two
/// neighbors are exactly opposite, to 1e-12, so that one has no azimuth as seen from the other. 0.1 Å of noise can move
/// it as far as another crystal is away.
///
/// One a thread, since it keeps its memory between calls.
class CrystalNN {
 public:
  CrystalNN();
  ~CrystalNN();
  CrystalNN(CrystalNN&&) noexcept;
  CrystalNN& operator=(CrystalNN&&) noexcept;

  /// The mean over all atoms; the structure is taken as periodic in all directions. None where an atom has no Voronoi
  /// cell: atoms within 0.001 Å of each other, more than 20,000 atoms in its surroundings, or none within 100 Å on one
  /// side. InputError where there are no atoms, a coordinate is not finite, the cell has no volume or an atom is not an
  /// element up to 103.
  std::optional<CrystalNNFingerprint> fingerprint(const Structure& structure);
  /// Of each atom.
  std::optional<std::vector<CrystalNNFingerprint>> site_fingerprints(const Structure& structure);
  /// The neighbors of each atom, by falling weight.
  std::optional<std::vector<std::vector<CrystalNNNeighbor>>> neighbors(const Structure& structure);

  /// "wt CN_4", "tetrahedral CN_4", …, as matminer calls them, [n_crystal_nn].
  static const std::vector<std::string>& names();

 private:
  class Search;
  std::unique_ptr<Search> search_;
};

}  // namespace spinel
