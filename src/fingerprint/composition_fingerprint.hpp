#pragma once

#include <array>
#include <string>
#include <vector>

#include "crystal/structure.hpp"
#include "fingerprint/magpie_elements.hpp"

namespace spinel {

/// Numbers of a composition fingerprint.
constexpr std::size_t n_composition_fingerprint = 6 * n_magpie_properties;
using CompositionFingerprint = std::array<double, n_composition_fingerprint>;

/// So much of an element.
struct ElementAmount {
  int atomic_number = 0;
  double amount = 0.0;  ///< atoms, or parts of any sum
};

/// matminer's ElementProperty "magpie" (Ward et al., npj Comput. Mater. 2, 16028 (2016)): for each property the
/// minimum, maximum and range over the elements, mean and mean absolute deviation over the atoms, and the value of the
/// most abundant element (of several, the smallest). Each element once, in any order. InputError where there is none,
/// an amount is not above 0 or an element has no properties (above 112).
CompositionFingerprint composition_fingerprint(const std::vector<ElementAmount>& composition);
CompositionFingerprint composition_fingerprint(const Structure& structure);

/// (x − mean)/deviation with the constants of CDVAE (Xie et al., ICLR 2022), in whose units its coverage has the
/// Euclidean distance of compositions.
CompositionFingerprint standardized(const CompositionFingerprint& fingerprint);

/// "minimum Number", "maximum Number", …, [n_composition_fingerprint].
const std::vector<std::string>& composition_fingerprint_names();

}  // namespace spinel
