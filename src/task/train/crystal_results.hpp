#pragma once

#include <string>
#include <vector>

#include "task/train/crystal_subject.hpp"
#include "task/train/train_data.hpp"
#include "train/data/prediction_quality.hpp"

namespace spinel {

/// Predicted properties or classes of crystals, on rank 0:
///
///     …/predictions/…           id, part, target, prediction, spread, members of validation and test
///     …/quality/…               by group of crystals
///     …/calibration/…           of an ensemble
///     /train/learning_curve/…   of several n_train
class CrystalResults final : public SubjectResults {
 public:
  CrystalResults(const TrainData& data, const CrystalSubject& subject) : data_(data), subject_(subject) {}

  void add(const std::string& group, const DataParts& parts, const std::vector<std::vector<double>>& outputs,
           ResultFile& file) override;
  void write(ResultFile& file) const override;
  void report(Log& log) const override;

 private:
  struct Row {
    std::string part, group, value;  // "test", "elements", "3"
    RegressionQuality numbers;
    ClassificationQuality classes;
  };
  struct Size {  // what belongs to one number of training samples
    std::string group;
    std::int64_t n_train = 0;
    std::vector<Row> rows;
    Calibration calibration;
    std::vector<double> member_quality;  // of the test part: MAE, or cross entropy
    bool has_calibration = false;
  };

  void add_quality(Size& size, const std::vector<std::int64_t>& samples, std::size_t n_validation,
                   const std::vector<double>& target, const EnsembleMean& prediction) const;
  void report(const Size& size, Log& log) const;

  const TrainData& data_;
  const CrystalSubject& subject_;
  std::vector<Size> sizes_;
};

}  // namespace spinel
