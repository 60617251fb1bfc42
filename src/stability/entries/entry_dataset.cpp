#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/dataset/dataset.hpp"
#include "stability/entries/energy_key.hpp"

namespace spinel {

namespace {

Composition composition_of(const Dataset& data, std::int64_t i) {
  Composition result;
  for (auto atom = data.atom_offset()[i]; atom < data.atom_offset()[i + 1]; ++atom)
    result.add(data.atomic_number()[atom], 1.0);
  return result;
}

/// The name as the dataset writes it.
std::string name_in(const std::vector<std::string>& names, const std::string& lower) {
  for (const std::string& name : names)
    if (lower_case(name) == lower) return name;
  return lower;
}

}  // namespace

EntryList read_dataset_entries(const std::string& path, const EntryFileOptions& options) {
  const Dataset data(path, Communicator::self());
  const ElementFilter filter(options);
  std::vector<std::string> known;
  for (const std::string& name : data.scalar_names()) known.push_back(lower_case(name));
  EntryList list;
  try {
    const EnergyKey key = choose_energy_key(options, known);
    list.kind = key.kind;
    const double* energy = data.scalar(name_in(data.scalar_names(), key.name));
    const std::string id_name = name_in(data.text_names(), lower_case(options.id_key));
    for (std::int64_t i = 0; i < data.n_structures(); ++i) {
      const std::string status = data.has_text("status") ? data.text("status", i) : "";
      if (status == "failed" || status == "pending") {
        list.left_out.push_back(fmt::format("{}: structure {}", path, data.id(i)));
        continue;
      }
      HullEntry entry;
      entry.composition = composition_of(data, i);
      if (!filter.takes(entry.composition)) continue;
      entry.id = options.id_key.empty() || !data.has_text(id_name) ? data.id(i) : data.text(id_name, i);
      if (!std::isfinite(energy[i])) fail_input("structure {} has no finite {}", entry.id, key.name);
      entry.energy = key.per_atom_energy(energy[i], entry.composition);
      list.entries.push_back(std::move(entry));
    }
  } catch (const InputError& error) {
    fail_input("{}: {}", path, error.what());
  }
  return list;
}

}  // namespace spinel
