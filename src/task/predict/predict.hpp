#pragma once

#include "run/context.hpp"

namespace spinel {

/// calculation = 'predict': numbers for crystals by one or several trained networks. Every rank works through chunks of
/// the list, which it reads itself; what is done is kept in <prefix>.journal, from which a restart goes on, and at the
/// end becomes <prefix>.h5 (doc/predict.md) in the order of the list.
bool run_predict(const RunContext& context);
/// What can be checked before: models and the list.
void check_predict(const RunContext& context);

}  // namespace spinel
