#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "io/result_file.hpp"
#include "source/read_warnings.hpp"

namespace spinel {

/// What was odd in the structures that were read, the first few of the kinds: "WARNING  text (12 records, first
/// a.cif)".
void report_warnings(Log& log, const ReadWarnings& warnings, const char* things);
/// Of one structure.
void report_warnings(Log& log, const std::vector<std::string>& warnings);

/// What the program that has computed a structure warns of, by the label "warnings" that its output has given.
std::vector<std::string> warnings_of_program(const std::map<std::string, std::string>& labels);

/// text, count, first (number and name) of every kind, in a group of the result file; on the rank that has them.
void write_warnings(ResultFile& file, const std::string& group, const ReadWarnings& warnings);

}  // namespace spinel
