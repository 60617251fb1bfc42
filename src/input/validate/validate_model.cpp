#include "input/validate/check.hpp"

#include <algorithm>

#include "input/model_kinds.hpp"

namespace spinel {

void check_model_keys(const Input& input) {
  const ModelParameters& p = input.model;
  const ModelParameters standard;
  const Check check(input, "model");
  const bool is_potential = is_potential_kind(p.kind);
  check_selected_keys(input, "model");
  check(!p.repulsion && p.repulsion_inner != standard.repulsion_inner, "repulsion_inner", "needs repulsion = .true.");
  check(!p.repulsion && p.repulsion_outer != standard.repulsion_outer, "repulsion_outer", "needs repulsion = .true.");
  check(p.repulsion_inner >= p.repulsion_outer, "repulsion_inner", "{} is not below repulsion_outer = {}",
        p.repulsion_inner, p.repulsion_outer);
  check(p.repulsion && p.repulsion_outer > p.cutoff, "repulsion_outer", "{} is beyond the cutoff {}", p.repulsion_outer,
        p.cutoff);
  check(p.kind == "m3gnet" && p.threebody_cutoff > p.cutoff, "threebody_cutoff", "{} is beyond the cutoff {}",
        p.threebody_cutoff, p.cutoff);
  if (!p.initial.empty())
    for (const auto& [key, given] : {std::pair{"width", p.width != standard.width},
                                     {"convolutions", p.convolutions != standard.convolutions},
                                     {"cutoff", p.cutoff != standard.cutoff},
                                     {"threebody_cutoff", p.threebody_cutoff != standard.threebody_cutoff},
                                     {"radial_functions", p.radial_functions != standard.radial_functions},
                                     {"moments", p.moments != standard.moments},
                                     {"frequencies", p.frequencies != standard.frequencies},
                                     {"generates_species", p.generates_species},
                                     {"repulsion", p.repulsion}})
      check(given, key, "is that of the file in initial");
  const bool is_density = is_density_kind(p.kind);
  for (const char* group : {"dataset", "vectors"}) {
    const bool needs = is_density == (std::string(group) == "vectors");
    if (needs && !find_group(group)->used_in(input))
      fail_key(input, group, "", fmt::format("missing: kind = '{}' of &model needs it", p.kind));
    if (!needs && find_group(group)->used_in(input))
      fail_key(input, group, "", fmt::format("is not for kind = '{}' of &model", p.kind));
  }
  check(p.kind == "mlp" && p.activation != "silu" && p.activation != "relu", "activation",
        "'{}' is not for kind = 'mlp'", p.activation);
  check(is_density && p.activation == "relu", "activation", "'relu' has no smooth slope, which a cnf needs");
  const bool describes = !input.dataset.descriptors.empty();
  Check(input, "dataset")(describes && p.kind != "mlp", "descriptors", "go with kind = 'mlp' in &model, not with '{}'",
                          p.kind);
  check(p.kind == "mlp" && !p.composition_fractions && !p.composition_statistics && !describes, "composition_fractions",
        "without composition an mlp needs descriptors in &dataset");
  const bool classifies = p.task == "classification";
  check(classifies && is_potential, "task", "a potential is no classifier");
  check(classifies && is_density, "task", "a flow is no classifier");
  const bool makes_crystals = is_generator_kind(p.kind);
  check(makes_crystals && p.width % 16 != 0, "width", "of a generator has to be a multiple of 16, not {}", p.width);
  check(makes_crystals && classifies, "task", "a generator is no classifier");
  check(!repeated(p.properties).empty(), "properties", "'{}' is listed twice", repeated(p.properties));
  for (const std::string& name : p.conditions) {
    check(name.empty(), "conditions", "a name must not be empty");
    check(std::count(p.conditions.begin(), p.conditions.end(), name) > 1, "conditions", "'{}' is listed twice", name);
  }
  const Check check_train(input, "train");
  const TrainParameters& train = input.train;
  const TrainParameters standard_train;
  for (const auto& [key, given] : {std::pair{"energy_weight", train.energy_weight != standard_train.energy_weight},
                                   {"force_weight", train.force_weight != standard_train.force_weight},
                                   {"stress_weight", train.stress_weight != standard_train.stress_weight},
                                   {"weight_schedule", train.weight_schedule != standard_train.weight_schedule},
                                   {"weight_step", train.weight_step != standard_train.weight_step},
                                   {"precision", train.precision != standard_train.precision}})
    check_train(given && !is_potential, key, "is for potentials; kind in &model is '{}'", p.kind);
  for (const auto& [key, given] :
       {std::pair{"coordinate_weight", train.coordinate_weight != standard_train.coordinate_weight},
        {"cell_weight", train.cell_weight != standard_train.cell_weight},
        {"species_weight", train.species_weight != standard_train.species_weight},
        {"condition_dropout", train.condition_dropout != standard_train.condition_dropout}})
    check_train(given && !makes_crystals, key, "is for generators; kind in &model is '{}'", p.kind);
  for (const auto& [key, given] : {std::pair{"kl_weight", train.kl_weight != standard_train.kl_weight},
                                   {"free_bits", train.free_bits != standard_train.free_bits},
                                   {"kl_warm_up", train.kl_warm_up != standard_train.kl_warm_up},
                                   {"head_weight", train.head_weight != standard_train.head_weight},
                                   {"property_weight", train.property_weight != standard_train.property_weight}})
    check_train(given && p.kind != "crystal_vae", key, "is for crystal_vae; kind in &model is '{}'", p.kind);
  check_train(!is_density && train.objective != standard_train.objective, "objective",
              "is for cnf; kind in &model is '{}'", p.kind);
  check_train((makes_crystals || is_density) && train.loss != "auto", "loss", "of a generator or cnf has no choice");
  check_train(
      makes_crystals && train.coordinate_weight == 0.0 && train.cell_weight == 0.0 && train.species_weight == 0.0,
      "coordinate_weight", "with all weights zero there is nothing to learn");
  for (const auto& [key, given] :
       {std::pair{"normalize", train.normalize != standard_train.normalize},
        {"element_references", train.element_references != standard_train.element_references}})
    check_train(given && (is_potential || makes_crystals || is_density), key,
                "is not for potentials and generators, whose scales always come from the data");
  check_train(train.weight_schedule != "step" && train.weight_step != standard_train.weight_step, "weight_step",
              "needs weight_schedule = 'step'");
  const auto all_zero = [](const std::vector<double>& weight) {
    return std::all_of(weight.begin(), weight.end(), [](double w) { return w == 0.0; });
  };
  check_train(
      is_potential && all_zero(train.energy_weight) && all_zero(train.force_weight) && all_zero(train.stress_weight),
      "energy_weight", "with all weights zero there is nothing to learn");
  const bool reports = find_group("properties")->used_in(input),
             has_structure = find_group("structure")->used_in(input);
  Check(input, "properties")(reports && !is_potential, "kinds", "need a potential; kind in &model is '{}'", p.kind);
  Check(input, "properties")(reports && !has_structure, "kinds", "need the crystal in &structure");
  Check(input, "structure")(has_structure && !reports, "file", "is for &properties, which is not given");
  const std::string& loss = input.train.loss;
  check_train(classifies && loss != "auto" && loss != "cross_entropy", "loss",
              "'{}' is for numbers; task = 'classification' in &model takes 'cross_entropy'", loss);
  check_train(classifies && input.train.element_references, "element_references", "are for numbers, not for classes");
  check_train(!classifies && loss == "cross_entropy", "loss",
              "'cross_entropy' is for classes; it needs task = 'classification' in &model");
}

}  // namespace spinel
