#include "propose/element_rules.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "propose/candidate_volume.hpp"

namespace spinel {

namespace {

int element(const std::string& symbol, const char* key) {
  const int number = atomic_number(symbol);
  if (number == 0) fail_input("&propose {}: unknown element '{}' (nearest: '{}')", key, symbol, nearest_symbol(symbol));
  if (number > last_with_radius) fail_input("&propose {}: no radius of {} is known", key, symbol);
  return number;
}

}  // namespace

ElementRules::ElementRules(const ProposeParameters& p)
    : allowed_(256, p.elements.empty()), are_given_(!p.elements.empty()) {
  for (const std::string& symbol : p.elements) allowed_[static_cast<std::size_t>(element(symbol, "elements"))] = true;
  std::fill(allowed_.begin() + last_with_radius + 1, allowed_.end(), false);
  allowed_[0] = false;
  for (int z = 1; z <= last_with_radius; ++z)
    if (allows(z)) elements_.push_back(z);
  for (const std::string& symbol : p.required_elements) required_.push_back(element(symbol, "required_elements"));
  if (p.n_elements.empty()) return;
  fewest_ = static_cast<std::size_t>(p.n_elements.front());
  most_ = std::min(most_, static_cast<std::size_t>(p.n_elements.back()));
}

bool ElementRules::has_required(const Assignment& elements, std::size_t n) const {
  return std::all_of(required_.begin(), required_.end(), [&](int z) {
    return std::find(elements.begin(), elements.begin() + static_cast<std::ptrdiff_t>(n), z) !=
           elements.begin() + static_cast<std::ptrdiff_t>(n);
  });
}

Verdict ElementRules::verdict(const KnownCrystal& crystal) const {
  const bool fits =
      allows_number(crystal.n_species()) &&
      std::all_of(crystal.element.begin(), crystal.element.end(), [&](std::uint8_t z) { return allows(z); }) &&
      has_required(crystal.own(), crystal.n_species());
  return fits ? Verdict::accepted : Verdict::not_allowed;
}

}  // namespace spinel
