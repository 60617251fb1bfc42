#pragma once

#include "train/objectives/crystal_training.hpp"
#include "train/objectives/density_training.hpp"
#include "train/objectives/generator_training.hpp"
#include "train/objectives/phase_training.hpp"
#include "train/objectives/potential_training.hpp"
#include "train/objectives/vae_training.hpp"

namespace spinel {

/// What the program calls of this folder in the shared library of networks (network/entry_points.hpp).
struct TrainingEntryPoints {
  decltype(&make_crystal_training) crystal_training;
  decltype(&make_density_training) density_training;
  decltype(&make_generator_training) generator_training;
  decltype(&make_phase_training) phase_training;
  decltype(&make_potential_training) potential_training;
  decltype(&make_vae_training) vae_training;
};

}  // namespace spinel

/// The one symbol that is looked up by name.
extern "C" const spinel::TrainingEntryPoints* spinel_training_entry_points();
