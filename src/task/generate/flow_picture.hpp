#pragma once

#include <string>
#include <vector>

#include "io/result_file.hpp"
#include "model/vectors/flow_solver.hpp"
#include "model/vectors/vector_architecture.hpp"

namespace spinel {

/// Why a point never arrived; empty: it did.
std::string failure_text(const SolverResult& result, const SolverSettings& settings);

/// A flow in the plane as it is drawn: its density at some times on a grid, velocities on a coarser one, and the ways
/// of points. The grid is that of the centers of cells over four deviations of the data from their mean, or a period.
class FlowPicture {
 public:
  /// `architecture`: of two columns; outlives it.
  FlowPicture(const VectorArchitecture& architecture, std::vector<double> times, std::int64_t grid);

  /// Points of all slices, one after the other: [time][y][x].
  std::int64_t size() const { return static_cast<std::int64_t>(times_.size()) * grid_ * grid_; }
  /// ln p of those from `begin` to `end`, in units of the data; NaN where the solver fails.
  std::vector<double> log_density(VectorFlow<double>& network, const SolverSettings& settings, std::int64_t begin,
                                  std::int64_t end) const;
  /// Below /flow. `noise`: [point][2] where the ways begin.
  void write(VectorFlow<double>& network, const SolverSettings& settings, const std::vector<double>& log_density,
             const std::vector<double>& noise, ResultFile& file) const;

 private:
  /// Centers of `n` cells along a column.
  std::vector<double> centers(std::size_t column, std::int64_t n) const;

  const VectorArchitecture& architecture_;
  std::vector<double> times_;
  std::int64_t grid_;
};

}  // namespace spinel
