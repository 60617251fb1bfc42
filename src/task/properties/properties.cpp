#include "task/properties/properties.hpp"

#include "core/stop_signal.hpp"
#include "parallel/on_root.hpp"
#include "run/check_run.hpp"
#include "run/report_warnings.hpp"
#include "run/result_common.hpp"
#include "run/run_control.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"
#include "run/setup/make_potential.hpp"
#include "run/setup/make_structure.hpp"
#include "task/properties/properties_report.hpp"

namespace spinel {

void check_properties(const RunContext& context) {
  check_one_structure(context, [&](const Structure& structure) { check_properties(context, structure); });
}

bool run_properties(const RunContext& context) {
  report_start(context);
  const PotentialMaker maker(context, context.input.potential);
  PropertiesSubject subject;
  subject.make = [&](const std::vector<Species>& species) { return maker.make(species, context.world); };
  // Sums of Lennard-Jones are double in either precision, those of networks are not.
  subject.single_precision =
      context.input.potential.style != "lennard_jones" && context.input.potential.precision == "single";
  subject.crystal = make_structure(context.input.structure, context.place("structure"), context.units,
                                   context.input.control.seed, context.world);
  report_warnings(context.log, subject.crystal.warnings);
  check_properties(context, subject.crystal);
  RunControl control(context.input.control, context.input.output, context.world.is_root());
  const RunFiles files(context);
  on_root(context.world, [&] {
    files.make_folder();
    files.keep_old();
  });
  ResultFile file(context.world, files.result);
  RunControl::Request request;
  bool complete = false;
  try {
    complete = properties_report(context, subject, file, "/properties", [&] {
      request = control.interpret(context.world.max(control.flag()));
      return request.stop;
    });
  } catch (const Interrupted& interruption) {
    request.reason = interruption.what();
  }
  write_header(file, context, complete);
  file.save();
  if (complete)
    context.log.print("\nComplete: {}", file.path());
  else
    context.log.print("\nStopped by {}: {} holds what was done", request.reason, file.path());
  return complete;
}

}  // namespace spinel
