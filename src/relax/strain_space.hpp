#pragma once

#include <array>
#include <vector>

#include "relax/relaxation.hpp"

namespace spinel {

/// The logarithmic strains ε (symmetric; deformation F = exp ε, r → F r) that a relaxation may apply to the cell: the
/// span of an orthonormal basis (A:B = Σ A_ij B_ij). Symmetric, so the cell never turns; logarithmic, so constant
/// volume is tr ε = 0 exactly, and every freedom here is a linear space.
class StrainSpace {
 public:
  /// The strains that `freedom` allows, that leave the fixed Cartesian axes and the directions that are not periodic
  /// alone, and that commute with every (Cartesian, orthogonal) rotation.
  StrainSpace(CellFreedom freedom, const std::array<bool, 3>& fixed_axes, const Mat3& cell,
              const std::array<bool, 3>& periodic, const std::vector<Mat3>& rotations);

  std::size_t size() const { return basis_.size(); }
  /// Σ_k coordinates[k] · basis k
  Mat3 strain(const double* coordinates) const;
  /// basis k : tensor, for all k
  void coordinates(const Mat3& tensor, double* out) const;
  /// The part of a symmetric tensor that lies in the space.
  Mat3 project(const Mat3& tensor) const;

 private:
  std::vector<Mat3> basis_;
};

/// F = exp ε of a symmetric ε, and with it the gradient with respect to ε.
class SymmetricExponential {
 public:
  explicit SymmetricExponential(const Mat3& strain);
  const Mat3& value() const { return value_; }
  /// dE/dε of an energy whose change under a further small deformation, δF F⁻¹, is S : δF F⁻¹ with S symmetric
  /// (S = −virial, + pV·1 for the enthalpy): by the divided differences of exp at the eigenvalues of ε
  /// (Daleckii–Krein).
  Mat3 gradient(const Mat3& s) const;

 private:
  Vec3 eigenvalues_;
  Mat3 eigenvectors_, value_, inverse_;
};

}  // namespace spinel
