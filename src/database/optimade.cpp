#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
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

/// A text of the filter language.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string quoted_elements(const std::vector<std::string>& list) {
  std::vector<std::string> texts;
  for (const std::string& one : list) texts.push_back(quoted(one));
  return fmt::format("{}", fmt::join(texts, ","));
}

/// "(a OR b)"; what there is only one of without brackets where it has no AND of its own.
std::string any_of(const std::vector<std::string>& terms) {
  return terms.size() == 1 ? terms[0] : fmt::format("({})", fmt::join(terms, " OR "));
}

void add_range(std::vector<std::string>& terms, const char* name, const std::vector<std::int64_t>& range) {
  if (range.empty()) return;
  if (range.front() == range.back()) return terms.push_back(fmt::format("{}={}", name, range.front()));
  terms.push_back(fmt::format("{}>={}", name, range.front()));
  terms.push_back(fmt::format("{}<={}", name, range.back()));
}

/// Terms "name=value" of a list, one of which has to hold.
template <class List, class Term>
void add_any(std::vector<std::string>& terms, const List& list, Term term) {
  std::vector<std::string> any;
  for (const auto& one : list) any.push_back(term(one));
  if (!any.empty()) terms.push_back(any_of(any));
}

/// "HAS ONLY" is optional in OPTIMADE; all elements and their number say the same.
std::string term_of_system(const std::string& system) {
  std::vector<std::string> symbols = symbols_of_system(system);
  const std::size_t n = symbols.size();
  symbols.erase(std::remove(symbols.begin(), symbols.end(), "*"), symbols.end());
  const std::string count = fmt::format("nelements={}", n);
  if (symbols.empty()) return count;
  return fmt::format("(elements HAS ALL {} AND {})", quoted_elements(symbols), count);
}

/// The link of a page, which servers write as a text, an object with "href", or null.
std::string link_text(const json& link) {
  if (link.is_string()) return link.get<std::string>();
  if (const json* href = json_member(link, "href"); href != nullptr && href->is_string())
    return href->get<std::string>();
  return "";
}

/// The base address with the version of the interface behind it.
std::string versioned(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  const std::size_t slash = url.rfind('/');
  const std::string last = slash == std::string::npos ? "" : url.substr(slash + 1);
  const bool has_version = last.size() > 1 && last[0] == 'v' && std::isdigit(static_cast<unsigned char>(last[1])) != 0;
  return has_version ? url : url + "/v1";
}

/// "https://…/licenses/by/4.0", or a list of identifiers of SPDX.
std::string license_of(const json& attributes) {
  std::vector<std::string> parts;
  for (const char* name : {"available_licenses_for_entries", "available_licenses"})
    if (const json* list = json_member(attributes, name); list != nullptr && list->is_array() && parts.empty())
      for (const json& one : *list)
        if (one.is_string()) parts.push_back(one.get<std::string>());
  if (const json* link = json_member(attributes, "license"))
    if (const std::string text = link_text(*link); !text.empty()) parts.push_back(text);
  return fmt::format("{}", fmt::join(parts, ", "));
}

class Optimade final : public Database {
 public:
  Optimade(const QueryParameters& query, const std::string& url) : Database(versioned(url)) {
    std::vector<std::string> fields = {"lattice_vectors", "cartesian_site_positions", "species_at_sites",
                                       "species",         "dimension_types",          "structure_features",
                                       "last_modified",   "chemical_formula_reduced"};
    for (const std::string& name : query.properties)
      if (std::find(fields.begin(), fields.end(), name) == fields.end()) fields.push_back(name);
    for (const QueryPart& part : query_parts(query)) {
      std::vector<std::pair<std::string, std::string>> p;
      const std::string filter = optimade_filter(query, part.ids, part.systems, part.formulas);
      if (!filter.empty()) p.emplace_back("filter", filter);
      p.emplace_back("response_fields", fmt::format("{}", fmt::join(fields, ",")));
      if (query.page_size > 0) p.emplace_back("page_limit", std::to_string(query.page_size));
      first_pages_.push_back(this->url() + "/structures?" + url_query(p));
    }
  }

  std::string info_url() const override { return url() + "/info"; }
  DatabaseInfo read_info(std::string_view body) const override {
    const json meta = json_value(body, "meta"), data = json_value(body, "data");
    const auto part = [&](const char* name) {
      const json* own = json_member(meta, name);
      return own == nullptr ? json() : *own;
    };
    const json provider = part("provider"), server = part("implementation"), own = part("database");
    DatabaseInfo info;
    info.name = text_of(own, "name");
    if (info.name.empty()) info.name = text_of(provider, "name");
    if (info.name.empty()) fail_input("the reply names no provider ('meta.provider'): is this a server of OPTIMADE?");
    info.version = text_of(own, "version");
    if (info.version.empty())
      info.version = fmt::format("not stated (OPTIMADE {}, {} {})", text_of(meta, "api_version"),
                                 text_of(server, "name"), text_of(server, "version"));
    if (const json* attributes = json_member(data, "attributes")) info.license = license_of(*attributes);
    info.citation = text_of(provider, "homepage");
    return info;
  }

  std::vector<std::string> first_pages() const override { return first_pages_; }
  DatabasePage read_page(std::string_view body) const override {
    DatabasePage page;
    page.records = data_records(body);
    page.ids = ids_of(page.records, "id");
    const json meta = json_value(body, "meta"), links = json_value(body, "links");
    if (const json* next = json_member(links, "next")) page.next = link_text(*next);
    if (const json* total = json_member(meta, "data_returned"); total != nullptr && total->is_number_integer())
      page.total = total->get<std::int64_t>();
    // Some servers count the entries of the page.
    if (!page.next.empty() && page.total <= static_cast<std::int64_t>(page.records.size())) page.total = -1;
    return page;
  }

 private:
  std::vector<std::string> first_pages_;
};

}  // namespace

std::string optimade_filter(const QueryParameters& query, const std::vector<std::string>& ids,
                            const std::vector<std::string>& systems, const std::vector<std::string>& formulas) {
  std::vector<std::string> terms;
  if (!query.filter.empty()) terms.push_back(fmt::format("({})", query.filter));
  add_any(terms, ids, [](const auto& id) { return "id=" + quoted(id); });
  add_any(terms, systems, term_of_system);
  add_any(terms, formulas, [](const auto& formula) { return "chemical_formula_reduced=" + quoted(formula); });
  if (!query.elements.empty()) terms.push_back("elements HAS ALL " + quoted_elements(query.elements));
  if (!query.exclude_elements.empty())
    terms.push_back("NOT elements HAS ANY " + quoted_elements(query.exclude_elements));
  add_range(terms, "nelements", query.n_elements);
  add_range(terms, "nsites", query.n_sites);
  add_any(terms, query.space_group, [](auto number) { return fmt::format("space_group_it_number={}", number); });
  if (terms.size() == 1 && !query.filter.empty()) return query.filter;
  return fmt::format("{}", fmt::join(terms, " AND "));
}

std::unique_ptr<Database> optimade(const QueryParameters& query, const std::string& url) {
  return std::make_unique<Optimade>(query, url);
}

}  // namespace spinel
