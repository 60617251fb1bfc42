#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "crystal/formats/text_file.hpp"
#include "stability/entries/entry_file.hpp"

namespace spinel {

/// Which key of a file holds the energy, and how it becomes eV/atom.
struct EnergyKey {
  std::string name;
  EnergyKind kind;
  bool per_atom;

  /// InputError where it is beyond 10⁶ eV/atom.
  double per_atom_energy(double value, const Composition& composition) const;
};

/// The key that `options` names, or the first usual one that the file has. InputError, without file and line, where
/// there is none. `known`: the file's keys, lower case.
EnergyKey choose_energy_key(const EntryFileOptions& options, const std::vector<std::string>& known);

/// Keys that hold an identifier or a formula, in the order in which they are looked for.
std::vector<std::string> id_keys(const EntryFileOptions& options);
std::vector<std::string> formula_keys(const EntryFileOptions& options);

/// An entry's name where the file gives none: "mp_hull:17".
std::string numbered_id(const std::string& path, std::size_t number);

/// Takes the entries within options.elements.
class ElementFilter {
 public:
  explicit ElementFilter(const EntryFileOptions& options);
  bool takes(const Composition& composition) const { return all_ || wanted_.contains(composition.elements()); }

 private:
  bool all_;
  ElementSet wanted_;
};

/// `file`: of a file or of text in memory.
EntryList parse_csv_entries(LineReader file, const EntryFileOptions& options);
/// `name` stands for the file in messages.
EntryList parse_json_entries(std::string_view text, const std::string& name, const EntryFileOptions& options);
/// Structures with energies in info, of any file or folder that is a source.
EntryList read_structure_entries(const std::string& path, const EntryFileOptions& options);
/// A dataset that calculation = 'convert' wrote.
EntryList read_dataset_entries(const std::string& path, const EntryFileOptions& options);

}  // namespace spinel
