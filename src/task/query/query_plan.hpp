#pragma once

#include <memory>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "run/context.hpp"

namespace spinel {

/// The keys of &query as databases take them: symbols as they are written, and of OPTIMADE reduced formulas in
/// alphabetical order. InputError at the key.
QueryParameters database_query(const RunContext& context);

/// Where a query speaks to: url, else MP_API_ENDPOINT of the environment, else the server of the Materials Project.
std::string database_url(const QueryParameters& query);

/// InputError at the key where the address is none.
std::unique_ptr<Database> open_database(const RunContext& context, const QueryParameters& query);

/// On rank 0. The key of the Materials Project, from key_file or else MP_API_KEY of the environment; empty for
/// OPTIMADE. InputError, which never shows it, where there is none, where others may read the file, where it is not 32
/// letters and digits, or where it would go through the network unencrypted.
std::string database_key(const RunContext& context, const Database& database);

/// The conditions of a query that are given, for people: "elements = 'Ti', 'Al'".
std::vector<std::string> conditions_of(const RunContext& context);

}  // namespace spinel
