#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "dynamics/state.hpp"
#include "potential/force_field.hpp"

namespace spinel {

/// Radial distribution functions of every pair of species,
///   g_ab(r) = ⟨pairs (i in a, j in b, j ≠ i) in the shell⟩ / (N_a N_b ⟨1/V⟩ (4π/3)(r₊³ − r₋³)),
/// periodic images counted. For a = b the number of pairs is N_a (N_a − 1), with which an ideal gas of any size gives
/// exactly 1; where an atom sees its own images within the cutoff (a crystal in a small cell) it is N_a², with which
/// the result does not depend on the size of the cell. Along directions that are not periodic V is the cell's.
class RadialDistribution {
 public:
  struct Result {
    std::vector<double> r;                          ///< [bin] middle of the shell, Å
    std::vector<std::pair<int, int>> pairs;         ///< [pair] species indices, a ≤ b
    std::vector<std::vector<double>> g;             ///< [pair][bin]
    std::vector<std::vector<double>> coordination;  ///< [pair][bin] atoms of b within the shell's outer radius of an a
    std::int64_t samples = 0;
  };

  /// cutoff: Å, any length; 0: the potential's cutoff. Up to that the ForceField's neighbor list serves; beyond, every
  /// sample builds ghosts and a list of its own.
  RadialDistribution(const ForceField& force_field, double cutoff, std::int64_t bins);

  /// Collective. Adds the present configuration. After a ForceField::update.
  void sample();
  /// Collective.
  Result result() const;

  /// Collective.
  void save(State& state) const;
  void load(const State& state);

 private:
  void count(const LocalAtoms& atoms, const NeighborList& list);

  const ForceField& force_field_;
  double cutoff_;
  std::size_t bins_, n_species_;
  std::vector<double> n_atoms_;          // [species] of all ranks
  std::vector<std::int64_t> histogram_;  // [species of i][species of j][bin], this rank's
  std::int64_t self_pairs_ = 0;          // an atom and an image of itself, this rank's
  double inverse_volume_ = 0.0;          // Σ 1/V over samples
  std::int64_t samples_ = 0;
};

/// Collective. How many atoms of each species there are on all ranks.
std::vector<double> count_species(const LocalAtoms& atoms, const Communicator& communicator);

}  // namespace spinel
