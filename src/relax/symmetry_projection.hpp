#pragma once

#include <vector>

#include "parallel/communicator.hpp"
#include "relax/id_blocks.hpp"
#include "relax/relaxation.hpp"

namespace spinel {

/// Keeps a space group: displacements become P u, (P u)_i = Σ_g R_g u_j / |G| with g taking j to i, and gradients Pᵀ g,
/// so that the energy of projected displacements has exactly the projected gradient. Every rank holds one vector of all
/// atoms while it projects.
class SymmetryProjection {
 public:
  /// `cell`: of the start. `fixed`: [id] bits of fixed components on every rank; operations that do not map fixed
  /// components onto fixed components are left out (what remains is still a group).
  SymmetryProjection(const std::vector<SymmetryAction>& actions, const Mat3& cell,
                     const std::vector<std::uint8_t>& fixed, const IdBlocks& blocks, Communicator communicator);

  bool trivial() const { return actions_.size() <= 1; }
  /// Cartesian, of the operations that are kept.
  const std::vector<Mat3>& rotations() const { return rotations_; }

  /// Collective. In place, [id − first()].
  void project(std::vector<Vec3>& displacement) const;
  void project_gradient(std::vector<Vec3>& gradient) const;
  /// Collective. The displacements (Å) that make positions (unwrapped, [id − first()]) exactly symmetric in `cell`.
  std::vector<Vec3> displacement_to_symmetric(const std::vector<Vec3>& position, const Mat3& cell,
                                              const std::array<bool, 3>& periodic) const;
  /// The cell next to `cell` whose metric every operation keeps exactly; not rotated against it.
  static Mat3 symmetric_cell(const std::vector<SymmetryAction>& actions, const Mat3& cell);

 private:
  std::vector<Vec3> of_all(const std::vector<Vec3>& block) const;

  std::vector<SymmetryAction> actions_;
  std::vector<Mat3> rotations_;
  Communicator communicator_;
  std::size_t n_, first_, size_;
};

}  // namespace spinel
