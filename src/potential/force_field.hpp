#pragma once

#include <functional>
#include <memory>

#include "core/timers.hpp"
#include "input/parameters.hpp"
#include "potential/potential.hpp"

namespace spinel {

/// Counts of a run's neighbor-list builds; part of a checkpoint.
struct BuildCounts {
  std::int64_t builds = 0;
  std::int64_t dangerous = 0;  ///< builds that came after an atom could already have entered a cutoff unseen
  std::int64_t balances = 0;   ///< times the brick boundaries moved
  std::int64_t steps_since_build = 0;
  std::int64_t builds_since_balance_check = 0;
};

/// The atoms of a communicator and what it takes to get forces on them: the one function that molecular dynamics and
/// relaxation call. Owns when ghosts are renewed, atoms migrate, lists are rebuilt and bricks are balanced.
///
/// A list of range cutoff + skin stays complete while  σ·range − 2u ≥ cutoff,  u the largest displacement of an atom
/// from where the deformation of the cell since the build would carry it, and σ the least singular value of that
/// deformation. For a fixed cell that is the usual half-skin rule.
class ForceField {
 public:
  ForceField(LocalAtoms atoms, Halo halo, std::shared_ptr<Potential> potential, const NeighborParameters& neighbor,
             const ParallelParameters& parallel, Timers& timers);

  LocalAtoms& atoms() { return atoms_; }
  const LocalAtoms& atoms() const { return atoms_; }
  const Communicator& communicator() const { return halo_.communicator(); }
  Halo& halo() { return halo_; }
  const Halo& halo() const { return halo_; }
  const NeighborList& neighbors() const { return list_; }
  const Potential& potential() const { return *potential_; }
  Timers& timers() { return timers_; }
  /// [owned atom, then ghosts where the potential returns forces on them] eV/Å, of the last update.
  const Forces& forces() const { return forces_; }

  /// Collective. Call after positions (or the cell) of owned atoms changed: renews ghosts or rebuilds everything where
  /// an atom has moved too far, computes forces, and returns energy and virial summed over all ranks (what was not
  /// wanted is zero). Order and number of owned atoms may change: hold no indices across a call.
  EnergyVirial update(Wanted wanted);

  /// Collective, after rebuild(). Potential::atom_features of the atoms as they stand.
  std::vector<double> atom_features() { return potential_->atom_features(atoms_, list_, halo_); }

  /// Collective. Migrates, sorts, balances where due, and rebuilds ghosts and lists now (the first update does it by
  /// itself).
  void rebuild();
  /// Collective, after loading a checkpoint written by the same number of ranks: rebuilds ghosts and lists from
  /// atoms.build_position and build_cell in the order the atoms stand, so that the continuation is bitwise the same.
  void rebuild_as_checkpointed(const BuildCounts& counts);

  /// One number of each rank; its maximum over ranks travels with the collective decision of every update: how a stop
  /// signal seen by one rank reaches all at the same step without a message of its own.
  void set_flag_source(std::function<double()> source) { flag_source_ = std::move(source); }
  double flag() const { return flag_; }

  const BuildCounts& counts() const { return counts_; }
  /// max/mean owned atoms per rank at the last build.
  double imbalance() const { return imbalance_; }
  /// Bytes this rank holds for atoms, lists and forces.
  std::size_t memory_bytes() const;

 private:
  enum class Staleness { fresh, stale };
  Staleness staleness() const;
  bool must_rebuild();
  double measure_imbalance() const;
  void build_list();

  LocalAtoms atoms_;
  Halo halo_;
  std::shared_ptr<Potential> potential_;
  NeighborParameters neighbor_;
  ParallelParameters parallel_;
  Timers& timers_;
  NeighborList list_;
  Forces forces_;
  BuildCounts counts_;
  bool built_ = false;
  bool restored_ = false;  ///< the next update computes forces only
  double imbalance_ = 1.0;
  std::function<double()> flag_source_;
  double flag_ = 0.0;
};

}  // namespace spinel
