#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "input/read_parameters.hpp"

namespace spinel {

/// &vectors: points of a space of any dimension, which a continuous normalizing flow learns or judges
struct VectorsParameters {
  std::string file;                  // CSV, or columns of numbers
  std::vector<std::string> columns;  // of the file, by name or number from 1; empty: all
  std::string toy = "none";          // none | two_moons | checkerboard | eight_gaussians | torus: drawn, not read
  std::int64_t count = 20000;        // points of a toy
  std::vector<double> periods;       // [column] after which it repeats itself, 0: never; empty: none does
  double validation_fraction = 0.1, test_fraction = 0.1;
  std::int64_t split_seed = 1;
};

/// &likelihood: log p of vectors or crystals under a trained flow
struct LikelihoodParameters : ReadParameters {
  std::string model;               // model file
  std::string structures;          // list of crystals, for a crystal_flow; empty: &vectors, for a cnf
  std::string trace = "auto";      // auto | exact | hutchinson
  std::int64_t probes = 4;         // random vectors of hutchinson, one way through the flow each
  double tolerance = 1e-5;         // of the solver, absolute and relative
  std::int64_t max_steps = 10000;  // of the solver, of each sample
  bool strict = false;             // a sample that fails ends the run
  bool csv = false;                // also write <prefix>_likelihood.csv
};

/// &encode: crystals → latent vectors of a crystal_vae
struct EncodeParameters : ReadParameters {
  std::string model;       // model file
  std::string structures;  // list of crystals
  bool strict = false;     // a crystal that fails ends the run
  bool csv = false;        // also write <prefix>_latents.csv
};

}  // namespace spinel
