#pragma once

#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "model/generators/latent_model.hpp"

namespace spinel {

/// A latent vector whose crystals are to have a property.
struct LatentSearch {
  enum class Method {
    gradient,   ///< from a draw of the distribution of the training part, down J by Adam (Kingma & Ba, ICLR 2015)
    screening,  ///< the draw of `pool` ones with the least J
    random      ///< any draw
  };
  Method method = Method::gradient;
  std::size_t property = 0;  ///< of the model's
  double wanted = 0.0;       ///< in its unit
  std::int64_t steps = 300, pool = 100;
  double rate = 0.02;
  double prior_weight = 0.1;
};

/// J(z) = LatentModel::misfit + prior_weight·distance_from_crystals/size. A latent vector that makes it small, a
/// function of the arguments alone.
std::vector<double> search_latent(const LatentModel& model, const LatentSearch& search, RandomSequence& random);

/// J, and its gradient, set, where that is not null.
double latent_objective(const LatentModel& model, const LatentSearch& search, const double* z, double* gradient);

}  // namespace spinel
