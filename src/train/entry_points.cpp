#include "train/entry_points.hpp"

extern "C" const spinel::TrainingEntryPoints* spinel_training_entry_points() {
  static const spinel::TrainingEntryPoints entry_points{
      &spinel::make_crystal_training, &spinel::make_density_training,   &spinel::make_generator_training,
      &spinel::make_phase_training,   &spinel::make_potential_training, &spinel::make_vae_training};
  return &entry_points;
}
