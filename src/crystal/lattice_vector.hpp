#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/vec3.hpp"

namespace spinel {

/// Size and shape of a lattice as six numbers k, any values of which are a cell: with G = L Lᵀ of the rows of a cell L,
/// ½ log G = Σ k_i B_i in the basis B of symmetric matrices
///   offdiag(12), offdiag(13), offdiag(23), diag(1, −1, 0), diag(1, 1, −2), 1,
/// each of Frobenius norm 1 (Jiao et al., DiffCSP++, ICLR 2024, eqs. 5, 6). No rotation of the crystal changes it, and
/// only the last one knows the volume: log V = √3 k₆.
using LatticeVector = std::array<double, 6>;

LatticeVector lattice_vector(const Mat3& cell);
/// The cell with a along x and b in the xy plane.
Mat3 cell_from_lattice_vector(const LatticeVector& k);

/// What symmetry asks of the lattice of a conventional cell.
enum class CrystalFamily { triclinic, monoclinic, orthorhombic, tetragonal, hexagonal, cubic };

/// That of a space group number, 1 – 230.
CrystalFamily crystal_family(int space_group);
/// "cubic", ….
const std::string& name_of(CrystalFamily family);
/// The nearest lattice of the family: unique axis b where it is monoclinic, γ = 120° where it is hexagonal.
LatticeVector projected(LatticeVector k, CrystalFamily family);

/// Integer matrices R with entries −1, 0, 1 and R G Rᵀ = G to `tolerance` of the longest squared edge: rows of R·L are
/// as good a description of the same lattice, with fractional coordinates x R⁻¹. At least ±1.
std::vector<std::array<std::int8_t, 9>> metric_operations(const Mat3& cell, double tolerance = 0.01);

}  // namespace spinel
