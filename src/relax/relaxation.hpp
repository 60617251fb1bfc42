#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/units.hpp"
#include "core/vec3.hpp"
#include "input/parameters.hpp"
#include "potential/force_field.hpp"

namespace spinel {

/// What of the cell is free, besides fixed Cartesian axes.
enum class CellFreedom { fixed, full, isotropic, fixed_volume };

/// One operation of the space group to keep: fractional rotation and translation, and where it takes each atom.
struct SymmetryAction {
  Mat3 rotation;                    ///< fractional: s → rotation · s + translation
  Vec3 translation;                 ///< fractional
  std::vector<std::int64_t> image;  ///< [id] → id
};

/// Settings of one relaxation, in internal units.
struct RelaxationSettings {
  std::string minimizer = "lbfgs";  ///< fire | lbfgs | blmvm | cg
  CellFreedom cell = CellFreedom::fixed;
  std::array<bool, 3> fixed_axes = {false, false, false};
  double pressure = 0.0;                 ///< eV/Å³
  double fmax = 0.02;                    ///< eV/Å
  double smax = 0.1 / 160.21766340;      ///< eV/Å³
  std::int64_t max_evaluations = 500;    ///< of energy and forces
  double max_step = 0.2;                 ///< Å
  double max_volume_change = 3.0;        ///< factor
  double minimum_distance = 0.5;         ///< Å
  std::vector<SymmetryAction> symmetry;  ///< empty: none to keep
};

/// The keys of &relax in internal units, without the symmetry of a structure.
RelaxationSettings relaxation_settings(const RelaxParameters& parameters, const UnitSystem& units);

/// After an evaluation that the minimizer accepted as its next point.
struct RelaxationProgress {
  std::int64_t evaluations = 0;
  double energy = 0.0;    ///< eV
  double enthalpy = 0.0;  ///< eV; energy + pressure · volume
  double fmax = 0.0;      ///< eV/Å, over free components
  double smax = 0.0;      ///< eV/Å³, over free components, from the external pressure
  double volume = 0.0;    ///< Å³
};

enum class RelaxationStatus { converged, not_converged, failed, stopped };

struct RelaxationResult {
  RelaxationStatus status = RelaxationStatus::failed;
  std::string reason;  ///< why it failed or did not converge
  RelaxationProgress last;
  std::array<double, 6> stress{};  ///< eV/Å³, xx yy zz yz xz xy, tension positive
};

/// Sees every accepted point; returns false to stop the relaxation there.
using RelaxationObserver = std::function<bool(const RelaxationProgress&)>;

/// Collective. Moves the atoms (LocalAtoms::fixed ones stay) and, where asked, the cell of a force field to the nearest
/// minimum of energy + pressure · volume. On return the force field holds the last accepted point, its forces included.
/// Errors of the structure itself (atoms too near, volume out of bounds, energy not finite) are a result with status
/// `failed`, the same on every rank, not exceptions.
RelaxationResult relax(ForceField& field, const RelaxationSettings& settings, const RelaxationObserver& observer);

}  // namespace spinel
