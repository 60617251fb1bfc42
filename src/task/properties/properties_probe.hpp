#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/timers.hpp"
#include "potential/force_field.hpp"
#include "relax/relaxation.hpp"
#include "run/context.hpp"

namespace spinel {

using PotentialFactory = std::function<std::shared_ptr<Potential>(const std::vector<Species>&)>;

/// Single points, relaxations and force fields of small structures by all ranks, one after the other. All members are
/// collective, structures the same on every rank.
class PropertiesProbe {
 public:
  PropertiesProbe(const RunContext& context, PotentialFactory make) : context_(context), make_(std::move(make)) {}

  /// What rank 0 holds, for all ranks.
  Structure shared(Structure structure) const;
  std::vector<Vec3> shared(std::vector<Vec3> rows) const;

  struct Point {
    double energy = 0.0;             ///< eV
    std::array<double, 6> stress{};  ///< eV/Å³ xx yy zz yz xz xy, tension positive
    std::vector<Vec3> force;         ///< [atom] eV/Å
  };
  Point compute(const Structure& structure);
  /// The nearest minimum, to `fmax` (eV/Å) and, where the cell is free, `smax` (eV/Å³). Error where it is not reached.
  Structure relaxed(const Structure& structure, CellFreedom cell, double fmax, double smax);
  std::unique_ptr<ForceField> field(LocalAtoms atoms);

  const RunContext& context() const { return context_; }
  Timers& timers() { return timers_; }

 private:
  const RunContext& context_;
  PotentialFactory make_;
  std::vector<Species> species_;  // that potential_ was made for
  std::shared_ptr<Potential> potential_;
  Timers timers_;
};

}  // namespace spinel
