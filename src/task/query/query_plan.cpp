#include "task/query/query_plan.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/text_file.hpp"
#include "database/query_parts.hpp"
#include "database/url.hpp"
#include "run/setup/find_file.hpp"
#include "stability/composition.hpp"

namespace spinel {

namespace {

constexpr const char* materials_project_url = "https://api.materialsproject.org";
constexpr std::size_t key_length = 32;

/// "Al2O3" of "O3Al2" or "Al4O6": as OPTIMADE has it in chemical_formula_reduced.
std::string alphabetical_formula(const std::string& formula) {
  if (formula.find('*') != std::string::npos)
    fail_input("'{}' has a '*', which OPTIMADE does not know; ask by elements and n_elements, or by filter", formula);
  Composition reduced = parse_formula(reduced_formula(parse_formula(formula)));
  std::sort(reduced.parts.begin(), reduced.parts.end(), [](const auto& a, const auto& b) {
    return std::string_view(element_symbol(a.atomic_number)) < element_symbol(b.atomic_number);
  });
  std::string result;
  for (const Composition::Part& part : reduced.parts) {
    const auto amount = std::llround(part.amount);
    if (std::abs(part.amount - static_cast<double>(amount)) > 1e-6)
      fail_input("'{}' has an amount that is no whole number", formula);
    result += element_symbol(part.atomic_number) + (amount == 1 ? "" : std::to_string(amount));
  }
  return result;
}

/// The first line of a file that only its owner may read.
std::string read_private_line(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) fail_input("cannot read {}: {}", path, std::strerror(errno));
  struct stat status {};
  char text[256];
  ssize_t n = -1;
  const bool is_known = ::fstat(descriptor, &status) == 0;
  const bool is_file = is_known && S_ISREG(status.st_mode);
  const bool is_own = is_file && status.st_uid == ::geteuid();
  const bool is_private = is_own && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  if (is_private) n = ::read(descriptor, text, sizeof text);
  ::close(descriptor);
  if (!is_file) fail_input("{} is no file", path);
  if (!is_own) fail_input("{} belongs to another user: a key must be your own", path);
  if (!is_private)
    fail_input("{} has the mode {:04o}: others may read or change it. Make it private: chmod 600 {}", path,
               status.st_mode & 07777, path);
  if (n < 0) fail_input("cannot read {}", path);
  const std::string_view all(text, static_cast<std::size_t>(n));
  return std::string(trim(all.substr(0, std::min(all.find('\n'), all.size()))));
}

}  // namespace

QueryParameters database_query(const RunContext& context) {
  QueryParameters query = context.input.query;
  const KeyPlace place = context.place("query");
  const auto at = [&](const char* key, const auto& work) {
    try {
      work();
    } catch (const InputError& error) {
      place.fail(key, error.what());
    }
  };
  const auto use_symbols = [](std::vector<std::string>& list) {
    for (std::string& name : list) name = element_symbol(species_from_symbol(name).atomic_number);
  };
  at("elements", [&] { use_symbols(query.elements); });
  at("exclude_elements", [&] { use_symbols(query.exclude_elements); });
  at("chemical_system", [&] {
    for (std::string& system : query.chemical_system) {
      std::vector<std::string> symbols = symbols_of_system(system);
      system.clear();
      for (const std::string& symbol : symbols)
        system += (system.empty() ? "" : "-") +
                  (symbol == "*" ? symbol : element_symbol(species_from_symbol(symbol).atomic_number));
    }
  });
  if (query.database == "optimade")
    at("formula", [&] {
      for (std::string& formula : query.formula) formula = alphabetical_formula(formula);
    });
  return query;
}

std::string database_url(const QueryParameters& query) {
  if (!query.url.empty()) return query.url;
  const char* own = std::getenv("MP_API_ENDPOINT");
  return own != nullptr && *own != '\0' ? own : materials_project_url;
}

std::unique_ptr<Database> open_database(const RunContext& context, const QueryParameters& query) {
  const std::string url = database_url(query);
  try {
    return query.database == "optimade" ? optimade(query, url) : materials_project(query, url);
  } catch (const InputError& error) {
    context.place("query").fail("url", error.what());
  }
}

std::string database_key(const RunContext& context, const Database& database) {
  if (database.key_header().empty()) return "";
  const KeyPlace place = context.place("query");
  const std::string& file = context.input.query.key_file;
  const char* own = std::getenv("MP_API_KEY");
  std::string key, from = "the variable MP_API_KEY";
  if (!file.empty()) {
    const std::string path = find_file(place, "key_file", file);
    try {
      key = read_private_line(path);
    } catch (const InputError& error) {
      place.fail("key_file", error.what());
    }
    from = path;
  } else if (own != nullptr) {
    key = trim(own);
  }
  if (key.empty() && (own == nullptr || !file.empty()))
    place.fail("key_file", file.empty() ? "missing: the Materials Project needs a key, here or in the variable "
                                          "MP_API_KEY of the environment; your own is at "
                                          "https://materialsproject.org/api"
                                        : fmt::format("{} is empty", from));
  if (key.size() != key_length)
    place.fail("key_file", fmt::format("what is in {} is no key of the Materials Project: it has {} characters, not {}",
                                       from, key.size(), key_length));
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (!std::all_of(key.begin(), key.end(), is_plain))
    place.fail("key_file", fmt::format("what is in {} is no key of the Materials Project: it has other characters than "
                                       "letters and digits",
                                       from));
  const UrlOrigin origin = url_origin(database.url());
  if (origin.scheme == "http" && !is_loopback(origin))
    place.fail("url", fmt::format("the key would go to {} unencrypted; use https", origin.host));
  return key;
}

std::vector<std::string> conditions_of(const RunContext& context) {
  std::vector<std::string> conditions;
  for (const char* key : {"filter", "elements", "exclude_elements", "chemical_system", "subsystems", "formula",
                          "n_elements", "n_sites", "space_group", "ids", "energy_above_hull", "formation_energy",
                          "band_gap", "theoretical", "thermo_type", "max_structures"})
    if (context.input.locations.line.count({"query", key}) > 0)
      conditions.push_back(fmt::format("{} = {}", key, key_text(context.input, "query", key)));
  if (conditions.empty()) conditions.emplace_back("all entries");
  return conditions;
}

}  // namespace spinel
