#pragma once

#include <memory>
#include <string>

#include "input/parameters.hpp"
#include "model/architecture.hpp"
#include "network/potentials/energy_model.hpp"
#include "network/properties/property_model.hpp"

namespace spinel {

// The kinds of networks in torch, by the names of input/model_kinds.cpp.

/// An interatomic potential.
struct PotentialKind {
  const char* name;
  /// The network of an architecture, its weights not yet set. InputError where a key is missing or out of range.
  std::shared_ptr<EnergyModel> (*make)(const Architecture& architecture);
  /// Adds to the architecture of a new network what this kind reads beyond elements, cutoff and energies.
  void (*describe)(const ModelParameters& from, nlohmann::json& to);
};
/// nullptr where there is none.
const PotentialKind* find_potential_kind(const std::string& name);

/// A network that predicts properties of crystals; how it is described: PropertyKind of model/property_kinds.hpp.
struct PropertyModelKind {
  const char* name;
  std::shared_ptr<PropertyModel> (*make)(const PropertyArchitecture& architecture);
};
const PropertyModelKind* find_property_model_kind(const std::string& name);

}  // namespace spinel
