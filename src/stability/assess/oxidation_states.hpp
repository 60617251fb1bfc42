#pragma once

#include <vector>

namespace spinel {

/// Which oxidation states an element may have.
enum class OxidationTable {
  smact14,  ///< all that are known, also rare ones: SMACT's first list, which CDVAE's validity uses
  icsd24    ///< reported at least three times in the ICSD of 2024: the default of SMACT 4
};

/// What the rule of composition validity knows of an element.
struct ElementChemistry {
  double electronegativity = 0.0;  ///< Pauling's; 0: none
  bool metal = false;              ///< as SMACT counts metals, which has Ge, Sb, Bi and Po among them
  std::vector<int> cation, anion;  ///< oxidation states above and below 0, ascending
};

/// Of atomic number 1 … 118; empty where nothing is known. The values are those of SMACT (Davies et al., J. Open Source
/// Softw. 4, 1361 (2019); MIT), so that verdicts are the same.
const ElementChemistry& element_chemistry(int atomic_number, OxidationTable table);

}  // namespace spinel
