#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crystal/formats/read_options.hpp"
#include "crystal/structure.hpp"

namespace spinel {

// What a structure is labeled with, and under which names files have it.

enum class AtomLabel { none, force, magnetic_moment, charge };

/// What a column (or list) of this name holds of every atom: the one that `keys` names, else the usual names, the case
/// ignored: force, forces; magmom, magmoms, magnetic_moments, …; charge, charges, initial_charges, ….
/// `rank`: 0 where a key names it, larger the less it is the usual one (REF_forces, dft_forces, MACE_forces behind
/// forces); of several columns for one thing the lowest rank counts.
AtomLabel atom_label(std::string_view name, const LabelKeys& keys, int& rank);

/// Brings the labels of info that a reader found to the names energy, stress and virial, and to eV and eV/Å³:
/// - the key that `options.keys` names, else the usual one, else the first there is of REF_energy, dft_energy,
///   free_energy, MACE_energy and the like, which a warning then names;
/// - "[-1.5]", "-17.16," are numbers;
/// - stress from its unit. InputError where it has a component above 1 eV/Å³ (160 GPa) and no unit was stated.
/// Readers call it once for each structure.
void take_labels(Structure& structure, const ReadOptions& options);

/// The species of a label in a file: that of the type map; an element; or the element that a kind ('Fe1', 'Fe_a',
/// 'H_1', 'Na+', 'Mg2+', 'O2-', 'Mg_pv/1a2b') begins with, which a warning then names. InputError where it is none of
/// these, with what would help.
Species species_of_kind(std::string_view label, const ReadOptions& options, std::vector<std::string>& warnings);

/// The species of an element as dictionaries name it, an oxidation state behind it passed over: "Fe", "Fe3+", "D".
/// InputError that begins with `where`.
Species species_of_ion(const std::string& symbol, const std::string& where, const ReadOptions& options,
                       std::vector<std::string>& warnings);

/// Adds a warning that is not there yet.
void warn(std::vector<std::string>& warnings, const std::string& text);

}  // namespace spinel
