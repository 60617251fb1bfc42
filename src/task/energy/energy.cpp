#include "task/energy/energy.hpp"

#include <algorithm>

#include "crystal/formats/structure_file.hpp"
#include "domain/distribute.hpp"
#include "parallel/on_root.hpp"
#include "potential/committee.hpp"
#include "run/check_run.hpp"
#include "run/report_warnings.hpp"
#include "run/result_common.hpp"
#include "run/run_files.hpp"
#include "run/setup/make_potential.hpp"
#include "run/setup/make_structure.hpp"
#include "task/structures/structure_list.hpp"

namespace spinel {

void check_energy(const RunContext& context) {
  context.input.structure.all ? check_structure_list(context) : check_one_structure(context);
}

bool run_energy(const RunContext& context) {
  if (context.input.structure.all) return run_structure_list(context);
  const auto& [world, input, units, log] = context;
  const RunFiles files(context);
  report_start(context);
  Structure structure = make_structure(context.input.structure, context.place("structure"), context.units,
                                       context.input.control.seed, context.world);
  LocalAtoms atoms = local_atoms_from(structure, world);
  const PotentialMaker maker(context, context.input.potential);
  auto potential = maker.make(atoms.species, world);
  report_structure(context, atoms);
  report_warnings(log, structure.warnings);
  echo_line(log, "potential", describe_potential(context.input.potential, context.units, *potential));
  auto decomposition = make_decomposition(context.input.parallel, context.place("parallel"), atoms, context.world);
  Timers timers;
  ForceField force_field(std::move(atoms), Halo(world, std::move(decomposition)), potential, input.neighbor,
                         input.parallel, timers);
  const auto committee = std::dynamic_pointer_cast<Committee>(potential);
  if (committee) committee->look_at_next();
  const EnergyVirial total = force_field.update({true, true});
  report_decomposition(context, force_field);
  // Positions, velocities and masks are the input's own, in the same order.
  structure.force = gather_structure(force_field.atoms(), world, false, &force_field.forces()).force;

  // Stress is the virial with the other sign, per volume: tension is positive (ASE's sign).
  const LocalAtoms& placed = force_field.atoms();
  const auto n = static_cast<double>(placed.n_global);
  std::array<double, 6> stress{};
  for (std::size_t k = 0; k < 6; ++k) stress[k] = -total.virial[k] / placed.volume() * units.pressure_to_output;
  double largest = 0.0;
  for (std::size_t i = 0; i < placed.n_owned; ++i) largest = std::max(largest, force_field.forces()[i].norm());
  largest = world.max(largest);

  report_warnings(log, warnings_of_program(potential->labels()));
  log.line();
  log.print("  energy         {:.10g} {}, {:.10g} {}/atom", total.energy, units.energy, total.energy / n, units.energy);
  log.print("  largest force  {:.6g} {}/{}", largest, units.energy, units.length);
  log.print("  stress         {:.6g} {:.6g} {:.6g} {:.6g} {:.6g} {:.6g} {} (xx yy zz yz xz xy, tension positive)",
            stress[0], stress[1], stress[2], stress[3], stress[4], stress[5], units.pressure);
  SpreadSummary spread;
  std::vector<double> force_spread;
  if (committee) {
    spread = summarize(committee->spread(), placed, world);
    force_spread = gather_force_spread(committee->spread(), placed, world);
    log.print(
        "  spread         energy {:.4g} {}/atom, forces {:.4g} {} on average, {:.4g} at most, on atom {} ({} models)",
        spread.energy, units.energy, spread.force_mean, units.force, spread.force_max, spread.worst_id + 1,
        committee->size());
  }

  on_root(world, [&] {
    files.make_folder();
    files.keep_old();
    if (files.final_structure.empty()) return;
    structure.info["energy"] = fmt::format("{}", total.energy);
    for (const auto& [key, value] : potential->labels()) structure.info[key] = value;
    if (!maker.level().empty()) structure.info["run_type"] = maker.level();
    structure.magnetic_moment = potential->magnetic_moments();
    if (context.units.name == "lj") structure.info["units"] = "lj";
    write_structure(files.final_structure, structure);
  });
  ResultFile file(world, files.result);
  write_header(file, context, placed, true);
  file.write("/energy", total.energy, {units.energy, "potential energy"});
  file.write("/stress", std::vector<double>(stress.begin(), stress.end()),
             {units.pressure, "xx yy zz yz xz xy, tension positive"});
  std::vector<double> forces;
  for (const Vec3& f : structure.force) forces.insert(forces.end(), f.data(), f.data() + 3);
  file.write("/forces", std::move(forces), {units.energy + "/" + units.length, "atoms in the order of the structure"},
             {world.is_root() ? placed.n_global : 0, 3});
  if (committee) {
    file.write("/spread/models", static_cast<std::int64_t>(committee->size()), {"", "of the committee"});
    file.write("/spread/energy", spread.energy, {units.energy + "/atom", "standard deviation over the models, N − 1"});
    file.write("/spread/force", std::move(force_spread),
               {units.force, "of the force vector of each atom, in the order of the structure"});
  }
  file.save();
  log.print("\nComplete: {}", files.result);
  return true;
}

}  // namespace spinel
