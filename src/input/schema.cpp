#include "input/schema.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "input/key_place.hpp"
#include "input/namelist.hpp"

namespace spinel {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

AtRestart Key::at_restart(const Input& now) const {
  const std::string& calculation = now.control.calculation;
  const bool frozen = contains(frozen_for, calculation) ||
                      (!changes_for.empty() && !contains(changes_for, calculation)) ||
                      (changes_for_one && takes_many_structures(now));
  return frozen ? AtRestart::frozen : changed;
}

bool Group::used_by(const std::string& calculation) const {
  return calculations.empty() || contains(calculations, calculation);
}

bool Group::used_by(const std::string& calculation, const Key& key) const {
  return key.calculations.empty() ? used_by(calculation) : contains(key.calculations, calculation);
}

bool Group::used_in(const Input& input) const {
  return used_by(input.control.calculation) &&
         (!contains(optional_for, input.control.calculation) || input.locations.line.count({name, ""}) > 0);
}

const Key* Group::find(const std::string& key) const {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == key; });
  return found == keys.end() ? nullptr : &*found;
}

const Group* find_group(const std::string& name) {
  const auto& groups = schema();
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.name == name; });
  return found == groups.end() ? nullptr : &*found;
}

bool takes_many_structures(const Input& input) {
  const Group* own = find_group(input.control.calculation);
  return input.structure.all || (own != nullptr && own->takes_many_structures);
}

bool relaxes_structures(const Input& input) {
  const Group* own = find_group(input.control.calculation);
  return own != nullptr && own->relaxes_structures && own->relaxes_structures(input);
}

std::string InputLocations::label(const std::string& group, const std::string& key) const {
  int at = last_line;
  if (const auto of_group = line.find({group, ""}); of_group != line.end()) at = of_group->second;
  if (const auto of_key = line.find({group, key}); of_key != line.end()) at = of_key->second;
  return input_label(file, at, group, key);
}

void KeyPlace::fail(const std::string& key, const std::string& what) const {
  throw InputError(locations->label(group, key) + what);
}

void fail_key(const Input& input, const std::string& group, const std::string& key, const std::string& what) {
  throw InputError(input.locations.label(group, key) + what);
}

}  // namespace spinel
