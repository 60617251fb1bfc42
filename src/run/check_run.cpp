#include "run/check_run.hpp"

#include "parallel/on_root.hpp"
#include "run/run_files.hpp"
#include "run/setup/make_potential.hpp"
#include "run/setup/make_structure.hpp"

namespace spinel {

void check_one_structure(const RunContext& context, const std::function<void(const Structure&)>& further) {
  const RunFiles files(context);
  const Structure structure = make_structure(unit_cell(context.input.structure), context.place("structure"),
                                             context.units, context.input.control.seed, context.world);
  if (further) further(structure);
  const PotentialMaker maker(context, context.input.potential);
  // The species are on rank 0 only.
  on_root(context.world, [&] { maker.make(structure.species, Communicator::self()); });
}

}  // namespace spinel
