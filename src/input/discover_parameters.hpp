#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "input/read_parameters.hpp"

namespace spinel {

/// &discover: rounds of choosing candidates, asking an oracle for their labels, and learning from them
struct DiscoverParameters : ReadParameters {
  std::string pool;                   // list of candidates; empty: those of &propose, anew every round
  std::string oracle = "table";       // table | potential | external
  std::string target;                 // number of the pool that is the label
  std::string goal = "minimize";      // minimize | maximize | window | hull
  std::vector<double> window;         // lowest, highest, of goal window
  double hit_below = 0.0;             // of goal minimize and hull: labels up to it are hits
  std::string second_target;          // a further number that hits hold to
  double second_below = 0.0;          // largest value of it
  std::string initial;                // file of ids, or "2 %", or a number of candidates labelled at the start
  std::vector<std::string> known;     // lists or hull files that are known at the start
  std::string surrogate = "gp";       // gp | forest …
  std::vector<std::string> features;  // composition | structure | latents
  std::string model;                  // network whose latents are features
  std::int64_t rounds = 10;
  std::int64_t batch = 0;           // labels a round; 0: by share
  double batch_share = 0.02;        // of the pool
  std::int64_t max_per_system = 0;  // of a batch; 0: any
  std::int64_t maximum_calls = 0;   // labels in all; 0: any
  std::int64_t patience = 0;        // rounds without a hit after which it ends; 0: never
};

}  // namespace spinel
