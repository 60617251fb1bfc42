#pragma once

#include <cstdint>
#include <vector>

#include "ising/spin_lattice.hpp"

namespace spinel {

/// Parallel tempering (replica exchange; Hukushima & Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996)) of one ladder of
/// temperatures. There are as many walkers (configurations) as temperatures; an exchange swaps the temperatures of two
/// walkers, never their spins, so walkers stay on their ranks. Pairs (0,1), (2,3), … are tried in even rounds,
/// (1,2), (3,4), … in odd ones, accepted with min(1, e^((β_k − β_l)(E_k − E_l))) by random numbers keyed by seed,
/// replica, round and pair. Every rank holds the same copy of this object.
class Tempering {
 public:
  /// `key.temperature` is not used. Walker w starts at temperatures[w] (ascending, |J|/k_B).
  Tempering(std::vector<double> temperatures, const ChainKey& key);

  std::int64_t n_walkers() const { return static_cast<std::int64_t>(walker_at_.size()); }
  /// Index of the temperature that walker w is at now: what goes into its ChainKey, too.
  std::int64_t temperature_of(std::int64_t walker) const { return temperature_of_[static_cast<std::size_t>(walker)]; }
  std::int64_t walker_at(std::int64_t temperature) const { return walker_at_[static_cast<std::size_t>(temperature)]; }

  /// Exchanges number rounds() from the energies of all walkers (whole lattice, in |J|), the same on every rank.
  void exchange(const std::vector<double>& energies);
  /// Collective over `across`: on each of its ranks `energies` holds those of that rank's own walkers and zeros.
  void exchange(const Communicator& across, std::vector<double> energies);

  std::int64_t rounds() const { return rounds_; }
  /// Accepted share of the attempts between temperatures k and k + 1; 0 before the first. n_walkers() − 1 values.
  std::vector<double> acceptance() const;
  /// Journeys lowest → highest → lowest temperature completed by all walkers together.
  std::int64_t round_trips() const { return round_trips_; }

  /// Everything that changes, for a checkpoint.
  std::vector<std::int64_t> save() const;
  void load(const std::vector<std::int64_t>& state);  ///< Error where it does not fit the number of temperatures

 private:
  std::vector<double> beta_;
  ChainKey key_;
  std::int64_t rounds_ = 0, round_trips_ = 0;
  std::vector<std::int64_t> walker_at_, temperature_of_;
  std::vector<std::int64_t> attempts_, accepted_;  // of pair (k, k + 1)
  std::vector<std::int64_t> heading_;              // of walker: 0 unknown, 1 up (last end: lowest), 2 down
};

}  // namespace spinel
