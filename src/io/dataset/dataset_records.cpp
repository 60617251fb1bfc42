#include "io/dataset/dataset_records.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/text_file.hpp"

namespace spinel {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Six components from the nine or six numbers of `text`, times `factor`.
std::array<double, 6> read_stress(const std::string& key, std::string text, double factor) {
  for (char& c : text)
    if (c == ',' || c == '[' || c == ']') c = ' ';
  const auto tokens = split(text);
  std::vector<double> v(tokens.size());
  for (std::size_t k = 0; k < v.size(); ++k)
    if (!parse_number(tokens[k], v[k])) fail_input("'{}' in {} is not a finite number", tokens[k], key);
  if (v.size() == 9) {
    double largest = 0.0;
    for (const double x : v) largest = std::max(largest, std::abs(x));
    for (const auto& [a, b] : {std::pair{1, 3}, {2, 6}, {5, 7}})
      if (std::abs(v[static_cast<std::size_t>(a)] - v[static_cast<std::size_t>(b)]) > 1e-3 * largest + 1e-8)
        fail_input("{} is not symmetric: '{}'", key, trim(text));
    v = {v[0], v[4], v[8], 0.5 * (v[5] + v[7]), 0.5 * (v[2] + v[6]), 0.5 * (v[1] + v[3])};
  }
  if (v.size() != 6) fail_input("{} must be nine or six numbers, not {}: '{}'", key, v.size(), trim(text));
  std::array<double, 6> result;
  for (std::size_t k = 0; k < 6; ++k) result[k] = factor * v[k];
  return result;
}

// Most keys differ in length already.
bool is_stress(const std::string& key) { return key.size() == 6 && lower_case(key) == "stress"; }
bool is_virial(const std::string& key) {
  return (key.size() == 6 && lower_case(key) == "virial") || (key.size() == 7 && lower_case(key) == "virials");
}

bool is_missing(const std::string& text) {
  const std::string name = lower_case(trim(text));
  return name.empty() || name == "nan" || name == "none" || name == "null";
}

std::optional<double> number_of(const std::string& text) {
  if (is_missing(text)) return nan;
  const std::string_view token = trim(text);
  double value = 0.0;
  if (parse_number(token, value)) return value;
  if (token == "True" || token == "true" || token == "T") return 1.0;
  if (token == "False" || token == "false" || token == "F") return 0.0;
  return std::nullopt;
}

/// Every name that a rank brings, on all ranks, ascending.
std::vector<std::string> union_of_names(const std::vector<std::string>& own, const Communicator& communicator) {
  std::string packed;
  for (const std::string& name : own) packed += name + '\n';
  const auto all = communicator.gather(std::vector<char>(packed.begin(), packed.end()));
  std::set<std::string> names;
  for (auto at = all.begin(); at != all.end();) {
    const auto end = std::find(at, all.end(), '\n');
    names.emplace(at, end);
    at = end + 1;
  }
  packed.clear();
  for (const std::string& name : names) packed += name + '\n';
  communicator.broadcast(packed);
  std::vector<std::string> result;
  for (std::size_t at = 0, end; (end = packed.find('\n', at)) != std::string::npos; at = end + 1)
    result.push_back(packed.substr(at, end - at));
  return result;
}

}  // namespace

const std::vector<std::string>& dataset_id_keys() {
  static const std::vector<std::string> keys = {
      "id",        "material_id", "entry_id", "mp_id", "task_id", "structure_id", "mptrj_snapshot_id",
      "matpes_id", "jid",         "mat_id",   "name",  "label"};
  return keys;
}

std::string usual_unit(const std::string& name) {
  static const std::map<std::string, const char*> units = {
      {"energy", "eV"},
      {"total_energy", "eV"},
      {"free_energy", "eV"},
      {"corrected_energy", "eV"},
      {"uncorrected_energy", "eV"},
      {"correction", "eV"},
      {"energy_per_atom", "eV/atom"},
      {"corrected_energy_per_atom", "eV/atom"},
      {"uncorrected_energy_per_atom", "eV/atom"},
      {"formation_energy_per_atom", "eV/atom"},
      {"e_form", "eV/atom"},
      {"e_above_hull", "eV/atom"},
      {"energy_above_hull", "eV/atom"},
      {"heat_all", "eV"},
      {"heat_ref", "eV"},
      {"band_gap", "eV"},
      {"dir_gap", "eV"},
      {"ind_gap", "eV"},
      {"cbm", "eV"},
      {"vbm", "eV"},
      {"efermi", "eV"},
      {"volume", "Å³"},
      {"density", "g/cm³"},
      {"total_magnetization", "μB"},
      {"bulk_modulus", "GPa"},
      {"shear_modulus", "GPa"},
  };
  const auto found = units.find(lower_case(name));
  return found == units.end() ? "" : found->second;
}

void DatasetRecords::add(const Structure& structure, const std::string& fallback_id) {
  const std::size_t n = structure.size();
  for (const Species& species : structure.species)
    if (species.atomic_number < 1)
      fail_input("'{}' is no element, and the records of a dataset are made of elements", species.symbol);
  std::string own_id = fallback_id, id_name;
  if (!id_key_.empty()) {
    if (structure.info.count(id_key_) == 0) fail_input("it has no '{}', which is to be its id", id_key_);
    id_name = id_key_;
  }
  for (const std::string& key : dataset_id_keys())
    if (id_name.empty() && structure.info.count(key) > 0) id_name = key;
  std::optional<std::array<double, 6>> own_stress;
  for (const auto& [key, value] : structure.info) {
    if (key == id_name) {
      own_id = trim(value);
    } else if (is_stress(key)) {
      if (!is_missing(value)) own_stress = read_stress(key, value, 1.0);
    } else if (is_virial(key) && !own_stress && !is_missing(value)) {
      own_stress = read_stress(key, value, -1.0 / structure.volume());
    }
  }

  const auto before = static_cast<std::size_t>(n_structures());
  const std::size_t atoms_before = atomic_number.size();
  for (std::size_t k = 0; k < 9; ++k)
    cell.push_back(structure.cell(static_cast<Eigen::Index>(k / 3), static_cast<Eigen::Index>(k % 3)));
  unsigned bits = 0;
  for (unsigned k = 0; k < 3; ++k) bits |= structure.periodic[k] ? 1u << k : 0u;
  periodic.push_back(static_cast<std::uint8_t>(bits));
  for (std::size_t i = 0; i < n; ++i) {
    const Species& species = structure.species[static_cast<std::size_t>(structure.type[i])];
    atomic_number.push_back(static_cast<std::uint8_t>(species.atomic_number));
    for (Eigen::Index k = 0; k < 3; ++k) position.push_back(structure.position[i][k]);
  }
  const auto add_vectors = [&](std::vector<double>& to, const std::vector<Vec3>& values) {
    if (values.empty() && to.empty()) return;
    to.resize(3 * atoms_before, nan);
    for (const Vec3& v : values) to.insert(to.end(), {v[0], v[1], v[2]});
    to.resize(3 * (atoms_before + n), nan);
  };
  add_vectors(force, structure.force);
  add_vectors(magnetic_moment, structure.magnetic_moment);
  if (!structure.charge.empty() || !charge.empty()) {
    charge.resize(atoms_before, nan);
    charge.insert(charge.end(), structure.charge.begin(), structure.charge.end());
    charge.resize(atoms_before + n, nan);
  }
  if (own_stress) {
    stress.resize(6 * before, nan);
    stress.insert(stress.end(), own_stress->begin(), own_stress->end());
  } else if (!stress.empty()) {
    stress.resize(6 * (before + 1), nan);
  }
  for (const auto& [key, value] : structure.info) {
    if (key == id_name || is_stress(key) || is_virial(key)) continue;
    std::string safe = key;
    for (char& c : safe)
      if (c == '/' || c == '\n') c = '_';
    auto& values = property[safe];
    values.resize(before + 1);
    values.back() = value;
  }
  id.push_back(std::move(own_id));
  atom_offset.push_back(n_atoms());
}

void DatasetRecords::append(DatasetRecords more) {
  const auto before = static_cast<std::size_t>(n_structures()), after = before + more.id.size();
  const std::int64_t atoms_before = n_atoms();
  const auto join = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  // Where only some have it, the others have NaN.
  const auto join_or_nan = [&](std::vector<double>& to, std::vector<double>& from, std::size_t n_before,
                               std::size_t n_after) {
    if (to.empty() && from.empty()) return;
    to.resize(n_before, nan);
    join(to, from);
    to.resize(n_after, nan);
  };
  join(cell, more.cell);
  join(periodic, more.periodic);
  join(atomic_number, more.atomic_number);
  join(position, more.position);
  const auto n_before = static_cast<std::size_t>(atoms_before), n_after = static_cast<std::size_t>(n_atoms());
  join_or_nan(force, more.force, 3 * n_before, 3 * n_after);
  join_or_nan(magnetic_moment, more.magnetic_moment, 3 * n_before, 3 * n_after);
  join_or_nan(charge, more.charge, n_before, n_after);
  join_or_nan(stress, more.stress, 6 * before, 6 * after);
  join(id, more.id);
  for (auto& [name, values] : more.property) {
    auto& own = property[name];
    own.resize(before);
    join(own, values);
  }
  for (std::size_t k = 1; k < more.atom_offset.size(); ++k) atom_offset.push_back(atoms_before + more.atom_offset[k]);
}

DatasetColumns take_columns(DatasetRecords& records, const Communicator& communicator) {
  DatasetColumns columns;
  const auto n = static_cast<std::size_t>(records.n_structures());
  std::vector<std::string> own;
  for (const auto& [name, values] : records.property) own.push_back(name);
  for (const std::string& name : union_of_names(own, communicator)) {
    auto& values = records.property[name];
    values.resize(n);
    std::vector<double> numbers;
    numbers.reserve(n);
    int numeric = 1;
    for (const std::string& text : values) {
      const auto number = number_of(text);
      if (!number) {
        numeric = 0;
        break;
      }
      numbers.push_back(*number);
    }
    if (communicator.min(numeric) == 1)
      columns.scalar[name] = std::move(numbers);
    else
      columns.text[name] = std::move(values);
    records.property.erase(name);
  }
  const auto n_atoms = static_cast<std::size_t>(records.n_atoms());
  const auto share = [&](std::vector<double>& values, std::size_t size) {
    const bool any = communicator.max(values.empty() ? 0 : 1) == 1;
    if (any) values.resize(size, nan);
    return any;
  };
  columns.has_force = share(records.force, 3 * n_atoms);
  columns.has_stress = share(records.stress, 6 * n);
  columns.has_magnetic_moment = share(records.magnetic_moment, 3 * n_atoms);
  columns.has_charge = share(records.charge, n_atoms);
  return columns;
}

}  // namespace spinel
