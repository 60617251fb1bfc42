#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ising/spin_lattice.hpp"
#include "parallel/pools.hpp"
#include "run/context.hpp"

namespace spinel {

/// One lattice size of a run.
struct IsingSystem {
  std::int64_t lx = 0, ly = 0;

  std::int64_t n_spins() const { return lx * ly; }
  std::int64_t row_bytes() const { return (lx + 7) / 8; }  ///< of a row of spins in files
  std::string name() const;                                ///< "L32", "64x32"
};

/// What is simulated in one piece: one chain; with tempering the chains at all temperatures, which exchange.
struct IsingJob {
  std::size_t system = 0;
  std::int64_t replica = 0;
  std::int64_t first_temperature = 0, n_temperatures = 1;
};

/// The work of an ising run and who does what: jobs go to groups of ranks, one after another on each; the lattices of a
/// job to the teams of its group; rows of a lattice to the ranks of a team. groups · teams = &parallel pools.
class IsingPlan {
 public:
  /// Collective. InputError where &parallel pools does not fit the ranks or the work, or start_file is nowhere.
  explicit IsingPlan(const RunContext& context);

  const IsingParameters& parameters() const { return parameters_; }
  const std::vector<IsingSystem>& systems() const { return systems_; }
  const std::vector<double>& temperatures() const { return temperatures_; }  ///< ascending
  const std::vector<IsingJob>& jobs() const { return jobs_; }
  int n_groups() const { return n_groups_; }
  int n_teams() const { return n_teams_; }  ///< of a group
  /// Jobs of each group in the order they are done: the costliest first, each to the group with least to do.
  const std::vector<std::vector<std::size_t>>& schedule() const { return schedule_; }

  std::int64_t n_chains() const;
  std::int64_t sweeps() const { return parameters_.burn_in + parameters_.sweeps; }  ///< of every chain
  std::int64_t measurements() const { return parameters_.sweeps / parameters_.measure_every; }
  std::int64_t configuration_every() const;  ///< sweeps
  /// Names the random numbers of a job; those of lattices of different size have nothing in common.
  ChainKey key(const IsingJob& job, std::int64_t temperature) const;
  IsingModel model(std::int64_t temperature) const;

 private:
  IsingParameters parameters_;
  std::uint64_t seed_;
  std::vector<IsingSystem> systems_;
  std::vector<double> temperatures_;
  std::vector<IsingJob> jobs_;
  int n_groups_ = 1, n_teams_ = 1;
  std::vector<std::vector<std::size_t>> schedule_;
};

}  // namespace spinel
