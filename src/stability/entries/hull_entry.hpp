#pragma once

#include <string>
#include <vector>

#include "stability/composition.hpp"
#include "stability/entries/alignment.hpp"

namespace spinel {

/// What an energy is measured from. All entries of one hull share it.
enum class EnergyKind {
  formation,  ///< from the elements
  total       ///< from any zero, as a DFT code or a potential prints it
};

/// One computed compound: a point of a convex hull, or a candidate asked against it.
struct HullEntry {
  std::string id;
  Composition composition;
  double energy = 0.0;     ///< eV/atom
  std::string run_type{};  ///< of the calculation, "GGA", "R2SCAN", as the file states it; empty: it does not
};

struct EntryList {
  std::vector<HullEntry> entries;
  EnergyKind kind = EnergyKind::total;
  std::vector<std::string> left_out{};  ///< structures of a relaxation that failed: "file: structure 3"
  Alignment alignment{};                ///< without levels where all are of one run type
  std::vector<std::string> warnings{};  ///< what was odd in files of structures (Structure::warnings)
};

/// Functionals whose energies may meet in one hull have one name: "GGA" of GGA and GGA+U, "R2SCAN" of r2SCAN …; empty
/// where a run type names none.
std::string functional_family(const std::string& run_type);

/// InputError where energies of entries come from functionals that do not go together, with how many there are of each.
/// `wanted`: one of them, whose entries (and those that state none) are kept; "any": all are; empty: none is meant.
void keep_functional(EntryList& list, const std::string& wanted);
/// That of the first entry which states one; empty: none does.
std::string stated_run_type(const EntryList& list);
/// InputError where candidates are of another functional than a hull of `run_type` that they are asked against.
void check_functionals(const std::string& run_type, const EntryList& candidates);

}  // namespace spinel
