#pragma once

#include <optional>
#include <string>

#include "core/units.hpp"
#include "input/parameters.hpp"
#include "io/trajectory/trajectory.hpp"
#include "potential/force_field.hpp"

namespace spinel {

/// Of a trajectory of these atoms at `path`, by &output, without observables. `namelist`: echo of the input, which
/// the file keeps.
TrajectoryOptions trajectory_options(const OutputParameters& output, const UnitSystem& units, const LocalAtoms& atoms,
                                     const std::string& path, const std::string& namelist);

/// Collective. Makes the trajectory of the options; or, for a run that goes on from `restarted_at`, the step of its
/// checkpoint, opens the one that is there, cut back to that.
Trajectory open_trajectory(const TrajectoryOptions& options, const LocalAtoms& atoms, const Communicator& communicator,
                           std::optional<std::int64_t> restarted_at);

/// The atoms and forces of `field` as a frame, without observables; it points to them.
Frame frame_of(const ForceField& field, std::int64_t step, double time);

}  // namespace spinel
