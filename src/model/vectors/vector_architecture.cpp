#include "model/vectors/vector_architecture.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "model/architecture.hpp"

namespace spinel {

VectorFlowShape VectorArchitecture::shape() const {
  VectorFlowShape s;
  s.hidden.assign(hidden.begin(), hidden.end());
  s.activation = activation;
  s.frequencies = static_cast<std::size_t>(frequencies);
  for (const VectorColumn& column : columns) s.periodic.push_back(column.period > 0.0 ? 1 : 0);
  return s;
}

void VectorArchitecture::to_flow(const double* x, double* y) const {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const VectorColumn& column = columns[c];
    y[c] = column.period > 0.0 ? x[c] / column.period - std::floor(x[c] / column.period)
                               : (x[c] - column.mean) / column.std;
  }
}

void VectorArchitecture::from_flow(const double* y, double* x) const {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const VectorColumn& column = columns[c];
    // A fraction just below a whole number may round up to the period.
    if (column.period > 0.0)
      x[c] = std::fmod((y[c] - std::floor(y[c])) * column.period, column.period);
    else
      x[c] = column.mean + column.std * y[c];
  }
}

double VectorArchitecture::log_scale() const {
  double sum = 0.0;
  for (const VectorColumn& column : columns) sum -= std::log(column.period > 0.0 ? column.period : column.std);
  return sum;
}

void VectorArchitecture::draw_noise(RandomSequence& random, double* y) const {
  for (std::size_t c = 0; c < columns.size(); ++c) y[c] = columns[c].period > 0.0 ? random.uniform() : random.normal();
}

double VectorArchitecture::log_noise(const double* y) const {
  double sum = 0.0;
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].period == 0.0) sum -= 0.5 * (y[c] * y[c] + std::log(2.0 * M_PI));
  return sum;
}

void VectorArchitecture::log_noise_gradient(const double* y, double* gradient) const {
  for (std::size_t c = 0; c < columns.size(); ++c) gradient[c] = columns[c].period > 0.0 ? 0.0 : -y[c];
}

VectorArchitecture parse_vector_architecture(const std::string& text, const std::string& path) {
  const Architecture json(text, path);
  VectorArchitecture a;
  json.one_of("kind", {"cnf"});
  a.hidden = json.widths("hidden", 16384);
  if (a.hidden.empty()) fail_input("model '{}': its architecture has no hidden layers", path);
  a.activation = json.one_of("activation", {"silu", "tanh", "softplus"});
  a.frequencies = json.integer("frequencies", 1, 512);
  const auto names = json.value<std::vector<std::string>>("columns");
  const auto periods = json.value<std::vector<double>>("periods"), means = json.value<std::vector<double>>("means"),
             stds = json.value<std::vector<double>>("stds");
  if (names.empty() || periods.size() != names.size() || means.size() != names.size() || stds.size() != names.size())
    fail_input("model '{}': its columns have not all periods, means and stds", path);
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (!(periods[c] >= 0.0) || !(stds[c] > 0.0))
      fail_input("model '{}': column '{}' has the period {} and the std {}", path, names[c], periods[c], stds[c]);
    a.columns.push_back({names[c], periods[c], means[c], stds[c]});
  }
  return a;
}

std::string to_json(const VectorArchitecture& a) {
  std::vector<std::string> names;
  std::vector<double> periods, means, stds;
  for (const VectorColumn& column : a.columns) {
    names.push_back(column.name);
    periods.push_back(column.period);
    means.push_back(column.mean);
    stds.push_back(column.std);
  }
  const nlohmann::json json = {{"kind", "cnf"},
                               {"hidden", a.hidden},
                               {"activation", a.activation},
                               {"frequencies", a.frequencies},
                               {"columns", names},
                               {"periods", periods},
                               {"means", means},
                               {"stds", stds}};
  return json.dump();
}

}  // namespace spinel
