#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/vec3.hpp"
#include "model/generators/latent_model.hpp"
#include "neighbor/crystal_graph.hpp"

namespace spinel {

/// Graphs and latent vectors of crystals, on one rank.
class CrystalEncoder {
 public:
  explicit CrystalEncoder(LatentModel& model);
  /// mean, deviation: [size] of the crystal's latent vectors. Error where there are none.
  void encode(const Mat3& cell, const std::vector<std::uint8_t>& atomic_number, const std::vector<double>& position,
              const std::array<bool, 3>& periodic, double* mean, double* deviation);

 private:
  LatentModel& model_;
  CrystalGraphBuilder builder_;
  CrystalGraph graph_;
};

}  // namespace spinel
