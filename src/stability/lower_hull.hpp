#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spinel {

/// What a composition falls apart into at the lower hull.
struct HullPoint {
  double energy = 0.0;                ///< formation energy of the hull there, eV/atom
  std::vector<std::int32_t> columns;  ///< a facet that holds the composition: one column for each element
  std::vector<double> amounts;        ///< of each, fraction of the atoms; ≥ 0, sum 1
  std::vector<double> potentials;     ///< chemical potential of each element on that facet, eV/atom
};

/// The lower convex hull of formation energies over the compositions of k elements, found where it is asked for.
///
/// At composition c the hull is the least energy of any mixture, a linear program in the amounts x of the n phases
///     minimize Σ e_j x_j   where   Σ a_j x_j = c,  x ≥ 0        (a_j: atomic fractions, Σ_i a_ij = 1)
/// solved by the revised simplex method in a basis of k phases, which is a facet of the hull. It starts at the
/// elements, is exact in any dimension, and needs no facet but those asked about; these are kept, and the next
/// composition that lies in one of them needs no simplex step. Ties and degenerate vertices (collinear points, phases
/// on a face) are settled by Bland's rule where the largest reduced cost does not get on.
///
/// Columns 0 … k−1 are the elements, whose formation energy is 0. Not for use by several threads at once.
class LowerHull {
 public:
  explicit LowerHull(std::size_t n_elements);

  std::size_t n_elements() const { return k_; }
  std::size_t n_columns() const { return n_; }

  /// A phase; fractions[i × stride] is that of element i. Returns its column.
  std::int32_t add(const double* fractions, double formation_energy, std::size_t stride = 1);

  /// The hull at a composition: fractions[k], ≥ 0, sum 1. Valid until the next call.
  const HullPoint& at(const double* fractions);

  /// The hull of all columns but `left_out`, of the columns below `n_columns` only. Starts at the elements.
  const HullPoint& without(std::int32_t left_out, const double* fractions, std::size_t n_columns);
  /// The same with `n_columns` more phases: goes on from the facet found last.
  const HullPoint& go_on_without(std::int32_t left_out, std::size_t n_columns);

 private:
  struct Cheapest {
    std::size_t index;
    double value;
  };
  static constexpr std::size_t block = 16;  // columns priced together

  void start_at_elements(const double* fractions);
  void run(const double* fractions, std::int64_t left_out, std::size_t n_columns);
  void pivot(std::size_t column, double reduced_cost, bool bland);
  void refactor(const double* fractions);
  void keep_facet();
  bool use_facet(std::size_t facet, const double* fractions);
  double reduced_cost(std::size_t column) const;

  /// base[j] − Σ_i weight[i] row_i[j] at its least over j < n; rows of `stride` doubles, readable up to whole blocks.
  static Cheapest cheapest(const double* base, const double* rows, std::size_t stride, std::size_t k, std::size_t n,
                           const double* weight);

  std::size_t k_, n_ = 0, stride_ = 0;
  std::vector<double> fractions_;  // [element][column], rows of stride_
  std::vector<double> energies_;   // [column]
  std::vector<double> target_;     // composition of the last call

  // The simplex tableau: basis, its inverse (row r belongs to basis[r]), amounts and potentials stand in point_.
  HullPoint point_;
  std::vector<double> inverse_, direction_, matrix_;

  std::size_t n_facets_ = 0, facet_stride_ = 0;
  std::vector<double> facet_potentials_;  // [element][facet], rows of facet_stride_
  std::vector<double> facet_zero_;        // [facet], zeros
  std::vector<double> facet_inverses_;    // [facet][k][k]
  std::vector<std::int32_t> facet_columns_;
};

}  // namespace spinel
