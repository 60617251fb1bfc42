#include "task/structures/sweep_parameters.hpp"

namespace spinel {

SweepParameters sweep_parameters(const RunContext& context, const RunFiles& files) {
  const Input& input = context.input;
  return {input.structure,
          input.potential,
          {input.relax, input.neighbor, input.parallel, takes_many_structures(input)},
          input.control.seed,
          input.output.trajectory_every,
          files.journal};
}

}  // namespace spinel
