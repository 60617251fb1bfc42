#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/table.hpp"
#include "task/train/train_data.hpp"
#include "train/data/prediction_quality.hpp"

namespace spinel {

/// How well networks predict one part or group of the data.
struct QualityRow {
  std::string part, group, value;  ///< "test", "elements", "3"; no group: the whole part
  std::int64_t n = 0;              ///< samples; of an element, atoms
  std::int64_t n_train = 0;        ///< samples of the training part
  ClassificationQuality classes{};
  RegressionQuality numbers{}, force{}, stress{};  ///< numbers: of a property, or energies per atom
  std::pair<double, double> nll{};                 ///< of a density: −ln p over the number of columns, and its error
};

/// What came of trained networks of one subject, on rank 0: predictions and their quality.
///
///     …/predictions/…           id, part and what is predicted of each sample of validation and test
///     …/quality/…               by group of samples
///     /train/learning_curve/…   of several n_train
class SubjectResults {
 public:
  virtual ~SubjectResults() = default;

  /// Of networks trained on as many samples. `outputs`: [member] of the samples of validation, then of test, as an
  /// Assessment has them; none where no network is done. Writes predictions and quality below `group`.
  void add(const std::string& group, const DataParts& parts, const std::vector<std::vector<double>>& outputs,
           ResultFile& file);
  /// Over several sizes of the training part the learning curve.
  void write(ResultFile& file) const;
  void report(Log& log) const;

 protected:
  /// `data`: outlives the results.
  explicit SubjectResults(const TrainData& data) : data_(data) {}

  struct Outcome {
    const std::string& group;
    std::vector<std::int64_t> samples;  // of validation, then of test
    std::size_t n_validation;
    const std::vector<std::vector<double>>& outputs;
    EnsembleMean mean;
  };
  /// A row without its quality, and the places of its samples in an Outcome.
  struct Group {
    QualityRow row;
    std::vector<std::size_t> places;
  };
  /// Labels and texts to report below the table.
  using Notes = std::vector<std::pair<std::string, std::string>>;

  /// Writes what is predicted. Rows of the groups, and of more.
  virtual std::vector<QualityRow> assess(const Outcome& outcome, std::vector<Group> groups, ResultFile& file,
                                         Notes& notes) const = 0;
  /// What the samples are, "crystal"; what rows are of and count, for the help of their columns.
  struct Words {
    const char *sample, *group, *n;
  };
  virtual Words words() const = 0;
  /// Columns of quality; `curve`: those of a learning curve.
  virtual void add_columns(Table<QualityRow>& table, bool curve) const = 0;

 private:
  struct Size {  // what belongs to one number of training samples
    std::int64_t n_train;
    std::string table;
    Notes notes;
  };

  std::vector<Group> groups(const Outcome& outcome) const;

  const TrainData& data_;
  std::vector<Size> sizes_;
  std::vector<QualityRow> curve_;
};

}  // namespace spinel
