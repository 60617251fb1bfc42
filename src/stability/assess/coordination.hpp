#pragma once

#include <vector>

#include "neighbor/crystal_graph.hpp"

namespace spinel {

/// How many neighbors the atoms of a crystal have, from distances alone; no radii and no tolerance to choose.
struct Coordination {
  /// [atom] Brunner's rule (Acta Cryst. A 33, 226 (1977)): the atoms before the largest gap 1/d_k − 1/d_(k+1) of the
  /// distances within 8 Å, in ascending order; those equal to 1e-4 Å belong together. 0: none within 8 Å.
  std::vector<int> shell;
  /// [atom] Hoppe's effective coordination number (Z. Kristallogr. 150, 23 (1979)): Σ_k exp(1 − (d_k/d)⁶), d the mean
  /// distance with the same weights, found by iteration from the shortest. 12.02 for fcc, 11.63 for bcc, 6.04 for rock
  /// salt.
  std::vector<double> effective;
};

/// Finds the coordination of one crystal after the other.
class CoordinationFinder {
 public:
  /// cell: rows a, b, c (Å); position: [n_atoms][3], Å. Error where the cell is so small that images are beyond ±127:
  /// ask structure_validity() first.
  Coordination find(const Mat3& cell, const double* position, std::int64_t n_atoms,
                    const std::array<bool, 3>& periodic = {true, true, true});

 private:
  CrystalGraphBuilder builder_{GraphSettings{8.0, 0}};
  CrystalGraph graph_;
};

}  // namespace spinel
