#pragma once

#include <array>
#include <string>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// How the template of a DFT program, a working input for some structure, becomes the input of another one.
struct DftSettings {
  double k_spacing = 0.0;       ///< largest distance of k points (1/Å, 2π included); 0: k points as in the template
  std::string pseudo_dir;       ///< folder of pseudopotentials (and basis sets); empty: as in the template
  std::string template_folder;  ///< absolute; a relative pseudo_dir of the template begins there. Empty: it is kept
  int retry = 0;                ///< 1, 2: settings with which a cycle that has not converged may
  bool for_socket = false;      ///< is the program to take structures from an i-PI socket? Else a single point
  /// Of the socket, which CP2K has in its input and pw.x on its command line.
  std::string host;
  int port = 0;
  bool unix_socket = true;
};

/// Divisions of the reciprocal vectors: ⌈|b_i| / spacing⌉ with |b_i| = 2π over the distance of opposite faces; 1 along
/// directions that are not periodic.
std::array<int, 3> k_grid(const Structure& structure, double spacing);

/// The structure without the species that no atom has: structures of a list share one table, which grows along it.
Structure without_unused_species(const Structure& structure);

/// The input of pw.x. Cell, atoms, their species in the order of the template, and, with k_spacing, k points are
/// written anew, indices of species with them; all other keys and cards are kept. doc/dft.md has what is replaced.
/// InputError beginning with `name`, that of the template, where it cannot be read or lacks an element.
std::string fill_quantum_espresso(const std::string& template_text, const std::string& name, const Structure& structure,
                                  const DftSettings& settings);

/// Names of the pseudopotentials of all species in an input or template of pw.x.
std::vector<std::string> pseudopotential_names_of_quantum_espresso(const std::string& input, const std::string& name);

/// Files of the pseudopotentials that an input of pw.x names. InputError where one is not there.
std::vector<std::string> pseudopotentials_of_quantum_espresso(const std::string& input, const std::string& name);

/// The same of CP2K. Lines of its preprocessor are kept; what a file included by them holds is not looked at.
std::string fill_cp2k(const std::string& template_text, const std::string& name, const Structure& structure,
                      const DftSettings& settings);

}  // namespace spinel
