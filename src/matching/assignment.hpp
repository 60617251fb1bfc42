#pragma once

#include <vector>

namespace spinel {

/// Solves linear assignment problems exactly, O(n³): which column each row of an n × n matrix of costs takes so that
/// each column is taken once and the sum is least. Successive shortest augmenting paths with dual variables (Jonker &
/// Volgenant, Computing 38, 325 (1987)). Keeps its memory between calls; not for two threads at once.
class Assignment {
 public:
  /// Costs at or above this are forbidden.
  static constexpr double forbidden = 1e20;

  /// `cost`: row-major, row i at cost + i · stride. Writes the column of each row. False where no allowed assignment
  /// exists.
  bool solve(const double* cost, int n, int stride, int* column_of_row);

 private:
  std::vector<double> row_dual_, column_dual_, distance_;
  std::vector<int> row_of_column_, previous_;
  std::vector<char> scanned_;
};

}  // namespace spinel
