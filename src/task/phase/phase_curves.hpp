#pragma once

#include "io/result_file.hpp"
#include "task/phase/phase_study.hpp"

namespace spinel {

/// On rank 0: what the trained networks predict for every lattice size whose networks are all done, and where that puts
/// the transition in an infinite lattice: reported and written to /phase.
void report_phase_curves(const RunContext& context, const PhasePlan& plan, const PhaseStudy& study, ResultFile& file);

}  // namespace spinel
