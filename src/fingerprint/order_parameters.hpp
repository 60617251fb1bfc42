#pragma once

#include <vector>

#include "core/vec3.hpp"

namespace spinel {

/// Local structure order parameters: how much the directions to n neighbors look like each of the motifs known for n
/// neighbors, from 0 to 1. Zimmermann & Jain, RSC Adv. 10, 6063 (2020), with the shapes and widths of pymatgen's
/// LocalStructOrderParams and their choice by matminer's CrystalNNFingerprint "ops"; for 9 to 12 neighbors the
/// bond-orientational orders q2, q4 and q6 of Steinhardt, Nelson & Ronchetti, Phys. Rev. B 28, 784 (1983).

/// The largest n that has any.
constexpr int most_neighbors_of_order = 12;

/// What they are called, for n neighbors: "tetrahedral". Empty for n below 1 and above 12.
const std::vector<const char*>& order_parameter_names(int n);

/// Writes those for the n unit vectors `direction` to `value`, in the order of their names; nothing for n below 1 and
/// above 12.
///
/// They do not depend on the order of neighbors, but for body-centered cubes: pymatgen takes each pair of neighbors
/// once, as seen from the surer one. `rank` [n] says which that is, the lower; of neighbors with the same rank, or of
/// all where there are no ranks, both views count by half. pymatgen has one of them by chance, which differs by 1e-5 or
/// less where neighbors are nearly a cube's, and by 1e-2 where they are far from it.
void order_parameters(const Vec3* direction, int n, double* value, const int* rank = nullptr);

}  // namespace spinel
