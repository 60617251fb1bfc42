#include <set>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "input/schema.hpp"
#include "model/architecture.hpp"
#include "run/find_file.hpp"
#include "task/train/potential_architecture.hpp"
#include "task/train/train_data.hpp"

namespace spinel {

namespace {

std::vector<std::string> elements_of(const Dataset& dataset) {
  const std::set<std::uint8_t> numbers(dataset.atomic_number(), dataset.atomic_number() + dataset.n_atoms());
  std::vector<std::string> symbols;
  for (const std::uint8_t z : numbers) symbols.emplace_back(element_symbol(z));
  return symbols;
}

/// Collective. The model to go on from, of the kind that &model names.
ModelFile read_initial(const RunContext& context) {
  const std::string path = find_file(context.place("model"), "initial", context.input.model.initial, context.world);
  try {
    ModelFile file = read_model_file(path, context.world);
    const auto kind = Architecture(file).value<std::string>("kind");
    if (kind != context.input.model.kind)
      fail_input("model '{}' is of kind '{}', not '{}'", path, kind, context.input.model.kind);
    return file;
  } catch (const InputError& error) {
    fail_key(context.input, "model", "initial", error.what());
  }
}

}  // namespace

void TrainData::make_structures(const RunContext& context) {
  const Input& input = context.input;
  const Dataset& dataset = *data_.dataset;
  const std::string& target = input.dataset.target;
  const std::string unit = dataset.unit(target);
  if (!unit.empty() && unit != "eV")
    fail_key(input, "dataset", "target",
             fmt::format("'{}' of {} is in {}; a potential learns energies of whole structures in eV", target,
                         dataset.path(), unit));
  crystals_.architecture.unit = "eV";
  structures_.n_structures = dataset.n_structures();
  structures_.atom_offset = dataset.atom_offset();
  structures_.atomic_number = dataset.atomic_number();
  structures_.position = dataset.position();
  structures_.cell = dataset.cell();
  structures_.periodic = dataset.periodic();
  structures_.energy = dataset.scalar(target);
  structures_.force = dataset.force();
  structures_.stress = dataset.stress();
  structures_.name = [&dataset](std::int64_t structure) { return dataset.id(structure); };
  structures_.single_precision = input.train.precision == "single";
  structures_.goes_on = !input.model.initial.empty();
  if (structures_.goes_on) {
    structures_.model = read_initial(context);
  } else {
    structures_.model.path = "new " + input.model.kind;
    structures_.model.architecture = potential_architecture(input.model, elements_of(dataset));
  }
  make_graphs(context, Architecture(structures_.model).real("cutoff", 0.1, 100.0), 0);
  structures_.edge_offset = graphs_->edge_offset();
  structures_.neighbor = graphs_->neighbor();
  structures_.image = graphs_->image();
}

}  // namespace spinel
