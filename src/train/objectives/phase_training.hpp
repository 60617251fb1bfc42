#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "train/training.hpp"

namespace spinel {

/// Spin configurations of one lattice, one bit a spin: [configuration][y][⌈lx/8⌉], bit x mod 8 of byte x/8, 1 is up.
struct SpinConfigurations {
  const std::uint8_t* bits = nullptr;
  std::int64_t n = 0, lx = 0, ly = 0;
  std::string lattice;  ///< "L64", for messages

  std::int64_t bytes() const { return ly * ((lx + 7) / 8); }  ///< of one
  const std::uint8_t* at(std::int64_t configuration) const { return bits + configuration * bytes(); }
};

/// What a classifier of two phases learns. Samples are numbered through all lattices, in their order.
struct PhaseLesson {
  std::vector<SpinConfigurations> lattices;
  std::vector<std::uint8_t> disordered;  ///< [sample] 1: disordered (or hot), 0: ordered (or cold)
  std::int64_t blocks = 8;               ///< of PhaseCnn, and `widths`
  std::vector<std::int64_t> widths;
  bool spin_flip = true;
};

/// A PhaseCnn in training on cross-entropy. Whenever a configuration is shown it has undergone a random translation, a
/// reflection or rotation (the eight of the square; the four that keep a rectangle), and with `spin_flip` every second
/// time an inversion of all spins: symmetries of the periodic lattice that hold exactly. The one output of an
/// assessment is the probability of being disordered. What `lesson` points to has to live as long as the training.
/// Collective.
std::unique_ptr<Training> make_phase_training(const PhaseLesson& lesson, const TrainerSettings& settings,
                                              DataParts parts, const Communicator& communicator);

}  // namespace spinel
