#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spinel {

/// How files of structures are read, in every group that names some.
struct ReadParameters {
  std::vector<std::string> type_map;  // "1: Mg": elements of labels that are none
  std::string trust = "both";         // both | sites | formula: where a file contradicts itself
  std::string disorder = "refuse";    // refuse | majority | order: sites that are shared or partly occupied
  std::int64_t disorder_seed = 1;     // of order
};

}  // namespace spinel
