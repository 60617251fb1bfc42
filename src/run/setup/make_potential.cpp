#include "run/setup/make_potential.hpp"

#include <algorithm>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "model/architecture.hpp"
#include "potential/committee.hpp"
#include "potential/lennard_jones.hpp"
#include "run/locate_error.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/network_library.hpp"

namespace spinel {

namespace {

/// InputError where a model is of another kind than the style names; 'network' takes any.
void check_kind(const ModelFile& model, const std::string& style) {
  const auto kind = Architecture(model).value<std::string>("kind");
  if (style != "network" && kind != style)
    fail_input("model '{}' is of kind '{}', which style = '{}' does not take; style = 'network' takes any potential",
               model.path, kind, style);
}

std::vector<Species>::const_iterator find_symbol(const std::vector<Species>& species, const std::string& symbol) {
  return std::find_if(species.begin(), species.end(), [&](const Species& s) { return s.symbol == symbol; });
}

std::vector<Species> species_of_pairs(const std::vector<std::string>& pairs, bool reduced, const KeyPlace& place) {
  std::vector<Species> species;
  for (const std::string& pair : pairs) {
    const auto dash = pair.find('-');
    if (dash == std::string::npos) place.fail("pairs", fmt::format("'{}' is not of the form 'A-B'", pair));
    for (const std::string& symbol : {pair.substr(0, dash), pair.substr(dash + 1)})
      if (find_symbol(species, symbol) == species.end())
        species.push_back(with_location(place, [&] { return species_from_symbol(symbol, reduced); }));
  }
  return species;
}

std::string short_hash(ContentHash hash) { return hash.hex().substr(0, 8); }

/// Of a Lennard-Jones potential: all that its energies depend on.
std::string hash_of(const PotentialParameters& p) {
  ContentHash hash;
  const auto add = [&](const std::string& text) { hash.add(text + "\n"); };
  for (const std::string& pair : p.pairs) add(pair);
  for (const auto* values : {&p.epsilon, &p.sigma, &p.cutoff}) add(fmt::format("{}", fmt::join(*values, " ")));
  add(fmt::format("{} {} {} {}", p.mixing, p.truncation, p.smooth_width, p.tail_correction));
  return short_hash(hash);
}

std::string hash_of(const std::vector<ModelFile>& models) {
  ContentHash hash;
  for (const ModelFile& model : models) {
    hash.add(model.architecture);
    for (const auto& [name, weight] : model.weights) {
      hash.add(name);
      hash.add(weight.values.data(), weight.values.size() * sizeof(double));
    }
  }
  return short_hash(hash);
}

}  // namespace

PotentialMaker::PotentialMaker(const RunContext& context, const PotentialParameters& parameters, const char* group)
    : parameters_(parameters), place_(context.place(group)) {
  const Communicator& communicator = context.world;
  if (parameters_.style == "lennard_jones") {
    required_species_ = species_of_pairs(parameters_.pairs, context.units.name == "lj", place_);
    level_ = "lennard_jones-" + hash_of(parameters_);
    return;
  }
  if (is_external(parameters_)) {
    external_.emplace(context, parameters_, group);
    level_ = external_->level();
    return;
  }
  node_rank_ = communicator.rank_on_node();
  const auto paths = find_files(place_, "model", parameters_.model, communicator);
  try {
    for (const std::string& path : paths) {
      models_.push_back(read_model_file(path, communicator));
      check_kind(models_.back(), parameters_.style);
    }
  } catch (const InputError& error) {
    place_.fail("model", error.what());
  }
  level_ = fmt::format("{}-{}", Architecture(models_.front()).value<std::string>("kind"), hash_of(models_));
}

std::shared_ptr<Potential> PotentialMaker::make(const std::vector<Species>& species,
                                                const Communicator& communicator) const {
  const PotentialParameters& p = parameters_;
  if (external_) return external_->make(species, communicator);
  if (models_.empty()) return with_location(place_, [&] { return std::make_shared<LennardJones>(p, species); });
  NetworkOptions options;
  options.single_precision = p.precision == "single";
  options.device = p.device;
  options.node_rank = node_rank_;
  options.threads = static_cast<int>(p.threads);
  std::vector<std::shared_ptr<Potential>> members;
  try {
    for (const ModelFile& model : models_)
      members.push_back(network_library().make_potential(model, species, options, communicator));
  } catch (const InputError& error) {
    place_.fail("model", error.what());
  }
  if (members.size() == 1) return members.front();
  return std::make_shared<Committee>(std::move(members));
}

std::string describe_potential(const PotentialParameters& p, const UnitSystem& units, const Potential& potential) {
  const std::string cutoff = fmt::format("cutoff {:.6g} {}", potential.cutoff(), units.length);
  if (p.style == "lennard_jones")
    return fmt::format("{}, {}, truncation {}, {} precision{}", p.style, cutoff, p.truncation, p.precision,
                       p.tail_correction ? ", tail correction" : "");
  if (p.style == "socket")
    return fmt::format("socket at {}, {}", p.address.empty() ? "a place of its own" : p.address,
                       p.command.empty() ? "where a program is waited for" : "program: " + p.command);
  if (p.style == "command") return fmt::format("{} for each structure: {}", p.code, p.command);
  const std::string committee = p.model.size() > 1 ? fmt::format("mean of {} models, ", p.model.size()) : "";
  return fmt::format("{} {}, {}{}, {} precision, {}{}", p.style, fmt::join(p.model, " "), committee, cutoff,
                     p.precision, p.device, p.threads > 1 ? fmt::format(", {} threads a rank", p.threads) : "");
}

std::shared_ptr<Potential> PotentialTable::get(const std::vector<Species>& species, std::vector<std::int32_t>& index) {
  std::vector<Species> all = species_;
  index.clear();
  for (const Species& one : species) {
    const auto found = find_symbol(all, one.symbol);
    index.push_back(static_cast<std::int32_t>(found - all.begin()));
    if (found == all.end()) all.push_back(one);
  }
  if (!potential_ || all.size() > species_.size()) {
    potential_ = maker_.make(all, communicator_);
    species_ = std::move(all);
  }
  return potential_;
}

}  // namespace spinel
