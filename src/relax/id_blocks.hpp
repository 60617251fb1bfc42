#pragma once

#include <cstdint>
#include <vector>

#include "domain/local_atoms.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// A fixed home for data of each atom while the atoms themselves migrate: rank r keeps the ids
/// [n·r/ranks, n·(r+1)/ranks), in order, and vectors travel between there and the present owners. One message to each
/// rank concerned a call, or a copy on one rank.
class IdBlocks {
 public:
  IdBlocks(Communicator communicator, std::int64_t n_global);

  std::int64_t first() const { return first_; }
  std::size_t size() const { return size_; }

  /// Collective; call whenever the owned atoms may have changed their number or order.
  void follow(const LocalAtoms& atoms);
  /// Collective. values: [owned atom] → [id − first()]
  std::vector<Vec3> to_blocks(const std::vector<Vec3>& values) const;
  /// Collective. values: [id − first()] → [owned atom]
  std::vector<Vec3> to_owners(const std::vector<Vec3>& values) const;

 private:
  std::vector<double> exchange(const std::vector<double>& values, const std::vector<std::int64_t>& counts) const;

  Communicator communicator_;
  std::int64_t n_global_, first_;
  std::size_t size_;
  std::vector<std::uint32_t> sent_;                         // owned atoms, by rank of their home
  std::vector<std::uint32_t> arrived_;                      // places in the block, in the order in which they come
  std::vector<std::int64_t> send_counts_, receive_counts_;  // doubles to and from each rank
};

}  // namespace spinel
