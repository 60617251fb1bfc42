#include "run/setup/load_vectors.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/text_file.hpp"
#include "run/setup/find_file.hpp"

namespace spinel {

namespace {

/// work(), with an InputError located at &vectors file.
template <class Work>
auto at_file(const RunContext& context, Work&& work) {
  try {
    return work();
  } catch (const InputError& error) {
    fail_key(context.input, "vectors", "file", error.what());
  }
}

/// The place of the column of this name or number; as many as there are columns where there is none.
std::size_t place_of(const std::string& name, const std::vector<std::string>& columns) {
  const auto found = std::find(columns.begin(), columns.end(), name);
  std::int64_t number = 0;
  if (found == columns.end() && parse_number(name, number) && number >= 1 &&
      number <= static_cast<std::int64_t>(columns.size()))
    return static_cast<std::size_t>(number) - 1;
  return static_cast<std::size_t>(found - columns.begin());
}

VectorTable read_file(const RunContext& context, const VectorArchitecture* flow) {
  const VectorsParameters& p = context.input.vectors;
  const std::string path = find_file(context.place("vectors"), "file", p.file, context.world);
  const VectorTitles titles = at_file(context, [&] { return read_vector_titles(path, context.world); });
  std::vector<std::string> wanted = p.columns;
  if (wanted.empty() && flow != nullptr && titles.has_names)
    for (const VectorColumn& column : flow->columns) wanted.push_back(column.name);
  if (wanted.empty()) wanted = titles.columns;
  std::vector<std::size_t> places;
  std::vector<std::string> names;
  for (const std::string& name : wanted) {
    places.push_back(place_of(name, titles.columns));
    if (places.back() == titles.columns.size())
      fail_key(context.input, "vectors", p.columns.empty() ? "file" : "columns",
               fmt::format("{} has no column '{}'; it has {}", path, name, quoted_list(titles.columns)));
    names.push_back(titles.columns[places.back()]);
  }
  VectorTable table = at_file(context, [&] { return read_vectors(path, places, names, context.world); });
  if (p.periods.empty()) return table;
  if (p.periods.size() != table.dimension())
    fail_key(context.input, "vectors", "periods",
             fmt::format("{} given for {} columns", p.periods.size(), table.dimension()));
  table.periods = p.periods;
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
