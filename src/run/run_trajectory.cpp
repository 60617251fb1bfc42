#include "run/run_trajectory.hpp"

#include <cstdlib>
#include <filesystem>

#include "core/provenance.hpp"
#include "parallel/on_root.hpp"

namespace spinel {

TrajectoryOptions trajectory_options(const OutputParameters& output, const UnitSystem& units, const LocalAtoms& atoms,
                                     const std::string& path, const std::string& namelist) {
  TrajectoryOptions options;
  options.path = path;
  options.n_atoms = atoms.n_global;
  options.fields = output.trajectory_fields;
  options.double_precision = output.trajectory_precision == "double";
  options.compression = static_cast<int>(output.compression);
  options.reduced_units = units.name == "lj";
  options.periodic = atoms.periodic;
  options.species = atoms.species;
  options.parameters = {{"namelist", namelist}};
  const char* user = std::getenv("USER");
  options.author = user != nullptr && *user != '\0' ? user : "unknown";
  options.creator_version = provenance().version;
  return options;
}

Trajectory open_trajectory(const TrajectoryOptions& options, const LocalAtoms& atoms, const Communicator& communicator,
                           std::optional<std::int64_t> restarted_at) {
  if (restarted_at && root_says(communicator, [&] { return std::filesystem::exists(options.path); }))
    return Trajectory::open_at(communicator, options.path, atoms.n_global, *restarted_at);
  Frame frame;
  frame.n = atoms.n_owned;
  frame.id = atoms.id.data();
  return Trajectory::create(communicator, options, frame, atoms.type.data());
}

Frame frame_of(const ForceField& field, std::int64_t step, double time) {
  const LocalAtoms& atoms = field.atoms();
  Frame frame;
  frame.step = step;
  frame.time = time;
  frame.cell = atoms.cell;
  frame.n = atoms.n_owned;
  frame.id = atoms.id.data();
  frame.position = atoms.position.data();
  frame.image = atoms.image.data();
  frame.velocity = atoms.velocity.data();
  frame.force = field.forces().data();
  return frame;
}

}  // namespace spinel
