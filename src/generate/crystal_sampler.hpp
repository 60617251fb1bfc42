#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "crystal/structure.hpp"
#include "generate/symmetry_template.hpp"
#include "model/generators/crystal_noise.hpp"

namespace spinel {

/// How noise becomes crystals.
struct SamplerSettings {
  std::int64_t steps = 100;
  bool heun = false;         ///< crystal_flow: two calls of the network a step, of second order
  double slope = 10.0;       ///< crystal_flow: coordinates move (1 + slope·t) times as fast as the flow says
  bool types_first = false;  ///< where types are generated: all of them before positions and lattice move
  double guidance = 1.0;    ///< of conditions and latent vectors: v = v₀ + guidance (v_c − v₀), v₀ without them
  double corrector = 1e-5;  ///< crystal_diffusion: size of a Langevin step at the least noise; 0: none
  std::vector<std::int32_t> allowed_types{};  ///< that masks may become; empty: all
  double temperature = 1.0;                   ///< types are drawn by probability^(1/temperature)
  std::int64_t attempts = 10;                 ///< at most, until no two atoms are nearer than
  double minimum_distance = 0.5;              ///< Å
  std::uint64_t seed = 1;
};

/// A crystal that is asked for.
struct CrystalRequest {
  std::uint64_t number = 0;                          ///< with the seed, the key of its random numbers
  std::vector<std::int32_t> type;                    ///< [atom] place in element_types, or the mask: to be generated
  std::vector<double> conditions;                    ///< [condition] NaN: none
  CrystalFamily family = CrystalFamily::triclinic;   ///< that its lattice is to have
  std::shared_ptr<const SymmetryTemplate> symmetry;  ///< none: no symmetry asked for; else of as many atoms
  std::vector<double> latent{};                      ///< vector that a crystal_vae is shown; empty: none
  std::string problem{};                             ///< why it cannot be: the crystal fails with that
};

struct GeneratedCrystal {
  Structure structure;
  std::string failure;  ///< why there is none; empty: there is one
};

/// Crystals from a generator's network. A crystal is a function of settings and request alone: it does not matter which
/// others are made with it.
class CrystalSampler {
 public:
  /// weights: as the denoiser of the architecture has them.
  CrystalSampler(const GeneratorArchitecture& architecture, const std::vector<float>& weights,
                 const SamplerSettings& settings);

  std::vector<GeneratedCrystal> sample(const std::vector<CrystalRequest>& requests);

 private:
  struct State;
  std::vector<GeneratedCrystal> sample_once(const std::vector<CrystalRequest>& requests, std::uint64_t attempt);
  void start(State& state, std::uint64_t attempt) const;
  void call(State& state, double time);
  void find_types(State& state);
  void flow(State& state);
  void diffuse(State& state);
  std::vector<std::size_t> masks(const State& state, std::size_t crystal) const;
  void unmask(State& state, std::size_t crystal, std::size_t place) const;
  void unmask_some(State& state, double probability) const;
  void keep_symmetry(State& state) const;

  GeneratorArchitecture architecture_;
  SamplerSettings settings_;
  CrystalNoise noise_;
  Denoiser<float> network_;
  std::vector<bool> is_allowed_;  // [place in element_types]
};

}  // namespace spinel
