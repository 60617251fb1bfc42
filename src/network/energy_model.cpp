#include "network/energy_model.hpp"

#include <torch/torch.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "network/m3gnet.hpp"

namespace spinel {

namespace {

std::string text(torch::IntArrayRef dims) { return fmt::format("({})", fmt::join(dims.begin(), dims.end(), ", ")); }

/// Weights of the file are called model.… ; what else is there (constants that are no weights) is left alone.
void load_weights(EnergyModel& model, const ModelFile& file) {
  const torch::NoGradGuard no_gradient;
  for (auto& parameter : model.named_parameters()) {
    const std::string name = "model." + parameter.key();
    torch::Tensor& weight = parameter.value();
    const auto found = file.weights.find(name);
    if (found == file.weights.end()) fail_input("model '{}' lacks the weight '{}'", file.path, name);
    const ModelWeight& stored = found->second;
    if (weight.sizes() != torch::IntArrayRef(stored.dims) ||
        static_cast<std::size_t>(weight.numel()) != stored.values.size())
      fail_input("model '{}': weight '{}' has the shape {} where its architecture needs {}", file.path, name,
                 text(stored.dims), text(weight.sizes()));
    weight.copy_(torch::tensor(stored.values, torch::kDouble).reshape(weight.sizes()));
  }
}

}  // namespace

void EnergyModel::freeze() {
  for (torch::Tensor& weight : parameters()) weight.set_requires_grad(false);
  eval();
}

std::shared_ptr<EnergyModel> make_energy_model(const ModelFile& file, bool single_precision) {
  auto architecture = nlohmann::json::parse(file.architecture, nullptr, false);
  const std::string kind = architecture.is_object() && architecture["kind"].is_string() ? architecture["kind"] : "";
  if (kind != "m3gnet")
    fail_input("model '{}' is no interatomic potential: it is of kind '{}'", file.path, kind.empty() ? "?" : kind);
  std::shared_ptr<EnergyModel> model = make_m3gnet(file);
  model->to(single_precision ? torch::kFloat : torch::kDouble);
  load_weights(*model, file);
  return model;
}

}  // namespace spinel
