#include "task/train/subjects/generator_subject.hpp"

#include <cmath>

#include "core/text.hpp"
#include "input/schema.hpp"
#include "model/property_kinds.hpp"
#include "run/run_report.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/network_library.hpp"
#include "task/train/subject_results.hpp"

namespace spinel {

namespace {

/// The loss of crystals that a generator was not shown: beside what all results hold
///
///     …/predictions/loss   mean over members
class GeneratorResults final : public SubjectResults {
 public:
  explicit GeneratorResults(const TrainData& data) : SubjectResults(data) {}

 protected:
  std::vector<QualityRow> assess(const Outcome& outcome, std::vector<Group> groups, ResultFile& file,
                                 Notes&) const override {
    file.write(outcome.group + "/predictions/loss", outcome.mean.mean, {"", "of a crystal, mean over members"});
    std::vector<QualityRow> rows;
    const std::vector<double> zero(outcome.mean.mean.size(), 0.0);
    for (Group& group : groups) {
      rows.push_back(std::move(group.row));
      rows.back().numbers = regression_quality(zero, outcome.mean.mean, group.places);
    }
    return rows;
  }
  Words words() const override { return {"crystal", "of crystals", "crystals"}; }
  void add_columns(Table<QualityRow>& table, bool curve) const override {
    // Losses are positive, so that their mean is their mean absolute distance from zero.
    table.column("loss", "", curve ? "test part" : "", [](const QualityRow& r) { return r.numbers.mae; }).shown("loss");
  }
};

}  // namespace

GeneratorSubject::GeneratorSubject(const RunContext& context, const Dataset& dataset) : TrainingSubject("", "") {
  const Input& input = context.input;
  const ModelParameters& p = input.model;
  data_.n_crystals = dataset.n_structures();
  data_.atom_offset = dataset.atom_offset();
  data_.atomic_number = dataset.atomic_number();
  data_.position = dataset.position();
  data_.cell = dataset.cell();
  data_.name = [&dataset](std::int64_t crystal) { return dataset.id(crystal); };
  for (std::int64_t k = 0; k < data_.n_crystals; ++k)
    if (dataset.periodic()[k] != 7)
      fail_key(input, "dataset", "file",
               fmt::format("{} is not periodic along all directions, and a generator makes crystals", dataset.id(k)));
  data_.architecture.kind = p.kind;
  data_.architecture.width = p.width;
  data_.architecture.layers = p.convolutions;
  data_.architecture.frequencies = p.frequencies;
  data_.architecture.generates_types = p.generates_species;
  data_.architecture.levels = p.levels;
  for (const std::string& name : p.conditions) {
    if (!dataset.has_scalar(name))
      fail_key(
          input, "model", "conditions",
          fmt::format("{} has no numbers '{}'; it has {}", dataset.path(), name, quoted_list(dataset.scalar_names())));
    data_.conditions.push_back(dataset.scalar(name));
    GeneratorCondition condition;
    condition.name = name;
    condition.unit = dataset.unit(name);
    data_.architecture.conditions.push_back(condition);
  }
  if (!p.initial.empty()) read_initial(context);
  if (p.kind == "crystal_vae") describe_latents(context, dataset);
  data_.weights = {input.train.coordinate_weight, input.train.cell_weight, input.train.species_weight};
  data_.condition_dropout = input.train.condition_dropout;
}

void GeneratorSubject::read_initial(const RunContext& context) {
  const std::string path = find_file(context.place("model"), "initial", context.input.model.initial, context.world);
  try {
    data_.initial = std::make_shared<const GeneratorModel>(read_model_file(path, context.world));
    if (data_.initial->architecture.kind != "crystal_flow")
      fail_input("model '{}' is of kind '{}', not 'crystal_flow'", path, data_.initial->architecture.kind);
  } catch (const InputError& error) {
    fail_key(context.input, "model", "initial", error.what());
  }
  GeneratorArchitecture& a = data_.architecture;
  const GeneratorArchitecture& initial = data_.initial->architecture;
  a.width = initial.width;
  a.layers = initial.layers;
  a.frequencies = initial.frequencies;
  a.generates_types = initial.generates_types;
}

void GeneratorSubject::describe_latents(const RunContext& context, const Dataset& dataset) {
  const ModelParameters& p = context.input.model;
  LatentArchitecture& latent = data_.architecture.latent;
  latent.size = p.latent;
  for (const std::string& name : p.properties) {
    if (!dataset.has_scalar(name))
      fail_key(
          context.input, "model", "properties",
          fmt::format("{} has no numbers '{}'; it has {}", dataset.path(), name, quoted_list(dataset.scalar_names())));
    data_.properties.push_back(dataset.scalar(name));
    LatentProperty property;
    property.name = name;
    property.unit = dataset.unit(name);
    latent.properties.push_back(property);
  }
  ModelParameters encoder = p;
  encoder.width = p.encoder_width;
  encoder.convolutions = p.encoder_convolutions;
  latent.encoder.kind = "cgcnn";
  // Classes, because those are as many outputs as one wants.
  latent.encoder.task = "classification";
  latent.encoder.n_classes = 2 * p.latent;
  property_kind(latent.encoder.kind).describe(encoder, {}, latent.encoder);
  const GraphSet& graphs = make_graphs(context, dataset, p.radius, p.max_neighbors);
  data_.graphs.atom_offset = dataset.atom_offset();
  data_.graphs.atomic_number = dataset.atomic_number();
  data_.graphs.edge_offset = graphs.edge_offset();
  data_.graphs.neighbor = graphs.neighbor();
  data_.graphs.distance = graphs.distance();
  const TrainParameters& t = context.input.train;
  vae_weights_ = {t.kl_weight, t.free_bits, t.kl_warm_up, t.head_weight, t.property_weight};
}

std::unique_ptr<Training> GeneratorSubject::make(const TrainerSettings& settings, const DataParts& parts,
                                                 const Communicator& communicator) const {
  if (data_.architecture.has_latents())
    return training_library().vae_training(data_, vae_weights_, settings, parts, communicator);
  return training_library().generator_training(data_, settings, parts, communicator);
}

std::unique_ptr<SubjectResults> GeneratorSubject::results(const TrainData& data) const {
  return std::make_unique<GeneratorResults>(data);
}

void GeneratorSubject::report(const RunContext& context) const {
  TrainingSubject::report(context);
  echo_line(context.log, "generates",
            data_.architecture.generates_types ? "species, positions and cell" : "positions and cell of a composition");
}

}  // namespace spinel
