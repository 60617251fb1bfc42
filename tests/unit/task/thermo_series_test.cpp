#include "task/md/thermo_series.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace spinel {
namespace {

Observation row(std::int64_t step) {
  Observation o;
  o.step = step;
  o.time = 2.0 * static_cast<double>(step);
  o.temperature = 300.0 + static_cast<double>(step);
  o.potential_energy = -8.0;
  o.kinetic_energy = 2.0;
  o.total_energy = -6.0;
  o.conserved = -6.0 + 1e-3 * static_cast<double>(step);
  o.pressure = 0.5;
  o.volume = 64.0;
  return o;
}

TEST(ThermoSeries, ReportsPicosecondsAndGigapascals) {
  ThermoSeries series(UnitSystem::metal(), 4, false);
  series.add(row(10));
  EXPECT_DOUBLE_EQ(series.column("time").values[0], 0.02);
  EXPECT_DOUBLE_EQ(series.column("pressure").values[0], 0.5 * 160.21766340000002);
  EXPECT_EQ(series.column("pressure").unit, "GPa");
}

TEST(ThermoSeries, ARowOfAKnownStepReplacesIt) {
  ThermoSeries series(UnitSystem::lj(), 4, false);
  for (const int step : {0, 10, 20, 10}) series.add(row(step));
  EXPECT_EQ(series.steps(), (std::vector<std::int64_t>{0, 10}));
  EXPECT_EQ(series.column("temperature").values, (std::vector<double>{300.0, 310.0}));
}

TEST(ThermoSeries, ContinuesFromItsState) {
  ThermoSeries first(UnitSystem::metal(), 4, true);
  for (const int step : {0, 5}) first.add(row(step));
  State state;
  first.save(state);
  ThermoSeries second(UnitSystem::metal(), 4, true);
  second.load(state);
  EXPECT_EQ(second.last_row(), first.last_row());
  EXPECT_EQ(second.column("cell_ax").values, first.column("cell_ax").values);
  state["thermo.volume"].pop_back();
  EXPECT_THROW(second.load(state), Error);
  state.erase("thermo.volume");
  EXPECT_THROW(second.load(state), Error);
}

TEST(ThermoSeries, PrintsEnergiesPerAtomAndConservedAsAChange) {
  ThermoSeries series(UnitSystem::metal(), 4, false);
  series.add(row(0));
  series.add(row(100));
  const std::string text = series.last_row();
  EXPECT_NE(text.find("-2.0000000"), std::string::npos) << text;
  EXPECT_NE(text.find("-1.5000000"), std::string::npos) << text;
  EXPECT_NE(text.find(" 0.025 "), std::string::npos) << text;
}

}  // namespace
}  // namespace spinel
