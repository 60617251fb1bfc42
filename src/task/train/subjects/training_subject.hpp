#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/result_file.hpp"
#include "run/context.hpp"
#include "train/data/graph_set.hpp"
#include "train/training.hpp"

namespace spinel {

class TrainData;
class SubjectResults;

/// What is learned of a dataset, crystals → property or structures → energy and forces: the data as a network is shown
/// them, how it is made, and what is reported of it. Construction is collective over all ranks; InputError where the
/// data do not go with what the input asks for. The dataset has to outlive it.
class TrainingSubject {
 public:
  virtual ~TrainingSubject() = default;

  const std::string& property() const { return property_; }
  const std::string& unit() const { return unit_; }

  /// Collective over the ranks of `communicator`.
  virtual std::unique_ptr<Training> make(const TrainerSettings& settings, const DataParts& parts,
                                         const Communicator& communicator) const = 0;
  /// `data`: outlives the results.
  virtual std::unique_ptr<SubjectResults> results(const TrainData& data) const = 0;
  virtual void report(const RunContext& context) const;
  /// Whether crystals with elements that no crystal of the training part holds cannot even be assessed.
  virtual bool only_known_elements() const { return false; }

 protected:
  TrainingSubject(std::string property, std::string unit) : property_(std::move(property)), unit_(std::move(unit)) {}
  /// Edges within `radius` (Å), of the `max_neighbors` nearest (0: all), kept beside the dataset where &dataset says.
  const GraphSet& make_graphs(const RunContext& context, const Dataset& dataset, double radius,
                              std::int64_t max_neighbors);

 private:
  std::string property_, unit_;
  std::unique_ptr<GraphSet> graphs_;
  std::int64_t n_atoms_ = 0;
};

/// Of the kind that &model names.
std::unique_ptr<TrainingSubject> make_training_subject(const RunContext& context, const Dataset& dataset);

}  // namespace spinel
