#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "input/query_parameters.hpp"

namespace spinel {

/// A page as a server sent it.
struct DatabasePage {
  std::vector<std::string_view> records;  ///< parts of the text, a JSON document of an entry each
  std::vector<std::string> ids;           ///< of the records; empty where one has none
  std::int64_t total = -1;                ///< entries of all pages, as the server counts them; −1: it does not
  std::string next;                       ///< link to the page behind this one; empty: there is none
};

/// What a database says of itself.
struct DatabaseInfo {
  std::string name;      ///< "Materials Project"
  std::string version;   ///< of the data, or where that is not stated of the program that serves them
  std::string license;   ///< empty: not stated
  std::string citation;  ///< empty: not stated
};

/// How entries are asked of a kind of database: addresses out, pages in. No network here.
class Database {
 public:
  virtual ~Database() = default;

  const std::string& url() const { return url_; }  ///< of the server, without a slash at the end

  /// Header in which the key goes; empty: it takes none.
  virtual std::string key_header() const { return ""; }
  /// Where the database says what it is, and what it says. InputError, without file, where it cannot be understood.
  virtual std::string info_url() const = 0;
  virtual DatabaseInfo read_info(std::string_view body) const = 0;

  /// The address of the first page of each part of the query, the parts such that no address is too long.
  virtual std::vector<std::string> first_pages() const = 0;
  /// InputError, without file, where the text is no page, or a server's error.
  virtual DatabasePage read_page(std::string_view body) const = 0;
  /// The addresses of all pages behind the first of a part, where they can be known: up to so many entries in all
  /// (0: all). Else one leads to the next (DatabasePage::next).
  virtual std::vector<std::string> further_pages(const std::string& first_url, const DatabasePage& first,
                                                 std::int64_t most) const;

 protected:
  explicit Database(std::string url);

 private:
  std::string url_;
};

/// Lists of ids, formulas and systems go into one address in pieces of so many.
constexpr std::size_t names_per_request = 100;

/// The Materials Project: documents of `summary`, each with its structure. `url`: of the server.
std::unique_ptr<Database> materials_project(const QueryParameters& query, const std::string& url);
/// Energies of one kind of calculation (&query thermo_type) of the materials with these ids: documents of `thermo`.
std::unique_ptr<Database> materials_project_thermo(const QueryParameters& query, const std::string& url,
                                                   const std::vector<std::string>& ids);
/// A provider of OPTIMADE. `url`: its base address, with or without the version ("/v1").
std::unique_ptr<Database> optimade(const QueryParameters& query, const std::string& url);

/// The filter that the keys of a query amount to, in the language of OPTIMADE; `ids`, `systems`, `formulas`: those of
/// one part of the query. Formulas are reduced, in alphabetical order. Empty: no condition.
std::string optimade_filter(const QueryParameters& query, const std::vector<std::string>& ids,
                            const std::vector<std::string>& systems, const std::vector<std::string>& formulas);

/// The systems of a query, elements in alphabetical order ("Al-Ti"), each once; with `subsystems` those within them,
/// too.
std::vector<std::string> chemical_systems(const QueryParameters& query);

}  // namespace spinel
