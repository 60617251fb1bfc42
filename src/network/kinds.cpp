#include "network/kinds.hpp"

#include "network/potentials/m3gnet.hpp"
#include "network/potentials/message_passing.hpp"
#include "network/properties/cgcnn.hpp"
#include "network/properties/perceptron.hpp"

namespace spinel {

namespace {

constexpr PotentialKind potential_kinds[] = {
    {"schnet", make_schnet, describe_schnet},
    {"painn", make_painn, describe_painn},
    {"m3gnet", make_m3gnet, describe_m3gnet},
};

template <class Model>
std::shared_ptr<PropertyModel> make(const PropertyArchitecture& architecture) {
  return std::make_shared<Model>(architecture);
}

constexpr PropertyModelKind property_model_kinds[] = {
    {"cgcnn", make<Cgcnn>},
    {"mlp", make<Perceptron>},
};

template <class Rows>
auto find(const Rows& rows, const std::string& name) -> decltype(&rows[0]) {
  for (const auto& row : rows)
    if (name == row.name) return &row;
  return nullptr;
}

}  // namespace

const PotentialKind* find_potential_kind(const std::string& name) { return find(potential_kinds, name); }

const PropertyModelKind* find_property_model_kind(const std::string& name) { return find(property_model_kinds, name); }

}  // namespace spinel
