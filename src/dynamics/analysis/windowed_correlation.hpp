#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dynamics/state.hpp"
#include "potential/force_field.hpp"

namespace spinel {

/// A diffusion coefficient, Å²/fs.
struct Diffusion {
  double value = 0.0;
  double error = 0.0;             ///< standard error over windows; NaN with fewer than two whole windows
  Vec3 direction = Vec3::Zero();  ///< along x, y, z; value is their mean
};

/// A time correlation function by species. Groups: every species, then all atoms together.
struct Correlation {
  std::vector<double> time;              ///< [lag] fs
  std::vector<std::vector<Vec3>> value;  ///< [group][lag] along x, y, z, mean over atoms and windows
  std::vector<double> samples;           ///< [lag] windows that reached it
  std::vector<Diffusion> diffusion;      ///< [group]
  std::int64_t whole_windows = 0;
};

/// What mean square displacement and velocity autocorrelation share: a time origin that is set anew after every window
/// and travels with each atom in a column of LocalAtoms, sums over atoms per species, direction and lag, and a
/// diffusion coefficient from each window, whose scatter gives the error. All verbs are collective.
class WindowedCorrelation {
 public:
  virtual ~WindowedCorrelation() = default;
  WindowedCorrelation(const WindowedCorrelation&) = delete;
  WindowedCorrelation& operator=(const WindowedCorrelation&) = delete;

  /// To call after steps; takes a sample on the first and then on every `every`-th step after it.
  void sample(std::int64_t step);
  Correlation result() const;
  void save(State& state) const;
  /// The atoms must carry the origins (the column) already.
  void load(const State& state);

 protected:
  /// name: of the column and in the State. every, window: steps; window 0: one origin for ever. timestep: fs.
  WindowedCorrelation(ForceField& force_field, std::string name, std::int64_t every, std::int64_t window,
                      double timestep);

  /// The quantity at present, and what an atom adds given the same at the origin.
  virtual Vec3 present(const LocalAtoms& atoms, std::size_t i) const = 0;
  virtual Vec3 product(const LocalAtoms& atoms, const Vec3& origin, const Vec3& now) const = 0;
  /// Diffusion coefficients along x, y, z from a curve with lags `interval` fs apart.
  virtual Vec3 diffusion(const std::vector<Vec3>& curve, double interval) const = 0;

 private:
  using Curve = std::vector<std::vector<Vec3>>;  // [group][lag], means over atoms

  AtomColumn& column();
  void set_origin(std::int64_t step);
  void close_window();

  ForceField& force_field_;
  std::string name_;
  std::int64_t every_, window_;
  double timestep_;
  std::vector<double> n_atoms_;  // [group]
  std::int64_t first_ = -1;      // step of the first sample, −1: none yet
  std::int64_t origin_ = 0;      // step of the present origin
  Curve current_;                // of the present window
  Curve sum_;                    // of whole windows
  std::int64_t whole_windows_ = 0;
  std::vector<Vec3> d_sum_, d_squares_;  // [group] over whole windows
  std::vector<double> mean_squares_;     // [group] Σ (mean of the three)²
};

/// Mean square displacement ⟨(Δx², Δy², Δz²)⟩ (Å²); D = slope/2 of a line fitted to the second half of the window.
/// Displacements are differences of unwrapped fractional coordinates times the present cell, so a breathing cell does
/// not move atoms. The drift of the center of mass is not subtracted.
class MeanSquareDisplacement : public WindowedCorrelation {
 public:
  MeanSquareDisplacement(ForceField& force_field, std::int64_t every, std::int64_t window, double timestep)
      : WindowedCorrelation(force_field, "msd", every, window, timestep) {}

 protected:
  Vec3 present(const LocalAtoms& atoms, std::size_t i) const override;
  Vec3 product(const LocalAtoms& atoms, const Vec3& origin, const Vec3& now) const override;
  Vec3 diffusion(const std::vector<Vec3>& curve, double interval) const override;
};

/// Velocity autocorrelation ⟨v_k(0) v_k(t)⟩ (Å²/fs²); D = ∫ of it over the window (Green–Kubo), trapezoidal rule.
class VelocityAutocorrelation : public WindowedCorrelation {
 public:
  VelocityAutocorrelation(ForceField& force_field, std::int64_t every, std::int64_t window, double timestep)
      : WindowedCorrelation(force_field, "vacf", every, window, timestep) {}

 protected:
  Vec3 present(const LocalAtoms& atoms, std::size_t i) const override;
  Vec3 product(const LocalAtoms& atoms, const Vec3& origin, const Vec3& now) const override;
  Vec3 diffusion(const std::vector<Vec3>& curve, double interval) const override;
};

}  // namespace spinel
