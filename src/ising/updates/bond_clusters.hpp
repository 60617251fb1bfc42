#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// The clusters of sites that bonds join on a periodic Lx × Ly lattice whose rows are split over ranks in contiguous
/// blocks; the engine of Swendsen–Wang updates.
///
/// Sites are numbered x + Lx·y over the whole lattice; a cluster is known by its root, its smallest site, which is the
/// same on any number of ranks. Within a rank the unit of a disjoint-set forest is the run, a stretch of a row joined
/// by horizontal bonds (Dillencourt, Samet & Tamminen, J. ACM 39, 253 (1992)); runs are numbered in the order of their
/// first sites, the parent of a run is never a later run, and sets are joined by Rem's algorithm (Patwary, Blair &
/// Manne, SEA 2010). Across ranks the root of every cluster that touches a rank's first or last row is passed from
/// neighbor to neighbor until none changes.
///
/// Fields of bits: row r from word r·words_per_row(), bit x mod 64 of word x / 64 for site x; unused bits are ignored.
/// Memory: 4 bytes a run (at most one run a spin; 0.5 at T_c) and two bits a spin; 8 bytes a run more during sums(). A
/// rank holds at most 2³² − 2 spins: InputError.
class BondClusters {
 public:
  /// Collective. `first_row`, `n_rows`: of this rank, which may have none.
  BondClusters(const Communicator& communicator, std::int64_t lx, std::int64_t ly, std::int64_t first_row,
               std::int64_t n_rows);

  std::int64_t words_per_row() const { return pitch_; }
  /// Bonds from (x, r) to (x + 1, r), rows 0 … n_rows: the last is the first row of the next rank. To be set before
  /// find, which destroys them.
  std::uint64_t* right(std::int64_t r) { return starts_.data() + r * pitch_; }
  /// Bonds from (x, r) to (x, r + 1), rows 0 … n_rows − 1. To be set before find, which keeps them.
  std::uint64_t* up(std::int64_t r) { return up_.data() + r * pitch_; }

  /// Collective.
  void find();

  /// A cluster that touches the rank's first row or is bound to the next rank's.
  struct Shared {
    std::uint32_t run;  ///< its first on this rank
    std::int64_t row;   ///< where that begins, row counted from first_row
    std::int64_t x;     ///< …
    std::int64_t root;  ///< of the whole cluster
    std::int64_t sum;   ///< work space of sums()
  };
  /// In ascending order of run; empty where one rank holds all rows.
  const std::vector<Shared>& shared() const { return shared_; }

  /// Collective. Σ (2·bit − 1) over the whole of each cluster, at the number of its first run here; other runs: 0.
  std::vector<std::int64_t> sums(const std::uint64_t* bits);

  /// visit(run, row, x, root) for every cluster with sites here, in the order of their first sites here, (x, row).
  template <class Visit>
  void visit(Visit&& visit) const;

  /// Roots of the sites of row r: lx values.
  void roots(std::int64_t r, std::int64_t* root) const;

  /// Inverts in `spins` all sites of every cluster whose bit in `choice` is set at the cluster's first site here. The
  /// clusters are lost.
  void flip(const std::uint64_t* choice, std::uint64_t* spins);

 private:
  void start_runs();
  void join_rows();
  void merge_ranks();
  void locate_shared();
  std::uint32_t root_of(std::uint32_t run) const;

  struct Edge {
    std::uint32_t here, above;  // a run of the last row, one of the next rank's first row
  };

  Communicator communicator_;
  std::int64_t lx_, ly_, first_row_, n_rows_, pitch_;
  std::vector<std::int64_t> rank_rows_;     // of every rank
  int below_ = 0, above_ = 0;               // ranks that hold the neighboring rows
  bool split_ = false;                      // more than one rank has rows
  std::vector<std::uint64_t> starts_, up_;  // starts: a run begins here
  std::vector<std::uint32_t> first_run_;    // of rows 0 … n_rows; the last is numbered as its own rank does if split
  std::vector<std::uint32_t> parent_;
  std::vector<char> closed_;  // a bond joins the last run of the row to the first
  std::vector<Edge> edges_;
  std::vector<Shared> shared_;
};

template <class Visit>
void BondClusters::visit(Visit&& visit) const {
  std::size_t next = 0;  // shared cluster
  std::uint32_t run = 0;
  for (std::int64_t r = 0; r < n_rows_; ++r)
    for (std::int64_t w = 0; w < pitch_; ++w)
      for (std::uint64_t left = starts_[static_cast<std::size_t>(r * pitch_ + w)]; left != 0; left &= left - 1, ++run) {
        if (parent_[run] != run) continue;
        const std::int64_t x = 64 * w + __builtin_ctzll(left);
        std::int64_t root = (first_row_ + r) * lx_ + x;
        if (next < shared_.size() && shared_[next].run == run) root = shared_[next++].root;
        visit(run, r, x, root);
      }
}

}  // namespace spinel
