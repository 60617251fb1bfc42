#include "task/md/thermo_series.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace spinel {

namespace {

using Row = const Observation&;
using Units = const UnitSystem&;

template <int k>
double pressure_component(Row o, Units u) {
  return o.pressure_tensor[k] * u.pressure_to_output;
}

template <int i, int j>
double cell_component(Row o, Units) {
  return o.cell(i, j);
}

std::vector<ThermoSeries::Column> make_columns(Units u, bool variable_cell) {
  std::vector<ThermoSeries::Column> columns = {
      {"time", u.reported_time, [](Row o, Units v) { return o.time * v.time_to_output; }, {}},
      {"temperature", u.temperature, [](Row o, Units) { return o.temperature; }, {}},
      {"potential_energy", u.energy, [](Row o, Units) { return o.potential_energy; }, {}},
      {"kinetic_energy", u.energy, [](Row o, Units) { return o.kinetic_energy; }, {}},
      {"total_energy", u.energy, [](Row o, Units) { return o.total_energy; }, {}},
      {"conserved", u.energy, [](Row o, Units) { return o.conserved; }, {}},
      {"pressure", u.pressure, [](Row o, Units v) { return o.pressure * v.pressure_to_output; }, {}},
      {"pressure_xx", u.pressure, pressure_component<0>, {}},
      {"pressure_yy", u.pressure, pressure_component<1>, {}},
      {"pressure_zz", u.pressure, pressure_component<2>, {}},
      {"pressure_yz", u.pressure, pressure_component<3>, {}},
      {"pressure_xz", u.pressure, pressure_component<4>, {}},
      {"pressure_xy", u.pressure, pressure_component<5>, {}},
      {"volume", u.length + "³", [](Row o, Units) { return o.volume; }, {}}};
  if (variable_cell) {
    const char* names[9] = {"cell_ax", "cell_ay", "cell_az", "cell_bx", "cell_by",
                            "cell_bz", "cell_cx", "cell_cy", "cell_cz"};
    double (*values[9])(Row, Units) = {cell_component<0, 0>, cell_component<0, 1>, cell_component<0, 2>,
                                       cell_component<1, 0>, cell_component<1, 1>, cell_component<1, 2>,
                                       cell_component<2, 0>, cell_component<2, 1>, cell_component<2, 2>};
    for (std::size_t k = 0; k < 9; ++k) columns.push_back({names[k], u.length, values[k], {}});
  }
  return columns;
}

RunningTable make_table(Units u, bool variable_cell) {
  const std::string energy = u.energy + "/atom";
  std::vector<RunningTable::Column> columns = {
      {"step", "", 10, 0, true},      {"time", u.reported_time, 11, 4}, {"temperature", u.temperature, 12, 4},
      {"potential", energy, 13, 7},   {"total", energy, 13, 7},         {"conserved Δ", energy, 12, 3, false, true},
      {"pressure", u.pressure, 13, 7}};
  if (variable_cell) columns.push_back({"volume", u.length + "³", 14, 3});
  return RunningTable(columns);
}

}  // namespace

ThermoSeries::ThermoSeries(const UnitSystem& units, std::int64_t n_atoms, bool variable_cell)
    : units_(units),
      n_atoms_(static_cast<double>(n_atoms)),
      variable_cell_(variable_cell),
      columns_(make_columns(units, variable_cell)),
      table_(make_table(units, variable_cell)) {}

void ThermoSeries::add(const Observation& now) {
  const auto at = static_cast<std::size_t>(std::lower_bound(steps_.begin(), steps_.end(), now.step) - steps_.begin());
  steps_.resize(at);
  steps_.push_back(now.step);
  for (Column& c : columns_) {
    c.values.resize(at);
    c.values.push_back(c.value(now, units_));
  }
}

const ThermoSeries::Column& ThermoSeries::column(const std::string& name) const {
  for (const Column& c : columns_)
    if (c.name == name) return c;
  fail("no thermo column {}", name);
}

std::string ThermoSeries::last_row() const {
  if (steps_.empty()) return "";
  const auto last = [&](const char* name) { return column(name).values.back(); };
  std::vector<double> row = {static_cast<double>(steps_.back()),
                             last("time"),
                             last("temperature"),
                             last("potential_energy") / n_atoms_,
                             last("total_energy") / n_atoms_,
                             (last("conserved") - column("conserved").values.front()) / n_atoms_,
                             last("pressure")};
  if (variable_cell_) row.push_back(last("volume"));
  return table_.row(row);
}

void ThermoSeries::save(State& state) const {
  state["thermo.step"].assign(steps_.begin(), steps_.end());
  for (const Column& c : columns_) state["thermo." + c.name] = c.values;
}

void ThermoSeries::load(const State& state) {
  const auto& steps = state_array(state, "thermo.step");
  steps_.assign(steps.begin(), steps.end());
  for (Column& c : columns_) {
    c.values = state_array(state, "thermo." + c.name);
    if (c.values.size() != steps_.size()) fail("the checkpoint's thermo column {} has another length", c.name);
  }
}

}  // namespace spinel
