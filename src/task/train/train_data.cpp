#include "task/train/train_data.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/provenance.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "input/model_kinds.hpp"
#include "input/schema.hpp"
#include "model/crystal_inputs.hpp"
#include "model/element_places.hpp"
#include "run/run_report.hpp"
#include "task/train/make_architecture.hpp"

namespace spinel {

TrainData::TrainData(const RunContext& context)
    : data_(load_dataset(context)),
      is_potential_(is_potential_kind(context.input.model.kind)),
      group_(context.input.dataset.group) {
  const Dataset& dataset = *data_.dataset;
  const DatasetParameters& p = context.input.dataset;
  if (!p.group.empty() && !dataset.has(p.group))
    fail_key(
        context.input, "dataset", "group",
        fmt::format("{} has no '{}'; its texts are {}", dataset.path(), p.group, quoted_list(dataset.text_names())));
  crystals_.architecture.property = p.target;
  crystals_.architecture.unit = dataset.unit(p.target);
  draw_subsets(context);
  is_potential_ ? make_structures(context) : make_crystals(context);
}

void TrainData::make_crystals(const RunContext& context) {
  const Dataset& dataset = *data_.dataset;
  const std::string& target = context.input.dataset.target;
  crystals_.architecture = make_architecture(context, crystals_.element_features);
  crystals_.architecture.property = target;
  crystals_.architecture.unit = dataset.unit(target);
  crystals_.n_crystals = dataset.n_structures();
  crystals_.atom_offset = dataset.atom_offset();
  crystals_.atomic_number = dataset.atomic_number();
  crystals_.target = dataset.scalar(target);
  crystals_.name = [&dataset](std::int64_t crystal) { return dataset.id(crystal); };
  if (is_classification()) check_classes(context);
  check_elements(context);
  if (crystals_.architecture.kind != "cgcnn") return make_descriptors(context);
  make_graphs(context, crystals_.architecture.cgcnn.radius, crystals_.architecture.cgcnn.max_neighbors);
  crystals_.edge_offset = graphs_->edge_offset();
  crystals_.neighbor = graphs_->neighbor();
  crystals_.distance = graphs_->distance();
}

void TrainData::check_classes(const RunContext& context) const {
  const auto n_classes = crystals_.architecture.n_classes;
  for (std::int64_t k = 0; k < crystals_.n_crystals; ++k) {
    const double value = crystals_.target[k];
    if (std::isnan(value)) continue;
    if (value != std::floor(value) || value < 0.0 || value >= static_cast<double>(n_classes))
      fail_key(context.input, "dataset", "target",
               fmt::format("'{}' of {} is {}; classes are numbered from 0 to {}", property(), crystals_.name(k), value,
                           n_classes - 1));
  }
}

/// Every element of the data must be known to the network.
void TrainData::check_elements(const RunContext& context) const {
  const ElementPlaces places(crystals_.architecture.elements);
  for (std::int64_t k = 0; k < crystals_.n_crystals; ++k)
    for (std::int64_t atom = crystals_.atom_offset[k]; atom < crystals_.atom_offset[k + 1]; ++atom)
      if (const int z = crystals_.atomic_number[atom]; places.find(z) < 0)
        fail_key(context.input, "dataset", "file",
                 fmt::format("{} holds {}, for which the network has no {}", crystals_.name(k), element_symbol(z),
                             crystals_.architecture.cgcnn.n_features > 0 ? "row of element_features" : "place"));
}

void TrainData::draw_subsets(const RunContext& context) {
  const Random random(static_cast<std::uint64_t>(context.input.dataset.split_seed), RandomPurpose::training_order);
  constexpr std::uint64_t no_epoch = ~std::uint64_t{0};
  std::vector<std::pair<double, std::int64_t>> keyed;
  for (const std::int64_t crystal : data_.split.train)
    keyed.emplace_back(random.uniform4(no_epoch, static_cast<std::uint64_t>(crystal))[0], crystal);
  std::sort(keyed.begin(), keyed.end());
  for (const auto& [key, crystal] : keyed) drawn_.push_back(crystal);
  for (const std::int64_t n : context.input.train.n_train)
    if (n > static_cast<std::int64_t>(drawn_.size()))
      fail_key(context.input, "train", "n_train", fmt::format("{} of a training part of {}", n, drawn_.size()));
}

DataParts TrainData::parts(std::int64_t n_train) const {
  DataParts result{data_.split.train, data_.split.validation, data_.split.test};
  if (n_train > 0) {
    result.train.assign(drawn_.begin(), drawn_.begin() + n_train);
    std::sort(result.train.begin(), result.train.end());
  }
  return result;
}

bool TrainData::is_per_atom() const {
  return property().find("per_atom") != std::string::npos || unit().find("/atom") != std::string::npos;
}

void TrainData::make_graphs(const RunContext& context, double radius, std::int64_t max_neighbors) {
  const GraphSettings settings{radius, static_cast<int>(max_neighbors)};
  const std::string cache =
      context.input.dataset.graph_cache ? GraphSet::cache_path(*data_.dataset, settings) : std::string();
  graphs_ = std::make_unique<GraphSet>(*data_.dataset, settings, cache);
}

/// Inputs of a perceptron: composition, then numbers of the dataset.
void TrainData::make_descriptors(const RunContext& context) {
  const PropertyArchitecture& architecture = crystals_.architecture;
  const Dataset& dataset = *data_.dataset;
  const auto width = static_cast<std::size_t>(architecture.mlp.n_inputs(architecture.elements.size()));
  std::vector<const double*> columns;
  for (const std::string& name : architecture.mlp.descriptors) {
    if (!dataset.has_scalar(name))
      fail_key(context.input, "dataset", "descriptors", fmt::format("{} has no numbers '{}'", dataset.path(), name));
    columns.push_back(dataset.scalar(name));
    for (std::int64_t k = 0; k < crystals_.n_crystals; ++k)
      if (!std::isfinite(columns.back()[k]))
        fail_key(context.input, "dataset", "descriptors", fmt::format("{} has no '{}'", dataset.id(k), name));
  }
  descriptor_ = NodeShared<float>(dataset.group(), static_cast<std::size_t>(crystals_.n_crystals) * width);
  if (dataset.group().node().is_root()) {
    const ElementPlaces places(architecture.elements);
    std::vector<std::int32_t> place;
    for (std::int64_t k = 0; k < crystals_.n_crystals; ++k) {
      const std::uint8_t *first = crystals_.atomic_number + crystals_.atom_offset[k],
                         *last = crystals_.atomic_number + crystals_.atom_offset[k + 1];
      place.clear();
      for (const std::uint8_t* z = first; z != last; ++z) place.push_back(places.at(*z));
      float* row = descriptor_.data() + static_cast<std::size_t>(k) * width;
      composition_inputs(architecture, first, place.data(), place.size(), row);
      for (std::size_t d = 0; d < columns.size(); ++d)
        row[width - columns.size() + d] = static_cast<float>(columns[d][k]);
    }
  }
  descriptor_.fence();
  crystals_.descriptor = descriptor_.data();
  crystals_.descriptor_width = static_cast<std::int64_t>(width);
}

std::vector<std::pair<std::string, std::string>> TrainData::groups(std::int64_t sample) const {
  const Dataset& dataset = *data_.dataset;
  const std::set<std::uint8_t> elements(dataset.atomic_number() + dataset.atom_offset()[sample],
                                        dataset.atomic_number() + dataset.atom_offset()[sample + 1]);
  std::vector<std::pair<std::string, std::string>> result = {
      {"elements", elements.size() > 4 ? "5 or more" : std::to_string(elements.size())}};
  if (!group_.empty()) {
    std::string value =
        dataset.has_text(group_) ? dataset.text(group_, sample) : fmt::format("{}", dataset.scalar(group_)[sample]);
    result.emplace_back(group_, value.empty() ? "none" : std::move(value));
  }
  // Metals have no gap; data without gaps do not tell.
  for (const char* gap : {"band_gap", "dir_gap", "gap"}) {
    if (!dataset.has_scalar(gap)) continue;
    const double value = dataset.scalar(gap)[sample];
    if (!std::isnan(value)) result.emplace_back("band gap", value > 0.0 ? "semiconductor or insulator" : "metal");
    break;
  }
  return result;
}

void TrainData::report(const RunContext& context) const {
  Log& log = context.log;
  const Dataset& dataset = *data_.dataset;
  const auto count = [](const std::vector<std::int64_t>& part) {
    return grouped(static_cast<std::int64_t>(part.size()));
  };
  echo_line(log, "dataset",
            fmt::format("{}: {} structures, {} atoms", dataset.path(), grouped(dataset.n_structures()),
                        grouped(dataset.n_atoms())));
  echo_line(log, "target",
            fmt::format("{}{}{}", property(), unit().empty() ? "" : " (" + unit() + ")",
                        data_.n_without_target > 0
                            ? fmt::format(", {} structures without it", grouped(data_.n_without_target))
                            : ""));
  echo_line(log, "parts",
            fmt::format("{} for training, {} for validation, {} for test ({})", count(data_.split.train),
                        count(data_.split.validation), count(data_.split.test), data_.split.description));
  if (!graphs_) return;
  echo_line(log, "graphs",
            fmt::format("{} edges, {:.1f} an atom{}", grouped(graphs_->n_edges()),
                        static_cast<double>(graphs_->n_edges()) / static_cast<double>(dataset.n_atoms()),
                        graphs_->was_cached() ? ", kept from before" : ""));
  if (!graphs_->notice().empty()) log.print("  NOTE: {}", graphs_->notice());
  if (!is_potential_) return;
  if (structures_.force == nullptr) log.print("  NOTE: there are no forces to learn from");
  if (structures_.stress == nullptr) log.print("  NOTE: there are no stresses to learn from");
}

void TrainData::describe(const RunContext& context, ModelFile& model) const {
  model.attributes["name"] = context.input.control.prefix;
  model.attributes["dataset"] = data_.dataset->path();
  model.attributes["dataset_hash"] = hash();
  model.attributes["split"] = data_.split.description;
  model.attributes["input"] = echo(context.input);
  model.attributes["spinel_version"] = provenance().version_text();
}

}  // namespace spinel
