#include "stability/entries/hull_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "io/hdf_reader.hpp"
#include "io/posix_file.hpp"
#include "stability/facets.hpp"

namespace spinel {

namespace {

constexpr std::size_t most_drawn = 4;  // elements of a picture

template <class T>
std::vector<std::int64_t> wide(const std::vector<T>& values) {
  return {values.begin(), values.end()};
}

ElementSet elements_of(const std::vector<HullEntry>& entries) {
  ElementSet all;
  for (const auto& entry : entries)
    for (const auto& part : entry.composition.parts) all.insert(part.atomic_number);
  return all;
}

/// Elements and compositions under `group`.
void write_compositions(ResultFile& file, const std::string& group, const std::vector<HullEntry>& entries) {
  std::vector<std::string> symbols;
  std::vector<std::int64_t> begin = {0}, element;
  std::vector<double> amount;
  for (const auto& entry : entries) {
    for (const auto& part : entry.composition.parts) {
      element.push_back(part.atomic_number);
      amount.push_back(part.amount);
    }
    begin.push_back(static_cast<std::int64_t>(element.size()));
  }
  for (const int z : elements_of(entries).atomic_numbers()) symbols.emplace_back(element_symbol(z));
  file.write_texts(group + "/elements", std::move(symbols), "by atomic number");
  file.write(group + "/composition/begin", std::move(begin), {"", "first part of each entry, and the number of parts"});
  file.write(group + "/composition/element", std::move(element), {"", "atomic number of each part"});
  file.write(group + "/composition/amount", std::move(amount), {"", "atoms of each part, as the input has them"});
}

void write_parts(ResultFile& file, const std::string& group, const Decompositions& parts, const std::string& what) {
  file.write(group + "/begin", parts.begin, {"", "first part of each entry, and the number of parts"});
  file.write(group + "/entry", wide(parts.entry), {"", what});
  file.write(group + "/amount", parts.amount, {"", "of each part, fraction of the atoms"});
}

/// "0.75 TiAl (mp-1953) + 0.25 Al (mp-134)"
std::string parts_text(const Decompositions& parts, std::size_t row, const std::vector<HullEntry>& phases) {
  std::string result;
  for (auto at = parts.begin[row]; at < parts.begin[row + 1]; ++at) {
    const auto j = static_cast<std::size_t>(at);
    const HullEntry& phase = phases[static_cast<std::size_t>(parts.entry[j])];
    result += fmt::format("{}{:.6g} {} ({})", result.empty() ? "" : " + ", parts.amount[j],
                          reduced_formula(phase.composition), phase.id);
  }
  return result;
}

/// The columns that tell entries apart.
HullRows rows_of(const std::vector<HullEntry>& entries, const char* id) {
  HullRows t;
  t.column("id", "", id, [&](std::size_t e) { return entries[e].id; }).shown("stable");
  t.column("formula", "", "reduced", [&](std::size_t e) {
     return reduced_formula(entries[e].composition);
   }).shown("formula");
  return t;
}

}  // namespace

namespace {

void write_alignment(ResultFile& file, const Alignment& alignment, const std::string& hull) {
  if (alignment.levels.empty()) return;
  file.set_attribute(hull + "/alignment", "reference", alignment.reference);
  for (const AlignedLevel& level : alignment.levels) {
    const std::string group = hull + "/alignment/" + level.run_type;
    file.write(group + "/elements", std::vector<std::int64_t>(level.elements.begin(), level.elements.end()),
               {"", "atomic numbers"});
    file.write(group + "/shift", level.shift, {"eV/atom", "of each element, taken from the energies"});
    file.write(group + "/error", level.error, {"eV/atom", "rms of the calibrants, each left out in turn"});
    file.write(group + "/calibrants", static_cast<std::int64_t>(level.n_calibrants),
               {"", "compositions in common with the reference"});
  }
}

}  // namespace

HullRows hull_rows(const EntryList& list, const HullTable& table) {
  const auto& entries = list.entries;
  HullRows t = rows_of(entries, "as the input has it");
  t.column("energy", "eV/atom",
           list.kind == EnergyKind::formation ? "formation energy as given" : "total energy as given",
           [&](std::size_t e) { return entries[e].energy; })
      .not_in_csv();
  t.column("formation_energy", "eV/atom", "from the lowest entry of each element", each(table.formation_energy))
      .csv_name("formation_energy_per_atom")
      .shown("E_form");
  t.column("energy_above_hull", "eV/atom", "", each(table.energy_above_hull));
  t.column("stable", "", "1: on the hull", each(table.stable)).csv([&](std::size_t e) {
    return table.stable[e] != 0 ? "yes" : "no";
  });
  t.column("inverse_hull_distance", "eV/atom",
           "of stable entries, from the hull of the other stable ones; NaN for others",
           each(table.inverse_hull_distance))
      .shown("inverse hull distance");
  t.column("phase_separation_energy", "eV/atom", "from the hull of all entries of other compositions",
           each(table.phase_separation_energy))
      .shown("phase separation");
  const double error = 2.0 * list.alignment.error();
  t.column("run_type", "", "of the calculation, as the input has it", [&](std::size_t e) {
     return entries[e].run_type;
   }).where(!stated_run_type(list).empty());
  t.column("verdict", "", "undecided: nearer to the hull than twice the error of the alignment",
           [&, error](std::size_t e) -> std::string {
             const bool is_element = entries[e].composition.parts.size() == 1;
             if (!is_element && std::abs(table.phase_separation_energy[e]) < error) return "undecided";
             return table.stable[e] != 0 ? "stable" : "unstable";
           })
      .where(!list.alignment.levels.empty())
      .shown("verdict");
  t.column("decomposition", "", "", [&](std::size_t e) {
     return parts_text(table.decomposition, e, entries);
   }).only_in_csv();
  return t;
}

HullRows candidate_rows(const std::vector<HullEntry>& candidates, const CandidateTable& table, const StoredHull& hull) {
  HullRows t = rows_of(candidates, "as the input has it");
  t.column("formation_energy", "eV/atom", "from the elements of the reference", each(table.formation_energy))
      .csv_name("formation_energy_per_atom");
  t.column("energy_above_hull", "eV/atom", "of the reference; negative: below it; NaN: an element is missing there",
           each(table.energy_above_hull));
  t.column("decomposition", "", "", [&](std::size_t c) {
     return parts_text(table.decomposition, c, hull.stable);
   }).only_in_csv();
  return t;
}

void write_hull(ResultFile& file, const EntryList& list, const HullTable& table, const std::string& group) {
  file.set_attribute(group, "energies", list.kind == EnergyKind::formation ? "formation" : "total");
  file.set_attribute(group, "run_type",
                     list.alignment.levels.empty() ? stated_run_type(list) : list.alignment.reference);
  write_alignment(file, list.alignment, group);
  hull_rows(list, table).write(file, group, places(table.size()));
  write_compositions(file, group, list.entries);
  write_parts(file, group + "/decomposition", table.decomposition, "entry of each part");
  using Reference = HullTable::Reference;
  Table<Reference> references;
  references.column("element", "", "atomic number", &Reference::atomic_number);
  references.column("entry", "", "lowest entry of each element", &Reference::entry);
  references.column("energy", "eV/atom", "of that entry, as given", &Reference::energy);
  references.write(file, group + "/references", table.references);
  const auto k = static_cast<std::size_t>(elements_of(list.entries).size());
  if (k < 2 || k > most_drawn) return;
  const auto facets = hull_facets(list.entries, table.formation_energy, table.stable);
  file.write(group + "/facets", wide(facets), {"", "entries at the corners of each facet of the hull"},
             {static_cast<std::int64_t>(facets.size() / k), static_cast<std::int64_t>(k)});
}

void write_candidates(ResultFile& file, const std::vector<HullEntry>& candidates, const CandidateTable& table,
                      const StoredHull& hull) {
  // Of the reference only the phases that candidates fall apart into.
  Decompositions parts = table.decomposition;
  std::map<std::int32_t, std::int32_t> place;
  for (const auto entry : parts.entry) place.emplace(entry, 0);
  std::vector<HullEntry> phases;
  for (auto& [entry, at] : place) {
    at = static_cast<std::int32_t>(phases.size());
    phases.push_back(hull.stable[static_cast<std::size_t>(entry)]);
  }
  for (auto& entry : parts.entry) entry = place[entry];
  candidate_rows(candidates, table, hull).write(file, "/candidates", places(table.size()));
  write_compositions(file, "/candidates", candidates);
  write_parts(file, "/candidates/decomposition", parts, "row of /candidates/phases of each part");
  HullRows t = rows_of(phases, "of the reference");
  t.column("formation_energy", "eV/atom", "", [&](std::size_t p) { return phases[p].energy; });
  t.write(file, "/candidates/phases", places(phases.size()));
}

namespace {

StoredHull read_stable_entries(const HdfReader& file, const std::string& path) {
  if (!file.exists("/hull/stable"))
    fail_input("{}: holds no hull; the result file of a run with calculation = 'hull' and entries does", path);
  StoredHull hull;
  hull.kind = file.attribute("/hull", "energies") == "formation" ? EnergyKind::formation : EnergyKind::total;
  hull.run_type = file.attribute("/hull", "run_type");
  const auto ids = file.read_texts("/hull/id");
  const auto stable = file.read<std::uint8_t>("/hull/stable");
  const auto energy = file.read<double>("/hull/formation_energy");
  const auto begin = file.read<std::int64_t>("/hull/composition/begin");
  const auto element = file.read<std::int32_t>("/hull/composition/element");
  const auto amount = file.read<double>("/hull/composition/amount");
  const bool fits = ids.size() == stable.size() && energy.size() == stable.size() &&
                    begin.size() == stable.size() + 1 && element.size() == amount.size() && begin.front() == 0 &&
                    begin.back() == static_cast<std::int64_t>(element.size()) &&
                    std::is_sorted(begin.begin(), begin.end());
  if (!fits) fail_input("{}: the tables of /hull do not fit each other", path);
  for (std::size_t e = 0; e < stable.size(); ++e) {
    if (stable[e] == 0) continue;
    HullEntry entry{ids[e], {}, energy[e]};
    for (auto at = begin[e]; at < begin[e + 1]; ++at)
      entry.composition.add(element[static_cast<std::size_t>(at)], amount[static_cast<std::size_t>(at)]);
    hull.stable.push_back(std::move(entry));
  }
  hull.reference.assign(119, std::numeric_limits<double>::quiet_NaN());
  const auto number = file.read<std::int64_t>("/hull/references/element");
  const auto reference = file.read<double>("/hull/references/energy");
  for (std::size_t r = 0; r < number.size() && r < reference.size(); ++r)
    if (number[r] >= 1 && number[r] <= 118) hull.reference[static_cast<std::size_t>(number[r])] = reference[r];
  return hull;
}

}  // namespace

StoredHull read_stored_hull(const std::string& path) {
  if (!file_exists(path)) fail_input("{}: no such file", path);
  try {
    return read_stable_entries(HdfReader(path), path);
  } catch (const InputError&) {
    throw;
  } catch (const Error& error) {
    fail_input("{}: {}", path, error.what());
  }
}

}  // namespace spinel
