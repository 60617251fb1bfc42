#pragma once

#include <vector>

#include "stability/lower_hull.hpp"
#include "stability/phases.hpp"

namespace spinel {

/// A phase this little above the hull is on it, eV/atom …
inline constexpr double on_hull = 1e-9;
/// … and one this much below makes a hull of its own.
inline constexpr double below_hull = 1e-10;

/// The lower hull of one chemical system, its columns phases of a Phases.
class SystemHull {
 public:
  /// Holds the elements.
  SystemHull(const Phases& phases, const ElementSet& elements)
      : phases_(phases), numbers_(elements.atomic_numbers()), hull_(numbers_.size()), fractions_(numbers_.size()) {
    for (const int z : numbers_) column_phase_.push_back(phases.element_phase(z));
  }

  std::size_t n_columns() const { return hull_.n_columns(); }
  const std::vector<int>& atomic_numbers() const { return numbers_; }

  /// A phase of this system or of a subsystem.
  void add(std::int32_t phase) {
    spread(phase);
    hull_.add(fractions_.data(), phases_.all()[static_cast<std::size_t>(phase)].formation_energy);
    column_phase_.push_back(phase);
  }
  /// The phases of the system or subsystem `chosen`.
  template <class Chosen>
  void add_phases(const ChemicalSystem& system, Chosen&& chosen) {
    for (auto p = system.begin; p < system.end; ++p)
      if (chosen(p)) add(p);
  }
  template <class Chosen>
  void add_system(std::int32_t number, Chosen&& chosen) {
    add_phases(phases_.systems()[static_cast<std::size_t>(number)], chosen);
  }

  /// The hull at a phase of this system.
  const HullPoint& at(std::int32_t phase) { return hull_.at(phases_.fractions(phase)); }
  /// The hull at any composition: fractions in the order of atomic_numbers().
  const HullPoint& at(const double* fractions) { return hull_.at(fractions); }

  /// The hull at a phase of this system without it, of the first `n_columns` columns; and then of all.
  const HullPoint& without(std::int32_t phase, std::size_t n_columns) {
    left_out_ = -1;
    for (std::size_t j = numbers_.size(); j < n_columns; ++j)
      if (column_phase_[j] == phase) left_out_ = static_cast<std::int32_t>(j);
    return hull_.without(left_out_, phases_.fractions(phase), n_columns);
  }
  const HullPoint& go_on_without() { return hull_.go_on_without(left_out_, hull_.n_columns()); }

  /// The phases of a point and their amounts, by falling amount; those under 1e-9 left out.
  void append_parts(const HullPoint& point, std::vector<std::int32_t>& parts, std::vector<double>& amounts) const;

 private:
  void spread(std::int32_t phase);

  const Phases& phases_;
  std::vector<int> numbers_;
  LowerHull hull_;
  std::vector<double> fractions_;
  std::vector<std::int32_t> column_phase_;
  std::int32_t left_out_ = -1;
};

}  // namespace spinel
