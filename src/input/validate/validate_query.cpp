#include <algorithm>

#include "input/validate/check.hpp"

namespace spinel {

namespace {

/// "Ti-Al", "Ti-*": parts between dashes, none of them empty.
bool is_system(const std::string& system) {
  return !system.empty() && system.front() != '-' && system.back() != '-' && system.find("--") == std::string::npos;
}

}  // namespace

void check_query_keys(const Input& input) {
  const QueryParameters& p = input.query;
  const Check check(input, "query");
  if (input.control.units != "metal")
    fail_key(input, "control", "units", "calculation = 'query' is in Å and eV: units must be 'metal'");
  const bool is_optimade = p.database == "optimade";
  for (const auto& [key, given] : {std::pair{"energy_above_hull", !p.energy_above_hull.empty()},
                                   {"formation_energy", !p.formation_energy.empty()},
                                   {"band_gap", !p.band_gap.empty()}})
    check(is_optimade && given, key,
          "OPTIMADE has no standard name for it; ask by the provider's own, as in filter = "
          "'_oqmd_stability<0.05', and keep it by properties");
  check(is_optimade && p.thermo_type != "default", "thermo_type", "is of the Materials Project; OPTIMADE has none");
  check(is_optimade && p.theoretical != "any", "theoretical", "is of the Materials Project; OPTIMADE has none");
  check(is_optimade && !p.key_file.empty(), "key_file", "is of the Materials Project; OPTIMADE takes no key");
  check_selected_keys(input, "query");
  check(is_optimade && p.url.empty(), "url",
        "missing: a provider of OPTIMADE is known by its address, such as 'https://optimade.materialsproject.org'");
  for (const auto& [key, list] : {std::pair{"elements", &p.elements},
                                  {"exclude_elements", &p.exclude_elements},
                                  {"formula", &p.formula},
                                  {"ids", &p.ids},
                                  {"properties", &p.properties}})
    check(has_empty(*list), key, "a name must not be empty");
  for (const std::string& element : p.exclude_elements)
    check(std::find(p.elements.begin(), p.elements.end(), element) != p.elements.end(), "exclude_elements",
          "'{}' is in elements, too: no entry has it and has it not", element);
  for (const std::string& system : p.chemical_system) {
    check(!is_system(system), "chemical_system", "'{}' is not elements with dashes, such as 'Ti-Al'", system);
    check(p.subsystems && system.find('*') != std::string::npos, "subsystems",
          "'{}' with any element has no subsystems that could be listed", system);
    check(p.subsystems && std::count(system.begin(), system.end(), '-') > 7, "subsystems",
          "'{}' has more than 255; give the systems one by one", system);
  }
  check(p.subsystems && p.chemical_system.empty(), "subsystems", "goes with chemical_system");
  const auto check_order = [&](const char* key, const auto& list) {
    if (!list.empty()) check(list.front() > list.back(), key, "{} is above {}", list.front(), list.back());
  };
  for (const auto& [key, list] : {std::pair{"n_elements", &p.n_elements}, {"n_sites", &p.n_sites}})
    check_order(key, *list);
  for (const auto& [key, list] : {std::pair{"energy_above_hull", &p.energy_above_hull},
                                  {"formation_energy", &p.formation_energy},
                                  {"band_gap", &p.band_gap}})
    check_order(key, *list);
}

}  // namespace spinel
