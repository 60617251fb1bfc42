#include "dynamics/analysis/analysis.hpp"

namespace spinel {

Analysis::Analysis(ForceField& force_field, const AnalysisParameters& parameters, double timestep)
    : force_field_(force_field), parameters_(parameters) {
  const auto& p = parameters_;
  if (p.rdf_every > 0) rdf_ = std::make_unique<RadialDistribution>(force_field, p.rdf_cutoff, p.rdf_bins);
  if (p.msd_every > 0)
    msd_ = std::make_unique<MeanSquareDisplacement>(force_field, p.msd_every, p.msd_window, timestep);
  if (p.vacf_every > 0)
    vacf_ = std::make_unique<VelocityAutocorrelation>(force_field, p.vacf_every, p.vacf_window, timestep);
}

void Analysis::sample(std::int64_t step) {
  if (step < parameters_.equilibration_steps) return;
  const auto timing = force_field_.timers().scope(Region::analysis);
  if (rdf_ && (step - parameters_.equilibration_steps) % parameters_.rdf_every == 0) rdf_->sample();
  if (msd_) msd_->sample(step);
  if (vacf_) vacf_->sample(step);
}

void Analysis::add(const Observation& now) {
  if (now.step >= parameters_.equilibration_steps) averages_.add(now);
}

void Analysis::save(State& state) const {
  if (rdf_) rdf_->save(state);
  if (msd_) msd_->save(state);
  if (vacf_) vacf_->save(state);
  averages_.save(state);
}

void Analysis::load(const State& state) {
  if (rdf_) rdf_->load(state);
  if (msd_) msd_->load(state);
  if (vacf_) vacf_->load(state);
  averages_.load(state);
}

}  // namespace spinel
