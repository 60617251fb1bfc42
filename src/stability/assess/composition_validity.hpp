#pragma once

#include <string>
#include <vector>

#include "stability/assess/oxidation_states.hpp"
#include "stability/composition.hpp"

namespace spinel {

/// Why a composition is valid or not.
enum class CompositionVerdict {
  element,       ///< valid: one element
  alloy,         ///< valid: metals only
  balanced,      ///< valid: oxidation states that are neutral and in order
  unknown,       ///< not valid: an element without oxidation states, or without an electronegativity
  not_neutral,   ///< not valid: no choice of oxidation states is neutral
  not_in_order,  ///< not valid: every neutral choice has a cation at least as electronegative as an anion
};

struct CompositionValidity {
  CompositionVerdict verdict = CompositionVerdict::unknown;
  std::vector<int> states;  ///< balanced: one choice that shows it, for each part of the composition

  bool valid() const { return verdict <= CompositionVerdict::balanced; }
};

const char* name(CompositionVerdict verdict);  ///< "not_in_order"

/// SMACT's rule (smact_validity; Davies et al., Chem 1, 617 (2016); J. Open Source Softw. 4, 1361 (2019)), as CDVAE
/// (Xie et al., ICLR 2022) and its successors use it for generated crystals: all atoms of an element have one oxidation
/// state, the states add up to 0, and every cation is less electronegative, by Pauling's scale, than every anion.
/// Elements and alloys of metals are valid.
///
/// Exact for any number of elements: in a neutral choice in order the cations are the elements below some
/// electronegativity, so for each of these few divisions one asks whether cations and anions can have the same sum of
/// charges. The sums that can be reached are bits of one long word, which makes the time linear in states and charges:
/// microseconds for crystals.
///
/// InputError where the composition has no element, or amounts that are not multiples of a common part of an atom
/// (to 1e-4; up to 1000 parts), or more than 10⁷ atoms in its smallest formula.
CompositionValidity composition_validity(const Composition& composition,
                                         OxidationTable table = OxidationTable::smact14);

/// "Ti+4 O-2", in the order of atomic numbers; empty where there are no states.
std::string oxidation_text(const Composition& composition, const CompositionValidity& validity);

}  // namespace spinel
