#include "task/train/subjects/crystal_subject.hpp"

#include <cmath>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "input/schema.hpp"
#include "model/crystal_inputs.hpp"
#include "model/element_places.hpp"
#include "model/property_kinds.hpp"
#include "run/setup/network_library.hpp"
#include "task/train/make_architecture.hpp"

namespace spinel {

CrystalSubject::CrystalSubject(const RunContext& context, const Dataset& dataset)
    : TrainingSubject(context.input.dataset.target, dataset.unit(context.input.dataset.target)),
      parameters_(context.input.train) {
  data_.architecture = make_architecture(context, data_.element_features);
  data_.architecture.property = property();
  data_.architecture.unit = unit();
  data_.n_crystals = dataset.n_structures();
  data_.arrays.atom_offset = dataset.atom_offset();
  data_.arrays.atomic_number = dataset.atomic_number();
  data_.target = dataset.scalar(property());
  // By its name or unit.
  data_.per_atom = property().find("per_atom") != std::string::npos || unit().find("/atom") != std::string::npos;
  data_.name = [&dataset](std::int64_t crystal) { return dataset.id(crystal); };
  if (is_classification()) check_classes(context);
  check_elements(context);
  if (!property_kind(data_.architecture.kind).takes_graphs) {
    make_descriptors(context, dataset);
    return;
  }
  const CgcnnArchitecture& cgcnn = data_.architecture.cgcnn;
  const GraphSet& graphs = make_graphs(context, dataset, cgcnn.radius, cgcnn.max_neighbors);
  data_.arrays.edge_offset = graphs.edge_offset();
  data_.arrays.neighbor = graphs.neighbor();
  data_.arrays.distance = graphs.distance();
}

std::unique_ptr<Training> CrystalSubject::make(const TrainerSettings& settings, const DataParts& parts,
                                               const Communicator& communicator) const {
  return training_library().crystal_training(data_, parameters_, settings, parts, communicator);
}

void CrystalSubject::check_classes(const RunContext& context) const {
  const auto n_classes = data_.architecture.n_classes;
  for (std::int64_t k = 0; k < data_.n_crystals; ++k) {
    const double value = data_.target[k];
    if (std::isnan(value)) continue;
    if (value != std::floor(value) || value < 0.0 || value >= static_cast<double>(n_classes))
      fail_key(context.input, "dataset", "target",
               fmt::format("'{}' of {} is {}; classes are numbered from 0 to {}", property(), data_.name(k), value,
                           n_classes - 1));
  }
}

/// Every element of the data must be known to the network.
void CrystalSubject::check_elements(const RunContext& context) const {
  const ElementPlaces places(data_.architecture.elements);
  for (std::int64_t k = 0; k < data_.n_crystals; ++k)
    for (std::int64_t atom = data_.arrays.atom_offset[k]; atom < data_.arrays.atom_offset[k + 1]; ++atom)
      if (const int z = data_.arrays.atomic_number[atom]; places.find(z) < 0)
        fail_key(context.input, "dataset", "file",
                 fmt::format("{} holds {}, for which the network has no {}", data_.name(k), element_symbol(z),
                             data_.architecture.cgcnn.n_features > 0 ? "row of element_features" : "place"));
}

/// Inputs of a perceptron: composition, then numbers of the dataset.
void CrystalSubject::make_descriptors(const RunContext& context, const Dataset& dataset) {
  const PropertyArchitecture& architecture = data_.architecture;
  const auto width = static_cast<std::size_t>(architecture.mlp.n_inputs(architecture.elements.size()));
  std::vector<const double*> columns;
  for (const std::string& name : architecture.mlp.descriptors) {
    if (!dataset.has_scalar(name))
      fail_key(context.input, "dataset", "descriptors", fmt::format("{} has no numbers '{}'", dataset.path(), name));
    columns.push_back(dataset.scalar(name));
    for (std::int64_t k = 0; k < data_.n_crystals; ++k)
      if (!std::isfinite(columns.back()[k]))
        fail_key(context.input, "dataset", "descriptors", fmt::format("{} has no '{}'", dataset.id(k), name));
  }
  descriptor_ = NodeShared<float>(dataset.group(), static_cast<std::size_t>(data_.n_crystals) * width);
  if (dataset.group().node().is_root()) {
    const ElementPlaces places(architecture.elements);
    std::vector<std::int32_t> place;
    for (std::int64_t k = 0; k < data_.n_crystals; ++k) {
      const std::uint8_t *first = data_.arrays.atomic_number + data_.arrays.atom_offset[k],
                         *last = data_.arrays.atomic_number + data_.arrays.atom_offset[k + 1];
      place.clear();
      for (const std::uint8_t* z = first; z != last; ++z) place.push_back(places.at(*z));
      float* row = descriptor_.data() + static_cast<std::size_t>(k) * width;
      composition_inputs(architecture, first, place.data(), place.size(), row);
      for (std::size_t d = 0; d < columns.size(); ++d)
        row[width - columns.size() + d] = static_cast<float>(columns[d][k]);
    }
  }
  descriptor_.fence();
  data_.arrays.descriptor = descriptor_.data();
  data_.arrays.descriptor_width = static_cast<std::int64_t>(width);
}

}  // namespace spinel
