#pragma once

#include <Eigen/Dense>
#include <array>
#include <functional>

#include "core/vec3.hpp"

namespace spinel {

/// C_ij of dσ_i = Σ_j C_ij dη_j, Voigt order xx yy zz yz xz xy; η of a shear is twice the strain. In the unit of
/// stresses.
using ElasticConstants = Eigen::Matrix<double, 6, 6>;

/// The strain tensor ε whose Voigt component `component` is `amount`, the others zero: x → (1 + ε) x.
Mat3 voigt_strain(std::size_t component, double amount);

/// From stresses (Voigt order, tension positive) at strains of ±`amount` in each component: central differences, so
/// that the error is of second order in it. Not symmetrized: how far it is from symmetric measures the error.
ElasticConstants elastic_constants(const std::function<std::array<double, 6>(const Mat3& strain)>& stress,
                                   double amount);

/// Of a polycrystal (R. Hill, Proc. Phys. Soc. A 65, 349 (1952)): the mean of the bounds of Voigt and Reuss.
struct PolycrystalModuli {
  double bulk_voigt, bulk_reuss, bulk_hill;
  double shear_voigt, shear_reuss, shear_hill;
  bool is_stable;  ///< C is positive definite (M. Born): else the crystal gives way to some strain
};
PolycrystalModuli polycrystal_moduli(const ElasticConstants& constants);

}  // namespace spinel
