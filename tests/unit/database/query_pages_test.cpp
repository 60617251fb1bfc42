#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "database/database.hpp"
#include "database/page_chain.hpp"
#include "database/query_parts.hpp"

namespace spinel {
namespace {

QueryParameters ti_al() {
  QueryParameters query;
  query.chemical_system = {"Ti-Al"};
  return query;
}

TEST(QueryParts, SystemsAreAlphabeticalAndHaveSubsystems) {
  QueryParameters query = ti_al();
  EXPECT_EQ(chemical_systems(query), std::vector<std::string>{"Al-Ti"});
  query.subsystems = true;
  EXPECT_EQ(chemical_systems(query), (std::vector<std::string>{"Al", "Ti", "Al-Ti"}));
  query.chemical_system = {"Ti-Al", "Al-O"};
  EXPECT_EQ(chemical_systems(query), (std::vector<std::string>{"Al", "Ti", "Al-Ti", "O", "Al-O"}));
  EXPECT_EQ(symbols_of_system("*-Ti"), (std::vector<std::string>{"Ti", "*"}));
}

TEST(QueryParts, LongListsGoByHundreds) {
  QueryParameters query;
  EXPECT_EQ(query_parts(query).size(), 1u);
  for (int i = 0; i < 250; ++i) query.ids.push_back("mp-" + std::to_string(i));
  query.formula.assign(101, "SiO2");
  const auto parts = query_parts(query);
  ASSERT_EQ(parts.size(), 6u);
  EXPECT_EQ(parts[0].ids.size(), 100u);
  EXPECT_EQ(parts[5].ids.size(), 50u);
  EXPECT_EQ(parts[5].formulas.size(), 1u);
}

// The lines that mp-api 0.46.5 sends for the same questions, but for the fields.
TEST(MaterialsProject, AddressesAreThoseOfItsOwnClient) {
  QueryParameters query = ti_al();
  query.energy_above_hull = {0.0, 0.1};
  const auto first = materials_project(query, "https://api.materialsproject.org/")->first_pages();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].rfind("https://api.materialsproject.org/materials/summary/?chemsys=Al-Ti&energy_above_hull_min=0&"
                           "energy_above_hull_max=0.1&_limit=1000&_fields=material_id%2Cstructure%2C",
                           0),
            0u)
      << first[0];
  QueryParameters other;
  other.elements = {"Ti", "Al"};
  other.n_elements = {2, 3};
  other.space_group = {123};
  other.formula = {"Ti*Al*"};
  other.theoretical = "no";
  other.page_size = 50;
  const std::string url = materials_project(other, "http://127.0.0.1")->first_pages()[0];
  for (const char* part : {"elements=Ti%2CAl", "nelements_min=2&nelements_max=3", "spacegroup_number=123",
                           "formula=Ti%2AAl%2A", "theoretical=False", "_limit=50"})
    EXPECT_NE(url.find(part), std::string::npos) << part << " is not in " << url;
}

TEST(MaterialsProject, PagesFollowFromTheCount) {
  QueryParameters query = ti_al();
  query.page_size = 1000;
  const auto database = materials_project(query, "http://127.0.0.1");
  const std::string first = database->first_pages()[0];
  const DatabasePage page = database->read_page(
      R"({"data": [{"material_id": "mp-1"}, {"x": 2}], "meta": {"total_doc": 2500, "max_limit": 1000}})");
  EXPECT_EQ(page.ids, (std::vector<std::string>{"mp-1", ""}));
  EXPECT_EQ(page.total, 2500);
  EXPECT_EQ(database->further_pages(first, page, 0),
            (std::vector<std::string>{first + "&_skip=1000", first + "&_skip=2000"}));
  EXPECT_EQ(database->further_pages(first, page, 1500).size(), 1u);
  EXPECT_EQ(database->read_page(R"({"data": [], "meta": {"total": 7}})").total, 7);
  EXPECT_THROW(database->read_page(R"({"data": [], "meta": {}})"), InputError);
  EXPECT_THROW(database->read_page(R"({"detail": "no"})"), InputError);
  EXPECT_THROW(database->read_page(R"({"data": [{"material_id")"), InputError);
  EXPECT_THROW(database->read_page("<html>"), InputError);
}

TEST(MaterialsProject, EnergiesOfOneKindComeByIds) {
  QueryParameters query = ti_al();
  query.thermo_type = "R2SCAN";
  query.energy_above_hull = {0.0, 0.1};
  const std::string summary = materials_project(query, "http://127.0.0.1")->first_pages()[0];
  EXPECT_EQ(summary.find("energy"), std::string::npos) << summary;
  const auto pages =
      materials_project_thermo(query, "http://127.0.0.1", std::vector<std::string>(101, "mp-1"))->first_pages();
  ASSERT_EQ(pages.size(), 2u);
  EXPECT_EQ(pages[1].rfind("http://127.0.0.1/materials/thermo/?material_ids=mp-1&thermo_types=R2SCAN&"
                           "energy_above_hull_min=0&energy_above_hull_max=0.1&",
                           0),
            0u)
      << pages[1];
}

TEST(Optimade, FilterIsBuiltFromKeys) {
  QueryParameters query;
  EXPECT_EQ(optimade_filter(query, {}, {}, {}), "");
  query.filter = "nsites<9 OR nsites>20";
  EXPECT_EQ(optimade_filter(query, {}, {}, {}), "nsites<9 OR nsites>20");
  query.elements = {"Ag", "Br"};
  query.exclude_elements = {"O"};
  query.n_elements = {2, 2};
  query.n_sites = {1, 8};
  query.space_group = {225, 221};
  EXPECT_EQ(
      optimade_filter(query, {"a\"b"}, {"Al-Ti", "Ti-*", "*-*"}, {"O2Si"}),
      "(nsites<9 OR nsites>20) AND id=\"a\\\"b\" AND "
      "((elements HAS ALL \"Al\",\"Ti\" AND nelements=2) OR (elements HAS ALL \"Ti\" AND nelements=2) OR nelements=2) "
      "AND chemical_formula_reduced=\"O2Si\" AND elements HAS ALL \"Ag\",\"Br\" AND NOT elements HAS ANY \"O\" AND "
      "nelements=2 AND nsites>=1 AND nsites<=8 AND (space_group_it_number=225 OR space_group_it_number=221)");
}

TEST(Optimade, NextPageInEveryForm) {
  QueryParameters query;
  const auto database = optimade(query, "https://example.org/optimade/");
  EXPECT_EQ(database->info_url(), "https://example.org/optimade/v1/info");
  EXPECT_EQ(optimade(query, "https://example.org/v1.2")->url(), "https://example.org/v1.2");
  const auto next = [&](const std::string& links) {
    return database->read_page(R"({"data": [{"id": "a"}], "links": )" + links + R"(, "meta": {"data_returned": 9}})")
        .next;
  };
  EXPECT_EQ(next(R"({"next": null})"), "");
  EXPECT_EQ(next(R"({"next": "https://example.org/2"})"), "https://example.org/2");
  EXPECT_EQ(next(R"({"next": {"href": "/2", "meta": {}}})"), "/2");
  EXPECT_EQ(next(R"({"next": {"href": null}})"), "");
  EXPECT_EQ(next("null"), "");
  EXPECT_EQ(database->read_page(R"({"data": []})").next, "");
  // A count that is that of the page counts nothing.
  EXPECT_EQ(
      database->read_page(R"({"data": [{"id": "a"}], "links": {"next": "x"}, "meta": {"data_returned": 1}})").total,
      -1);
}

TEST(Optimade, SaysWhatItIs) {
  const auto database = optimade(QueryParameters(), "https://example.org");
  const DatabaseInfo info = database->read_info(
      R"({"data": {"attributes": {"license": {"href": "https://l"}, "available_licenses": ["CC0-1.0"]}},
          "meta": {"api_version": "1.2.0", "provider": {"name": "P", "homepage": "https://p"},
                   "implementation": {"name": "S", "version": "3"}}})");
  EXPECT_EQ(info.name, "P");
  EXPECT_EQ(info.version, "not stated (OPTIMADE 1.2.0, S 3)");
  EXPECT_EQ(info.license, "CC0-1.0, https://l");
  EXPECT_THROW(database->read_info(R"({"data": {}, "meta": {}})"), InputError);
}

DatabasePage page_of(std::vector<std::string> ids, std::string next = "", std::int64_t total = -1) {
  DatabasePage page;
  page.records.resize(ids.size());
  page.ids = std::move(ids);
  page.next = std::move(next);
  page.total = total;
  return page;
}

TEST(PageChain, FindsPagesWithoutAnEnd) {
  PageChain chain;
  EXPECT_EQ(chain.add(page_of({"a", "b"}, "2", 5)), "");
  EXPECT_EQ(chain.add(page_of({"b", "c"}, "3", 5)), "");  // one entry may come twice where a database changes
  EXPECT_EQ(chain.n_entries(), 4);
  EXPECT_NE(chain.add(page_of({"a", "c"}, "4", 5)).find("only entries that came before"), std::string::npos);
  EXPECT_NE(chain.add(page_of({"d"}, "3", 5)).find("a page that came before"), std::string::npos);
  EXPECT_NE(chain.add(page_of({}, "5", 5)).find("no entries, but a link"), std::string::npos);
  EXPECT_NE(chain.add(page_of({"d", "e"}, "6", 5)).find("more entries than the 5"), std::string::npos);
  EXPECT_FALSE(chain.total_changed());
  EXPECT_EQ(chain.add(page_of({"d", "e"}, "", 6)), "");
  EXPECT_TRUE(chain.total_changed());
}

}  // namespace
}  // namespace spinel
