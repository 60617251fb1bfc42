#pragma once

#include <cstdint>

#include "crystal/structure.hpp"

namespace spinel {

/// Repeats the cell `repeats[k]` times along lattice vector k. Cell by cell: atom i of copy (p, q, r) gets the place
/// ((p · repeats[1] + q) · repeats[2] + r) · n + i, n the atoms of one cell, so copies along c follow each other.
/// Velocities, forces, moments, charges and fixed components are copied. InputError where a repeat is below 1 or there
/// are too many atoms.
Structure supercell(const Structure& structure, const std::array<std::int64_t, 3>& repeats);

/// Makes lattice vector k longer by `vacuum[k]` (Å) along itself, after wrapping atoms into the cell along the vectors
/// that grow. The empty space lies at the upper end; atoms stay where they are; periodicity stays as it is.
Structure add_vacuum(const Structure& structure, const Vec3& vacuum);

/// Moves every free component by a normal random number of standard deviation `deviation` (Å), keyed by seed and place
/// of the atom: the same on any machine, and atom i gets the same move whatever the number of atoms.
void rattle(Structure& structure, double deviation, std::uint64_t seed);

}  // namespace spinel
