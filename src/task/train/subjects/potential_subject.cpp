#include "task/train/subjects/potential_subject.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "input/schema.hpp"
#include "model/architecture.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/network_library.hpp"

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

PotentialSubject::PotentialSubject(const RunContext& context, const Dataset& dataset)
    : TrainingSubject(context.input.dataset.target, "eV"), parameters_(context.input.train) {
  const Input& input = context.input;
  const std::string& target = input.dataset.target;
  const std::string unit = dataset.unit(target);
  if (!unit.empty() && unit != "eV")
    fail_key(input, "dataset", "target",
             fmt::format("'{}' of {} is in {}; a potential learns energies of whole structures in eV", target,
                         dataset.path(), unit));
  data_.n_structures = dataset.n_structures();
  data_.atom_offset = dataset.atom_offset();
  data_.atomic_number = dataset.atomic_number();
  data_.position = dataset.position();
  data_.cell = dataset.cell();
  data_.periodic = dataset.periodic();
  data_.energy = dataset.scalar(target);
  data_.force = dataset.force();
  data_.stress = dataset.stress();
  const auto& weights = input.train.force_weight;
  if (data_.force == nullptr && std::any_of(weights.begin(), weights.end(), [](double weight) { return weight > 0.0; }))
    fail_key(input, "dataset", "file",
             fmt::format("no structure of {} has forces: forces_key names them where they have an unusual name, and "
                         "&train force_weight = 0.0 learns from energies alone",
                         dataset.path()));
  data_.name = [&dataset](std::int64_t structure) { return dataset.id(structure); };
  data_.single_precision = input.train.precision == "single";
  data_.network = input.model;
  data_.elements = elements_of(dataset);
  if (!input.model.initial.empty()) data_.initial = read_initial(context);
  const double cutoff = data_.initial ? Architecture(*data_.initial).real("cutoff", 0.1, 100.0) : input.model.cutoff;
  const GraphSet& graphs = make_graphs(context, dataset, cutoff, 0);
  data_.edge_offset = graphs.edge_offset();
  data_.neighbor = graphs.neighbor();
  data_.image = graphs.image();
}

std::unique_ptr<Training> PotentialSubject::make(const TrainerSettings& settings, const DataParts& parts,
                                                 const Communicator& communicator) const {
  return training_library().potential_training(data_, parameters_, settings, parts, communicator);
}

void PotentialSubject::report(const RunContext& context) const {
  TrainingSubject::report(context);
  if (data_.force == nullptr) context.log.print("  NOTE: there are no forces to learn from");
  if (data_.stress == nullptr) context.log.print("  NOTE: there are no stresses to learn from");
}

}  // namespace spinel
