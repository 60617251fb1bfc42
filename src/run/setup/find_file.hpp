#pragma once

#include <string>
#include <vector>

#include "input/key_place.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

// Where a file is that a key names, the same for every key: in the folder of the input file, else where its path leads
// from the current folder. InputError at the key where it is in neither, with both places.

/// On one rank.
std::string find_file(const KeyPlace& place, const std::string& key, const std::string& given);

/// Collective. One rank looks and all learn: a network file system may show a new file to some ranks later than to
/// others.
std::string find_file(const KeyPlace& place, const std::string& key, const std::string& given,
                      const Communicator& communicator);
std::vector<std::string> find_files(const KeyPlace& place, const std::string& key,
                                    const std::vector<std::string>& given, const Communicator& communicator);

}  // namespace spinel
