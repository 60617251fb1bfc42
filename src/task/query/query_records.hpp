#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "database/download.hpp"
#include "io/dataset/dataset_records.hpp"
#include "io/table.hpp"
#include "source/read_warnings.hpp"

namespace spinel {

/// An entry that is not in the dataset.
struct LeftOut {
  std::int64_t number = 0;  ///< in the order of the pages, from 0
  std::string id;
  std::string kind;    ///< "disorder", "no structure", …: what is counted
  std::string reason;  ///< in full
};

Table<LeftOut> left_out_table();

/// The entries of a query as they go to the dataset.
struct QueryRecords {
  DatasetRecords good;
  std::vector<LeftOut> left_out;
  ReadWarnings warnings;
  std::int64_t n_entries = 0;  ///< good or not
};

/// Numbers of a material by name, of a thermo_type of its own.
using ThermoValues = std::map<std::string, std::map<std::string, std::string>>;

/// The pages of a download, in their order.
class QueryPages {
 public:
  QueryPages(const Database& database, const PageStore& store, const Download& download)
      : database_(database), store_(store), download_(download) {}

  /// Calls visit(text, id) for every entry until it returns false.
  void for_each(const std::function<bool(std::string_view, const std::string&)>& visit) const;

 private:
  const Database& database_;
  const PageStore& store_;
  const Download& download_;
};

std::vector<std::string> ids_of_pages(const QueryPages& pages, std::int64_t most);
/// Of documents of `thermo`, by material_id.
ThermoValues thermo_values(const QueryPages& pages);

/// `thermo`: null with thermo_type = 'default'. An entry that cannot be used is left out with its reason.
QueryRecords read_records(const QueryPages& pages, const QueryParameters& query, const ThermoValues* thermo);

/// Why a document whose structure cannot be read has none: "no structure", "disorder", "implicit atoms" or "bad entry".
std::string kind_of_bad_entry(std::string_view document);

}  // namespace spinel
