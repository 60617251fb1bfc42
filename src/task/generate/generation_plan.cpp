#include "task/generate/generation_plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/text_file.hpp"
#include "input/schema.hpp"
#include "parallel/on_root.hpp"
#include "run/run_report.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "stability/composition.hpp"

namespace spinel {

namespace {

constexpr std::size_t most_templates = 20000;

}  // namespace

GenerationPlan::GenerationPlan(const RunContext& context) {
  const Input& input = context.input;
  const GenerateParameters& p = input.generate;
  const auto fail_here = [&](const char* key, const std::string& what) { fail_key(input, "generate", key, what); };
  const std::string path = find_file(context.place("generate"), "model", p.model, context.world);
  Fnv1a hash;
  try {
    const ModelFile file = read_model_file(path, context.world);
    model_ = std::make_unique<GeneratorModel>(file);
    hash.add(file.architecture);
    hash.add(model_->weights.data(), model_->weights.size() * sizeof(float));
    if (model_->architecture.has_latents() && LatentPlan::mode_of(input) != "none") {
      latents_.emplace(context, model_->architecture, file);
      for (const auto& [name, weight] : file.weights)
        hash.add(weight.values.data(), weight.values.size() * sizeof(double));
    }
  } catch (const InputError& error) {
    fail_here("model", error.what());
  }
  const GeneratorArchitecture& a = model_->architecture;
  settings_.steps = p.steps;
  settings_.heun = p.method == "heun";
  settings_.slope = p.slope;
  settings_.guidance = p.guidance;
  settings_.corrector = p.corrector;
  settings_.attempts = p.attempts;
  settings_.minimum_distance = p.minimum_distance;
  settings_.temperature = p.temperature;
  settings_.seed = static_cast<std::uint64_t>(input.control.seed);
  if (a.is_diffusion() && settings_.heun)
    fail_here("method", "'heun' is for crystal_flow; the model is a crystal_diffusion");

  check_latents(context);
  const bool interpolates = latents_ && latents_->mode() == "interpolated";
  const bool is_given = !interpolates && (!p.structures.empty() || !p.compositions.empty());
  species_ = p.species != "auto" ? p.species
             : is_given          ? "given"
             : latents_          ? "latent"
             : a.generates_types ? "joint"
                                 : "data";
  if ((species_ == "joint" || species_ == "first") && !a.generates_types)
    fail_here("species",
              fmt::format("is '{}', but the model does not generate species (generates_species of &model)", species_));
  const bool draws_latents = latents_ && (latents_->mode() == "prior" || latents_->mode() == "searched");
  if (species_ != "joint" && species_ != "first" && !draws_latents && p.temperature != 1.0)
    fail_here("temperature",
              fmt::format("is of species that are generated, or latent vectors that are drawn; here species are '{}'",
                          species_));
  settings_.types_first = species_ == "first";
  if (is_given || interpolates) read_targets(context);
  for (const Target& target : targets_) {
    hash.add(target.name);
    hash.add(target.type.data(), target.type.size() * sizeof(std::int32_t));
  }
  n_atoms_ = p.n_atoms;
  if (!is_given && species_ != "latent") {
    std::vector<bool> allowed(a.elements.size(), p.elements.empty());
    for (const std::string& symbol : p.elements) {
      const std::int32_t place = place_of(symbol);
      if (place < 0)
        fail_here("elements", fmt::format("the model knows no {}; it knows {}", symbol, fmt::join(a.elements, " ")));
      allowed[static_cast<std::size_t>(place)] = true;
    }
    if (species_ == "data") {
      constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
      statistics_ = model_->statistics.among(allowed, n_atoms_, n_atoms_ == 0 ? any : n_atoms_);
      if (statistics_.size() == 0)
        fail_here(p.elements.empty() ? "n_atoms" : "elements",
                  "no composition of the model's training data is like that");
    } else {
      // Of generated species only the number of atoms is drawn.
      statistics_ = model_->statistics;
      for (std::size_t k = 0; k < allowed.size(); ++k)
        if (allowed[k]) settings_.allowed_types.push_back(static_cast<std::int32_t>(k));
    }
  }
  read_conditions(context);
  if (p.guidance != 1.0 && !latents_ &&
      std::all_of(conditions_.begin(), conditions_.end(), [](double x) { return std::isnan(x); }))
    fail_here("guidance", "needs conditions, or latent vectors");
  for (const CrystalFamily family : {CrystalFamily::triclinic, CrystalFamily::monoclinic, CrystalFamily::orthorhombic,
                                     CrystalFamily::tetragonal, CrystalFamily::hexagonal, CrystalFamily::cubic})
    if (p.crystal_family == name_of(family)) family_ = family;
  if (!p.templates.empty()) read_templates(context);
  size_ = latents_ ? latents_->n_crystals()
                   : p.count * std::max<std::int64_t>(1, static_cast<std::int64_t>(targets_.size()));
  fingerprint_ = hash.value();
}

/// What needs latent vectors, and what does not go with them.
void GenerationPlan::check_latents(const RunContext& context) {
  const GenerateParameters& p = context.input.generate;
  const auto fail_here = [&](const char* key, const std::string& what) {
    fail_key(context.input, "generate", key, what);
  };
  const std::string no_latents =
      fmt::format("the model is a {}, which has no latent vectors", model_->architecture.kind);
  if (!latents_) {
    if (p.latents != "auto" && !model_->architecture.has_latents()) fail_here("latents", no_latents);
    if (p.species == "latent")
      fail_here("species", model_->architecture.has_latents()
                               ? "is 'latent', but contents are given, and so there are no latent vectors"
                               : "is 'latent', but " + no_latents);
    return;
  }
  const std::string& mode = latents_->mode();
  if ((mode == "encoded" || mode == "interpolated") && p.structures.empty())
    fail_here("structures", fmt::format("missing: latents = '{}' needs crystals to encode", mode));
  if ((mode == "prior" || mode == "searched") && (!p.structures.empty() || !p.compositions.empty()))
    fail_here(p.structures.empty() ? "compositions" : "structures",
              fmt::format("do not go with latents = '{}', which say what a cell contains", mode));
  if (mode == "searched" && p.target.empty()) fail_here("target", "missing: latents = 'searched' needs it");
  if (mode != "searched" && mode != "prior" && !p.target.empty())
    fail_here("target", fmt::format("does not go with latents = '{}'", mode));
  if (mode == "interpolated" && p.species == "given")
    fail_here("species", "is 'given', but between two crystals contents change");
  if (p.species == "data") fail_here("species", "is 'data', but latent vectors say what a cell contains");
  if (!p.elements.empty()) fail_here("elements", "are those that latent vectors say");
  if (p.n_atoms != 0) fail_here("n_atoms", "is what latent vectors say");
}

std::int32_t GenerationPlan::place_of(const std::string& symbol) const {
  const auto& elements = model_->architecture.elements;
  const auto found = std::find(elements.begin(), elements.end(), symbol);
  return found == elements.end() ? -1 : static_cast<std::int32_t>(found - elements.begin());
}

void GenerationPlan::read_targets(const RunContext& context) {
  const GenerateParameters& p = context.input.generate;
  const char* key = p.structures.empty() ? "compositions" : "structures";
  const auto add = [&](const std::string& name, const std::vector<std::string>& symbols) {
    Target target{name, {}, ""};
    for (const std::string& symbol : symbols) {
      target.type.push_back(place_of(symbol));
      if (target.type.back() >= 0) continue;
      target.problem = fmt::format("{} holds {}, which the model does not know", name, symbol);
      target.type = {0};
      break;
    }
    targets_.push_back(std::move(target));
  };
  // Of a list only those crystals fail.
  const auto check = [&](bool all) {
    const auto is_wrong = [](const Target& target) { return !target.problem.empty(); };
    const auto first = std::find_if(targets_.begin(), targets_.end(), is_wrong);
    if (first != targets_.end() && (!all || std::all_of(targets_.begin(), targets_.end(), is_wrong)))
      fail_key(context.input, "generate", key, first->problem);
  };
  for (const std::string& text : p.compositions) {
    std::vector<std::string> symbols;
    try {
      for (const auto& part : parse_formula(text).parts) {
        if (part.amount != std::round(part.amount))
          fail_input("'{}' is no content of a cell: {} is no whole number", text, part.amount);
        symbols.insert(symbols.end(), static_cast<std::size_t>(part.amount), element_symbol(part.atomic_number));
      }
    } catch (const InputError& error) {
      fail_key(context.input, "generate", key, error.what());
    }
    add(text, symbols);
  }
  if (p.structures.empty()) return check(false);
  SourceOptions options;
  options.read = read_options(p);
  const auto source = open_list(context, p.structures, {"generate", "structures"}, options);
  std::vector<Structure> structures;
  for (std::int64_t i = 0; i < source->size(); ++i) {
    Structure structure;
    try {
      structure = source->read(i);
    } catch (const InputError& error) {
      fail_key(context.input, "generate", key, error.what());
    }
    std::vector<std::string> symbols;
    for (const std::int32_t type : structure.type) {
      const int z = structure.species[static_cast<std::size_t>(type)].atomic_number;
      symbols.emplace_back(z > 0 ? element_symbol(z) : structure.species[static_cast<std::size_t>(type)].symbol);
    }
    const auto id = structure.info.find("id");
    add(id != structure.info.end() ? id->second : source->default_id(i), symbols);
    if (latents_) structures.push_back(std::move(structure));
  }
  check(true);
  if (!latents_) return;
  std::vector<std::string> problems;
  for (const Target& target : targets_) problems.push_back(target.problem);
  latents_->encode(context, structures, problems);
  for (std::size_t k = 0; k < targets_.size(); ++k)
    if (targets_[k].problem.empty() && !problems[k].empty())
      targets_[k].problem = fmt::format("{}: {}", targets_[k].name, problems[k]);
}

void GenerationPlan::read_conditions(const RunContext& context) {
  const auto& known = model_->architecture.conditions;
  conditions_.assign(known.size(), std::numeric_limits<double>::quiet_NaN());
  std::vector<std::string> names;
  for (const GeneratorCondition& condition : known) names.push_back(condition.name);
  const GenerateParameters& p = context.input.generate;
  std::vector<std::string> wanted = p.conditions;
  // A target of a model without latent vectors is a condition.
  const bool has_target = !p.target.empty() && !model_->architecture.has_latents();
  if (has_target) wanted.push_back(fmt::format("{}: {}", p.target, p.target_value));
  for (const std::string& text : wanted) {
    const auto colon = text.rfind(':');
    const std::string name = std::string(trim(std::string_view(text).substr(0, colon)));
    const auto found = std::find(names.begin(), names.end(), name);
    const auto fail_here = [&](const std::string& what) {
      fail_key(context.input, "generate", has_target && &text == &wanted.back() ? "target" : "conditions", what);
    };
    if (found == names.end())
      fail_here(fmt::format("the model was trained without '{}'; it knows {}", name,
                            names.empty() ? std::string("no conditions") : quoted_list(names)));
    double value = 0.0;
    if (!parse_number(trim(std::string_view(text).substr(colon + 1)), value))
      fail_here(fmt::format("'{}' has no number", text));
    const GeneratorCondition& condition = known[static_cast<std::size_t>(found - names.begin())];
    // Far outside of the data a network says anything.
    const double reach = condition.highest - condition.lowest;
    if (value < condition.lowest - reach || value > condition.highest + reach)
      fail_here(fmt::format("{} = {} is far outside of the training data, {} to {}{}", name, value, condition.lowest,
                            condition.highest, condition.unit.empty() ? "" : " " + condition.unit));
    conditions_[static_cast<std::size_t>(found - names.begin())] = value;
  }
}

void GenerationPlan::read_templates(const RunContext& context) {
  const GenerateParameters& p = context.input.generate;
  SourceOptions options;
  options.read = read_options(p);
  const auto source = open_list(context, p.templates, {"generate", "templates"}, options);
  for (std::int64_t i = 0; i < source->size() && templates_.size() < most_templates; ++i) {
    try {
      auto one = std::make_shared<const SymmetryTemplate>(source->read(i));
      if (p.space_group != 0 && one->space_group() != p.space_group) continue;
      if (p.space_group == 0 && one->space_group() == 1) continue;
      if (n_atoms_ != 0 && static_cast<std::int64_t>(one->n_atoms()) != n_atoms_) continue;
      templates_.push_back(std::move(one));
    } catch (const Error&) {
      continue;  // what cannot be read is no template
    }
  }
  if (templates_.empty())
    fail_key(
        context.input, "generate", p.space_group != 0 ? "space_group" : "templates",
        fmt::format("no crystal of {} has {}", p.templates,
                    p.space_group != 0 ? fmt::format("the space group {}", p.space_group) : "more symmetry than P1"));
}

std::string GenerationPlan::target(std::int64_t number) const {
  if (latents_ && latents_->mode() == "interpolated") return "";
  return targets_.empty() ? std::string() : targets_[static_cast<std::size_t>(number) % targets_.size()].name;
}

CrystalRequest GenerationPlan::request(std::int64_t number) const {
  CrystalRequest request;
  request.number = static_cast<std::uint64_t>(number);
  request.conditions = conditions_;
  request.family = family_;
  RandomSequence random(Random(settings_.seed, RandomPurpose::generation), 1, request.number);
  const bool interpolates = latents_ && latents_->mode() == "interpolated";
  if (!targets_.empty() && !interpolates) {
    const Target& target = targets_[static_cast<std::size_t>(number) % targets_.size()];
    request.type = target.type;
    request.problem = target.problem;
  }
  if (latents_ && request.problem.empty()) {
    request.latent = latents_->latent(latents_->index(number));
    if (species_ != "given") request.type = latents_->model().contents(request.latent.data());
    if (species_ != "given" && species_ != "latent")
      std::fill(request.type.begin(), request.type.end(), model_->architecture.mask());
  } else if (!targets_.empty()) {
    // Their contents are given.
  } else if (species_ == "data") {
    request.type = statistics_.draw(random);
  } else {
    request.type.assign(static_cast<std::size_t>(n_atoms_ != 0 ? n_atoms_ : statistics_.draw_size(random)),
                        model_->architecture.mask());
  }
  if (!templates_.empty() && request.problem.empty()) fit_template(request, random);
  return request;
}

/// A template that the crystal can have: of generated species any, else one whose orbits can be filled with the atoms.
void GenerationPlan::fit_template(CrystalRequest& request, RandomSequence& random) const {
  const bool is_open = species_ == "joint" || species_ == "first";
  std::map<std::int32_t, std::int64_t> wanted;
  for (const std::int32_t type : request.type) ++wanted[type];
  const auto start = static_cast<std::size_t>(random.uniform() * static_cast<double>(templates_.size()));
  for (std::size_t k = 0; k < templates_.size(); ++k) {
    const auto& one = templates_[(start + k) % templates_.size()];
    if (is_open) {
      request.symmetry = one;
      request.type.assign(one->n_atoms(), model_->architecture.mask());
      return;
    }
    if (one->n_atoms() != request.type.size()) continue;
    std::map<std::int32_t, std::vector<std::size_t>> orbits;
    for (std::size_t a = 0; a < one->n_atoms(); ++a) orbits[one->orbit()[a]].push_back(a);
    // Largest orbits first, each to a species that has so many atoms left, one of them at random.
    std::vector<const std::vector<std::size_t>*> order;
    for (const auto& [first, atoms] : orbits) order.push_back(&atoms);
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->size() > b->size(); });
    auto left = wanted;
    std::vector<std::int32_t> type(request.type.size());
    bool fits = true;
    for (const auto* atoms : order) {
      std::vector<std::int32_t> able;
      for (const auto& [species, n] : left)
        if (n >= static_cast<std::int64_t>(atoms->size())) able.push_back(species);
      if (able.empty()) {
        fits = false;
        break;
      }
      const std::int32_t chosen = able[std::min(
          able.size() - 1, static_cast<std::size_t>(random.uniform() * static_cast<double>(able.size())))];
      left[chosen] -= static_cast<std::int64_t>(atoms->size());
      for (const std::size_t a : *atoms) type[a] = chosen;
    }
    if (!fits) continue;
    request.symmetry = one;
    request.type = type;
    return;
  }
  request.problem = "no template has as many atoms and places for its composition";
}

void GenerationPlan::report(const RunContext& context) const {
  const GeneratorArchitecture& a = model_->architecture;
  Log& log = context.log;
  echo_line(log, "model",
            fmt::format("{}: {}, {} weights, {} elements", context.input.generate.model, a.kind,
                        grouped(static_cast<std::int64_t>(model_->weights.size())), a.elements.size()));
  echo_line(log, "species",
            species_ == "given"    ? fmt::format("given by {}", context.input.generate.structures.empty()
                                                                    ? "compositions"
                                                                    : context.input.generate.structures)
            : species_ == "latent" ? std::string("what latent vectors say")
            : species_ == "data"   ? fmt::format("{} compositions of the training data",
                                                 grouped(static_cast<std::int64_t>(statistics_.size())))
            : species_ == "joint"  ? "generated with positions and cell"
                                   : "generated before positions and cell");
  for (std::size_t c = 0; c < a.conditions.size(); ++c)
    if (!std::isnan(conditions_[c]))
      echo_line(log, "condition",
                fmt::format("{} = {}{}, guidance {}", a.conditions[c].name, conditions_[c],
                            a.conditions[c].unit.empty() ? "" : " " + a.conditions[c].unit, settings_.guidance));
  if (latents_) latents_->report(context);
  if (!templates_.empty())
    echo_line(log, "templates",
              fmt::format("{} crystals of {}", grouped(static_cast<std::int64_t>(templates_.size())),
                          context.input.generate.templates));
  echo_line(log, "steps",
            a.is_diffusion()
                ? fmt::format("{} of {} levels of noise, corrector {}", settings_.steps, a.levels, settings_.corrector)
                : fmt::format("{} {}, slope {}", settings_.steps, settings_.heun ? "Heun" : "Euler", settings_.slope));
}

}  // namespace spinel
