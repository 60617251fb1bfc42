#pragma once

#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// Pointwise distance distribution (PDD) of a crystal (Widdowson & Kurlin, Adv. Neural Inf. Process. Syst. 35, 24625
/// (2022)): for each atom the distances to its k nearest neighbors in the infinite crystal, ascending; atoms with the
/// same distances are one row. Independent of cell, motif and orientation, continuous in the positions, blind to
/// elements.
struct PointwiseDistances {
  int k = 0;
  std::vector<double> weight;    ///< [row] share of the atoms; their sum is 1
  std::vector<double> distance;  ///< [row][k] Å; rows in lexicographic order

  std::size_t size() const { return weight.size(); }
  const double* row(std::size_t i) const { return distance.data() + i * static_cast<std::size_t>(k); }
};

/// Rows are merged where no distance differs by more than `tolerance` (Å) from the first row of the group, and are
/// then their mean, as average-minimum-distance 1.6 does; below 0 merges nothing. The structure is taken as periodic in
/// all directions. InputError where k < 1, there are no atoms, a coordinate is not finite or the cell has no volume.
///
/// Time grows with N² + N k for N atoms: 20 atoms with k = 100 take 0.1 ms.
PointwiseDistances pointwise_distances(const Structure& structure, int k, double tolerance = 1e-4);

/// Average minimum distances (AMD; Widdowson et al., MATCH Commun. Math. Comput. Chem. 87, 529 (2022)): the mean
/// distance (Å) to the first, second, … k-th neighbor, [k].
std::vector<double> average_minimum_distances(const Structure& structure, int k);
/// The same from the distribution, whose mean row it is.
std::vector<double> average_minimum_distances(const PointwiseDistances& distribution);

/// The largest difference between two AMDs (Å). InputError where they differ in k.
double amd_distance(const std::vector<double>& a, const std::vector<double>& b);
/// Earth mover's distance of two PDDs, the distance of rows being the largest difference between them (Å). Not below
/// the distance of their AMDs. InputError where they differ in k.
double pdd_distance(const PointwiseDistances& a, const PointwiseDistances& b);

}  // namespace spinel
