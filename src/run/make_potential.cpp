#include "run/make_potential.hpp"

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "model/architecture.hpp"
#include "potential/committee.hpp"
#include "potential/lennard_jones.hpp"
#include "run/locate_error.hpp"
#include "run/network_library.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

/// A path as given, sought in the folder of the input file and then in the current one.
std::string find_model(const Input& input, const fs::path& given) {
  const fs::path beside = fs::path(input.locations.file).parent_path() / given;
  for (const fs::path& path : {beside, given})
    if (fs::exists(path)) return path.string();
  fail_key(input, "potential", "model",
           fmt::format("there is no file {}{}", beside.string(),
                       beside == given ? "" : fmt::format(" and no {}", given.string())));
}

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

std::vector<Species> species_of_pairs(const Input& input) {
  std::vector<Species> species;
  const bool reduced = input.control.units == "lj";
  for (const std::string& pair : input.potential.pairs) {
    const auto dash = pair.find('-');
    if (dash == std::string::npos)
      fail_key(input, "potential", "pairs", fmt::format("'{}' is not of the form 'A-B'", pair));
    for (const std::string& symbol : {pair.substr(0, dash), pair.substr(dash + 1)})
      if (find_symbol(species, symbol) == species.end())
        species.push_back(with_location(input, "potential", [&] { return species_from_symbol(symbol, reduced); }));
  }
  return species;
}

}  // namespace

PotentialMaker::PotentialMaker(const Input& input, const Communicator& communicator) : input_(input) {
  if (input.potential.style == "lennard_jones") {
    required_species_ = species_of_pairs(input);
    return;
  }
  node_rank_ = communicator.rank_on_node();
  // One rank looks, all learn: a network file system may show a new file to some ranks later than to others.
  std::vector<std::string> paths(input.potential.model.size());
  std::string problem;
  if (communicator.is_root()) {
    try {
      for (std::size_t m = 0; m < paths.size(); ++m) paths[m] = find_model(input, input.potential.model[m]);
    } catch (const InputError& error) {
      problem = error.what();
    }
  }
  communicator.broadcast(problem);
  if (!problem.empty()) throw InputError(problem);
  try {
    for (std::string& path : paths) {
      communicator.broadcast(path);
      models_.push_back(read_model_file(path, communicator));
      check_kind(models_.back(), input.potential.style);
    }
  } catch (const InputError& error) {
    fail_key(input, "potential", "model", error.what());
  }
}

std::shared_ptr<Potential> PotentialMaker::make(const std::vector<Species>& species,
                                                const Communicator& communicator) const {
  const PotentialParameters& p = input_.potential;
  if (models_.empty())
    return with_location(input_, "potential", [&] { return std::make_shared<LennardJones>(p, species); });
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
    fail_key(input_, "potential", "model", error.what());
  }
  if (members.size() == 1) return members.front();
  return std::make_shared<Committee>(std::move(members));
}

std::shared_ptr<Potential> make_potential(const RunContext& context, const std::vector<Species>& species) {
  return PotentialMaker(context.input, context.world).make(species, context.world);
}

std::string describe_potential(const RunContext& context, const Potential& potential) {
  const PotentialParameters& p = context.input.potential;
  const std::string cutoff = fmt::format("cutoff {:.6g} {}", potential.cutoff(), context.units.length);
  if (p.style == "lennard_jones")
    return fmt::format("{}, {}, truncation {}, {} precision{}", p.style, cutoff, p.truncation, p.precision,
                       p.tail_correction ? ", tail correction" : "");
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
