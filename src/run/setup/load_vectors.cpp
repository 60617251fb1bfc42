#include "run/setup/load_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/text_file.hpp"
#include "run/setup/find_file.hpp"

namespace spinel {

namespace {

/// The places in a file of the columns of this name or number.
std::vector<std::size_t> places_of(const VectorTitles& titles, const std::vector<std::string>& wanted,
                                   const std::string& path, const std::function<void(const std::string&)>& fail_here) {
  std::vector<std::size_t> places;
  for (const std::string& name : wanted) {
    const auto found = std::find(titles.columns.begin(), titles.columns.end(), name);
    auto place = static_cast<std::size_t>(found - titles.columns.begin());
    double number = 0.0;
    if (found == titles.columns.end() && parse_number(name, number) && number >= 1.0 &&
        number <= static_cast<double>(titles.columns.size()) && number == std::floor(number))
      place = static_cast<std::size_t>(number) - 1;
    if (place == titles.columns.size())
      fail_here(fmt::format("{} has no column '{}'; it has {}", path, name, quoted_list(titles.columns)));
    places.push_back(place);
  }
  return places;
}

VectorTable read_file(const RunContext& context, const VectorArchitecture* flow) {
  const VectorsParameters& p = context.input.vectors;
  const auto fail_at = [&](const char* key, const std::string& what) { fail_key(context.input, "vectors", key, what); };
  const std::string path = find_file(context.place("vectors"), "file", p.file, context.world);
  VectorTable table;
  try {
    const VectorTitles titles = read_vector_titles(path, context.world);
    std::vector<std::string> wanted = p.columns;
    const char* key = "columns";
    if (wanted.empty() && flow != nullptr && titles.has_names) {
      for (const VectorColumn& column : flow->columns) wanted.push_back(column.name);
      key = "file";
    }
    if (wanted.empty()) {
      wanted = titles.columns;
      key = "file";
    }
    const auto places = places_of(titles, wanted, path, [&](const std::string& what) { fail_at(key, what); });
    std::vector<std::string> names;
    for (const std::size_t place : places) names.push_back(titles.columns[place]);
    table = read_vectors(path, places, names, context.world);
  } catch (const InputError& error) {
    // Those of fail_at have their place already.
    if (std::string_view(error.what()).find("&vectors") != std::string_view::npos) throw;
    fail_at("file", error.what());
  }
  if (!p.periods.empty()) {
    if (p.periods.size() != table.dimension())
      fail_at("periods", fmt::format("{} given for {} columns", p.periods.size(), table.dimension()));
    table.periods = p.periods;
  }
  return table;
}

}  // namespace

VectorTable load_vectors(const RunContext& context, const VectorArchitecture* flow) {
  const VectorsParameters& p = context.input.vectors;
  VectorTable table =
      p.toy != "none" ? draw_vectors(*find_toy(p.toy), p.count, static_cast<std::uint64_t>(p.split_seed), context.world)
                      : read_file(context, flow);
  if (flow == nullptr) return table;
  const char* key = p.toy != "none" ? "toy" : p.columns.empty() ? "file" : "columns";
  if (table.dimension() != flow->dimension())
    fail_key(context.input, "vectors", key,
             fmt::format("{} columns for a flow of {}", table.dimension(), flow->dimension()));
  for (std::size_t c = 0; c < flow->dimension(); ++c) {
    if (!p.periods.empty() && p.periods[c] != flow->columns[c].period)
      fail_key(context.input, "vectors", "periods",
               fmt::format("{} of column '{}', for which the flow has {}", p.periods[c], table.columns[c],
                           flow->columns[c].period));
    table.periods[c] = flow->columns[c].period;
  }
  return table;
}

}  // namespace spinel
