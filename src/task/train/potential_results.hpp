#pragma once

#include <string>
#include <vector>

#include "task/train/train_data.hpp"
#include "train/data/prediction_quality.hpp"
#include "train/objectives/potential_training.hpp"

namespace spinel {

/// Errors of trained interatomic potentials, on rank 0:
///
///     …/predictions/…   id, part and n_atoms of each structure of validation and test; energy, stress and force of the
///                       data (…_target), of the model (mean over members) and, of several members, their spread
///     …/quality/…       MAE and RMSE of energy per atom, force and stress by group of structures, of the force also by
///                       element
///     /train/learning_curve/…
class PotentialResults final : public SubjectResults {
 public:
  PotentialResults(const TrainData& data, const PotentialTrainingData& structures)
      : data_(data), structures_(structures) {}

  void add(const std::string& group, const DataParts& parts, const std::vector<std::vector<double>>& outputs,
           ResultFile& file) override;
  void write(ResultFile& file) const override;
  void report(Log& log) const override;

 private:
  struct Row {
    std::string part, group, value;  // "test", "config_type", "Surface"
    std::int64_t n = 0;              // structures; of an element, atoms
    RegressionQuality energy, force, stress;
  };
  struct Size {
    std::string group;
    std::int64_t n_train = 0;
    std::vector<Row> rows;
  };

  const TrainData& data_;
  const PotentialTrainingData& structures_;
  std::vector<Size> sizes_;
};

}  // namespace spinel
