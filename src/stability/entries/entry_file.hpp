#pragma once

#include <string>
#include <vector>

#include "stability/entries/hull_entry.hpp"

namespace spinel {

/// What to take from a file of entries. Names of columns and keys are compared without case.
struct EntryFileOptions {
  std::string id_key;  ///< empty: id, material_id, entry_id, task_id, name; else the number of the entry in the file
  std::string formula_key;  ///< empty: composition, formula, formula_pretty, pretty_formula, reduced_formula
  /// Empty: the first that the file has of formation_energy_per_atom, e_form_per_atom, e_form, energy_per_atom, energy,
  /// total_energy.
  std::string energy_key;
  /// What that key holds: "auto" (by its name), "formation_per_atom", "total_per_atom", "total" (of the formula as it
  /// stands) or "formation".
  std::string energy_kind = "auto";
  std::vector<std::string> elements;  ///< take only entries of these elements; empty: all
};

/// Reads entries from a file, its kind recognized by its name:
///  - *.csv: a line of titles, then one entry a line; quotes as in RFC 4180;
///  - *.json, *.jsonl: a list, one a line, or an object with a list under "entries", "data" or "all_entries", of
///  pymatgen ComputedEntry or
///    ComputedStructureEntry (energy + correction), or of documents of the Materials Project
///    (formation_energy_per_atom);
///  - *.xyz, *.extxyz, or a folder: structures with an energy (eV per frame) or formation_energy_per_atom in the
///  comment
///    line or id_prop.csv; those of status failed or pending, as a list of relaxations leaves them, go to left_out;
///  - *.h5: datasets (io/dataset/dataset.hpp) with the same scalars.
/// Files but the last also gzipped with .gz behind. InputError with file and place for what cannot be read: a bad line,
/// an unknown element, an energy that is no finite number, a key that is missing, a file without entries.
EntryList read_entries(const std::string& path, const EntryFileOptions& options = {});

/// Several files as one list. InputError where some hold formation and others total energies.
EntryList read_entries(const std::vector<std::string>& paths, const EntryFileOptions& options = {});

/// Adds an entry of energy 0, "reference-Xe", for each element that has none of its own. For formation energies.
void add_zero_references(EntryList& list);

}  // namespace spinel
