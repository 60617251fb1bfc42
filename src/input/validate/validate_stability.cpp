#include "input/validate/check.hpp"

#include <algorithm>

namespace spinel {

void check_hull_keys(const Input& input) {
  const auto& p = input.hull;
  const auto check = [&](bool wrong, const char* key, const std::string& what) {
    if (wrong) fail_key(input, "hull", key, what);
  };
  if (input.control.units != "metal")
    fail_key(input, "control", "units", "calculation = 'hull' is in eV/atom: units must be 'metal'");
  check_type_map(Check(input, "hull"), p);
  const bool computes = !p.structures.empty() || !p.prototypes.empty();
  const bool makes_hull = computes || !p.entries.empty();
  const auto given = [&](const char* group, const char* key) { return input.locations.line.count({group, key}) > 0; };
  check(!makes_hull && p.reference.empty(), "entries",
        "missing: one of entries, structures, prototypes and reference is required");
  const char* made_by = !p.entries.empty() ? "entries" : !p.structures.empty() ? "structures" : "prototypes";
  check(makes_hull && !p.reference.empty(), "reference", std::string(made_by) + " and reference exclude each other");
  check(has_empty(p.structures), "structures", "a file name must not be empty");
  const char* computed = p.structures.empty() ? "prototypes" : "structures";
  check(computes && !given("potential", ""), computed, "their energies need &potential");
  check(computes && p.elemental_references == "zero", "elemental_references",
        "'zero' needs formation energies; those of structures are total energies");
  check(!computes && p.elemental_references == "prototypes", "elemental_references",
        "'prototypes' goes with structures or prototypes, whose energies &potential gives");
  check(!computes && !p.relax, "relax", "goes with structures or prototypes");
  check(p.structures.empty() && p.lowest > 0, "lowest", "goes with structures");
  check(p.lowest == 0 && p.lowest_by != HullParameters().lowest_by, "lowest_by", "needs lowest");
  check(p.lowest_by.empty(), "lowest_by", "a name must not be empty");
  for (const char* group : {"potential", "relax"})
    if (!computes && given(group, ""))
      fail_key(input, group, "", "goes with &hull structures or prototypes, and there are none");
  if (computes && !p.relax && given("relax", "")) fail_key(input, "relax", "", "&hull relax = .false. does not use it");
  const bool sized = std::all_of(p.prototypes.begin(), p.prototypes.end(),
                                 [](const auto& label) { return label.find('=') != std::string::npos; });
  const bool estimates = !sized || p.elemental_references == "prototypes";
  check(estimates && !p.relax, "relax",
        "prototypes without lattice constants begin from estimated volumes: they must be relaxed");
  if (estimates && input.relax.cell == "fixed")
    fail_key(input, "relax", "cell",
             "prototypes without lattice constants begin from estimated volumes: the cell must relax ('full')");
  check(p.align != "none" && !p.run_type.empty(), "align", "brings run types together; run_type picks one of them");
  check(p.align != "none" && !p.reference.empty(), "align", "goes with entries; the reference has none");
  check(p.align != "none" && p.elemental_references == "zero", "align",
        "needs total energies, 'zero' formation energies");
  check(!p.reference.empty() && p.candidates.empty(), "candidates", "missing: what is asked of the reference");
  check(has_empty(p.entries), "entries", "a file name must not be empty");
  check(has_empty(p.candidates), "candidates", "a file name must not be empty");
  check(has_empty(p.elements), "elements", "an element must not be empty");
  check(!p.reference.empty() && p.elemental_references == "zero", "elemental_references",
        "goes with entries; the reference has its own");
}

}  // namespace spinel
