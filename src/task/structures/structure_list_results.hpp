#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "campaign/structure_result.hpp"
#include "io/result_file.hpp"
#include "run/context.hpp"
#include "run/run_files.hpp"
#include "source/read_warnings.hpp"

namespace spinel {

/// How a list of structures stands, counted while its results are written.
struct StructureListSummary {
  std::int64_t done = 0, not_converged = 0, failed = 0, pending = 0;
  std::vector<std::int64_t> evaluations;  ///< of the relaxations that converged
  std::int64_t all_evaluations = 0;
  double seconds = 0.0;               ///< wall time of all structures, as if one after the other
  std::vector<std::string> problems;  ///< "name: reason" of the first ones that failed or did not converge
  ReadWarnings warnings;
};

/// On rank 0. /structures, /atoms and, of relaxations, /series of a result file; the extended XYZ of the structures as
/// they ended and, where frames were kept, that of their paths, each in the order of the list. `result`: of structure
/// 0 … n − 1, one after the other; those without one have status `pending`.
StructureListSummary write_structures(ResultFile& file, const RunContext& context, const RunFiles& files,
                                      std::int64_t n, const std::function<StructureResult(std::int64_t)>& result);

/// Collective. The same as all there is in <prefix>.h5. `result` is asked and the summary known on rank 0.
StructureListSummary write_structure_list(const RunContext& context, const RunFiles& files, std::int64_t n,
                                          const std::function<StructureResult(std::int64_t)>& result, bool complete);

/// On rank 0: the table at the end of a run.
void report_structure_list(const RunContext& context, const StructureListSummary& summary);

}  // namespace spinel
