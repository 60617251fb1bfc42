#include "input/validate_stability.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "input/schema.hpp"

namespace spinel {

namespace {

bool has_empty(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [](const auto& name) { return name.empty(); });
}

}  // namespace

void check_hull_keys(const Input& input) {
  const auto& p = input.hull;
  const auto check = [&](bool wrong, const char* key, const std::string& what) {
    if (wrong) fail_key(input, "hull", key, what);
  };
  if (input.control.units != "metal")
    fail_key(input, "control", "units", "calculation = 'hull' is in eV/atom: units must be 'metal'");
  check(p.entries.empty() && p.reference.empty(), "entries", "missing: either entries or reference is required");
  check(!p.entries.empty() && !p.reference.empty(), "reference", "entries and reference exclude each other");
  check(!p.reference.empty() && p.candidates.empty(), "candidates", "missing: what is asked of the reference");
  check(has_empty(p.entries), "entries", "a file name must not be empty");
  check(has_empty(p.candidates), "candidates", "a file name must not be empty");
  check(has_empty(p.elements), "elements", "an element must not be empty");
  check(!p.reference.empty() && p.elemental_references == "zero", "elemental_references",
        "goes with entries; the reference has its own");
}

}  // namespace spinel
