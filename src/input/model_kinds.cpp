#include "input/model_kinds.hpp"

#include <algorithm>

namespace spinel {

const std::vector<ModelKind>& model_kinds() {
  using Use = ModelKind::Use;
  static const std::vector<ModelKind> kinds = {
      {"cgcnn", Use::property, "crystal graph convolutions (Xie & Grossman 2018)"},
      {"mlp", Use::property, "perceptron on composition and descriptors"},
      {"schnet", Use::energy, "continuous-filter convolutions (Schütt 2018)"},
      {"painn", Use::energy, "equivariant messages (Schütt 2021)"},
      {"m3gnet", Use::energy, "three-body graph network (Chen & Ong 2022)"},
  };
  return kinds;
}

std::vector<std::string> model_kinds_for(ModelKind::Use use) {
  std::vector<std::string> names;
  for (const ModelKind& kind : model_kinds())
    if (kind.use == use) names.push_back(kind.name);
  return names;
}

bool is_potential_kind(const std::string& kind) {
  const auto names = model_kinds_for(ModelKind::Use::energy);
  return std::find(names.begin(), names.end(), kind) != names.end();
}

}  // namespace spinel
