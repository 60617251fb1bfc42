#pragma once

#include "run/context.hpp"

namespace spinel {

/// calculation = 'train': networks that predict properties, and interatomic potentials (TrainRun). Collective.
bool run_train(const RunContext& context);
/// What a run would find wrong before it trains: files, target, split, elements, model. Collective.
void check_train(const RunContext& context);

}  // namespace spinel
