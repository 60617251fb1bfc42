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
      {"crystal_flow", Use::generator, "flow matching on torus, lattice and species (Miller 2024)"},
      {"crystal_diffusion", Use::generator, "diffusion of the same (Jiao 2023)"},
      {"crystal_vae", Use::generator, "variational autoencoder whose decoder is a crystal_flow (Xie 2022)"},
      {"cnf", Use::density, "continuous normalizing flow of vectors (Grathwohl 2019)"},
  };
  return kinds;
}

std::vector<std::string> model_kinds_for(ModelKind::Use use) {
  std::vector<std::string> names;
  for (const ModelKind& kind : model_kinds())
    if (kind.use == use) names.push_back(kind.name);
  return names;
}

namespace {

bool is_for(const std::string& kind, ModelKind::Use use) {
  const auto names = model_kinds_for(use);
  return std::find(names.begin(), names.end(), kind) != names.end();
}

}  // namespace

bool is_potential_kind(const std::string& kind) { return is_for(kind, ModelKind::Use::energy); }

bool is_generator_kind(const std::string& kind) { return is_for(kind, ModelKind::Use::generator); }

bool is_density_kind(const std::string& kind) { return is_for(kind, ModelKind::Use::density); }

}  // namespace spinel
