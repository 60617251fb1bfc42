#pragma once

#include <string>

#include "crystal/structure.hpp"

namespace spinel {

/// Lengths (Å) and angles (degrees) of a cell: alpha between b and c, beta between a and c, gamma between a and b.
struct CellParameters {
  double a = 0.0, b = 0.0, c = 0.0;
  double alpha = 90.0, beta = 90.0, gamma = 90.0;
};

/// Cell with a along x, b in the xy plane (y > 0), c with z > 0. InputError where no such cell exists.
Mat3 cell_from_parameters(const CellParameters& parameters);
CellParameters cell_parameters(const Mat3& cell);

/// Cartesian = cellᵀ · fractional.
inline Vec3 to_cartesian(const Mat3& cell, const Vec3& fractional) { return cell.transpose() * fractional; }
/// Matrix M with fractional = M · Cartesian.
inline Mat3 to_fractional_matrix(const Mat3& cell) { return cell.transpose().inverse(); }

/// Distances between opposite faces (Å): volume over the area of the face.
Vec3 perpendicular_heights(const Mat3& cell);

/// Moves atoms by whole lattice vectors along periodic directions so that their fractional coordinates are in [0, 1).
/// A coordinate within 1e-9 below 1 becomes one that much below 0, so that an atom meant to be at 0 does not change
/// sides.
void wrap(Structure& structure);

/// Turns what a file gives into a cell that the rest of Spinel takes, or throws InputError starting with `where`:
///  - a zero vector along a non-periodic direction becomes a vector perpendicular to the others, as long as the atoms
///    reach plus 1 Å at both ends, and the atoms move along it so that the cell holds them (a cluster or slab without
///    a whole cell);
///  - a left-handed cell becomes (−a, −b, −c): the same lattice, lengths and angles, the same Cartesian coordinates,
///    except for a shift by −a, −b or −c along non-periodic directions that keeps atoms in the cell;
///  - no atoms, a zero vector along a periodic direction, coplanar vectors, numbers that are not finite or above 1e9
///    are errors.
void regularize_cell(Structure& structure, const std::string& where);

}  // namespace spinel
