#pragma once

#include <memory>

#include "dynamics/atom_mover.hpp"
#include "dynamics/integrator.hpp"
#include "dynamics/thermostat.hpp"

namespace spinel {

/// NPT by the Martyna–Tobias–Klein barostat (J. Chem. Phys. 101, 4177 (1994)), with the measure-preserving splitting of
/// Tuckerman et al., J. Phys. A 39, 5629 (2006) and Yu et al., Chem. Phys. 370, 294 (2010). With strain rate η (1/fs):
///   ẋ = v + η x,  v̇ = F/m − η v − (tr η/N_f) v,  ḣ = η h,  W η̇ = Σ m v vᵀ + virial + (Σ m v²/N_f − P V)·1
/// with N_f degrees of freedom and W = (N_f + 3) kT τ²/3. Isotropic coupling: η = η₁·1, the trace of the last equation
/// with 3 W; the cell keeps its shape. Full: η is upper triangular, so a cell with a along x and b in the xy plane
/// stays so and no cell ever turns (a symmetric η turns it a little with every cycle of strains). Then
/// ⟨pressure tensor⟩ = P·1 and ⟨(pressure − P) V⟩ = −kT hold exactly for any number of atoms.
///
/// Atoms and cell have a thermostat each, of the kind &dynamics thermostat names: Nosé–Hoover chains (the original
/// MTK), stochastic velocity rescaling (Bussi, Zykova-Timan & Parrinello, J. Chem. Phys. 130, 074101 (2009), here with
/// one on the cell of its own) or Langevin (Quigley & Probert, J. Chem. Phys. 120, 11432 (2004), here by BAOAB). All
/// sample the isothermal–isobaric ensemble. The cell's relaxation time is barostat_time.
///
/// Conserved: energy of the atoms + ½ W Σ η² + P V + energies of the thermostats − ∫ V dP; masses W follow a
/// temperature ramp at constant η, and the work is booked. Nosé–Hoover and Bussi need the total momentum to be zero.
class ConstantPressure : public Integrator {
 public:
  ConstantPressure(ForceField& force_field, const DynamicsParameters& parameters, const UnitSystem& units,
                   std::uint64_t seed, const DegreesOfFreedom& dof);
  void start(const Targets& targets, const EnergyVirial& forces) override;
  void first_half(std::int64_t step, const Targets& targets) override;
  void second_half(std::int64_t step, const Targets& targets, const EnergyVirial& forces) override;
  bool needs_virial() const override { return true; }
  void velocities_changed() override { kinetic_ = mover_.kinetic_tensor(); }
  double reservoir_energy() const override;
  void save(State& state) const override;
  void load(const State& state) override;

 private:
  bool langevin() const { return particle_thermostat_ == nullptr; }
  double cell_kinetic() const;
  void set_targets(const Targets& targets);
  void thermostats(std::int64_t step, std::uint64_t part, double& particle_scale);
  void kick_cell();
  void set_particle_kick(double scale);
  void drift(double duration);
  void cell_noise(std::int64_t step);

  ForceField& force_field_;
  AtomMover mover_;
  Random random_, cell_random_;
  std::unique_ptr<Thermostat> particle_thermostat_, cell_thermostat_;  // none: Langevin
  bool isotropic_;
  double boltzmann_, timestep_, dof_, thermostat_time_, barostat_time_, limit_;
  Mat3 kick_e_ = Mat3::Identity(), kick_s_ = Mat3::Zero();

  Targets targets_{0.0, 0.0};
  double mass_ = 0.0;                // W (eV fs²) of one component of η
  Mat3 rate_ = Mat3::Zero();         // η
  std::array<double, 6> kinetic_{};  // Σ m v v, eV
  std::array<double, 6> virial_{};   // eV
  double work_ = 0.0;                // eV: −∫ V dP and the work of changing W
  double heat_ = 0.0;                // eV: Langevin, this rank's atoms
  double cell_heat_ = 0.0;           // eV: Langevin, the cell
};

}  // namespace spinel
