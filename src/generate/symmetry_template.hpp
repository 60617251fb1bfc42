#pragma once

#include <vector>

#include "crystal/lattice_vector.hpp"
#include "crystal/structure.hpp"
#include "crystal/symmetry.hpp"

namespace spinel {

/// The symmetry that a crystal is generated with: that of a given one, whose atoms say which site is taken to which.
/// Every crystal x with x − x_template in the space of displacements that the operations leave as they are has at least
/// the template's space group; projection on that space is linear, so what starts in it stays there.
class SymmetryTemplate {
 public:
  explicit SymmetryTemplate(const Structure& structure, double tolerance = 0.01);

  std::size_t n_atoms() const { return fractional_.size() / 3; }
  int space_group() const { return space_group_; }
  const std::vector<double>& fractional() const { return fractional_; }  ///< [atom][3]
  const std::vector<std::int32_t>& orbit() const { return orbit_; }      ///< [atom] equal for atoms that are equivalent

  /// Displacements [atom][3] averaged over the operations.
  void project(std::vector<double>& displacement) const;
  /// The lattice averaged over the operations.
  LatticeVector project(const LatticeVector& k) const;

 private:
  int space_group_ = 1;
  std::vector<double> fractional_;
  std::vector<std::int32_t> orbit_;
  std::vector<AtomSymmetry> operations_;
};

}  // namespace spinel
