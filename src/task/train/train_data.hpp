#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "task/train/load_dataset.hpp"
#include "train/data/graph_set.hpp"
#include "train/objectives/crystal_training.hpp"
#include "train/objectives/potential_training.hpp"

namespace spinel {

/// What a training run is shown: a dataset, its graphs, the target of every crystal, and which of them are for what.
/// Collective construction over all ranks; the arrays lie once on every node.
class TrainData {
 public:
  /// InputError where a file, the target, a split or the model is not as the input says.
  explicit TrainData(const RunContext& context);

  /// Of a network that tells a property.
  const CrystalTrainingData& crystals() const { return crystals_; }
  /// Of an interatomic potential.
  const PotentialTrainingData& structures() const { return structures_; }
  bool is_potential() const { return is_potential_; }
  std::string name(std::int64_t sample) const { return data_.dataset->id(sample); }
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

  /// The groups by which the quality of predictions is told: {"elements", "3"}, {"band gap", "metal"}, and what
  /// &dataset group says.
  std::vector<std::pair<std::string, std::string>> groups(std::int64_t sample) const;

  void report(const RunContext& context) const;
  /// Attributes of a model file: what it was trained on and by which input.
  void describe(const RunContext& context, ModelFile& model) const;

 private:
  void check_classes(const RunContext& context) const;
  void check_elements(const RunContext& context) const;
  void make_crystals(const RunContext& context);
  /// potential_data.cpp
  void make_structures(const RunContext& context);
  void draw_subsets(const RunContext& context);
  void make_graphs(const RunContext& context, double radius, std::int64_t max_neighbors);
  void make_descriptors(const RunContext& context);

  LoadedDataset data_;
  std::unique_ptr<GraphSet> graphs_;
  NodeShared<float> descriptor_;
  bool is_potential_;
  std::string group_;  // &dataset group
  CrystalTrainingData crystals_;
  PotentialTrainingData structures_;
  std::vector<std::int64_t> drawn_;  // the training part in the order in which parts(n) takes of it
};

}  // namespace spinel
