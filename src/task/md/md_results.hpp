#pragma once

#include <optional>

#include "dynamics/analysis/analysis.hpp"
#include "dynamics/molecular_dynamics.hpp"
#include "io/trajectory/trajectory.hpp"
#include "run/result_common.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"
#include "task/md/committee_watch.hpp"
#include "task/md/thermo_series.hpp"

namespace spinel {

/// Collective. Writes <prefix>.h5 anew with all there is so far (doc/output.md). `complete`: this was the last step;
/// `watch`: of a committee, or null.
void write_md_results(const RunContext& context, const RunFiles& files, const ThermoSeries& series,
                      const CommitteeWatch* watch, const Analysis& analysis, MolecularDynamics& md,
                      const std::optional<Performance>& performance, bool complete);

/// What a frame of the trajectory holds beside atoms.
std::vector<TrajectoryObservable> trajectory_observables(const UnitSystem& units);
/// Their values, in that order.
std::vector<double> trajectory_observables(const UnitSystem& units, const Observation& now);

/// "NVT, thermostat bussi at 94.4 K (500 fs), timestep 5 fs, 10,000 steps".
std::string describe_dynamics(const RunContext& context, const MolecularDynamics& md);
/// Collective. Means with errors, drift of the conserved quantity, diffusion.
void report_averages(const RunContext& context, const Analysis& analysis, MolecularDynamics& md);

}  // namespace spinel
