#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "potential/potential.hpp"

namespace spinel {

/// How far the members of a committee are apart: sample standard deviations, with N − 1 for N members.
struct CommitteeSpread {
  double mean_energy = 0.0;   ///< eV, mean over the members, of all atoms of all ranks
  double energy = 0.0;        ///< eV, s = √(Σ_m (E_m − Ē)²/(N − 1)) of that energy
  std::vector<double> force;  ///< [owned atom] eV/Å, √(Σ_m |F_m − F̄|²/(N − 1))
};

/// A spread in a few numbers, the same on every rank.
struct SpreadSummary {
  double mean_energy = 0.0;   ///< eV
  double energy = 0.0;        ///< eV/atom
  double force_max = 0.0;     ///< eV/Å; infinite where a member's force is not a number
  double force_mean = 0.0;    ///< eV/Å, over the atoms
  double force_rms = 0.0;     ///< eV/Å
  std::int64_t worst_id = 0;  ///< LocalAtoms::id of the atom with the largest spread; the least where several have it
};

/// Collective.
SpreadSummary summarize(const CommitteeSpread& spread, const LocalAtoms& atoms, const Communicator& communicator);

/// Collective. The force spread of every atom, in id order: on rank 0, empty elsewhere.
std::vector<double> gather_force_spread(const CommitteeSpread& spread, const LocalAtoms& atoms,
                                        const Communicator& communicator);

/// Several potentials for the same atoms as one: energy, forces and virial are the means of theirs, which again are
/// conservative. Their spread estimates how well the atoms' surroundings are known to models trained on the same data
/// (query by committee: Seung, Opper, Sompolinsky, COLT 1992, p. 287; for potentials: Schran, Brezina, Marsalek,
/// J. Chem. Phys. 153, 104105 (2020)). It shows nothing of errors the members share.
///
/// Every member gets ghosts and neighbors as far as the longest cutoff reaches and cuts at its own.
class Committee final : public Potential {
 public:
  /// At least two members, made for the same species.
  explicit Committee(std::vector<std::shared_ptr<Potential>> members);

  std::size_t size() const { return members_.size(); }
  double cutoff() const override;
  GhostNeeds ghost_needs() const override;
  EnergyVirial compute(const LocalAtoms& atoms, const NeighborList& list, Halo& halo, Wanted wanted,
                       Forces& forces) override;

  /// Asks the next compute for the spread too; to be called on all ranks alike. Mean energy, forces and virial are
  /// bitwise the same with it and without. It costs one Halo::reverse_add for each member that returns forces on
  /// ghosts.
  void look_at_next() { looks_ = true; }
  /// Of the last compute that was asked for it; [owned atom] refers to the atoms as that one found them.
  const CommitteeSpread& spread() const { return spread_; }

 private:
  void add_deviation(std::size_t n_before, std::size_t n_owned);

  std::vector<std::shared_ptr<Potential>> members_;
  bool looks_ = false;
  CommitteeSpread spread_;
  Forces member_forces_;
  std::vector<Vec3> mean_force_;  // [owned] of the members so far
};

}  // namespace spinel
