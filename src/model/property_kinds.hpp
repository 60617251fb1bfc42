#pragma once

#include <memory>
#include <string>
#include <vector>

#include "input/parameters.hpp"
#include "model/architecture.hpp"
#include "model/property_predictor.hpp"

namespace spinel {

/// What a kind of network that predicts properties of crystals is without torch; its file has these functions.
struct PropertyKind {
  const char* name;
  bool takes_graphs;  ///< of neighbors; else descriptors
  /// From the architecture of a model file to its own part of PropertyArchitecture, whose elements are read already,
  /// and back. read: InputError where a key is missing or out of range.
  void (*read)(const Architecture& from, PropertyArchitecture& to);
  void (*write)(const PropertyArchitecture& from, nlohmann::json& to);
  /// A new network as &model describes it, on these descriptors of the data.
  void (*describe)(const ModelParameters& from, const std::vector<std::string>& descriptors, PropertyArchitecture& to);
  /// InputError where the weights of the file do not fit its architecture.
  std::unique_ptr<PropertyPredictor> (*make_predictor)(const ModelFile& file, PropertyArchitecture architecture);
};

/// The row of a kind, nullptr where there is none.
const PropertyKind* find_property_kind(const std::string& name);
/// The same; Error where there is none.
const PropertyKind& property_kind(const std::string& name);
/// "cgcnn, mlp", for messages.
std::string property_kind_names();

extern const PropertyKind cgcnn_kind;       ///< cgcnn.cpp
extern const PropertyKind perceptron_kind;  ///< perceptron.cpp

}  // namespace spinel
