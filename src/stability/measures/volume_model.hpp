#pragma once

#include <vector>

#include "stability/composition.hpp"

namespace spinel {

/// Volume of an atom as the elements of a crystal have it on average: v̄ + Σ x_Z w_Z for shares x of the elements Z.
class VolumeModel {
 public:
  struct Sample {
    Composition composition;
    double per_atom = 0.0;  ///< Å³
  };

  /// From the volumes of the elements and salts at room temperature (crystal/prototype_label.hpp), where nothing is
  /// known of crystals like those that are asked for.
  VolumeModel();
  /// Ridge regression: the least Σ (v − v̄ − Σ x w)² + 0.01 Σ w² over the samples, v̄ their mean. An element that none
  /// of them has counts as w = 0. InputError where there is no sample.
  explicit VolumeModel(const std::vector<Sample>& samples);

  /// Å³; at least half of the smallest volume of a sample, or 1 Å³ where there were none, as a sum may run below any.
  double per_atom(const Composition& composition) const;

 private:
  double mean_ = 0.0, least_ = 1.0;
  std::vector<double> weight_;  // [atomic number]
};

}  // namespace spinel
