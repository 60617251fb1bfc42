#pragma once

#include <cstdint>
#include <vector>

#include "core/random.hpp"

namespace spinel {

/// What an objective is shown of one step of training.
struct Batch {
  std::vector<std::int64_t> samples;  ///< this rank's, may be none
  std::int64_t size = 0;              ///< samples of the whole batch, of all ranks
  std::uint64_t step = 0;             ///< of the whole training, from 0
  /// Of the training's seed and the member of its ensemble.
  Random random{1, RandomPurpose::training_noise};

  /// A sequence of random numbers for every one of `samples` in this step: dropout, noise. A sample gets the same
  /// numbers on whatever rank it is, and again when the training goes on from a checkpoint.
  std::vector<RandomSequence> noise() const {
    std::vector<RandomSequence> sequences;
    sequences.reserve(samples.size());
    for (const std::int64_t sample : samples) sequences.emplace_back(random, step, static_cast<std::uint64_t>(sample));
    return sequences;
  }
};

}  // namespace spinel
