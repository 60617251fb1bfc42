#pragma once

#include "ising/updates/multi_spin_kernel.hpp"
#include "ising/updates/updater.hpp"

namespace spinel {

/// The thresholds of a model, for Metropolis or heat bath.
SpinRule make_spin_rule(bool heat_bath, const IsingModel& model);

/// The AES key of a chain's updates.
std::array<std::uint64_t, 2> make_update_key(const ChainKey& key);

/// Metropolis or heat bath: all black spins, then all white ones, by the multi-spin kernel (multi_spin_kernel.hpp).
/// While rows inside a rank are updated, its halo rows travel.
class CheckerboardUpdater : public Updater {
 public:
  explicit CheckerboardUpdater(bool heat_bath) : heat_bath_(heat_bath) {}
  void sweep(SpinLattice& lattice, const IsingModel& model, const ChainKey& key, std::int64_t sweep) override;

 private:
  bool heat_bath_;
  bool ready_ = false;  // the members below belong to the last call's model and key
  IsingModel model_;
  ChainKey chain_;
  SpinRule rule_;
  RoundKeys keys_;
};

}  // namespace spinel
