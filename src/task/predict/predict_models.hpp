#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/content_hash.hpp"
#include "model/property_predictor.hpp"
#include "neighbor/crystal_graph.hpp"
#include "run/context.hpp"
#include "run/setup/open_list.hpp"
#include "source/structure_source.hpp"

namespace spinel {

/// Models on one rank, which predict the same property.
class PredictModels {
 public:
  /// Collective. Those that a key names. InputError there where one cannot be read or they do not belong together.
  PredictModels(const RunContext& context, const KeyName& at, const std::vector<std::string>& paths);

  std::size_t size() const { return members_.size(); }
  const PropertyArchitecture& architecture() const { return members_.front().predictor->architecture(); }
  std::size_t n_outputs() const { return static_cast<std::size_t>(architecture().n_outputs()); }
  const std::string& name(std::size_t model) const { return members_[model].name; }
  /// Numbers of the records that perceptrons take, each once.
  const std::vector<std::string>& descriptors() const { return descriptors_; }
  /// Identifies these models.
  std::uint64_t fingerprint() const { return fingerprint_.value(); }

  /// Writes size()·n_outputs() numbers, model by model. InputError where a model cannot take the crystal.
  /// record.scalar begins with descriptors().
  void predict(const CrystalRecord& record, double* out);
  const PropertyPredictor& predictor(std::size_t model) const { return *members_[model].predictor; }

 private:
  struct Member {
    std::string name;
    std::unique_ptr<PropertyPredictor> predictor;
    std::size_t graph = 0;                // among graphs_
    std::vector<std::size_t> descriptor;  // among descriptors_
  };
  struct Graph {
    GraphSettings settings;
    CrystalGraphBuilder builder;
    CrystalGraph graph;
  };
  void add(const RunContext& context, const KeyName& at, const std::string& path);
  void read_descriptors(const CrystalRecord& record, const Member& member);

  std::vector<Member> members_;
  std::vector<Graph> graphs_;
  std::vector<std::string> descriptors_;
  std::vector<float> descriptor_;
  Fnv1a fingerprint_;
};

}  // namespace spinel
