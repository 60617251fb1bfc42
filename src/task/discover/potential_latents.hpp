#pragma once

#include <memory>
#include <string>

#include "campaign/structure_job.hpp"
#include "run/context.hpp"

namespace spinel {

/// What a network potential makes of a crystal: the mean over its atoms of their features after its last layer. It
/// learned these from energies and forces, and they tell of bonding more than a composition does.
class PotentialLatents {
 public:
  /// Collective. InputError where the model file cannot be read or is no potential. `context` must outlive this.
  PotentialLatents(const RunContext& context, const std::string& path);

  std::size_t size() const { return size_; }
  /// Identifies the model.
  const std::string& level() const { return maker_->level(); }
  /// Of one rank alone. Writes size() numbers. InputError where the model does not know an element.
  void compute(const Structure& structure, double* out);

 private:
  std::vector<double> atom_features(const Structure& structure);

  std::unique_ptr<PotentialMaker> maker_;
  std::unique_ptr<StructureJob> job_;
  Timers timers_;
  std::size_t size_ = 0;
};

}  // namespace spinel
