#pragma once

#include <vector>

#include "core/vec3.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// A box in fractional coordinates, low ≤ s < high. The outermost bricks own everything beyond the cell along
/// non-periodic directions too: their low is −∞ or their high +∞ there.
struct Brick {
  Vec3 low, high;
};

/// Which rank owns which part of the cell: bricks in fractional coordinates on a Cartesian grid of ranks.
/// The cuts are hierarchical ("staggered grid"): grid[0] slabs along a; each slab has its own cuts along b; each
/// column of a slab its own cuts along c. So cuts can follow any distribution of atoms and stay three searches.
/// Rank of grid place (i, j, k): (i·grid[1] + j)·grid[2] + k. The same on every rank.
class Decomposition {
 public:
  /// Equal bricks on the factorisation of `ranks` with the least surface between bricks for this cell.
  Decomposition(int ranks, const Mat3& cell, const std::array<bool, 3>& periodic);
  /// Equal bricks on the given grid; its product must be `ranks` (InputError).
  Decomposition(int ranks, const Mat3& cell, const std::array<bool, 3>& periodic, const Int3& grid);

  const Int3& grid() const { return grid_; }
  int size() const { return grid_[0] * grid_[1] * grid_[2]; }
  /// Owner of fractional coordinates; those along periodic directions must be in [0, 1).
  int owner(const Vec3& fractional) const;
  Brick brick(int rank) const;

  /// Collective. Moves the cuts so that every brick holds the same number of atoms, from the wrapped fractional
  /// coordinates of each rank's atoms. Atoms move to their owners at the next Halo::migrate.
  /// Level by level each cut is a quantile of its slab or column, found to 0.2 % of a brick's share, or to the better
  /// side of a crystal layer that lies where the cut should be, and put halfway between its neighboring atoms: exact
  /// layers are never split, so a crystal at rest balances as well as its layers can be dealt out.
  /// Cost: sorting each rank's atoms, and some ten Allreduces per level of at most max(64 Ki, 3·size()) integers.
  void balance(const Communicator& communicator, const std::vector<Vec3>& fractional);

  /// Atoms in the fullest brick over the mean. Collective; 1 where there are no atoms.
  double imbalance(const Communicator& communicator, const std::vector<Vec3>& fractional) const;

  /// Collective. The best balanced decomposition for these atoms (wrapped fractional coordinates of each rank's share):
  /// takes the grids in the order of the surface of their bricks within the space that atoms fill, balances each, and
  /// returns the first with max/mean ≤ `target`, or else the best of the first `max_tries`.
  static Decomposition balanced(const Communicator& communicator, const Mat3& cell, const std::array<bool, 3>& periodic,
                                const std::vector<Vec3>& fractional, double target = 1.05, int max_tries = 12);

  /// All cuts as one array, for checkpoints: the inner cuts along a, then per slab along b, then per column along c.
  const std::vector<double>& cuts() const { return cuts_; }
  /// Throws where the number of cuts is not that of this grid or cuts of one line do not ascend.
  void set_cuts(const std::vector<double>& cuts);

 private:
  const double* cuts_a() const { return cuts_.data(); }
  const double* cuts_b(int slab) const { return cuts_.data() + (grid_[0] - 1) + slab * (grid_[1] - 1); }
  const double* cuts_c(int column) const {
    return cuts_.data() + (grid_[0] - 1) + grid_[0] * (grid_[1] - 1) + column * (grid_[2] - 1);
  }
  void set_equal_bricks();

  Int3 grid_;
  std::array<bool, 3> periodic_;
  std::vector<double> cuts_;
};

}  // namespace spinel
