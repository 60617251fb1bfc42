#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "task/load_dataset.hpp"
#include "train/crystal_training.hpp"
#include "train/graph_set.hpp"

namespace spinel {

/// What a training run is shown: a dataset, its graphs, the target of every crystal, and which of them are for what.
/// Collective construction over all ranks; the arrays lie once on every node.
class TrainData {
 public:
  /// InputError where a file, the target, a split or the model is not as the input says.
  explicit TrainData(const RunContext& context);

  const CrystalTrainingData& crystals() const { return crystals_; }
  /// With `n_train` > 0 so many of the training part, chosen by split_seed; those of a smaller number are among those
  /// of a larger one.
  DataParts parts(std::int64_t n_train) const;
  /// Content of the dataset.
  const std::string& hash() const { return data_.dataset->hash(); }
  bool is_classification() const { return crystals_.architecture.is_classifier(); }
  /// Is the target a property per atom, by its name or unit?
  bool is_per_atom() const;
  const std::string& property() const { return crystals_.architecture.property; }
  const std::string& unit() const { return crystals_.architecture.unit; }

  /// The groups by which the quality of predictions is told: {"elements", "3"}, {"band gap", "metal"}.
  std::vector<std::pair<std::string, std::string>> groups(std::int64_t crystal) const;

  void report(const RunContext& context) const;
  /// Attributes of a model file: what it was trained on and by which input.
  void describe(const RunContext& context, ModelFile& model) const;

 private:
  void check_classes(const RunContext& context) const;
  void check_elements(const RunContext& context) const;
  void draw_subsets(const RunContext& context);
  void make_graphs(const RunContext& context);
  void make_descriptors(const RunContext& context);

  LoadedDataset data_;
  std::unique_ptr<GraphSet> graphs_;
  NodeShared<float> descriptor_;
  CrystalTrainingData crystals_;
  std::vector<std::int64_t> drawn_;  // the training part in the order in which parts(n) takes of it
};

}  // namespace spinel
