#pragma once

#include <cmath>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// The atoms of an infinite crystal around one of them, whatever the shape of its cell.
///
/// In a reduced basis, its shortest vector along x and the second in the xy plane, the images within a sphere have
/// exact bounds: planes along z, rows of a plane along y, places in a row along x (Fincke & Pohst, Math. Comput. 44,
/// 463 (1985)). So nothing is visited in vain but rows that miss the sphere, and no list of images is made.
class ImageSearch {
 public:
  /// Takes the structure as periodic in all directions. InputError where there are no atoms, a coordinate is not finite
  /// or the cell has no volume.
  explicit ImageSearch(const Structure& structure);

  std::size_t size() const { return position_.size(); }
  double volume() const { return step_[0] * step_[1] * step_[2]; }  ///< Å³
  double shortest_vector() const { return step_[0]; }               ///< the first of the reduced basis, Å

  /// Calls visit(x, y, z, squared) for every image of atom j within `radius` (Å) of atom i, but not for i itself:
  /// the vector from i to the image, in the axes of the reduced basis (a rotation or reflection of the structure's
  /// own), and its squared length (Å, Å²).
  template <class Visit>
  void visit(std::size_t i, std::size_t j, double radius, Visit&& visit) const {
    const Vec3 between = position_[j] - position_[i];
    const double squared_radius = radius * radius;
    const double last_plane = std::floor((radius - between[2]) * per_step_[2]);
    for (double c = std::ceil((-radius - between[2]) * per_step_[2]); c <= last_plane; c += 1.0) {
      const double z = between[2] + c * step_[2];
      const double in_plane = squared_radius - z * z;
      if (in_plane < 0.0) continue;
      const double half_width = std::sqrt(in_plane), y_0 = between[1] + c * shift_zy_;
      const double last_row = std::floor((half_width - y_0) * per_step_[1]);
      for (double b = std::ceil((-half_width - y_0) * per_step_[1]); b <= last_row; b += 1.0) {
        const double y = y_0 + b * step_[1];
        const double in_row = in_plane - y * y;
        if (in_row < 0.0) continue;
        const double half_length = std::sqrt(in_row), x_0 = between[0] + c * shift_zx_ + b * shift_yx_;
        const double last = std::floor((half_length - x_0) * per_step_[0]);
        for (double a = std::ceil((-half_length - x_0) * per_step_[0]); a <= last; a += 1.0) {
          if (i == j && a == 0.0 && b == 0.0 && c == 0.0) continue;
          const double x = x_0 + a * step_[0];
          visit(x, y, z, x * x + (y * y + z * z));
        }
      }
    }
  }

 private:
  std::vector<Vec3> position_;  // [atom] Å
  // Reduced basis: (step 0, 0, 0), (shift_yx, step 1, 0), (shift_zx, shift_zy, step 2), Å.
  double step_[3], per_step_[3];
  double shift_yx_, shift_zx_, shift_zy_;
};

}  // namespace spinel
