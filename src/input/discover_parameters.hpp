#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "input/read_parameters.hpp"

namespace spinel {

/// &discover: rounds of choosing candidates by what is known, asking an oracle for their labels, and learning from them
struct DiscoverParameters : ReadParameters {
  std::string pool;                           // list of candidates; empty: pool_entries, or &propose makes them
  std::string pool_entries;                   // file of formulas with energies instead
  std::int64_t candidates = 1000;             // that &propose makes each round
  std::int64_t screen = 0;                    // proposals of a round, of which screen_models keep candidates; 0: none
  std::vector<std::string> screen_models;     // of networks that predict formation energies, eV/atom
  std::vector<std::string> screen_known;      // files of entries whose hull predictions are measured from
  std::vector<double> volume_scales;          // of which the lowest prediction counts; empty: 1
  double screen_kappa = 1.0;                  // standard deviations that are granted
  double screen_random = 0.0;                 // share of candidates that are kept at random
  std::int64_t retrain_epochs = 0;            // of screen_models, after each round; 0: they stay as they are
  std::vector<std::string> training_data;     // lists that they were trained on
  std::int64_t replay = 2000;                 // crystals of these in each retraining
  double learning_rate = 1e-4;                // of retraining
  bool relax_labels = false;                  // &relax with &oracle too
  std::vector<std::string> targets;           // "band_gap: 1.1 .. 1.7": what labels of hits are; empty: the hull
  double hit_above_hull = 0.0;                // eV/atom, largest of a hit, without targets
  std::string oracle = "table";               // table | potential | file
  std::vector<std::string> labels;            // lists with labels, of oracle file
  std::vector<std::string> known;             // files of entries that make the hull
  std::vector<std::string> known_structures;  // lists whose energies &potential gives first
  std::string energy_key;                     // empty: the usual ones
  std::string energy_kind = "auto";           // auto | formation_per_atom | formation | total_per_atom | total
  std::string initial;                        // file of ids whose labels are asked for first
  double initial_share = 0.0;                 // of the pool, drawn at random, whose labels are asked for first
  std::vector<std::string> features;          // composition | oxidation | structure | predictions | latents; empty: all
  std::vector<std::string> models;            // of networks whose predictions and latents are features
  std::string surrogate = "process";          // process | forest: what learns from labels
  std::string acquisition = "probability";    // probability | improvement | ucb | mean | random
  double kappa = 1.0;                         // of ucb
  std::int64_t rounds = 10;
  std::int64_t batch = 0;           // labels of a round; 0: batch_share
  double batch_share = 0.02;        // of the pool
  std::int64_t max_per_system = 0;  // of a batch; 0: any number
  std::int64_t maximum_calls = 0;   // labels in all; 0: any number
  std::int64_t patience = 0;        // rounds without a hit after which it ends; 0: never
  bool csv = true;                  // labels also as <prefix>_labels.csv
};

}  // namespace spinel
