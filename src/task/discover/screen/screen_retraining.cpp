#include "task/discover/screen/screen_retraining.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "core/content_hash.hpp"
#include "core/random.hpp"
#include "model/crystal_inputs.hpp"
#include "model/element_places.hpp"
#include "model/property_kinds.hpp"
#include "neighbor/crystal_graph.hpp"
#include "parallel/on_root.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/network_library.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "train/objectives/crystal_training.hpp"

namespace spinel {

namespace {

constexpr std::int64_t batch_size = 64;
constexpr std::uint64_t replay_draw = 3000000000;  // + round, in the place of a round, of random numbers
constexpr std::int64_t n_probed = 100;             // crystals of a list, one of which must have the number
constexpr char key_name[] = "screen_training";     // attribute of a model file

/// Crystals as a training takes them, one after the other.
class CrystalSet {
 public:
  explicit CrystalSet(const PropertyArchitecture& architecture)
      : architecture_(architecture),
        places_(architecture.elements),
        takes_graphs_(property_kind(architecture.kind).takes_graphs),
        builder_({architecture.cgcnn.radius, static_cast<int>(architecture.cgcnn.max_neighbors)}) {}

  /// False where the network lacks an element.
  bool add(const CrystalRecord& record, double target) {
    const std::size_t n = record.atomic_number.size();
    std::vector<std::int32_t> place;
    for (const std::uint8_t z : record.atomic_number) place.push_back(places_.find(z));
    if (n == 0 || std::count(place.begin(), place.end(), -1) > 0) return false;
    number_.insert(number_.end(), record.atomic_number.begin(), record.atomic_number.end());
    atom_offset_.push_back(static_cast<std::int64_t>(number_.size()));
    target_.push_back(target);
    id_.push_back(record.id);
    if (!takes_graphs_) {
      const auto width = static_cast<std::size_t>(architecture_.mlp.n_inputs(architecture_.elements.size()));
      descriptor_.resize(descriptor_.size() + width);
      composition_inputs(architecture_, record.atomic_number.data(), place.data(), n,
                         descriptor_.data() + descriptor_.size() - width);
      return true;
    }
    builder_.build(record.cell, record.position.data(), static_cast<std::int64_t>(n), record.periodic, graph_);
    const std::int64_t before = edge_offset_.back();
    for (std::size_t a = 1; a <= n; ++a) edge_offset_.push_back(before + graph_.offset[a]);
    neighbor_.insert(neighbor_.end(), graph_.neighbor.begin(), graph_.neighbor.end());
    distance_.insert(distance_.end(), graph_.distance.begin(), graph_.distance.end());
    return true;
  }

  std::int64_t size() const { return static_cast<std::int64_t>(target_.size()); }
  /// Points into this.
  CrystalTrainingData data() const {
    CrystalTrainingData data;
    data.n_crystals = size();
    data.arrays.atom_offset = atom_offset_.data();
    data.arrays.atomic_number = number_.data();
    if (takes_graphs_) {
      data.arrays.edge_offset = edge_offset_.data();
      data.arrays.neighbor = neighbor_.data();
      data.arrays.distance = distance_.data();
    } else {
      data.arrays.descriptor = descriptor_.data();
      data.arrays.descriptor_width = static_cast<std::int64_t>(descriptor_.size()) / std::max<std::int64_t>(size(), 1);
    }
    data.target = target_.data();
    data.name = [this](std::int64_t crystal) { return id_[static_cast<std::size_t>(crystal)]; };
    data.architecture = architecture_;
    return data;
  }

 private:
  PropertyArchitecture architecture_;
  ElementPlaces places_;
  bool takes_graphs_;
  CrystalGraphBuilder builder_;
  CrystalGraph graph_;
  std::vector<std::int64_t> atom_offset_ = {0}, edge_offset_ = {0};
  std::vector<std::uint8_t> number_;
  std::vector<std::int32_t> neighbor_;
  std::vector<float> distance_, descriptor_;
  std::vector<double> target_;
  std::vector<std::string> id_;
};

bool has_numbers(StructureSource& list) {
  CrystalRecord record;
  for (std::int64_t i = 0; i < std::min(list.size(), n_probed); ++i) {
    list.read_crystal(i, record);
    if (record.problem.empty() && std::isfinite(record.scalar[0])) return true;
  }
  return false;
}

/// Those of &train, but for the keys of &discover; an order of samples of its own in every round.
TrainerSettings trainer_settings(const Input& input, std::size_t member, std::int64_t round) {
  const TrainParameters standard;
  TrainerSettings s;
  s.epochs = input.discover.retrain_epochs;
  s.batch_size = batch_size;
  s.optimizer.kind = standard.optimizer;
  s.learning_rate.schedule = standard.schedule;
  s.learning_rate.base = input.discover.learning_rate;
  s.learning_rate.epochs = s.epochs;
  s.seed = static_cast<std::uint64_t>(input.control.seed);
  s.member = static_cast<std::uint64_t>(round) * input.discover.screen_models.size() + member;
  return s;
}

}  // namespace

ScreenRetraining::ScreenRetraining(const RunContext& context, RunFiles& files, const std::string& property,
                                   std::uint64_t models_fingerprint)
    : context_(context), property_(property), models_fingerprint_(models_fingerprint) {
  const DiscoverParameters& p = context.input.discover;
  SourceOptions options;
  options.read = read_options(p);
  options.scalars = {property};
  for (const std::string& path : p.training_data)
    lists_.push_back(open_list(context, path, {"discover", "training_data"}, options));
  on_root(context.world, [&] {
    for (std::size_t l = 0; l < lists_.size(); ++l)
      if (!has_numbers(*lists_[l]))
        fail_key(context.input, "discover", "training_data",
                 fmt::format("none of the first crystals of '{}' has the number '{}' that screen_models predict",
                             p.training_data[l], property));
  });
  const ControlParameters& control = context.input.control;
  stem_ = (std::filesystem::absolute(control.outdir) / control.prefix).lexically_normal().string();
  // An earlier run's are put away with its other files.
  for (std::int64_t round = 1; round < p.rounds; ++round)
    for (std::size_t m = 0; m < p.screen_models.size(); ++m) files.add(fmt::format("_screen_{}_{}.h5", m + 1, round));
}

std::int64_t ScreenRetraining::n_crystals() const {
  std::int64_t n = 0;
  for (const auto& list : lists_) n += list->size();
  return n;
}

std::uint64_t ScreenRetraining::fingerprint() const {
  Fnv1a hash;
  for (const auto& list : lists_) hash.add_bytes_of(list->fingerprint());
  return hash.value();
}

std::vector<std::string> ScreenRetraining::paths(std::int64_t round) const {
  std::vector<std::string> paths;
  for (std::size_t m = 0; m < context_.input.discover.screen_models.size(); ++m)
    paths.push_back(fmt::format("{}_screen_{}_{}.h5", stem_, m + 1, round));
  return paths;
}

/// Of all that networks after a round follow from.
std::string ScreenRetraining::key(std::int64_t round, const std::vector<std::vector<LabelledCrystal>>& labels) const {
  const DiscoverParameters& p = context_.input.discover;
  ContentHash hash;
  const auto add = [&](auto value) { hash.add(&value, sizeof value); };
  add(models_fingerprint_);
  add(fingerprint());
  add(context_.input.control.seed);
  add(p.retrain_epochs);
  add(p.replay);
  add(p.learning_rate);
  for (std::int64_t r = 0; r <= round; ++r) {
    add(r);
    for (const LabelledCrystal& one : labels[static_cast<std::size_t>(r)]) {
      add(one.formation_energy);
      for (const std::int32_t type : one.structure.type)
        add(one.structure.species[static_cast<std::size_t>(type)].atomic_number);
      hash.add(one.structure.cell.data(), 9 * sizeof(double));
      for (const Vec3& position : one.structure.position) hash.add(position.data(), 3 * sizeof(double));
    }
  }
  return hash.hex();
}

std::optional<std::vector<std::string>> ScreenRetraining::models_after(
    std::int64_t round, const std::vector<std::vector<LabelledCrystal>>& labels, const std::function<bool()>& stop) {
  const bool has_labels = std::any_of(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(round) + 1,
                                      [](const auto& of_round) { return !of_round.empty(); });
  if (!has_labels)
    return find_files(context_.place("discover"), "screen_models", context_.input.discover.screen_models,
                      context_.world);
  const std::vector<std::string> wanted = paths(round);
  const std::string key_now = key(round, labels);
  std::vector<std::int64_t> missing;
  on_root(context_.world, [&] {
    // Not asked for by their names: a network file system would remember that they were not there.
    std::set<std::string> there;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(stem_).parent_path()))
      there.insert(entry.path().string());
    for (std::size_t m = 0; m < wanted.size(); ++m) {
      bool is_there = false;
      if (there.count(wanted[m]) > 0) {
        const ModelFile file = read_model_file(wanted[m], Communicator::self());
        const auto found = file.attributes.find(key_name);
        is_there = found != file.attributes.end() && found->second == key_now;
      }
      if (!is_there) missing.push_back(static_cast<std::int64_t>(m));
    }
  });
  context_.world.broadcast(missing);
  if (missing.empty()) return wanted;
  // Those that they go on from; made anew where they are gone.
  const auto from = models_after(round - 1, labels, stop);
  if (!from) return std::nullopt;
  bool stopped = false;
  on_all_ranks(context_.world, [&] {
    for (std::size_t k = 0; k < missing.size() && !stopped; ++k) {
      if (static_cast<int>(k) % context_.world.size() != context_.world.rank()) continue;
      const auto m = static_cast<std::size_t>(missing[k]);
      stopped = !train(m, round, (*from)[m], key_now, labels, stop);
    }
  });
  if (context_.world.max(stopped ? 1 : 0) == 1) return std::nullopt;
  return wanted;
}

/// List and number of the crystals that are shown again.
std::vector<std::pair<std::size_t, std::int64_t>> ScreenRetraining::draw(std::size_t member, std::int64_t round) const {
  const Random random(static_cast<std::uint64_t>(context_.input.control.seed), RandomPurpose::discovery);
  struct Drawn {
    double number;
    std::size_t list;
    std::int64_t crystal;
  };
  std::vector<Drawn> drawn;
  for (std::size_t l = 0; l < lists_.size(); ++l)
    for (std::int64_t i = 0; i < lists_[l]->size(); ++i)
      drawn.push_back(
          {random.uniform4(replay_draw + static_cast<std::uint64_t>(round), drawn.size(), member)[0], l, i});
  const auto n = std::min(drawn.size(), static_cast<std::size_t>(context_.input.discover.replay));
  std::partial_sort(drawn.begin(), drawn.begin() + static_cast<std::ptrdiff_t>(n), drawn.end(),
                    [](const Drawn& a, const Drawn& b) { return a.number < b.number; });
  std::vector<std::pair<std::size_t, std::int64_t>> result;
  for (std::size_t k = 0; k < n; ++k) result.emplace_back(drawn[k].list, drawn[k].crystal);
  std::sort(result.begin(), result.end());
  return result;
}

/// By this rank alone. False where it was stopped.
bool ScreenRetraining::train(std::size_t member, std::int64_t round, const std::string& from, const std::string& key,
                             const std::vector<std::vector<LabelledCrystal>>& labels,
                             const std::function<bool()>& stop) {
  const Communicator self = Communicator::self();
  ModelFile initial = read_model_file(from, self);
  const PropertyArchitecture architecture = parse_property_architecture(initial.architecture, from);
  CrystalSet crystals(architecture);
  CrystalRecord record;
  for (std::int64_t r = 0; r <= round; ++r)
    for (const LabelledCrystal& one : labels[static_cast<std::size_t>(r)]) {
      to_record(one.structure, record);
      crystals.add(record, one.formation_energy);
    }
  const std::int64_t n_labels = crystals.size();
  for (const auto& [list, number] : draw(member, round)) {
    lists_[list]->read_crystal(number, record);
    if (record.problem.empty() && std::isfinite(record.scalar[0])) crystals.add(record, record.scalar[0]);
  }
  CrystalTrainingData data = crystals.data();
  data.initial = initial;
  DataParts parts;
  for (std::int64_t k = 0; k < crystals.size(); ++k) parts.train.push_back(k);
  const auto training = training_library().crystal_training(
      data, TrainParameters(), trainer_settings(context_.input, member, round), parts, self);
  while (!training->is_done()) {
    training->step(0.0);
    if (stop()) return false;
  }
  ModelFile model = training->best_model();
  model.attributes = initial.attributes;
  model.attributes[key_name] = key;
  model.attributes["screen_training_data"] =
      fmt::format("{} labels of rounds up to {}, {} crystals of {}", n_labels, round, crystals.size() - n_labels,
                  fmt::join(context_.input.discover.training_data, ", "));
  write_model_file(paths(round)[member], model, true, self);
  return true;
}

}  // namespace spinel
