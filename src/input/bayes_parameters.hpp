#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "input/read_parameters.hpp"

namespace spinel {

/// &bayes: a Gaussian process, and what is to be computed next by it
struct BayesParameters {
  std::string kernel = "matern52";        // matern52 | matern32 | rbf
  bool ard = true;                        // a length of its own for every number
  double noise = -1.0;                    // standard deviation of the observations; −1: fitted
  bool priors = true;                     // on lengths
  std::int64_t starts = 2;                // of the fit
  std::int64_t fit_points = 1000;         // most that hyperparameters are fitted to; 0: all
  std::string acquisition = "log_ei";     // log_ei | ei | pi | ucb | mean | thompson | knowledge_gradient | random
  double kappa = 1.0;                     // of ucb
  std::string batch_method = "believer";  // believer | penalization | none
  std::int64_t components = 0;            // principal components of features that are kept; 0: the features themselves
};

/// &optimize: the best value of a function of a box of numbers, or of the rows of a dataset
struct OptimizeParameters : ReadParameters {
  std::vector<std::string> variables;                   // "x: 0 .. 1", "t: 300 .. 1200 log", "n: 1 .. 8 integer"
  std::string command;                                  // that computes the function
  double timeout = 0.0;                                 // s of a run of the command; 0: none
  std::string dataset;                                  // whose rows are the candidates
  std::string target;                                   // number of the dataset
  std::vector<std::string> features = {"composition"};  // composition | numbers of the dataset
  std::string purpose = "suggest";                      // suggest | replay
  std::string goal = "minimize";                        // minimize | maximize | window
  std::vector<double> window;                           // lowest, highest
  std::int64_t evaluations = 50;                        // in all
  std::int64_t initial = 0;  // of them before the first fit; 0: twice the variables, 4 at least
  std::int64_t batch = 1;    // at once
  bool csv = true;           // evaluations also as a table
};

}  // namespace spinel
