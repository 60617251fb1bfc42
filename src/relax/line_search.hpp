#pragma once

#include "relax/walk.hpp"

namespace spinel {

/// A line search for energies and forces that do not quite fit together: forces that jump where a neighbor crosses a
/// cutoff, energies in single precision, points that cannot be evaluated.
class LineSearch {
 public:
  /// `curvature`: the slope left at the end, relative to that at the start, above which another trial is made; 0.9 for
  /// quasi-Newton steps, whose full length is nearly right, less for conjugate gradients.
  LineSearch(Walk& walk, double curvature) : walk_(walk), curvature_(curvature) {}

  /// Collective. Moves the accepted point of the walk along `direction`: by the whole of it, or as much as the longest
  /// allowed move lets, or less until the trial is acceptable. False where no acceptable point was found or the walk is
  /// over; the accepted point is then where it was.
  ///
  /// With the slope φ' along the direction, a trial at length α is acceptable where φ(α) ≤ φ(0) + 10⁻⁴ α φ'(0)
  /// (Armijo), or where the slope shows the same and the energy does not contradict it beyond its noise: φ'(α) ≤ 0.8
  /// |φ'(0)| and φ(α) ≤ φ(0) + noise (the approximate Wolfe condition of Hager & Zhang, SIAM J. Optim. 16, 170 (2005)).
  /// An unphysical trial takes the next one to 0.3 of its length.
  /// The first step is no longer than `scale_of_gradient` (Å²/eV) times the gradient.
  bool advance(const Variables& direction, double scale_of_gradient);

 private:
  Walk& walk_;
  double curvature_;
  bool fresh_ = true;
  double last_change_ = 0.0;  // length · slope of the last search, for methods without a natural length
};

}  // namespace spinel
