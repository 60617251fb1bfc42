#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/vec3.hpp"

namespace spinel {

/// One kind of atom in a structure.
struct Species {
  std::string symbol;     ///< chemical symbol, or any label in reduced units
  int atomic_number = 0;  ///< 0 where the label is no element
  double mass = 0.0;      ///< amu, standard atomic weight unless set
};

/// A crystal, a cluster, a cell of a liquid: atoms in a cell.
struct Structure {
  Mat3 cell = Mat3::Zero();  ///< rows a, b, c (Å); right-handed
  std::array<bool, 3> periodic = {true, true, true};
  std::vector<Species> species;             ///< each kind once, in order of first appearance
  std::vector<std::int32_t> type;           ///< [atom] index into species
  std::vector<Vec3> position;               ///< [atom] Cartesian, Å; not necessarily inside the cell
  std::vector<Vec3> velocity;               ///< [atom] Å/fs; empty: none given
  std::vector<std::uint8_t> fixed;          ///< [atom] bit k set: component k does not move; empty: all free
  std::vector<Vec3> force;                  ///< [atom] eV/Å labels of a dataset; empty: none
  std::vector<Vec3> magnetic_moment;        ///< [atom] μB, collinear ones along z; empty: none given
  std::vector<double> charge;               ///< [atom] e; empty: none given
  std::map<std::string, std::string> info;  ///< further key=value pairs of the file, as text
  std::vector<std::string> warnings;        ///< what was odd where it was read, and how it was taken

  std::size_t size() const { return position.size(); }
  double volume() const { return cell.row(0).dot(cell.row(1).cross(cell.row(2))); }  ///< Å³
  double total_mass() const;                                                         ///< amu
  std::string formula() const;                                                       ///< "Li2O", Hill order
};

}  // namespace spinel
