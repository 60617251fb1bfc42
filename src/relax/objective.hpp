#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "relax/id_blocks.hpp"
#include "relax/relaxation.hpp"
#include "relax/strain_space.hpp"
#include "relax/symmetry_projection.hpp"

namespace spinel {

/// One rank's part of a distributed vector of variables, gradients or steps.
using Variables = std::vector<double>;

/// What an evaluation found, the same on every rank.
struct ObjectiveValue {
  std::string obstacle;   ///< why the point is unphysical; empty: it is not
  double enthalpy = 0.0;  ///< eV; the value to minimize
  RelaxationProgress progress;
  std::array<double, 6> stress{};  ///< eV/Å³, xx yy zz yz xz xy, tension positive
  bool physical() const { return obstacle.empty(); }
};

/// Energy + pressure · volume of a force field as a function of a fixed vector of variables, whatever the force field
/// does with its atoms. The variables, all in Å and all zero at the start:
///
///   r_i = F · (r⁰_i + M_i (P u)_i)     cell = cell⁰ · F      F = exp ε,  ε = Σ_k (y_k / J) B_k
///
/// with u_i three variables an atom (by id, in blocks over the ranks), M the mask of fixed components, P the projection
/// on what the symmetry allows, and B_k an orthonormal basis of the free strains; the y_k stand behind the atoms of the
/// last rank. Fixed atoms keep their place in the unstrained cell. J = 0.7 · √N · (V/N)^⅓ makes the Hessian of the
/// cell, V·C/J² for an elastic constant C, about as large as that of an atom, whatever the size of the system.
class RelaxationObjective {
 public:
  /// Collective. Where symmetry is to be kept the start is made exactly symmetric, its cell too where it may move.
  RelaxationObjective(ForceField& field, const RelaxationSettings& settings);

  const Communicator& communicator() const { return field_.communicator(); }
  /// Variables on this rank.
  std::size_t size() const { return 3 * blocks_.size() + n_local_strains_; }
  bool cell_is_free() const { return strains_.size() > 0; }

  /// Collective. Moves atoms and cell to x and computes value and gradient; `gradient` is undefined where the point is
  /// unphysical. A volume out of bounds costs no evaluation of forces and leaves the force field where it is.
  ObjectiveValue compute(const Variables& x, Variables& gradient);
  /// Times that forces were computed.
  std::int64_t evaluations() const { return evaluations_; }

  /// Collective.
  double dot(const Variables& a, const Variables& b) const;
  /// Collective. The longest move (Å) a step brings: of an atom in the unstrained cell, or, by the strain, of one atom
  /// against another a typical distance (V/N)^⅓ apart.
  double longest_move(const Variables& step) const;

 private:
  std::string volume_obstacle(double volume) const;
  void move_to(const Variables& x, const Mat3& deformation);
  void find_distances(ObjectiveValue& result) const;

  ForceField& field_;
  const RelaxationSettings& settings_;
  IdBlocks blocks_;
  std::int64_t builds_ = -1;  // of the force field when blocks_ last followed
  Mat3 start_cell_;
  double start_volume_;
  std::vector<Vec3> start_;  // unwrapped, [id − first]
  std::vector<Vec3> free_;   // 1 or 0 for each component, [id − first]
  std::unique_ptr<SymmetryProjection> symmetry_;
  StrainSpace strains_;
  std::size_t n_local_strains_ = 0;
  double length_, strain_unit_;
  std::int64_t evaluations_ = 0;
};

}  // namespace spinel
