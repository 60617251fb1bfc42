#include "crystal/transform.hpp"

#include "core/error.hpp"
#include "core/random.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

Structure supercell(const Structure& structure, const std::array<std::int64_t, 3>& repeats) {
  double copies = 1.0;
  for (const std::int64_t n : repeats) {
    if (n < 1) fail_input("supercell repeats must be at least 1, not {}", n);
    copies *= static_cast<double>(n);
  }
  constexpr double most_atoms = 1e11;
  if (copies * static_cast<double>(structure.size()) > most_atoms)
    fail_input("a supercell of {} × {} × {} cells would have more than {:.0e} atoms", repeats[0], repeats[1],
               repeats[2], most_atoms);

  Structure result = structure;
  const std::size_t n_atoms = structure.size() * static_cast<std::size_t>(copies);
  result.type.clear();
  result.position.clear();
  result.type.reserve(n_atoms);
  result.position.reserve(n_atoms);
  for (std::int64_t p = 0; p < repeats[0]; ++p)
    for (std::int64_t q = 0; q < repeats[1]; ++q)
      for (std::int64_t r = 0; r < repeats[2]; ++r) {
        const Vec3 shift =
            to_cartesian(structure.cell, {static_cast<double>(p), static_cast<double>(q), static_cast<double>(r)});
        for (const Vec3& x : structure.position) result.position.emplace_back(x + shift);
        result.type.insert(result.type.end(), structure.type.begin(), structure.type.end());
      }
  const auto repeat = [&](const auto& from, auto& to) {
    if (from.empty()) return;
    to.clear();
    to.reserve(n_atoms);
    while (to.size() < n_atoms) to.insert(to.end(), from.begin(), from.end());
  };
  repeat(structure.magnetic_moment, result.magnetic_moment);
  repeat(structure.charge, result.charge);
  repeat(structure.velocity, result.velocity);
  repeat(structure.force, result.force);
  repeat(structure.fixed, result.fixed);
  for (int k = 0; k < 3; ++k) result.cell.row(k) *= static_cast<double>(repeats[static_cast<std::size_t>(k)]);
  return result;
}

Structure add_vacuum(const Structure& structure, const Vec3& vacuum) {
  Structure result = structure;
  for (std::size_t k = 0; k < 3; ++k) {
    const double length = vacuum[static_cast<Eigen::Index>(k)];
    if (!(length >= 0.0)) fail_input("vacuum must not be negative: {}", length);
    result.periodic[k] = structure.periodic[k] && length > 0.0;  // wrap() along these only
  }
  wrap(result);
  result.periodic = structure.periodic;
  for (int k = 0; k < 3; ++k) result.cell.row(k) *= 1.0 + vacuum[k] / structure.cell.row(k).norm();
  return result;
}

void rattle(Structure& structure, double deviation, std::uint64_t seed) {
  if (deviation == 0.0) return;
  const Random random(seed, RandomPurpose::rattle);
  for (std::size_t i = 0; i < structure.size(); ++i) {
    Vec3 move = deviation * random.normal3(0, i);
    if (!structure.fixed.empty())
      for (int k = 0; k < 3; ++k)
        if ((structure.fixed[i] >> k & 1) != 0) move[k] = 0.0;
    structure.position[i] += move;
  }
}

}  // namespace spinel
