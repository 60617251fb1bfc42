#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linalg/principal_components.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// The configurations of one lattice size in a list of samples files (task/ising/ising_samples.hpp), one bit a spin,
/// dealt out over the ranks by row_share().
class PhaseData {
 public:
  /// Collective. Sizes in all files, "L32", in the order they appear. InputError for a file without configurations.
  static std::vector<std::string> sizes(const std::vector<std::string>& files, const Communicator& communicator);

  /// Collective. Reads this rank's configurations.
  PhaseData(const std::vector<std::string>& files, const std::string& size, const Communicator& communicator);

  std::int64_t lx() const { return lx_; }
  std::int64_t ly() const { return ly_; }
  std::int64_t n_spins() const { return lx_ * ly_; }
  std::int64_t n_configurations() const { return static_cast<std::int64_t>(temperature_of_.size()); }  ///< of all ranks
  const std::vector<double>& temperatures() const { return temperatures_; }  ///< different ones, ascending
  /// Of every configuration of all ranks: index of its temperature.
  const std::vector<std::int64_t>& temperature_of() const { return temperature_of_; }

  /// Spins as ±1.
  DataRows rows() const;

  /// Collective. The configurations of all ranks on every rank, [configuration][y][⌈lx/8⌉], one bit a spin as in the
  /// files.
  std::vector<std::uint8_t> all_bits(const Communicator& communicator) const;

 private:
  std::int64_t lx_ = 0, ly_ = 0, row_bytes_ = 0;
  std::vector<double> temperatures_;
  std::vector<std::int64_t> temperature_of_;
  std::vector<std::uint8_t> bits_;  // [own configuration][y][x/8]
};

}  // namespace spinel
