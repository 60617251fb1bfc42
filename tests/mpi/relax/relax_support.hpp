#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "../force_fields.hpp"
#include "crystal/transform.hpp"
#include "domain/distribute.hpp"
#include "potential/lennard_jones.hpp"
#include "relax/relaxation.hpp"

namespace spinel::testing_support {

inline PotentialParameters lj_parameters(double cutoff = 2.5, const std::string& truncation = "smooth") {
  PotentialParameters p;
  p.style = "lennard_jones";
  p.epsilon = {1.0};
  p.sigma = {1.0};
  p.cutoff = {cutoff};
  p.truncation = truncation;
  return p;
}

inline std::shared_ptr<Potential> lennard_jones(const Structure& structure, double cutoff = 2.5,
                                                const std::string& truncation = "smooth") {
  return std::make_shared<LennardJones>(lj_parameters(cutoff, truncation), structure.species);
}

/// n³ cubic cells of an fcc crystal.
inline Structure fcc(int n, double a) {
  Structure s;
  s.cell = n * a * Mat3::Identity();
  s.species = {{"Ar", 18, 39.95}};
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k)
        for (const Vec3& basis : {Vec3(0, 0, 0), Vec3(0, 0.5, 0.5), Vec3(0.5, 0, 0.5), Vec3(0.5, 0.5, 0)}) {
          s.position.push_back(a * (Vec3(i, j, k) + basis));
          s.type.push_back(0);
        }
  return s;
}

/// Cell and atoms strained together: r → (1 + strain) r.
inline Structure strained(Structure s, const Mat3& strain) {
  const Mat3 deformation = Mat3::Identity() + strain;
  s.cell = (s.cell * deformation.transpose()).eval();
  for (Vec3& x : s.position) x = (deformation * x).eval();
  return s;
}

/// Tight enough to compare minima with.
inline RelaxationSettings tight(const std::string& minimizer = "lbfgs", CellFreedom cell = CellFreedom::fixed) {
  RelaxationSettings settings;
  settings.minimizer = minimizer;
  settings.cell = cell;
  settings.fmax = 1e-6;
  settings.smax = 1e-7;
  settings.max_evaluations = 3000;
  settings.max_step = 0.1;
  return settings;
}

struct Relaxed {
  RelaxationResult result;
  Structure structure;  ///< on rank 0, unwrapped; cell everywhere
};

inline Relaxed relaxed(const Structure& start, const RelaxationSettings& settings,
                       const RelaxationObserver& observer = nullptr,
                       const Communicator& communicator = Communicator::world(),
                       std::shared_ptr<Potential> potential = nullptr) {
  Timers timers;
  auto field = make_force_field(start, potential ? potential : lennard_jones(start), timers, communicator);
  Relaxed out;
  out.result = relax(field, settings, observer);
  out.structure = gather_structure(field.atoms(), communicator, true, &field.forces());
  communicator.broadcast(out.structure.cell.data(), 9);
  return out;
}

}  // namespace spinel::testing_support
