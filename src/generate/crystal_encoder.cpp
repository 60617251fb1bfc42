#include "generate/crystal_encoder.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace spinel {

CrystalEncoder::CrystalEncoder(LatentModel& model)
    : model_(model), builder_(GraphSettings{model.radius(), model.max_neighbors()}) {}

void CrystalEncoder::encode(const Mat3& cell, const std::vector<std::uint8_t>& atomic_number,
                            const std::vector<double>& position, const std::array<bool, 3>& periodic, double* mean,
                            double* deviation) {
  if (!std::all_of(periodic.begin(), periodic.end(), [](bool x) { return x; }))
    fail_input("it is not periodic along all directions");
  builder_.build(cell, position.data(), static_cast<std::int64_t>(atomic_number.size()), periodic, graph_);
  CrystalInput crystal;
  crystal.n_atoms = atomic_number.size();
  crystal.atomic_number = atomic_number.data();
  crystal.row = graph_.offset.data();
  crystal.neighbor = graph_.neighbor.data();
  crystal.distance = graph_.distance.data();
  model_.encode(crystal, mean, deviation);
  for (std::size_t j = 0; j < model_.size(); ++j)
    if (!std::isfinite(mean[j]) || !std::isfinite(deviation[j])) fail_input("its latent vector is not finite");
}

}  // namespace spinel
