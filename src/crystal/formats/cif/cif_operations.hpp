#pragma once

#include <string>
#include <vector>

#include "crystal/formats/cif/cif_reading.hpp"
#include "crystal/lattice.hpp"
#include "crystal/symmetry_operation.hpp"

namespace spinel {

/// Operations that a block may mean.
struct CifSymmetry {
  std::string origin;  ///< what says so: "the list of operations", "the space group 'F m -3 m'"
  std::vector<SymmetryOperation> operations;
  std::vector<int> time_reversal;  ///< of magnetic ones, ±1; empty: none
  int number = 0;                  ///< of the space group; 0: a list has none
};

/// What a block says of its symmetry.
struct CifSymmetries {
  std::vector<CifSymmetry> meant;        ///< the likeliest first; where several, the content of the cell decides
  std::vector<CifSymmetry> beside_list;  ///< groups that are named beside a list of operations
  bool number_alone = false;             ///< is the symbol unknown, so that only the number of the group says anything?
};

/// InputError where an operation is none, or a symbol is unknown and nothing else is there.
CifSymmetries read_cif_symmetries(const CifReading& reading, const CellParameters& cell);

}  // namespace spinel
