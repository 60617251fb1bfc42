#pragma once

#include <string_view>

#include "core/vec3.hpp"

namespace spinel {

/// A symmetry operation on fractional coordinates: s → rotation · s + translation.
struct SymmetryOperation {
  Mat3 rotation = Mat3::Zero();
  Vec3 translation = Vec3::Zero();
};

/// Reads the notation of CIF: 'x-y, -x+1/2, z+0.25', blanks and case ignored. InputError where it is none, or where its
/// rotation has not the determinant ±1.
SymmetryOperation parse_symmetry_operation(std::string_view text);

}  // namespace spinel
