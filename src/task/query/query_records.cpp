#include "task/query/query_records.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/closest_pair.hpp"
#include "crystal/formats/json/json_parse.hpp"
#include "crystal/formats/json/json_records.hpp"
#include "crystal/formats/json/json_values.hpp"
#include "run/setup/read_options.hpp"

namespace spinel {

namespace {

using nlohmann::json;

bool holds(const json& list, const char* text) {
  return list.is_array() && std::find(list.begin(), list.end(), text) != list.end();
}

bool is_full(const json& share) { return !share.is_number() || share.get<double>() > 1.0 - 1e-6; }

/// Has a list of sites or species one that elements share, or that is not full?
bool has_shared(const json* list, const char* parts, const char* share_key) {
  if (list == nullptr || !list->is_array()) return false;
  return std::any_of(list->begin(), list->end(), [&](const json& one) {
    const json* own = json_member(one, parts);
    if (own == nullptr || !own->is_array()) return false;
    if (own->size() > 1) return true;
    const json* share = own->empty() ? nullptr : json_member(own->front(), share_key);
    return share != nullptr && !is_full(*share);
  });
}

bool has_shared_species(const json* species) {
  if (species == nullptr || !species->is_array()) return false;
  return std::any_of(species->begin(), species->end(), [](const json& one) {
    const json *symbols = json_member(one, "chemical_symbols"), *shares = json_member(one, "concentration");
    if (symbols != nullptr && (symbols->size() > 1 || holds(*symbols, "vacancy"))) return true;
    return shares != nullptr && shares->is_array() && !shares->empty() && !is_full(shares->front());
  });
}

/// Corrected energies never stand under the name of a plain one, so that nothing takes them for an energy that
/// another program's may be compared with.
void name_labels(Structure& structure, const QueryParameters& query, const ThermoValues* thermo,
                 const std::string& id) {
  auto& info = structure.info;
  if (thermo != nullptr) {
    const auto own = thermo->find(id);
    if (own == thermo->end())
      fail_input("there is no energy of {} in the ranges that are asked for", query.thermo_type);
    for (const auto& [name, value] : own->second) info[name] = value;
  }
  if (const auto energy = info.find("energy_per_atom"); energy != info.end()) {
    info["corrected_energy_per_atom"] = energy->second;
    info.erase(energy);
  }
  // Both 'cubic' and 'Cubic' occur.
  if (const auto system = info.find("symmetry.crystal_system"); system != info.end())
    system->second = lower_case(system->second);
}

}  // namespace

Table<LeftOut> left_out_table() {
  Table<LeftOut> t;
  t.column("number", "", "of an entry that is left out, in the order of the pages, from 0", &LeftOut::number);
  t.column("id", "", "of an entry that is left out", &LeftOut::id);
  t.column("kind", "", "of the reason", &LeftOut::kind);
  t.column("reason", "", "why it is left out", &LeftOut::reason);
  return t;
}

std::string kind_of_bad_entry(std::string_view document) {
  json value;
  try {
    value = parse_json(document);
  } catch (const InputError&) {
    return "bad entry";
  }
  const json* attributes = json_member(value, "attributes");
  const json& entry = attributes != nullptr ? *attributes : value;
  if (attributes == nullptr) {
    const json* structure = json_member(entry, "structure");
    if (structure == nullptr) return "no structure";
    return has_shared(json_member(*structure, "sites"), "species", "occu") ? "disorder" : "bad entry";
  }
  for (const char* name : {"lattice_vectors", "cartesian_site_positions", "species_at_sites"})
    if (json_member(entry, name) == nullptr) return "no structure";
  if (const json* features = json_member(entry, "structure_features")) {
    for (const char* name : {"implicit_atoms", "site_attachments"})
      if (holds(*features, name)) return "implicit atoms";
    for (const char* name : {"disorder", "assemblies"})
      if (holds(*features, name)) return "disorder";
  }
  return has_shared_species(json_member(entry, "species")) ? "disorder" : "bad entry";
}

void QueryPages::for_each(const std::function<bool(std::string_view, const std::string&)>& visit) const {
  for (std::size_t part = 0; part < download_.n_parts(); ++part)
    for (std::size_t number = 0; number < download_.n_pages(part); ++number) {
      const std::string body = store_.read(part, number);
      const DatabasePage page = database_.read_page(body);
      for (std::size_t k = 0; k < page.records.size(); ++k)
        if (!visit(page.records[k], page.ids[k])) return;
    }
}

std::vector<std::string> ids_of_pages(const QueryPages& pages, std::int64_t most) {
  std::vector<std::string> ids;
  std::unordered_set<std::string> seen;
  pages.for_each([&](std::string_view, const std::string& id) {
    if (!id.empty() && seen.insert(id).second) ids.push_back(id);
    return most == 0 || static_cast<std::int64_t>(ids.size()) < most;
  });
  return ids;
}

ThermoValues thermo_values(const QueryPages& pages) {
  ThermoValues values;
  pages.for_each([&](std::string_view text, const std::string& id) {
    const json document = parse_json(text);
    for (const auto& [name, value] : document.items())
      if (std::string words = scalar_text(value); name != "material_id" && !words.empty())
        values[id][name] = std::move(words);
    return true;
  });
  return values;
}

QueryRecords read_records(const QueryPages& pages, const QueryParameters& query, const ThermoValues* thermo) {
  QueryRecords records;
  ReadParameters reading;
  reading.disorder = query.disorder;
  reading.disorder_seed = query.disorder_seed;
  JsonOptions options;
  options.id_keys = {"material_id", "id"};
  options.read = read_options(reading, nullptr);
  options.read.constraints = false;
  std::unordered_set<std::string> seen;
  pages.for_each([&](std::string_view text, const std::string& page_id) {
    if (query.max_structures > 0 && records.n_entries >= query.max_structures) return false;
    const std::int64_t number = records.n_entries++;
    const std::string id = page_id.empty() ? fmt::format("entry-{}", number) : page_id;
    const auto leave_out = [&](std::string kind, std::string reason) {
      records.left_out.push_back({number, id, std::move(kind), std::move(reason)});
    };
    if (!seen.insert(id).second) {
      leave_out("came twice", "an entry with this identifier came before");
      return true;
    }
    Structure structure;
    std::string kind;  // of what goes wrong; empty: with the document
    try {
      std::string own_id;
      structure = structure_from_json(text, {}, options, id, own_id);
      kind = "atoms too close";
      check_overlap(structure, query.minimum_distance, id);
      kind = "no such energy";
      name_labels(structure, query, thermo, id);
      kind = "bad entry";
      records.good.add(structure, id);
      records.warnings.add(structure.warnings, number, id);
    } catch (const InputError& error) {
      leave_out(kind.empty() ? kind_of_bad_entry(text) : kind, error.what());
    }
    return true;
  });
  return records;
}

}  // namespace spinel
