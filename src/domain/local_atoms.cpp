#include "domain/local_atoms.hpp"

namespace spinel {

std::vector<Vec3> wrapped_fractional(const LocalAtoms& atoms) {
  const Mat3 to_fractional = atoms.cell.inverse().transpose();
  std::vector<Vec3> fractional(atoms.n_owned);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    Vec3 s = to_fractional * atoms.position[i];
    for (std::size_t k = 0; k < 3; ++k)
      if (atoms.periodic[k]) s[static_cast<int>(k)] = wrap(s[static_cast<int>(k)]).value;
    fractional[i] = s;
  }
  return fractional;
}

}  // namespace spinel
