#include "core/units.hpp"

#include "core/error.hpp"

namespace spinel {

const UnitSystem& UnitSystem::metal() {
  static const UnitSystem units{"metal",
                                constants::boltzmann_ev_per_k,
                                1.0 / constants::ev_per_amu_a2_fs2,
                                constants::ev_per_amu_a2_fs2,
                                constants::gpa_per_ev_a3,
                                1e-3,
                                "Å",
                                "eV",
                                "fs",
                                "ps",
                                "K",
                                "GPa",
                                "amu",
                                "eV/Å"};
  return units;
}

const UnitSystem& UnitSystem::lj() {
  static const UnitSystem units{"lj", 1.0, 1.0, 1.0, 1.0, 1.0, "σ", "ε", "τ", "τ", "ε/k", "ε/σ³", "m", "ε/σ"};
  return units;
}

const UnitSystem& UnitSystem::by_name(const std::string& name) {
  if (name == "metal") return metal();
  if (name == "lj") return lj();
  fail_input("unknown units '{}': 'metal' (Å, eV, fs, amu, K) or 'lj' (reduced)", name);
}

}  // namespace spinel
