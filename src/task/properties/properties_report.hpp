#pragma once

#include <functional>
#include <string>

#include "io/result_file.hpp"
#include "task/properties/properties_probe.hpp"

namespace spinel {

/// A potential and the crystal whose properties it predicts.
struct PropertiesSubject {
  PotentialFactory make;
  bool single_precision = false;  ///< of its arithmetic: how far a relaxation can go
  Structure crystal;              ///< on rank 0
};

/// Collective. InputError where &properties asks for what the crystal, on rank 0, cannot have.
void check_properties(const RunContext& context, const Structure& crystal);

/// Collective. Relaxes the crystal, does what &properties asks for, prints it in the log and writes it under `group`:
/// doc/properties.md describes what is there. `is_stopped`, the same on all ranks, is asked between kinds; then what
/// there is so far is kept. Returns whether all was done. A kind that cannot be done (a potential without a minimum) is
/// reported, and the others go on.
bool properties_report(const RunContext& context, const PropertiesSubject& subject, ResultFile& file,
                       const std::string& group, const std::function<bool()>& is_stopped);

}  // namespace spinel
