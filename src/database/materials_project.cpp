#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "crystal/formats/json/json_values.hpp"
#include "database/database.hpp"
#include "database/page_json.hpp"
#include "database/query_parts.hpp"
#include "database/url.hpp"

namespace spinel {

namespace {

using nlohmann::json;
using Parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::int64_t largest_page = 1000;  // that the server takes

template <class T>
void add_range(Parameters& to, const std::string& name, const std::vector<T>& range) {
  if (range.empty()) return;
  to.emplace_back(name + "_min", fmt::format("{}", range.front()));
  to.emplace_back(name + "_max", fmt::format("{}", range.back()));
}

void add_list(Parameters& to, const char* name, const std::vector<std::string>& list) {
  if (!list.empty()) to.emplace_back(name, fmt::format("{}", fmt::join(list, ",")));
}

/// Energies above the hull and of formation are asked of the kind of calculation that they are wanted of.
void add_energies(Parameters& to, const QueryParameters& query) {
  add_range(to, "energy_above_hull", query.energy_above_hull);
  add_range(to, "formation_energy_per_atom", query.formation_energy);
}

Parameters conditions(const QueryParameters& query, const QueryPart& part) {
  Parameters p;
  add_list(p, "material_ids", part.ids);
  add_list(p, "chemsys", part.systems);
  add_list(p, "formula", part.formulas);
  add_list(p, "elements", query.elements);
  add_list(p, "exclude_elements", query.exclude_elements);
  add_range(p, "nelements", query.n_elements);
  add_range(p, "nsites", query.n_sites);
  if (query.thermo_type == "default") add_energies(p, query);
  add_range(p, "band_gap", query.band_gap);
  if (!query.space_group.empty())
    p.emplace_back("spacegroup_number", fmt::format("{}", fmt::join(query.space_group, ",")));
  if (query.theoretical != "any") p.emplace_back("theoretical", query.theoretical == "yes" ? "True" : "False");
  return p;
}

std::int64_t page_size(const QueryParameters& query) {
  const std::int64_t size = query.page_size > 0 ? std::min(query.page_size, largest_page) : largest_page;
  return query.max_structures > 0 ? std::min(size, query.max_structures) : size;
}

class MaterialsProject final : public Database {
 public:
  MaterialsProject(const std::string& url, std::vector<std::string> first_pages, std::int64_t size)
      : Database(url), first_pages_(std::move(first_pages)), page_size_(size) {
    for (std::string& page : first_pages_) page.insert(0, this->url());
  }

  std::string key_header() const override { return "x-api-key"; }
  std::string info_url() const override { return url() + "/heartbeat"; }
  DatabaseInfo read_info(std::string_view body) const override {
    const std::string version = scalar_text(json_value(body, "db_version"));
    if (version.empty()) fail_input("the reply states no version of the database ('db_version')");
    return {"Materials Project", version, "CC-BY-4.0",
            "A. Jain et al., APL Mater. 1, 011002 (2013), doi:10.1063/1.4812323; materialsproject.org"};
  }

  std::vector<std::string> first_pages() const override { return first_pages_; }
  DatabasePage read_page(std::string_view body) const override {
    DatabasePage page;
    page.records = data_records(body);
    page.ids = ids_of(page.records, "material_id");
    const json meta = json_value(body, "meta");
    for (const char* name : {"total_doc", "total"})
      if (const json* total = json_member(meta, name); total != nullptr && page.total < 0 && total->is_number_integer())
        page.total = total->get<std::int64_t>();
    if (page.total < 0) fail_input("the reply does not count the entries ('meta.total_doc')");
    return page;
  }
  std::vector<std::string> further_pages(const std::string& first_url, const DatabasePage& first,
                                         std::int64_t most) const override {
    const std::int64_t n = most > 0 ? std::min(first.total, most) : first.total;
    std::vector<std::string> pages;
    for (std::int64_t skip = page_size_; skip < n; skip += page_size_)
      pages.push_back(fmt::format("{}&_skip={}", first_url, skip));
    return pages;
  }

 private:
  std::vector<std::string> first_pages_;
  std::int64_t page_size_;
};

/// "/materials/summary/?…".
std::string page_url(const char* endpoint, Parameters parameters, std::int64_t size,
                     const std::vector<std::string>& fields) {
  parameters.emplace_back("_limit", std::to_string(size));
  add_list(parameters, "_fields", fields);
  return fmt::format("/materials/{}/?{}", endpoint, url_query(parameters));
}

}  // namespace

std::unique_ptr<Database> materials_project(const QueryParameters& query, const std::string& url) {
  std::vector<std::string> fields = {"material_id", "structure", "symmetry",
                                     "theoretical", "band_gap",  "total_magnetization"};
  // Those of another kind of calculation must not stand beside the ones that are asked for.
  if (query.thermo_type == "default")
    fields.insert(fields.end(),
                  {"energy_per_atom", "uncorrected_energy_per_atom", "formation_energy_per_atom", "energy_above_hull"});
  for (const std::string& name : query.properties)
    if (std::find(fields.begin(), fields.end(), name) == fields.end()) fields.push_back(name);
  std::vector<std::string> pages;
  for (const QueryPart& part : query_parts(query))
    pages.push_back(page_url("summary", conditions(query, part), page_size(query), fields));
  return std::make_unique<MaterialsProject>(url, std::move(pages), page_size(query));
}

std::unique_ptr<Database> materials_project_thermo(const QueryParameters& query, const std::string& url,
                                                   const std::vector<std::string>& ids) {
  QueryParameters only_ids;
  only_ids.ids = ids;
  std::vector<std::string> pages;
  for (const QueryPart& part : query_parts(only_ids)) {
    Parameters p;
    add_list(p, "material_ids", part.ids);
    p.emplace_back("thermo_types", query.thermo_type);
    add_energies(p, query);
    pages.push_back(page_url("thermo", p, largest_page,
                             {"material_id", "thermo_type", "energy_per_atom", "uncorrected_energy_per_atom",
                              "formation_energy_per_atom", "energy_above_hull"}));
  }
  return std::make_unique<MaterialsProject>(url, std::move(pages), largest_page);
}

}  // namespace spinel
