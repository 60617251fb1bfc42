#pragma once

#include <vector>

#include "core/vec3.hpp"

namespace spinel {

/// Every way to write `ranks` as a product of three numbers, the one with the least surface of its bricks first.
/// Surface: Σ_k area_k · (number of faces across direction k), which is g_k in a periodic direction (images of a
/// brick's own atoms are ghosts too) and g_k − 1 in another. Ties go to more parts along a, then b: the order is the
/// same on every rank.
/// `area` (Å², any common unit): of the cell's faces across a, b and c, that is |b×c|, |c×a|, |a×b|.
std::vector<Int3> grids_by_surface(int ranks, const Vec3& area, const std::array<bool, 3>& periodic);

/// |b×c|, |c×a|, |a×b| (Å²) of a cell with rows a, b, c.
Vec3 face_areas(const Mat3& cell);

}  // namespace spinel
