#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crystal/lattice.hpp"
#include "crystal/symmetry_operation.hpp"

namespace spinel {

/// Operations of a space group that a file names.
struct NamedGroup {
  std::string name;  ///< as the file has it
  int number = 0;    ///< International Tables
  std::vector<SymmetryOperation> operations;
};

/// Angles (and equal lengths) that a crystal system fixes.
enum class CellKind { unknown, triclinic, monoclinic, rectangular, tetragonal, hexagonal, rhombohedral, cubic };

/// The groups that a Hermann–Mauguin symbol, or a number, may mean: none where it is unknown; two where it leaves open
/// which of two origins is meant. All usual spellings are read: 'P 1 21/c 1', 'P21/c', 'P2(1)/c', 'P 2_1/c', 'F m 3 m',
/// 'F 4/m -3 2/m', 'FM-3M', 'F d -3 m Z', 'F d -3 m :2', 'R -3 c H', 'R-3cH'. Tables of gemmi.
std::vector<NamedGroup> groups_named(const std::string& symbol, const CellParameters& cell);
/// The group of a Hall symbol; none where it is no Hall symbol. Its number is 0 where the operations are not in the
/// table: another setting, or a Hermann–Mauguin symbol that happens to be a Hall symbol, too.
std::vector<NamedGroup> groups_of_hall(const std::string& symbol);
/// What the symbol (or number) says of the cell.
CellKind cell_kind_of(const std::string& symbol);

/// Does the operation keep the metric of the cell, to what rounded lengths and angles allow?
bool keeps_metric(const SymmetryOperation& operation, const Mat3& cell);

}  // namespace spinel
