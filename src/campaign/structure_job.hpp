#pragma once

#include <functional>
#include <memory>

#include "campaign/structure_result.hpp"
#include "core/timers.hpp"
#include "core/units.hpp"
#include "input/key_place.hpp"
#include "potential/committee.hpp"
#include "potential/force_field.hpp"
#include "relax/relaxation.hpp"
#include "run/setup/make_potential.hpp"

namespace spinel {

/// What structures are computed with beside their potential: groups of an input, or of one's own.
struct StructureJobParameters {
  RelaxParameters relax;
  NeighborParameters neighbor;
  ParallelParameters parallel;
  bool one_of_many = false;  ///< a structure need not hold every species of relax.fixed_species
};

/// Single points and relaxations of one structure after the other on the ranks of one pool.
class StructureJob {
 public:
  /// Collective over the pool. `place`: of the keys of `parameters.parallel`. `units` and `maker` must outlive this.
  StructureJob(const Communicator& pool, const UnitSystem& units, const PotentialMaker& maker,
               StructureJobParameters parameters, KeyPlace place);

  /// What a stop or a checkpoint is asked by; its maximum over ranks is what ForceField::flag() returns.
  void set_flag_source(std::function<double()> source) { flag_source_ = std::move(source); }

  /// Collective. The force field of atoms whose types index their own species: nothing is computed yet. InputError
  /// where the potential does not know one of them.
  std::unique_ptr<ForceField> make_force_field(LocalAtoms atoms, Timers& timers);

  /// Collective. Energy, forces and stress of `result.structure` as it is; fills `result` on the root.
  void compute(StructureResult& result);

  /// s that the next force will take on this rank; 0: no matter.
  double expected_seconds() const { return potential_ ? potential_->expected_seconds() : 0.0; }

  /// Collective. The settings of &relax for the structure that the root holds, and there marks its fixed atoms.
  RelaxationSettings prepare_relaxation(Structure& structure) const;
  /// Collective. Relaxes the atoms of `field`, which are those of `result.structure`; fills `result` on the root. What
  /// `result` holds of evaluations and series is taken to come from before and continued. False where the observer
  /// stopped it: `result` then holds what there is so far.
  bool relax(StructureResult& result, ForceField& field, const RelaxationSettings& settings,
             const RelaxationObserver& observer);

 private:
  void keep_spread(StructureResult& result, const ForceField& field) const;
  void keep_end(StructureResult& result, const ForceField& field) const;

  Communicator pool_;
  const UnitSystem& units_;
  StructureJobParameters parameters_;
  KeyPlace place_;
  PotentialTable potentials_;
  std::shared_ptr<Potential> potential_;  // of the last force field
  std::shared_ptr<Committee> committee_;  // of the last force field, where its potential is one
  std::function<double()> flag_source_;
};

/// Collective over a pool. Work on a structure, with every error that is one of the structure (and that all ranks meet
/// alike) turned into a failed result, and an interruption into a pending one. An error of one rank among several is
/// not caught.
void guarded(const Communicator& pool, StructureResult& result, const std::function<void()>& work);

}  // namespace spinel
