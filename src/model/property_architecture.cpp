#include "model/property_architecture.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "crystal/composition_features.hpp"
#include "crystal/elements.hpp"
#include "model/architecture.hpp"

namespace spinel {

namespace {

using nlohmann::json;

constexpr std::int64_t most_units = 1 << 14;

CgcnnArchitecture read_cgcnn(const Architecture& read, std::int64_t n_elements, const std::string& path) {
  CgcnnArchitecture c;
  c.width = read.integer("atom_fea_len", 1, most_units);
  c.n_convolutions = read.integer("n_conv", 1, 64);
  c.hidden_width = read.integer("h_fea_len", 1, most_units);
  c.n_hidden = read.integer("n_h", 1, 64);
  const bool learned = read.value<bool>("element_embedding", false);
  const std::int64_t columns = read.integer("orig_atom_fea_len", 1, most_units);
  if (learned && columns != n_elements)
    fail_input("model '{}': orig_atom_fea_len = {} of its architecture for {} elements", path, columns, n_elements);
  c.n_features = learned ? 0 : columns;
  c.radius = read.real("radius", 0.1, 100.0);
  c.max_neighbors = read.integer("max_num_nbr", 0, 100000);
  c.n_gaussians = read.integer("nbr_fea_len", 1, most_units);
  c.gaussian_min = read.real("gaussian_min", 0.0, 100.0);
  c.gaussian_step = read.real("gaussian_step", 1e-3, 100.0);
  c.gaussian_width = read.real("gaussian_width", 1e-3, 100.0);
  const double last = read.real("gaussian_max", 0.0, 100.0);
  const double made = c.gaussian_min + static_cast<double>(c.n_gaussians - 1) * c.gaussian_step;
  if (std::abs(made - last) > 0.5 * c.gaussian_step)
    fail_input("model '{}': nbr_fea_len = {} Gaussians from {} by {} do not end at gaussian_max = {}", path,
               c.n_gaussians, c.gaussian_min, c.gaussian_step, last);
  return c;
}

MlpArchitecture read_mlp(const Architecture& read, std::int64_t n_elements, const std::string& path) {
  MlpArchitecture m;
  m.widths = read.widths("hidden", most_units);
  m.activation = read.one_of("activation", {"silu", "relu"});
  m.fractions = read.value<bool>("composition_fractions");
  m.statistics = read.value<bool>("composition_statistics");
  m.descriptors = read.value<std::vector<std::string>>("descriptors");
  if (m.n_inputs(static_cast<std::size_t>(n_elements)) == 0)
    fail_input("model '{}': its architecture has no inputs: neither composition nor descriptors", path);
  return m;
}

}  // namespace

std::int64_t MlpArchitecture::n_inputs(std::size_t n_elements) const {
  return static_cast<std::int64_t>((fractions ? n_elements : 0) + (statistics ? n_composition_statistics() : 0) +
                                   descriptors.size());
}

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
  if (a.kind != "cgcnn" && a.kind != "mlp")
    fail_input("model '{}' is of kind '{}': no model of the properties of crystals (cgcnn, mlp)", path, a.kind);
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
  const auto n_elements = static_cast<std::int64_t>(a.elements.size());
  if (read.has("element_references")) {
    a.references = read.value<std::vector<double>>("element_references");
    a.references_per_atom = read.value<bool>("references_per_atom");
    if (a.references.size() != a.elements.size())
      fail_input("model '{}': {} element_references for {} elements", path, a.references.size(), a.elements.size());
  }
  if (a.kind == "cgcnn")
    a.cgcnn = read_cgcnn(read, n_elements, path);
  else
    a.mlp = read_mlp(read, n_elements, path);
  return a;
}

std::string to_json(const PropertyArchitecture& a) {
  json values = {{"kind", a.kind},      {"task", a.task},    {"property", a.property},     {"unit", a.unit},
                 {"data_mean", a.mean}, {"data_std", a.std}, {"element_types", a.elements}};
  if (a.is_classifier()) values["n_classes"] = a.n_classes;
  if (!a.references.empty())
    values.update({{"element_references", a.references}, {"references_per_atom", a.references_per_atom}});
  if (a.kind == "cgcnn") {
    const CgcnnArchitecture& c = a.cgcnn;
    values.update(
        {{"atom_fea_len", c.width},
         {"n_conv", c.n_convolutions},
         {"h_fea_len", c.hidden_width},
         {"n_h", c.n_hidden},
         {"element_embedding", c.n_features == 0},
         {"orig_atom_fea_len", c.n_features > 0 ? c.n_features : static_cast<std::int64_t>(a.elements.size())},
         {"radius", c.radius},
         {"max_num_nbr", c.max_neighbors},
         {"nbr_fea_len", c.n_gaussians},
         {"gaussian_min", c.gaussian_min},
         {"gaussian_step", c.gaussian_step},
         {"gaussian_width", c.gaussian_width},
         {"gaussian_max", c.gaussian_min + static_cast<double>(c.n_gaussians - 1) * c.gaussian_step}});
  } else {
    const MlpArchitecture& m = a.mlp;
    values.update({{"hidden", m.widths},
                   {"activation", m.activation},
                   {"composition_fractions", m.fractions},
                   {"composition_statistics", m.statistics},
                   {"descriptors", m.descriptors}});
  }
  return values.dump();
}

std::vector<std::string> common_elements() {
  std::vector<std::string> symbols;
  for (int number = 1; number <= 100; ++number) symbols.emplace_back(element_symbol(number));
  return symbols;
}

}  // namespace spinel
