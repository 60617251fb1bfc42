#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/dataset/dataset_bytes.hpp"
#include "run/context.hpp"
#include "task/ising/ising_plan.hpp"

namespace spinel {

/// `<prefix>.samples.h5`: what chains went through, the dataset that phase learning reads. Made whole at the start of a
/// run; every rank writes its rows of a configuration in place. For every lattice size a group, /L32:
///
///     temperature        [t]
///     sweep              [c]              measured sweeps before configuration c
///     spins              [t][replica][c][y][(Lx + 7)/8]   uint8: spin x is bit x mod 8 of byte x / 8, 1 is up
///     written            [t][replica][c]  uint8: 1 where spins holds a configuration
///     energy, magnetization, order   [t][replica][measurement]   with &ising series
class IsingSamples {
 public:
  /// Collective. Makes the file, or opens it where `restored`. Error where it cannot.
  IsingSamples(const RunContext& context, const IsingPlan& plan, const std::string& path, bool restored);

  /// Configuration number `index` of a chain: this rank's rows. Collective over the lattice's communicator.
  void write(std::size_t system, std::int64_t temperature, std::int64_t replica, std::int64_t index,
             const SpinLattice& lattice);
  /// One measured quantity of a chain; on one rank.
  void write_series(std::size_t system, std::int64_t temperature, std::int64_t replica, const std::string& name,
                    const std::vector<double>& values);
  void sync() const;

 private:
  std::int64_t chain(std::int64_t temperature, std::int64_t replica) const {
    return temperature * plan_.parameters().replicas + replica;
  }
  void create(const RunContext& context, const std::string& path) const;

  const IsingPlan& plan_;
  std::vector<std::map<std::string, DatasetBytes>> datasets_;  // of each system, by name
  std::vector<std::uint8_t> buffer_;
};

/// The last configuration of the replica (modulo theirs) at the nearest temperature in a samples file, as the start of
/// `lattice`, whose size must be there. Not collective: each rank reads its rows. Error where that cannot be.
void read_start(const std::string& path, const IsingSystem& system, double temperature, std::int64_t replica,
                SpinLattice& lattice);

}  // namespace spinel
