#include "input/validate_model.hpp"

#include "input/check.hpp"

namespace spinel {

void check_model_keys(const Input& input) {
  const ModelParameters& p = input.model;
  const ModelParameters standard;
  const Check check(input, "model");
  const auto belongs_to = [&](bool given, const char* key, const char* kind) {
    check(given && p.kind != kind, key, "belongs to kind = '{}', not to '{}'", kind, p.kind);
  };
  belongs_to(p.width != standard.width, "width", "cgcnn");
  belongs_to(p.convolutions != standard.convolutions, "convolutions", "cgcnn");
  belongs_to(p.crystal_width != standard.crystal_width, "crystal_width", "cgcnn");
  belongs_to(p.crystal_layers != standard.crystal_layers, "crystal_layers", "cgcnn");
  belongs_to(!p.element_features.empty(), "element_features", "cgcnn");
  belongs_to(p.radius != standard.radius, "radius", "cgcnn");
  belongs_to(p.max_neighbors != standard.max_neighbors, "max_neighbors", "cgcnn");
  belongs_to(p.gaussians != standard.gaussians, "gaussians", "cgcnn");
  belongs_to(p.gaussian_step != standard.gaussian_step, "gaussian_step", "cgcnn");
  belongs_to(p.gaussian_width != standard.gaussian_width, "gaussian_width", "cgcnn");
  belongs_to(p.hidden != standard.hidden, "hidden", "mlp");
  belongs_to(p.activation != standard.activation, "activation", "mlp");
  belongs_to(!p.composition_fractions, "composition_fractions", "mlp");
  belongs_to(!p.composition_statistics, "composition_statistics", "mlp");
  const bool describes = !input.dataset.descriptors.empty();
  Check(input, "dataset")(describes && p.kind != "mlp", "descriptors", "go with kind = 'mlp' in &model, not with '{}'",
                          p.kind);
  check(p.kind == "mlp" && !p.composition_fractions && !p.composition_statistics && !describes, "composition_fractions",
        "without composition an mlp needs descriptors in &dataset");
  const bool classifies = p.task == "classification";
  check(!classifies && p.classes != standard.classes, "classes", "belongs to task = 'classification'");
  const Check check_train(input, "train");
  const std::string& loss = input.train.loss;
  check_train(classifies && loss != "auto" && loss != "cross_entropy", "loss",
              "'{}' is for numbers; task = 'classification' in &model takes 'cross_entropy'", loss);
  check_train(classifies && input.train.element_references, "element_references", "are for numbers, not for classes");
  check_train(!classifies && loss == "cross_entropy", "loss",
              "'cross_entropy' is for classes; it needs task = 'classification' in &model");
}

}  // namespace spinel
