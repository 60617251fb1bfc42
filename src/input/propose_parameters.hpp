#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "input/read_parameters.hpp"

namespace spinel {

/// &propose: candidates that are not known yet, from several generators
struct ProposeParameters : ReadParameters {
  std::vector<std::string> generators = {"substitution"};  // "substitution: 0.7": share of the candidates
  std::vector<std::string> known;                          // lists that candidates must not repeat
  std::vector<std::string> parents;                        // lists whose crystals candidates come from; empty: known
  std::int64_t count = 1000;                               // distinct candidates
  std::vector<std::string> elements;                       // that may occur; empty: all the generator knows
  std::vector<std::string> required_elements;              // that every candidate holds
  std::vector<std::int64_t> n_elements;                    // the number, or lowest, highest; empty: any
  std::int64_t max_atoms = 40;                             // of a primitive cell
  double threshold = 1e-3;                                 // least probability of a substitution
  std::string charge_balance = "auto";                     // auto | require | none
  std::string volume = "bonds";                            // bonds | radii | parent
  std::vector<std::string> compositions;                   // contents of cells, of random search; empty: drawn
  std::vector<std::int64_t> space_groups;                  // of random search; empty: all
  std::vector<double> volume_range = {0.9, 1.2};           // of random search, over the sum of atomic volumes
  double distance_factor = 0.7;                            // of random search, least distance over the sum of radii
  std::int64_t attempts = 1000;                            // of random search, at a structure
  std::int64_t colorings = 1000;                           // of partial substitution, of a parent at most
  std::string model;                                       // file of a trained generator
  std::string structures;                                  // list of candidates that others made
  double minimum_distance = 0.5;                           // Å
  double ltol = 0.2, stol = 0.3;                           // of the structure matcher
  double angle_tol = 5.0;                                  // degrees
  bool csv = true;                                         // also the counts and candidates as tables
};

}  // namespace spinel
