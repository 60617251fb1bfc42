#include "crystal/formats/json/json_labels.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/json/json_values.hpp"

namespace spinel {

namespace {

using nlohmann::json;

constexpr int nested_rank = 1000;  // added to the rank of a list within another object
constexpr std::size_t longest_text = 1000;

/// Numbers of nested lists one after the other, "1 0 0 0 1 0 0 0 1". False where one is missing.
bool append_numbers(const json& value, std::string& text, int depth = 0) {
  if (!value.is_array()) {
    if (value.is_null() || value.is_object()) return false;
    text += (text.empty() ? "" : " ") + (value.is_string() ? value.get<std::string>() : value.dump());
    return true;
  }
  // Trajectories may have one more dimension than a tensor has.
  if (depth > 4) return false;
  for (const json& part : value)
    if (!append_numbers(part, text, depth + 1)) return false;
  return !value.empty();
}

bool is_vectors(const json& value, std::size_t n) {
  if (value.size() != n) return false;
  for (const json& row : value) {
    if (!row.is_array() || row.size() != 3) return false;
    for (const json& x : row)
      if (!x.is_number()) return false;
  }
  return true;
}

/// A tensor of a crystal of three atoms is no list of vectors of its atoms.
bool is_symmetric(const json& value) {
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (value.size() != 3 || std::abs(value[i][k].get<double>() - value[k][i].get<double>()) > 1e-6) return false;
  return true;
}

/// `is_like`: 'REF_stress' and the like, which it is only where it has the numbers of one.
bool is_stress_name(const std::string& name, const LabelKeys& keys, bool& is_like) {
  const std::string lower = lower_case(name);
  is_like = lower.find("stress") != std::string::npos || lower.find("virial") != std::string::npos;
  return lower == "stress" || lower == "virial" || lower == "virials" ||
         (!name.empty() && (name == keys.stress || name == keys.virial));
}

std::size_t count_numbers(const json& value) {
  if (!value.is_array()) return value.is_number() ? 1 : 0;
  std::size_t n = 0;
  for (const json& part : value) n += part.is_array() ? part.size() : 1;
  return n;
}

bool is_energy_name(const std::string& name, const LabelKeys& keys) {
  return (!name.empty() && name == keys.energy) || lower_case(name).find("energy") != std::string::npos;
}

/// 2, [0, 0, 2], or what pymatgen writes of its Magmom; false where it is missing.
bool read_moment(const json& written, Vec3& moment) {
  const json* inner = json_member(written, "moment");
  const json& value = inner != nullptr ? *inner : written;
  if (value.is_number()) {
    moment = Vec3(0.0, 0.0, value.get<double>());
    return std::isfinite(moment[2]);
  }
  if (!value.is_array() || value.size() != 3) return false;
  for (std::size_t k = 0; k < 3; ++k) {
    if (!value[k].is_number() || !std::isfinite(value[k].get<double>())) return false;
    moment[static_cast<Eigen::Index>(k)] = value[k].get<double>();
  }
  return true;
}

}  // namespace

void JsonLabels::add_text(const std::string& name, std::string text, bool is_nested) {
  if (text.empty() || (!missing_.empty() && text == missing_)) return;
  if (text.size() > longest_text || text.find('\n') != std::string::npos) return;
  if (is_nested)
    structure_.info.emplace(name, std::move(text));
  else
    structure_.info[name] = std::move(text);
}

void JsonLabels::add(const std::string& name, const json& value, bool is_nested) {
  if (name.rfind('@', 0) == 0) return;
  if (value.is_array())
    add_list(name, value, is_nested);
  else
    add_text(name, scalar_text(value), is_nested);
}

void JsonLabels::add_list(const std::string& name, const json& value, bool is_nested) {
  if (value.empty()) return;
  int rank = 0;
  if (const AtomLabel label = atom_label(name, options_.keys, rank); label != AtomLabel::none) {
    if (is_nested) rank += nested_rank;
    Choice& best = choice_[static_cast<std::size_t>(label) - 1];
    if (best.list == nullptr || rank < best.rank) best = {&value, name, rank};
    return;
  }
  bool is_like_stress = false;
  const bool is_stress = is_stress_name(name, options_.keys, is_like_stress);
  if (const std::size_t n = is_like_stress ? count_numbers(value) : 0; is_stress || n == 6 || n == 9) {
    std::string text;
    if (append_numbers(value, text))
      add_text(name, std::move(text), is_nested);
    else
      warn(structure_.warnings, fmt::format("the {} holds no number in some place and is not used", name));
    return;
  }
  if (is_energy_name(name, options_.keys) && value.size() == 1) return add_text(name, scalar_text(value[0]), is_nested);
  if (is_vectors(value, structure_.size()) && !is_symmetric(value))
    warn(structure_.warnings, fmt::format("the list '{}' of vectors of atoms is not used", name));
}

void JsonLabels::finish() {
  const auto at = [](AtomLabel label) { return static_cast<std::size_t>(label) - 1; };
  // Labels that came with the structure itself have the usual names; so do lists of a rank below 100.
  const auto counts = [&](const Choice& choice, bool has_some) {
    return choice.list != nullptr && (!has_some || choice.rank < 100);
  };
  if (const Choice& choice = choice_[at(AtomLabel::force)]; counts(choice, !structure_.force.empty())) {
    if (choice.list->size() != structure_.size())
      fail_input("{} forces for {} atoms", choice.list->size(), structure_.size());
    structure_.force.clear();
    for (std::size_t i = 0; i < structure_.size(); ++i)
      structure_.force.push_back(vector_from_json((*choice.list)[i], fmt::format("the force of atom {}", i + 1)));
    if (choice.rank % nested_rank >= 100) warn(structure_.warnings, fmt::format("the forces are '{}'", choice.name));
  }
  if (const Choice& choice = choice_[at(AtomLabel::magnetic_moment)];
      counts(choice, !structure_.magnetic_moment.empty()))
    take_moments(choice);
  if (const Choice& choice = choice_[at(AtomLabel::charge)]; counts(choice, !structure_.charge.empty()))
    take_charges(choice);
  choice_ = {};
}

void JsonLabels::take_moments(const Choice& choice) {
  if (choice.list->size() != structure_.size()) {
    warn(structure_.warnings, fmt::format("the list '{}' is not used: it has {} values for {} atoms", choice.name,
                                          choice.list->size(), structure_.size()));
    return;
  }
  std::vector<Vec3> moments(structure_.size());
  for (std::size_t i = 0; i < moments.size(); ++i)
    if (!read_moment((*choice.list)[i], moments[i])) return;
  structure_.magnetic_moment = std::move(moments);
}

void JsonLabels::take_charges(const Choice& choice) {
  if (choice.list->size() != structure_.size()) {
    warn(structure_.warnings, fmt::format("the list '{}' is not used: it has {} values for {} atoms", choice.name,
                                          choice.list->size(), structure_.size()));
    return;
  }
  std::vector<double> charges;
  for (const json& value : *choice.list) {
    if (!value.is_number() || !std::isfinite(value.get<double>())) return;
    charges.push_back(value.get<double>());
  }
  structure_.charge = std::move(charges);
}

}  // namespace spinel
