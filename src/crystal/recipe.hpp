#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crystal/formats/read_options.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// How to make a structure: the keys of &structure. From `file`, or from `prototype` with `species` and lattice
/// constants.
struct StructureRecipe {
  std::string file;
  std::int64_t frame = -1;  ///< of the structures in the file (read_structure)
  ReadOptions read;         ///< besides species and labels
  std::string prototype;
  std::vector<std::string> species;  ///< of the prototype; or of a POSCAR without symbols
  double a = 0.0, b = 0.0, c = 0.0;  ///< Å; b, c: 0 = as the prototype has it
  std::array<std::int64_t, 3> supercell = {1, 1, 1};
  Vec3 vacuum = Vec3::Zero();             ///< Å, along each lattice vector
  std::vector<bool> periodic;             ///< three; empty: as the file has it
  double rattle = 0.0;                    ///< Å, standard deviation
  std::vector<std::string> mass_species;  ///< masses given for these species …
  std::vector<double> masses;             ///< … amu
  double minimum_distance = 0.5;          ///< Å; closer atoms are an InputError (0: no check)
};

/// Reads or makes the cell, sets masses and periodicity, repeats it, adds vacuum, rattles, and checks for overlapping
/// atoms. `allow_labels`: reduced units, where any label is a species and its mass 1 unless given. InputError naming
/// file, key or atoms; also where a file states units=lj and the run is not in reduced units.
Structure build_structure(const StructureRecipe& recipe, std::uint64_t seed, bool allow_labels);

/// The same from a cell that was read already: all of `recipe` besides where the cell comes from. `where` begins
/// messages.
Structure complete_structure(Structure structure, const StructureRecipe& recipe, std::uint64_t seed, bool allow_labels,
                             const std::string& where);

}  // namespace spinel
