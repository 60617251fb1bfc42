#pragma once

#include <vector>

#include "fingerprint/pointwise_distances.hpp"
#include "fingerprint/set_measures.hpp"

namespace spinel {

/// How far from each crystal of one set the nearest of the other is by pdd_distance() (Å). The distance of their AMDs,
/// which is never above it, decides which pairs are looked at, so the answer is exact but few distances are computed.
/// InputError where distributions differ in k.
NearestInSet nearest_in_set(const std::vector<PointwiseDistances>& generated,
                            const std::vector<PointwiseDistances>& reference);

}  // namespace spinel
