#include "run/check_run.hpp"

#include "parallel/on_root.hpp"
#include "run/make_potential.hpp"
#include "run/make_structure.hpp"
#include "run/run_files.hpp"

namespace spinel {

void check_one_structure(const RunContext& context, const std::function<void(const Structure&)>& further) {
  const RunFiles files(context.input);
  const Structure structure = make_unit_cell(context);
  if (further) further(structure);
  const PotentialMaker maker(context.input, context.world);
  // The species are on rank 0 only.
  on_root(context.world, [&] { maker.make(structure.species, Communicator::self()); });
}

}  // namespace spinel
