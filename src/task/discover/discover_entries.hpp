#pragma once

#include <string>
#include <vector>

#include "run/context.hpp"
#include "stability/entries/hull_entry.hpp"

namespace spinel {

/// Collective. Entries of the files that a key of &discover names, on all ranks. InputError there.
EntryList shared_entries(const RunContext& context, const char* key, const std::vector<std::string>& paths);

}  // namespace spinel
