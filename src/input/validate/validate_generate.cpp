#include <filesystem>
#include <set>

#include "input/validate/check.hpp"

namespace spinel {

Input evaluation_of_generated(const Input& input) {
  Input result = input;
  ControlParameters& control = result.control;
  control.calculation = "evaluate";
  result.structure = {};
  result.structure.file = (std::filesystem::path(control.outdir) / (control.prefix + "_generated.xyz")).string();
  control.prefix += "_evaluated";
  // A run that was stopped while it generated has nothing of the evaluation to go on from.
  if (control.restart_mode == "restart") control.restart_mode = "auto";
  return result;
}

void check_generate_keys(const Input& input) {
  const auto& p = input.generate;
  const Check check(input, "generate");
  if (input.control.units != "metal")
    fail_key(input, "control", "units", "calculation = 'generate' makes crystals of elements: units must be 'metal'");
  check(p.model.empty(), "model", "must not be empty");
  check_type_map(check, p);
  const bool is_given = !p.structures.empty() || !p.compositions.empty();
  check(!p.structures.empty() && !p.compositions.empty(), "compositions", "do not go with structures");
  const bool encodes = !p.structures.empty() && (p.latents == "encoded" || p.latents == "interpolated");
  check(is_given && !encodes && p.species != "auto" && p.species != "given" && p.species != "latent", "species",
        "is '{}', but structures or compositions are given", p.species);
  check(!is_given && p.species == "given", "species", "is 'given', but neither structures nor compositions are");
  check(is_given && p.n_atoms != 0, "n_atoms", "is that of the structures or compositions");
  check(is_given && !p.elements.empty(), "elements", "are those of the structures or compositions");
  check(p.templates.empty() && p.space_group != 0, "space_group", "needs templates, crystals that have it");
  check(!p.templates.empty() && p.crystal_family != "any", "crystal_family", "is that of the templates");
  std::set<std::string> seen;
  for (const std::string& condition : p.conditions) {
    const auto colon = condition.rfind(':');
    check(colon == std::string::npos || colon == 0 || condition.find_first_not_of(' ', colon + 1) == std::string::npos,
          "conditions", "'{}' is not a name and a value, such as 'band_gap: 1.5'", condition);
    check(!seen.insert(condition.substr(0, colon)).second, "conditions", "'{}' is given twice",
          condition.substr(0, colon));
  }
  const GenerateParameters standard;
  check(p.conditions.empty() && p.target.empty() && p.latents == "auto" && p.guidance != 1.0, "guidance",
        "needs conditions, a target or latents");
  check(p.target.empty() && p.target_value != standard.target_value, "target_value", "needs target");
  check(!p.target.empty() && p.judge.empty() && p.target_tolerance != standard.target_tolerance, "target_tolerance",
        "needs a judge, who says what is a hit");
  check(!p.judge.empty() && p.target.empty(), "judge", "needs target");
  check(p.search != standard.search && p.target.empty(), "search", "needs target");
  for (const auto& [key, given] : {std::pair{"climb_steps", p.climb_steps != standard.climb_steps},
                                   {"climb_rate", p.climb_rate != standard.climb_rate}})
    check(given && p.search != "gradient", key, "is of search = 'gradient', not of '{}'", p.search);
  check(p.pool != standard.pool && p.search != "screening", "pool", "is of search = 'screening', not of '{}'",
        p.search);
  check(p.points != standard.points && p.latents != "interpolated", "points", "need latents = 'interpolated'");
  check(p.count != standard.count && p.latents == "interpolated", "count",
        "is that of points and decodings with latents = 'interpolated'");
  check(p.decodings != standard.decodings && p.latents == "encoded", "decodings",
        "is `count` with latents = 'encoded'");
  const auto given = [&](const char* group) { return input.locations.line.count({group, ""}) > 0; };
  check(p.relax && !given("potential"), "relax", "needs &potential");
  for (const char* group : {"potential", "relax", "evaluate", "measures"})
    if (!p.relax && given(group)) fail_key(input, group, "", "goes with relax = .true. in &generate");
  check(p.relax && !input.evaluate.relax, "relax", "is .true., but relax in &evaluate is .false.");
  if (p.relax) validate(evaluation_of_generated(input));
}

}  // namespace spinel
