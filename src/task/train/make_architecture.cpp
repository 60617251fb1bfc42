#include "task/train/make_architecture.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "input/schema.hpp"
#include "model/property_kinds.hpp"
#include "run/setup/find_file.hpp"

namespace spinel {

namespace {

/// On rank 0. {"1": [0.0, …], "2": …} by atomic number, as atom_init.json of CGCNN's authors.
std::map<int, std::vector<double>> read_features(const Input& input) {
  const std::string& given = input.model.element_features;
  const auto fail_here = [&](const std::string& what) { fail_key(input, "model", "element_features", what); };
  std::ifstream file(find_file({input.locations, "model"}, "element_features", given));
  if (!file) fail_here(fmt::format("cannot open {}", given));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_object() || json.empty()) fail_here(fmt::format("{} is no JSON object of lists of numbers", given));
  std::map<int, std::vector<double>> rows;
  std::size_t width = 0;
  for (const auto& [key, values] : json.items()) {
    int z = 0;
    try {
      z = std::stoi(key);
    } catch (const std::exception&) {
    }
    if (z < 1 || z > 118) fail_here(fmt::format("{}: '{}' is no atomic number", given, key));
    if (!values.is_array() || values.empty()) fail_here(fmt::format("{}: '{}' is no list of numbers", given, key));
    for (const auto& value : values)
      if (!value.is_number()) fail_here(fmt::format("{}: '{}' holds {}, no number", given, key, value.dump()));
    rows[z] = values.get<std::vector<double>>();
    if (width == 0) width = rows[z].size();
    if (rows[z].size() != width)
      fail_here(fmt::format("{}: '{}' has {} numbers where others have {}", given, key, rows[z].size(), width));
  }
  return rows;
}

}  // namespace

PropertyArchitecture make_architecture(const RunContext& context, std::vector<double>& element_features) {
  const Input& input = context.input;
  const ModelParameters& p = input.model;
  PropertyArchitecture a;
  a.kind = p.kind;
  a.task = p.task;
  a.n_classes = p.classes;
  a.elements = common_elements();
  property_kind(p.kind).describe(p, input.dataset.descriptors, a);
  element_features.clear();
  if (p.element_features.empty()) return a;

  std::vector<std::int64_t> known;
  std::string problem;
  if (context.world.is_root()) {
    try {
      for (const auto& [z, row] : read_features(input)) {
        known.push_back(z);
        element_features.insert(element_features.end(), row.begin(), row.end());
      }
    } catch (const InputError& error) {
      problem = error.what();
    }
  }
  context.world.broadcast(problem);
  if (!problem.empty()) throw InputError(problem);
  context.world.broadcast(known);
  context.world.broadcast(element_features);
  a.elements.clear();
  for (const std::int64_t z : known) a.elements.emplace_back(element_symbol(static_cast<int>(z)));
  a.cgcnn.n_features = static_cast<std::int64_t>(element_features.size() / known.size());
  return a;
}

}  // namespace spinel
