#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "domain/halo.hpp"
#include "domain/local_atoms.hpp"
#include "neighbor/neighbor_list.hpp"

namespace spinel {

/// What the caller wants besides forces. Most MD steps want neither, and a kernel that knows it is faster.
struct Wanted {
  bool energy = true;
  bool virial = true;
};

/// What a potential does with ghosts.
struct GhostNeeds {
  bool returns_forces = false;      ///< adds forces to ghost rows; the caller sends them home by Halo::reverse_add
  bool exchanges_features = false;  ///< communicates through Halo during compute, so every rank must enter
};

/// A rank's share. Summed over ranks by the caller.
struct EnergyVirial {
  double energy = 0.0;             ///< eV
  std::array<double, 6> virial{};  ///< eV; −∂E/∂strain, xx yy zz yz xz xy
};

/// [atom] eV/Å; owned atoms, then ghosts where GhostNeeds::returns_forces.
using Forces = std::vector<Vec3>;

/// Energy, forces and virial of the atoms of one rank.
class Potential {
 public:
  virtual ~Potential() = default;
  /// Å, how far ghosts and neighbors must reach.
  virtual double cutoff() const = 0;
  virtual GhostNeeds ghost_needs() const = 0;
  /// Other atoms come now: called by each new ForceField.
  virtual void begin_structure() {}
  /// `look` is called a few times a second, on rank 0, while compute waits for another program; true: that is ended,
  /// and compute throws Interrupted.
  virtual void set_look(std::function<bool()> look) { static_cast<void>(look); }
  /// s that the next compute will take, to be on the safe side, where that is long enough to matter; else 0. Of this
  /// rank.
  virtual double expected_seconds() const { return 0.0; }
  /// On rank 0. What else is known of the last energy, for the info of its structure.
  virtual std::map<std::string, std::string> labels() const { return {}; }
  /// On rank 0. Of all atoms, by their ids, μB, with the last energy; empty: none known.
  virtual std::vector<Vec3> magnetic_moments() const { return {}; }
  /// Collective. [owned][width] what a network knows of each atom, after its last layer; empty: it is none.
  virtual std::vector<double> atom_features(const LocalAtoms& atoms, const NeighborList& list, Halo& halo) {
    static_cast<void>(atoms), static_cast<void>(list), static_cast<void>(halo);
    return {};
  }
  /// Writes the forces (eV/Å) on owned and, where ghost_needs() asks for it, ghost atoms; `forces` arrives sized for
  /// that, its content undefined. Returns this rank's energy and virial; those not wanted are zero.
  virtual EnergyVirial compute(const LocalAtoms& atoms, const NeighborList& list, Halo& halo, Wanted wanted,
                               Forces& forces) = 0;
};

}  // namespace spinel
