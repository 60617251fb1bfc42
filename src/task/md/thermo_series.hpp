#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "core/units.hpp"
#include "dynamics/observation.hpp"
#include "dynamics/state.hpp"

namespace spinel {

/// The thermodynamics of a run, row by row: printed as a table, kept for the result file and the checkpoint.
/// Columns are in reported units (ps, GPa).
class ThermoSeries {
 public:
  struct Column {
    std::string name, unit;
    double (*value)(const Observation&, const UnitSystem&);
    std::vector<double> values;
  };

  /// `variable_cell`: with volume in the printed table and the cell among the columns.
  ThermoSeries(const UnitSystem& units, std::int64_t n_atoms, bool variable_cell);

  /// A row of a step that is there already replaces it and those after it.
  void add(const Observation& now);
  std::size_t size() const { return steps_.size(); }
  const std::vector<std::int64_t>& steps() const { return steps_; }
  const std::vector<Column>& columns() const { return columns_; }
  const Column& column(const std::string& name) const;

  /// The printed table: step, time, temperature, energies an atom, pressure. The conserved quantity is printed as its
  /// change since the first row.
  std::string header() const { return table_.header(); }
  std::string last_row() const;

  void save(State& state) const;
  void load(const State& state);

 private:
  const UnitSystem& units_;
  double n_atoms_;
  bool variable_cell_;
  std::vector<std::int64_t> steps_;
  std::vector<Column> columns_;
  RunningTable table_;
};

}  // namespace spinel
