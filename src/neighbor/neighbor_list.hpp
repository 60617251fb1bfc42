#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "domain/local_atoms.hpp"

namespace spinel {

/// Verlet list: for every owned atom i all atoms j ≠ i, owned or ghost, with |x_j − x_i| < range at the time of the
/// build. A full list: a pair of owned atoms stands in both rows, so a potential gets the force on i from row i alone
/// and nothing flows back from ghosts. Distances are tested in single precision, and again in double where that cannot
/// tell, so the list does not depend on how atoms are spread over ranks.
class NeighborList {
 public:
  /// Indices readable beyond the end of the last row, so that kernels may load whole vectors.
  static constexpr std::size_t padding = 64;

  /// `range`: Å, cutoff plus skin. Atoms must carry ghosts at least that deep.
  void build(const LocalAtoms& atoms, double range);

  std::size_t n_rows() const { return first_.empty() ? 0 : first_.size() - 1; }
  double range() const { return range_; }
  /// Row i: indices [begin(i), begin(i) + count(i)) into the atoms of the build, in the order of cells in space.
  const std::uint32_t* begin(std::size_t i) const { return index_.get() + first_[i]; }
  std::size_t count(std::size_t i) const { return static_cast<std::size_t>(first_[i + 1] - first_[i]); }
  std::size_t n_pairs() const { return first_.empty() ? 0 : static_cast<std::size_t>(first_.back()); }
  std::size_t memory_bytes() const;

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  void reserve(std::size_t capacity);

  double range_ = 0.0;
  std::vector<std::uint64_t> first_;              // [row + 1]
  std::unique_ptr<std::uint32_t[], Free> index_;  // grown by realloc: large blocks move without a copy
  std::size_t capacity_ = 0;
  std::vector<float> sorted_[3];           // coordinates of all atoms in cell order
  std::vector<std::uint32_t> order_;       // [place in cell order] atom
  std::vector<std::uint32_t> cell_of_;     // [atom] cell
  std::vector<std::uint32_t> cell_start_;  // [cell + 1] first place in cell order
};

}  // namespace spinel
