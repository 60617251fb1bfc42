#pragma once

#include "core/vec3.hpp"

namespace spinel {

/// A short, nearly orthogonal basis of the lattice whose basis vectors are the rows of `cell`: Lenstra, Lenstra &
/// Lovász, Math. Ann. 261, 515 (1982), with δ = 3/4. May turn a right-handed basis into a left-handed one.
Mat3 lll_reduced(const Mat3& cell);

/// The right-handed Niggli basis of the lattice, by the numerically stable steps of Grosse-Kunstleve, Sauter & Adams,
/// Acta Cryst. A 60, 1 (2004), with their ε = tolerance · V^(1/3). Lattice vectors that differ by less than that count
/// as equal.
Mat3 niggli_reduced(const Mat3& cell, double tolerance = 1e-5);

}  // namespace spinel
