#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ising/spin_lattice.hpp"

namespace spinel {

/// One Monte Carlo update of a lattice.
class Updater {
 public:
  virtual ~Updater() = default;
  /// Collective. Sweep number `sweep` of chain `key`. Metropolis, heat bath: every spin once, black then white;
  /// Swendsen–Wang: every cluster once; Wolff: clusters until about as many spins as the lattice has were touched.
  virtual void sweep(SpinLattice& lattice, const IsingModel& model, const ChainKey& key, std::int64_t sweep) = 0;
};

std::unique_ptr<Updater> make_metropolis();
std::unique_ptr<Updater> make_heat_bath();
std::unique_ptr<Updater> make_wolff();
std::unique_ptr<Updater> make_swendsen_wang();
/// By the name in &ising update. InputError for another.
std::unique_ptr<Updater> make_updater(const std::string& name);

}  // namespace spinel
