#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "parallel/communicator.hpp"
#include "stability/entries/hull_entry.hpp"

namespace spinel {

/// Compositions and energies of entries as flat arrays, which every rank holds.
struct EntryArrays {
  std::vector<std::int64_t> begin = {0};  ///< [entry + 1] into the next two
  std::vector<std::int32_t> element;      ///< atomic numbers, ascending in each entry
  std::vector<double> fraction;           ///< of the atoms
  std::vector<double> energy;             ///< [entry] eV/atom

  std::size_t size() const { return energy.size(); }
  ElementSet elements(std::size_t entry) const;
};

/// Collective. Every rank gets what rank 0 holds.
EntryArrays broadcast_entries(const Communicator& communicator, const std::vector<HullEntry>& on_root);

/// The entries of one chemical system, "Fe-O": those that hold exactly these elements.
struct ChemicalSystem {
  ElementSet elements;
  std::vector<int> atomic_numbers;  ///< ascending
  std::int32_t begin = 0, end = 0;  ///< phases
  std::size_t first_fraction = 0;   ///< of the first phase; each has as many as there are elements
  std::size_t size() const { return atomic_numbers.size(); }
};

/// A composition with its lowest entry; its other entries are polymorphs.
struct Phase {
  std::int32_t entry;  ///< the first of the lowest ones
  std::int32_t system;
  double formation_energy;  ///< eV/atom, from the lowest entry of each element
};

/// Entries in order: chemical systems by number of elements, and in each its phases. Compositions whose fractions agree
/// to 1e-8 are one phase. The same on every rank.
class Phases {
 public:
  /// InputError naming the elements that have no entry of their own where any has none; `name` gives an entry's name in
  /// that message.
  Phases(const EntryArrays& entries, const std::function<std::string(std::size_t)>& name);

  const std::vector<ChemicalSystem>& systems() const { return systems_; }
  const std::vector<Phase>& all() const { return phases_; }
  const std::vector<std::int32_t>& phase_of_entry() const { return phase_of_entry_; }
  /// Of the element: eV/atom of its lowest entry, and the phase; NaN and −1 where there is none.
  double reference_energy(int atomic_number) const { return reference_[static_cast<std::size_t>(atomic_number)]; }
  std::int32_t element_phase(int atomic_number) const {
    return element_phase_[static_cast<std::size_t>(atomic_number)];
  }
  const double* fractions(std::int32_t phase) const;

  /// Systems, ascending, whose elements are all in `elements`, of two elements or more; the system of these elements
  /// itself is not among them.
  std::vector<std::int32_t> subsystems(const ElementSet& elements) const;
  /// −1 where there is none.
  std::int32_t find(const ElementSet& elements) const;
  /// First system with at least `n` elements.
  std::size_t level_begin(std::size_t n) const;

 private:
  void check_references(const EntryArrays& entries, const std::function<std::string(std::size_t)>& name) const;

  std::vector<ChemicalSystem> systems_;
  std::vector<Phase> phases_;
  std::vector<double> fractions_;
  std::vector<std::int32_t> phase_of_entry_;
  std::vector<double> reference_;
  std::vector<std::int32_t> element_phase_;
  std::unordered_map<ElementSet, std::int32_t, ElementSetHash> index_;
};

/// The rank of each piece of work such that ranks carry like costs; the same on every rank.
std::vector<std::int32_t> share_by_cost(const std::vector<double>& cost, int n_ranks);

}  // namespace spinel
