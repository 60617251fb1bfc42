#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/dataset/dataset_records.hpp"

namespace spinel {

/// On one rank. Is it a file that write_dataset() wrote?
bool is_dataset_file(const std::string& path);

class ResultFile;
/// Marks a file of the layout of a dataset as one.
void set_dataset_format(ResultFile& file);

/// Collective. Writes the records of all ranks, in rank order, as a dataset file (doc/datasets.md), each rank its own
/// part; to <path>.part, which then replaces `path`: a kill leaves the old file or the new one. What the file holds
/// does not depend on how the records lie on ranks. `units`: of properties by name, before the usual ones; `notes`:
/// attributes of /provenance. Throws Error on all ranks where the file cannot be written, and where no rank has a
/// record; InputError where `units` names no property that is a number.
void write_dataset(const std::string& path, DatasetRecords records, const std::map<std::string, std::string>& units,
                   const std::map<std::string, std::string>& notes, const Communicator& communicator);

}  // namespace spinel
