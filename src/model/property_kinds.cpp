#include "model/property_kinds.hpp"

#include "core/error.hpp"

namespace spinel {

namespace {

const std::vector<const PropertyKind*>& kinds() {
  static const std::vector<const PropertyKind*> all = {&cgcnn_kind, &perceptron_kind};
  return all;
}

}  // namespace

const PropertyKind* find_property_kind(const std::string& name) {
  for (const PropertyKind* kind : kinds())
    if (name == kind->name) return kind;
  return nullptr;
}

const PropertyKind& property_kind(const std::string& name) {
  const PropertyKind* kind = find_property_kind(name);
  if (kind == nullptr) fail("no network of crystal properties is of kind '{}'", name);
  return *kind;
}

std::string property_kind_names() {
  std::string names;
  for (const PropertyKind* kind : kinds()) names += (names.empty() ? "" : ", ") + std::string(kind->name);
  return names;
}

}  // namespace spinel
