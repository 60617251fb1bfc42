#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "model/vectors/vector_architecture.hpp"
#include "train/training.hpp"

namespace spinel {

/// Vectors whose density a flow is to learn. The array has to outlive the training.
struct DensityTrainingData {
  std::int64_t n_vectors = 0;
  const double* values = nullptr;  ///< [vector][column]

  VectorArchitecture architecture;          ///< means and deviations become those of the training part
  std::string objective = "flow_matching";  ///< flow_matching | likelihood
  std::string trace = "exact";              ///< of likelihood: exact | hutchinson
  double tolerance = 1e-5;                  ///< of the solver, absolute and relative
};

/// Flow matching (Lipman et al., ICLR 2023; on the torus Chen & Lipman, ICLR 2024): y_t goes straight from noise to a
/// vector, the shorter way around along periodic columns; the loss is the mean over the columns of (v − dy_t/dt)²,
/// times 12 where they are periodic, which makes noise of all columns as large. Likelihood: −ln p through the solver
/// (FlowSolver), over the number of columns.
///
/// What an Assessment holds of each vector, and the first metric: −ln p over the number of columns, by the solver, with
/// the exact divergence up to 16 columns, beyond with Hutchinson's estimate by one vector, the same in every epoch. Of
/// a validation part of more than 500 vectors only so many are judged, evenly spread; the others have NaN. With flow
/// matching also its loss over eight draws of noise. Collective over the ranks that train together. InputError where a
/// column is the same in the whole training part.
std::unique_ptr<Training> make_density_training(const DensityTrainingData& data, const TrainerSettings& settings,
                                                const DataParts& parts, const Communicator& communicator);

}  // namespace spinel
