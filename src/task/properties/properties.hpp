#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'properties': properties of one crystal as a potential predicts them
/// (task/properties/properties_report.hpp).
bool run_properties(const RunContext& context);
/// Collective. InputError for what such a run would find wrong before its first property.
void check_properties(const RunContext& context);

}  // namespace spinel
