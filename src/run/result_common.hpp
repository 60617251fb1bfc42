#pragma once

#include "io/result_file.hpp"
#include "potential/force_field.hpp"
#include "run/context.hpp"
#include "run/run_report.hpp"

namespace spinel {

/// "2026-11-30T09:43:01Z": now.
std::string date_text();

/// What every result file states of itself: attributes of /, /input, /provenance.
void write_header(ResultFile& file, const RunContext& context, bool complete);
/// The same and /structure.
void write_header(ResultFile& file, const RunContext& context, const LocalAtoms& atoms, bool complete);
/// /timing
void write_performance(ResultFile& file, const UnitSystem& units, const Performance& performance);
/// Collective. Does the result file at `path` hold the results of a run that was complete at this step?
bool results_are_complete(const std::string& path, std::int64_t step, const Communicator& communicator);
/// "Ar", or "Ar-Kr"; "all" behind the last species.
std::string species_name(const std::vector<Species>& species, std::size_t index);

}  // namespace spinel
