#pragma once

#include <memory>

#include "external/external_engine.hpp"
#include "potential/potential.hpp"

namespace spinel {

/// Energy and forces by another program: rank 0 of the communicator gathers the atoms, asks, and deals out the forces.
/// The other ranks sleep meanwhile, so that the program has their processors.
class ExternalPotential final : public Potential {
 public:
  explicit ExternalPotential(std::unique_ptr<ExternalEngine> engine) : engine_(std::move(engine)) {}

  /// Nothing is asked of neighbors; lists need some length.
  double cutoff() const override { return 0.1; }
  GhostNeeds ghost_needs() const override { return {}; }
  void begin_structure() override { engine_->begin_structure(); }
  void set_look(std::function<bool()> look) override { look_ = std::move(look); }
  double expected_seconds() const override { return engine_->expected_seconds(); }
  std::map<std::string, std::string> labels() const override { return engine_->labels(); }
  std::vector<Vec3> magnetic_moments() const override { return magnetic_moments_; }
  /// CollectiveError where the program fails for good, Interrupted where a stop signal or look() has ended it.
  EnergyVirial compute(const LocalAtoms& atoms, const NeighborList& list, Halo& halo, Wanted wanted,
                       Forces& forces) override;

 private:
  std::unique_ptr<ExternalEngine> engine_;
  std::function<bool()> look_;
  std::vector<Vec3> magnetic_moments_;
};

}  // namespace spinel
