#include "crystal/symmetry.hpp"

#include <spglib.h>

#include <memory>

#include "core/error.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

SymmetryInfo symmetry(const Structure& structure, double tolerance) {
  double lattice[3][3];  // columns are the vectors
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) lattice[i][j] = structure.cell(j, i);
  const Mat3 to_fractional = to_fractional_matrix(structure.cell);
  std::vector<Vec3> fractional;
  for (const Vec3& r : structure.position) fractional.push_back(to_fractional * r);
  std::map<std::string, int> numbers;
  std::vector<int> types;
  for (const auto t : structure.type)
    types.push_back(
        numbers.emplace(structure.species[static_cast<std::size_t>(t)].symbol, static_cast<int>(numbers.size()) + 1)
            .first->second);

  const auto* positions = reinterpret_cast<const double(*)[3]>(fractional.data());
  const std::unique_ptr<SpglibDataset, decltype(&spg_free_dataset)> dataset(
      spg_get_dataset(lattice, const_cast<double(*)[3]>(positions), types.data(), static_cast<int>(types.size()),
                      tolerance),
      &spg_free_dataset);
  if (!dataset || dataset->spacegroup_number == 0)
    fail("no symmetry found within {} Å: {}", tolerance, spg_get_error_message(spg_get_error_code()));
  return {dataset->spacegroup_number, dataset->international_symbol};
}

}  // namespace spinel
