#include "task/make_potential.hpp"

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "potential/lennard_jones.hpp"
#include "task/locate_error.hpp"
#include "task/network_library.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

/// A path as given, sought in the folder of the input file and then in the current one.
std::string find_model(const Input& input) {
  const fs::path given = input.potential.model;
  const fs::path beside = fs::path(input.locations.file).parent_path() / given;
  for (const fs::path& path : {beside, given})
    if (fs::exists(path)) return path.string();
  fail_key(input, "potential", "model",
           fmt::format("there is no file {}{}", beside.string(),
                       beside == given ? "" : fmt::format(" and no {}", given.string())));
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
  std::string path, problem;
  if (communicator.is_root()) {
    try {
      path = find_model(input);
    } catch (const InputError& error) {
      problem = error.what();
    }
  }
  communicator.broadcast(problem);
  if (!problem.empty()) throw InputError(problem);
  communicator.broadcast(path);
  try {
    model_ = read_model_file(path, communicator);
  } catch (const InputError& error) {
    fail_key(input, "potential", "model", error.what());
  }
}

std::shared_ptr<Potential> PotentialMaker::make(const std::vector<Species>& species,
                                                const Communicator& communicator) const {
  const PotentialParameters& p = input_.potential;
  if (!model_) return with_location(input_, "potential", [&] { return std::make_shared<LennardJones>(p, species); });
  NetworkOptions options;
  options.single_precision = p.precision == "single";
  options.device = p.device;
  options.node_rank = node_rank_;
  options.threads = static_cast<int>(p.threads);
  try {
    return network_library().make_potential(*model_, species, options, communicator);
  } catch (const InputError& error) {
    fail_key(input_, "potential", "model", error.what());
  }
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
  return fmt::format("{} {}, {}, {} precision, {}{}", p.style, p.model, cutoff, p.precision, p.device,
                     p.threads > 1 ? fmt::format(", {} threads a rank", p.threads) : "");
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
