#include "crystal/symmetry.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/error.hpp"
#include "crystal/lattice.hpp"
#include "crystal/prototypes.hpp"
#include "crystal/transform.hpp"

namespace spinel {
namespace {

/// Every operation takes each atom to one of its species within `error` (Å), each to another, and leaves lengths alone.
void expect_symmetric(const Structure& structure, const std::vector<AtomSymmetry>& operations, double error) {
  const Mat3 to_fractional = to_fractional_matrix(structure.cell);
  const Mat3 metric = structure.cell * structure.cell.transpose();
  for (const AtomSymmetry& operation : operations) {
    EXPECT_LT((operation.rotation.transpose() * metric * operation.rotation - metric).norm(), 1e-6 * metric.norm());
    std::set<std::int64_t> images(operation.image.begin(), operation.image.end());
    ASSERT_EQ(images.size(), structure.size());
    for (std::size_t i = 0; i < structure.size(); ++i) {
      const auto j = static_cast<std::size_t>(operation.image[i]);
      EXPECT_EQ(structure.type[i], structure.type[j]);
      Vec3 apart = operation.rotation * (to_fractional * structure.position[i]) + operation.translation -
                   to_fractional * structure.position[j];
      for (int k = 0; k < 3; ++k) apart[k] -= std::round(apart[k]);
      EXPECT_LT((structure.cell.transpose() * apart).norm(), error);
    }
  }
}

TEST(AtomSymmetries, CountsOfKnownCrystals) {
  struct Case {
    const char* prototype;
    std::vector<std::string> species;
    std::size_t n;  // operations of the conventional cell, centering translations included
  };
  for (const auto& [prototype, species, n] :
       {Case{"fcc", {"Ar"}, 192}, Case{"bcc", {"Fe"}, 96}, Case{"hcp", {"Mg"}, 24}, Case{"diamond", {"Si"}, 192},
        Case{"rocksalt", {"Na", "Cl"}, 192}, Case{"perovskite", {"Sr", "Ti", "O"}, 48}}) {
    const Structure structure = make_prototype(prototype, species, 4.0, 0.0, 0.0, false);
    const auto operations = atom_symmetries(structure);
    EXPECT_EQ(operations.size(), n) << prototype;
    expect_symmetric(structure, operations, 1e-6);
  }
}

TEST(AtomSymmetries, SupercellsKeepTheirTranslations) {
  const Structure structure = supercell(make_prototype("rocksalt", {"Na", "Cl"}, 5.6, 0.0, 0.0, false), {2, 2, 2});
  const auto operations = atom_symmetries(structure);
  EXPECT_EQ(operations.size(), 192U * 8U);
  expect_symmetric(structure, operations, 1e-6);
}

TEST(AtomSymmetries, NoiseWithinTheToleranceAndBeyond) {
  Structure structure = make_prototype("rocksalt", {"Na", "Cl"}, 5.6, 0.0, 0.0, false);
  rattle(structure, 0.002, 3);
  const auto operations = atom_symmetries(structure, 0.05);
  EXPECT_EQ(operations.size(), 192U);
  expect_symmetric(structure, operations, 0.05);
  EXPECT_EQ(atom_symmetries(structure, 1e-5).size(), 1U);
}

TEST(AtomSymmetries, AtomsOutsideTheCell) {
  Structure structure = make_prototype("perovskite", {"Sr", "Ti", "O"}, 3.9, 0.0, 0.0, false);
  structure.position[1] += structure.cell.row(0).transpose() * 3.0 - structure.cell.row(2).transpose();
  const auto operations = atom_symmetries(structure);
  EXPECT_EQ(operations.size(), 48U);
  expect_symmetric(structure, operations, 1e-6);
}

}  // namespace
}  // namespace spinel
