#include "input/validate/check.hpp"

namespace spinel {

void check_evaluate_keys(const Input& input) {
  const auto& p = input.evaluate;
  const Check check(input, "evaluate");
  const auto given = [&](const char* group) { return input.locations.line.count({group, ""}) > 0; };
  if (input.control.units != "metal")
    fail_key(input, "control", "units", "calculation = 'evaluate' is in eV and Å: units must be 'metal'");
  if (!input.structure.prototype.empty())
    fail_key(input, "structure", "prototype", "a set of structures comes from a file or a folder");
  if (input.structure.frame != -1)
    fail_key(input, "structure", "frame", "one frame is asked for, but calculation = 'evaluate' takes all");
  check(has_empty(p.reference), "reference", "a file name must not be empty");
  check(p.relax && !given("potential"), "relax", "needs &potential; relax = .false. takes the set as it is");
  check(p.relax && !p.energy_key.empty(), "energy_key", "goes with relax = .false.; the potential gives the energies");
  check(p.relax && p.energy_kind != "auto", "energy_kind", "goes with relax = .false.");
  check(p.hull.empty() && input.measures.distribution.empty() && !p.energy_key.empty(), "energy_key",
        "goes with hull, or with distribution in &measures");
  check(!p.relax && p.unconverged != EvaluateParameters().unconverged, "unconverged", "goes with relax = .true.");
  for (const char* group : {"potential", "relax"})
    if (!p.relax && given(group)) fail_key(input, group, "", "goes with relax = .true. in &evaluate");
  check(p.hull.empty() && p.stable_below != EvaluateParameters().stable_below, "stable_below", "goes with hull");
  check(p.hull.empty() && p.missing_elements != EvaluateParameters().missing_elements, "missing_elements",
        "goes with hull");
}

}  // namespace spinel
