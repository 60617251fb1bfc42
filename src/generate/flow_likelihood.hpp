#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "generate/canonical_crystal.hpp"
#include "model/generators/dormand_prince.hpp"
#include "model/generators/generator_architecture.hpp"

namespace spinel {

/// How densities under a flow are computed.
struct FlowLikelihoodSettings {
  /// The divergence is exact, coordinate by coordinate, for crystals of so many coordinates, 3 N + 6, and else by
  /// random vectors (Hutchinson).
  std::size_t exact_up_to = 100;
  std::size_t probes = 4;  ///< random vectors of ±1, each fixed along the way
  SolverSettings solver;
  std::uint64_t seed = 1;
};

/// A crystal as a flow knows it.
struct FlowCrystal {
  std::vector<std::int32_t> type;  ///< [atom] place in element_types
  std::vector<double> fractional;  ///< [atom][3], any representative
  LatticeVector lattice{};         ///< standardized
};

/// That of a crystal. InputError where the model does not know one of its elements.
FlowCrystal flow_crystal(const GeneratorArchitecture& architecture, const CanonicalCrystal& crystal);

/// log J of the measure J dk on lattices (below).
double log_lattice_measure(const LatticeVector& k);

/// log p of a crystal, in nats: the sum of its parts.
struct CrystalLogP {
  double log_p = std::numeric_limits<double>::quiet_NaN();
  double error = 0.0;          ///< standard error over the probes; exact: 0, one probe: NaN
  double prior = 0.0;          ///< log density of the noise that the crystal comes from
  double divergence = 0.0;     ///< −∫ div v dt along the way
  double scale = 0.0;          ///< −Σ log of the standard deviations that lattices are divided by
  double orders = 0.0;         ///< Σ log n_s! over the species: atoms of one species have no order
  double measure = 0.0;        ///< −log J: lattices are counted alike in all cells
  std::int64_t dimension = 0;  ///< 3 (N − 1) + 6
  std::int64_t steps = 0;      ///< of the solver
  std::string failure;         ///< why there is none; empty: there is one
};

/// Densities of crystals, given their composition, under a crystal_flow as it was learned (slope 0, no conditions, no
/// masks): d log p/dt = −div v along dx/dt = v (Chen et al., NeurIPS 2018; on manifolds Chen & Lipman, ICLR 2024), from
/// the crystal at t = 1 to noise at t = 0, whose density is known.
///
/// Which density: of N atoms in this cell with lattice vector k (crystal/lattice_vector.hpp), with respect to dx·J dk.
/// Positions are fractional, on the torus, where noise has the density 1. v has no mean over the atoms and does not
/// change where all of them move, so p is the same for all translations, and as a density that of the relative
/// positions on a torus of 3 (N − 1) dimensions. (That of Cartesian positions is smaller by N log V.) k is
/// standardized, which `scale` takes back. J = Π sinh(s_i − s_j)/(s_i − s_j) over the pairs of eigenvalues s of ½ log G
/// makes of dk the measure on lattices that a change of the cell's basis keeps (the volume of positive matrices in
/// their affine-invariant metric), so that densities of a crystal in two cells can be compared. The network knows an
/// order of the atoms, which a crystal has not: it is any of Π n_s! that keep the species in their places, and `orders`
/// adds them up.
///
/// Real: float, or double for tests; the solver is in double. A crystal is a function of settings and itself alone.
template <class Real>
class FlowLikelihood {
 public:
  /// weights: as the denoiser of the architecture has them. InputError where that is no crystal_flow.
  FlowLikelihood(const GeneratorArchitecture& architecture, const std::vector<float>& weights,
                 const FlowLikelihoodSettings& settings);

  /// pulse: is called now and then; what it throws ends the computation.
  std::vector<CrystalLogP> log_p(const std::vector<FlowCrystal>& crystals, const std::function<void()>& pulse = {});

  /// Takes crystals along the flow from one time to another, and with `with_divergence` finds ∫ div v dt for each
  /// probe, in one where it is exact.
  std::vector<SolverResult> move(std::vector<FlowCrystal>& crystals, double begin, double end, bool with_divergence,
                                 std::vector<std::vector<double>>& divergence, const std::function<void()>& pulse = {});

 private:
  struct Way;
  bool is_exact(const FlowCrystal& crystal) const { return crystal.fractional.size() + 6 <= settings_.exact_up_to; }
  std::vector<Real> probes_of(const FlowCrystal& crystal) const;
  void velocities(const Way& way, const std::vector<std::size_t>& active, const double* time, const double* y,
                  double* dy);

  GeneratorArchitecture architecture_;
  FlowLikelihoodSettings settings_;
  Denoiser<Real> network_;
  std::vector<double> no_conditions_;
};

}  // namespace spinel
