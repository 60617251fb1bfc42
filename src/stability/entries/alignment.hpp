#pragma once

#include <string>
#include <vector>

namespace spinel {

struct EntryList;

/// How total energies of one run type were moved onto those of another.
struct AlignedLevel {
  std::string run_type;
  std::size_t n_entries = 0;
  std::size_t n_calibrants = 0;  ///< compositions that both have
  std::vector<int> elements;     ///< atomic numbers, ascending
  std::vector<double> shift;     ///< of each element, eV/atom, taken from the energies
  double error = 0.0;            ///< eV/atom, rms over the calibrants, each left out of the fit in turn
};

struct Alignment {
  std::string reference;  ///< the run type of the most entries
  std::vector<AlignedLevel> levels;

  /// eV/atom, the largest of the levels': the error bar of every energy above the hull.
  double error() const;
};

/// Brings total energies of several run types (functional_family) together. Energies of level L become
/// E − Σ x_i δ_i, x_i the fraction of element i, with the δ that minimize Σ_c (E_L(c) − E_ref(c) − Σ x_i(c) δ_i)² +
/// λ|δ|² over the calibrants c: compositions that both levels have, by their lowest energies; λ = 1e-6. Nothing where
/// all are of one run type. InputError where an entry states none, or an element of a level is in fewer than two
/// calibrants.
Alignment align_elements(EntryList& list);

}  // namespace spinel
