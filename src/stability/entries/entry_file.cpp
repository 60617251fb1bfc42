#include "stability/entries/entry_file.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/labels.hpp"
#include "crystal/formats/structure_format.hpp"
#include "io/dataset/dataset.hpp"
#include "source/structure_source.hpp"
#include "stability/entries/energy_key.hpp"

namespace spinel {

namespace {

const std::vector<EnergyKey> usual_energy_keys = {{"formation_energy_per_atom", EnergyKind::formation, true},
                                                  {"e_form_per_atom", EnergyKind::formation, true},
                                                  {"e_form", EnergyKind::formation, true},
                                                  {"energy_per_atom", EnergyKind::total, true},
                                                  {"energy", EnergyKind::total, false},
                                                  {"total_energy", EnergyKind::total, false}};

bool holds(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// The file's name without folder, ".gz" and what stands before it.
std::string stem(const std::string& path) {
  std::filesystem::path name = std::filesystem::path(path).filename();
  if (name.extension() == ".gz") name = name.stem();
  return name.stem().string();
}

}  // namespace

double EnergyKey::per_atom_energy(double value, const Composition& composition) const {
  constexpr double most = 1e6;
  const double result = per_atom ? value : value / composition.n_atoms();
  if (!(std::abs(result) <= most)) fail_input("{} = {} is no energy of {}", name, value, reduced_formula(composition));
  return result;
}

EnergyKey choose_energy_key(const EntryFileOptions& options, const std::vector<std::string>& known) {
  const std::string wanted = lower_case(options.energy_key);
  EnergyKey result{wanted, EnergyKind::total, false};
  const auto usual = std::find_if(usual_energy_keys.begin(), usual_energy_keys.end(), [&](const EnergyKey& key) {
    return wanted.empty() ? holds(known, key.name) : key.name == wanted;
  });
  if (usual != usual_energy_keys.end()) result = *usual;
  if (result.name.empty() || !holds(known, result.name)) {
    std::vector<std::string> looked_for = {wanted};
    if (wanted.empty()) {
      looked_for.clear();
      for (const auto& key : usual_energy_keys) looked_for.push_back(key.name);
    }
    fail_input("no energy: none of {} among {}", quoted_list(looked_for), quoted_list(known));
  }
  if (options.energy_kind != "auto") {
    result.kind = options.energy_kind.rfind("formation", 0) == 0 ? EnergyKind::formation : EnergyKind::total;
    result.per_atom = options.energy_kind == "formation_per_atom" || options.energy_kind == "total_per_atom";
  } else if (usual == usual_energy_keys.end()) {
    fail_input("the name '{}' does not state what kind of energy it is; energy_kind must", options.energy_key);
  }
  return result;
}

std::vector<std::string> id_keys(const EntryFileOptions& options) {
  if (!options.id_key.empty()) return {lower_case(options.id_key)};
  return {"id", "material_id", "entry_id", "task_id", "name"};
}

std::vector<std::string> formula_keys(const EntryFileOptions& options) {
  if (!options.formula_key.empty()) return {lower_case(options.formula_key)};
  return {"composition", "formula", "formula_pretty", "pretty_formula", "reduced_formula"};
}

std::string numbered_id(const std::string& path, std::size_t number) {
  return fmt::format("{}:{}", stem(path), number);
}

ElementFilter::ElementFilter(const EntryFileOptions& options) : all_(options.elements.empty()) {
  for (const auto& symbol : options.elements) wanted_.insert(species_from_symbol(symbol).atomic_number);
}

EntryList read_structure_entries(const std::string& path, const EntryFileOptions& options) {
  EntryList list;
  const ElementFilter filter(options);
  const auto ids = id_keys(options);
  const auto source = open_structure_source(path, {}, Communicator::self());
  for (std::int64_t i = 0; i < source->size(); ++i) {
    const Structure frame = source->read(i);
    for (const std::string& text : frame.warnings) warn(list.warnings, fmt::format("{}: {}", path, text));
    const auto number = static_cast<std::size_t>(i + 1);
    const auto where = [&] { return fmt::format("{}: structure {}", path, number); };
    std::map<std::string, std::string> info;
    std::vector<std::string> known;
    for (const auto& [key, value] : frame.info) {
      info[lower_case(key)] = value;
      known.push_back(lower_case(key));
    }
    if (const auto status = info.find("status");
        status != info.end() && (status->second == "failed" || status->second == "pending")) {
      list.left_out.push_back(where());
      continue;
    }
    try {
      HullEntry entry;
      entry.composition = composition_of(frame);
      const EnergyKey key = choose_energy_key(options, known);
      double value = 0.0;
      if (!parse_number(trim(info[key.name]), value))
        fail_input("{} = '{}' is no finite number", key.name, info[key.name]);
      entry.energy = key.per_atom_energy(value, entry.composition);
      if (!list.entries.empty() && key.kind != list.kind)
        fail_input("formation energies and total energies in one file");
      list.kind = key.kind;
      const auto id = std::find_if(ids.begin(), ids.end(), [&](const auto& k) { return info.count(k) > 0; });
      entry.id = id == ids.end() ? numbered_id(path, number) : info[*id];
      for (const char* name : {"run_type", "functional"})
        if (const auto type = info.find(name); type != info.end()) entry.run_type = type->second;
      if (filter.takes(entry.composition)) list.entries.push_back(std::move(entry));
    } catch (const InputError& error) {
      fail_input("{}: {}", where(), error.what());
    }
  }
  return list;
}

EntryList read_entries(const std::string& path, const EntryFileOptions& options) {
  EntryList list;
  if (has_extension(path, ".csv"))
    list = parse_csv_entries(LineReader(path), options);
  else if (is_json_name(path))
    list = parse_json_entries(read_text(path), path, options);
  else if (structure_format(path) != nullptr || std::filesystem::is_directory(path))
    list = read_structure_entries(path, options);
  else if (is_dataset_name(path))
    list = read_dataset_entries(path, options);
  else
    fail_input(
        "{}: the name states no kind of file with energies (.csv, .json, .jsonl, .xyz, .extxyz, each with .gz; .h5)",
        path);
  if (list.entries.empty())
    fail_input("{}: no entries{}", path,
               options.elements.empty() ? "" : fmt::format(" of the elements {}", fmt::join(options.elements, ", ")));
  return list;
}

EntryList read_entries(const std::vector<std::string>& paths, const EntryFileOptions& options) {
  EntryList all;
  for (const auto& path : paths) {
    EntryList list = read_entries(path, options);
    if (!all.entries.empty() && list.kind != all.kind)
      fail_input("{}: {} energies, but {} in the files before it", path,
                 list.kind == EnergyKind::formation ? "formation" : "total",
                 all.kind == EnergyKind::formation ? "formation" : "total");
    all.kind = list.kind;
    std::move(list.warnings.begin(), list.warnings.end(), std::back_inserter(all.warnings));
    std::move(list.left_out.begin(), list.left_out.end(), std::back_inserter(all.left_out));
    std::move(list.entries.begin(), list.entries.end(), std::back_inserter(all.entries));
  }
  return all;
}

void add_zero_references(EntryList& list) {
  ElementSet seen, own;
  for (const auto& entry : list.entries) {
    for (const auto& part : entry.composition.parts) seen.insert(part.atomic_number);
    if (entry.composition.parts.size() == 1) own.insert(entry.composition.parts[0].atomic_number);
  }
  for (const int z : seen.atomic_numbers()) {
    if (own.contains(z)) continue;
    HullEntry reference{fmt::format("reference-{}", element_symbol(z)), {}, 0.0};
    reference.composition.add(z, 1.0);
    list.entries.push_back(std::move(reference));
  }
}

}  // namespace spinel
