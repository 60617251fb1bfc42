#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "run/context.hpp"
#include "train/objectives/phase_training.hpp"

namespace spinel {

/// The configurations of one lattice size, and what each is for. Samples are configurations numbered through all sizes.
struct PhaseSize {
  std::string name;  ///< "L64"
  std::int64_t lx = 0, ly = 0;
  std::int64_t first = 0;                    ///< sample number of the first
  std::vector<double> temperatures;          ///< ascending
  std::vector<std::int64_t> temperature_of;  ///< [configuration]
  std::vector<std::uint8_t> bits;            ///< [configuration][y][⌈lx/8⌉]
  std::vector<std::int64_t> train;           ///< samples that networks learn from
  std::vector<std::int64_t> validation;      ///< of the same temperatures, kept out of training; method cnn
  std::vector<std::int64_t> asked;           ///< samples that networks are asked about when they are trained
  std::vector<double> trials;                ///< trial temperatures of method confusion

  SpinConfigurations spins() const;
  std::int64_t n() const { return static_cast<std::int64_t>(temperature_of.size()); }
  double temperature(std::int64_t sample) const {
    return temperatures[static_cast<std::size_t>(temperature_of[static_cast<std::size_t>(sample - first)])];
  }
  /// Temperatures of what is asked about, ascending, and for each of them places in `asked`.
  struct Asked {
    std::vector<double> temperatures;
    std::vector<std::vector<std::size_t>> places;
  };
  Asked asked_by_temperature() const;
};

/// One network to be trained.
struct PhaseJob {
  std::size_t size, n_sizes;  ///< the lattice sizes that it learns and is asked about: these in the plan's order
  std::size_t trial;          ///< place in PhaseSize::trials; 0 where there are none
  std::int64_t network;       ///< from 0
};

/// What the learned methods of calculation = 'phase' have to do: all configurations, in memory on every rank, and the
/// networks to be trained on them. Which configurations are held out is decided by seed and number, at every
/// temperature alike.
class PhasePlan {
 public:
  /// Collective. InputError where the files do not hold what the keys ask for.
  explicit PhasePlan(const RunContext& context);

  const std::vector<PhaseSize>& sizes() const { return sizes_; }
  const std::vector<PhaseJob>& jobs() const { return jobs_; }
  bool by_confusion() const { return parameters_.method == "confusion"; }
  bool extrapolates() const;
  /// Whether one network learns all sizes.
  bool shares_networks() const { return !by_confusion() && parameters_.blocks > 0; }

  /// What the network of a job learns; points into this plan.
  PhaseLesson lesson(const PhaseJob& job) const;
  DataParts parts(const PhaseJob& job) const;                  ///< train and validation
  std::vector<std::int64_t> asked(const PhaseJob& job) const;  ///< of its sizes, one after another
  TrainerSettings settings(const PhaseJob& job) const;
  std::int64_t n_steps(const PhaseJob& job) const;
  /// "network 1", "L64, network 2", "L64, T = 2.25, network 1".
  std::string name(const PhaseJob& job) const;
  /// A number that identifies these configurations.
  std::int64_t fingerprint() const;

 private:
  void read(const RunContext& context);
  void divide_by_windows(PhaseSize& size) const;
  void divide_by_confusion(PhaseSize& size) const;
  /// Adds the samples of each temperature between `low` and `high`, some of them to `held_out`.
  void divide(const PhaseSize& size, double low, double high, std::vector<std::int64_t>& train,
              std::vector<std::int64_t>& held_out) const;

  const Input& input_;
  const PhaseParameters& parameters_;
  std::uint64_t seed_;
  std::vector<PhaseSize> sizes_;
  std::vector<PhaseJob> jobs_;
};

}  // namespace spinel
