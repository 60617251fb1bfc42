#include "train/objectives/phase_training.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.hpp"

namespace spinel {
namespace {

/// Configurations of two lattices: all up or down but for a few, and random ones, one of each in turn.
struct Samples {
  std::vector<std::uint8_t> small, large, disordered;

  Samples() {
    const Random random(7, RandomPurpose::test);
    std::uint64_t number = 0;
    const auto fill = [&](std::vector<std::uint8_t>& bits, std::int64_t n, std::int64_t edge) {
      for (std::int64_t c = 0; c < n; ++c) {
        RandomSequence sequence(random, 3, number++);
        const bool hot = c % 2 == 1, up = sequence.uniform() < 0.5;
        disordered.push_back(hot ? 1 : 0);
        for (std::int64_t byte = 0; byte < edge * edge / 8; ++byte) {
          int value = 0;
          for (int bit = 0; bit < 8; ++bit) {
            const bool odd = sequence.uniform() < (hot ? 0.5 : 0.1);
            value |= (up != odd ? 1 : 0) << bit;
          }
          bits.push_back(static_cast<std::uint8_t>(value));
        }
      }
    };
    fill(small, 90, 8);
    fill(large, 70, 16);
  }
  PhaseLesson lesson(std::int64_t blocks) const {
    PhaseLesson lesson;
    lesson.lattices = {{small.data(), 90, 8, 8, "L8"}, {large.data(), 70, 16, 16, "L16"}};
    lesson.disordered = disordered;
    lesson.blocks = blocks;
    lesson.widths = {8, 8, 16};
    return lesson;
  }
};

TEST(PhaseTraining, IsTheSameOnAnyNumberOfRanks) {
  const Samples samples;
  DataParts parts;
  for (std::int64_t k = 0; k < 160; ++k) (k % 5 == 4 ? parts.validation : parts.train).push_back(k);
  TrainerSettings settings;
  settings.epochs = 4;
  settings.batch_size = 16;
  settings.learning_rate.base = 3e-3;
  settings.learning_rate.epochs = settings.epochs;
  for (const std::int64_t blocks : {8, 0}) {
    const auto train = [&](const Communicator& communicator) {
      auto training = make_phase_training(samples.lesson(blocks), settings, parts, communicator);
      while (!training->is_done()) training->step(0.0);
      return training;
    };
    const auto alone = train(Communicator::self());
    const auto world = Communicator::world();
    const auto shared = train(world);
    ASSERT_EQ(alone->n_steps(), 32);
    ASSERT_EQ(shared->step_losses().size(), alone->step_losses().size());
    for (std::size_t k = 0; k < alone->step_losses().size(); ++k)
      EXPECT_NEAR(shared->step_losses()[k], alone->step_losses()[k], 1e-4 * (0.1 + alone->step_losses()[k])) << k;
    EXPECT_LT(alone->history().back().validation.at(0), 0.3);

    const Assessment a = alone->assess_best(parts.validation), b = shared->assess_best(parts.validation);
    EXPECT_NEAR(a.metrics.at(0), b.metrics.at(0), 1e-3);
    if (!world.is_root()) continue;
    ASSERT_EQ(b.output.size(), parts.validation.size());
    for (std::size_t k = 0; k < a.output.size(); ++k) EXPECT_NEAR(a.output[k], b.output[k], 1e-3) << k;
  }
}

}  // namespace
}  // namespace spinel
