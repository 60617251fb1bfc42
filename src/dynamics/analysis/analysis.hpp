#pragma once

#include <cstdint>
#include <memory>

#include "dynamics/analysis/radial_distribution.hpp"
#include "dynamics/analysis/run_averages.hpp"
#include "dynamics/analysis/windowed_correlation.hpp"
#include "dynamics/observation.hpp"
#include "dynamics/state.hpp"
#include "input/parameters.hpp"
#include "potential/force_field.hpp"

namespace spinel {

/// What &analysis asks for, measured during the run and kept in memory; the caller writes the results. Nothing counts
/// before equilibration_steps. All verbs are collective.
class Analysis {
 public:
  /// timestep: fs. Adds columns to the atoms, so make it before loading a checkpoint or after the atoms are complete.
  Analysis(ForceField& force_field, const AnalysisParameters& parameters, double timestep);

  /// Call at the start of a new run and after every step; not again for the step a continued run starts from.
  void sample(std::int64_t step);
  /// Call for every observation of the thermo table, the start of a new run included.
  void add(const Observation& now);

  /// Null where not asked for.
  const RadialDistribution* rdf() const { return rdf_.get(); }
  const MeanSquareDisplacement* msd() const { return msd_.get(); }
  const VelocityAutocorrelation* vacf() const { return vacf_.get(); }
  const RunAverages& averages() const { return averages_; }

  void save(State& state) const;
  void load(const State& state);

 private:
  ForceField& force_field_;
  AnalysisParameters parameters_;
  std::unique_ptr<RadialDistribution> rdf_;
  std::unique_ptr<MeanSquareDisplacement> msd_;
  std::unique_ptr<VelocityAutocorrelation> vacf_;
  RunAverages averages_;
};

}  // namespace spinel
