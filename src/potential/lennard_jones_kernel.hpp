#pragma once

#include <array>
#include <cstdint>

#include "neighbor/neighbor_list.hpp"
#include "potential/lennard_jones.hpp"

namespace spinel {

/// One pass over the rows of a full list.
struct LennardJonesPass {
  const NeighborList* list;
  std::size_t n_species;
  bool smooth;
  bool observe;                           ///< energy and virial too
  const Vec3* position;                   ///< [atom] Å
  const std::int32_t* type;               ///< [atom]
  const LennardJonesPair<double>* table;  ///< [type i][type j]
  const float* packed = nullptr;          ///< [atom] x y z type-as-float: single precision where set
  const LennardJonesPair<float>* table_single = nullptr;
  Vec3* force;                     ///< [row] eV/Å, written
  double energy = 0.0;             ///< out, eV
  std::array<double, 6> virial{};  ///< out, eV, xx yy zz yz xz xy
};

void lennard_jones_pass(LennardJonesPass& pass);

}  // namespace spinel
