#include "model/property_architecture.hpp"

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "model/property_kinds.hpp"

namespace spinel {

double PropertyArchitecture::reference(const std::int32_t* place, std::size_t n_atoms) const {
  if (references.empty()) return 0.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < n_atoms; ++i) sum += references[static_cast<std::size_t>(place[i])];
  return references_per_atom ? sum / static_cast<double>(n_atoms) : sum;
}

PropertyArchitecture parse_property_architecture(const std::string& text, const std::string& path) {
  const Architecture read(text, path);
  PropertyArchitecture a;
  a.kind = read.value<std::string>("kind");
  const PropertyKind* kind = find_property_kind(a.kind);
  if (kind == nullptr)
    fail_input("model '{}' is of kind '{}': no model of the properties of crystals ({})", path, a.kind,
               property_kind_names());
  a.task = read.one_of("task", {"regression", "classification"});
  a.property = read.value<std::string>("property", "");
  a.unit = read.value<std::string>("unit", "");
  if (a.is_classifier() && read.value<std::int64_t>("n_classes", 2) != 2)
    a.n_classes = read.integer("n_classes", 2, 4096);
  a.mean = read.real("data_mean", -1e300, 1e300);
  a.std = read.real("data_std", 0.0, 1e300);
  a.elements = read.value<std::vector<std::string>>("element_types");
  std::vector<bool> seen(119, false);
  for (const std::string& symbol : a.elements) {
    const int number = atomic_number(symbol);
    if (number == 0) fail_input("model '{}': '{}' of its element_types is no element", path, symbol);
    if (seen[static_cast<std::size_t>(number)])
      fail_input("model '{}': '{}' is twice among its element_types", path, symbol);
    seen[static_cast<std::size_t>(number)] = true;
  }
  if (read.has("element_references")) {
    a.references = read.value<std::vector<double>>("element_references");
    a.references_per_atom = read.value<bool>("references_per_atom");
    if (a.references.size() != a.elements.size())
      fail_input("model '{}': {} element_references for {} elements", path, a.references.size(), a.elements.size());
  }
  kind->read(read, a);
  return a;
}

std::string to_json(const PropertyArchitecture& a) {
  nlohmann::json values = {{"kind", a.kind},      {"task", a.task},    {"property", a.property},     {"unit", a.unit},
                           {"data_mean", a.mean}, {"data_std", a.std}, {"element_types", a.elements}};
  if (a.is_classifier()) values["n_classes"] = a.n_classes;
  if (!a.references.empty())
    values.update({{"element_references", a.references}, {"references_per_atom", a.references_per_atom}});
  property_kind(a.kind).write(a, values);
  return values.dump();
}

std::vector<std::string> common_elements() {
  std::vector<std::string> symbols;
  for (int number = 1; number <= 100; ++number) symbols.emplace_back(element_symbol(number));
  return symbols;
}

}  // namespace spinel
