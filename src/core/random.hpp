#pragma once

#include <cstdint>

#include "core/vec3.hpp"

namespace spinel {

/// What a random number is for. Part of its key, so that two uses never share a stream; values are part of the
/// restart format and must not change.
enum class RandomPurpose : std::uint32_t {
  rattle = 1,
  velocity = 2,
  langevin = 3,
  bussi = 4,
  barostat = 5,
  bootstrap = 6,
  test = 7,
  disorder = 8,  // which of a crystal's shared places an element gets
  cluster_bond = 20,
  cluster_flip = 21,
  wolff = 22,
  tempering = 23,
  dataset_split = 30,
  dataset_cluster = 31,
  initial_weight = 35,
  training_order = 40,
  training_noise = 41,
  phase_weights = 45,   // of a classifier of phases
  phase_symmetry = 46,  // that a configuration undergoes before a step of training
  phase_split = 47,     // configurations kept out of training
  generation = 48,      // noise that becomes a crystal
  evaluation = 50,
  baseline = 51,  // of crystals made without a model
  hull = 55,
  proposal = 60,           // which crystals are proposed
  discovery = 61,          // which labels are asked for first, or at random
  fit_start = 70,          // of a Gaussian process's hyperparameters
  fit_subset = 71,         // points that they are fitted to
  random_features = 72,    // of a function drawn from a Gaussian process
  scrambling = 73,         // of a Sobol sequence
  random_choice = 74,      // of candidates
  acquisition_start = 75,  // of a search for the best point of a box
  forest = 76              // splits of trees
};

/// Counter-based random numbers: Philox4x64-10 (Salmon et al., SC'11) keyed by seed and purpose, counted by step and
/// global id. The same arguments give the same numbers on any rank, in any order, on any number of ranks.
class Random {
 public:
  Random(std::uint64_t seed, RandomPurpose purpose) : seed_(seed), purpose_(static_cast<std::uint64_t>(purpose)) {}

  /// Three independent standard normal numbers for (step, id): Box–Muller on the four words.
  Vec3 normal3(std::uint64_t step, std::uint64_t id) const;
  /// Four uniform numbers in (0, 1) for (step, id, block).
  std::array<double, 4> uniform4(std::uint64_t step, std::uint64_t id, std::uint64_t block = 0) const;

 private:
  std::uint64_t seed_, purpose_;
};

/// A sequence drawn from Random for one (step, id): for algorithms that need as many numbers as it takes.
class RandomSequence {
 public:
  RandomSequence(const Random& random, std::uint64_t step, std::uint64_t id) : random_(random), step_(step), id_(id) {}
  double uniform();                ///< in (0, 1)
  double normal();                 ///< standard normal
  double gamma(double shape);      ///< Gamma(shape, 1), shape > 0 (Marsaglia & Tsang 2000)
  double chi_squared(double dof);  ///< χ² with dof degrees of freedom, 0 for dof = 0

 private:
  Random random_;
  std::uint64_t step_, id_, block_ = 0;
  std::array<double, 4> buffer_{};
  int left_ = 0;
};

}  // namespace spinel
