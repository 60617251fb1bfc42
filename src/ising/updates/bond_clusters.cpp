#include "ising/updates/bond_clusters.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr int tag_down = 21, tag_up = 22;

/// Joins the sets of two runs (Rem's algorithm, with splicing). The smaller number becomes the root.
inline void unite(std::uint32_t* parent, std::uint32_t a, std::uint32_t b) {
  std::uint32_t pa = parent[a], pb = parent[b];
  while (pa != pb) {
    // The one with the later parent is hung below the other's; written without branches, which nobody could predict.
    const bool swap = pa < pb;
    const std::uint32_t later = swap ? b : a, from = swap ? pb : pa;
    b = swap ? a : b;
    pb = swap ? pa : pb;
    parent[later] = pb;
    if (later == from) return;
    a = from;
    pa = parent[a];
  }
}

inline int bits_in(std::uint64_t word) { return __builtin_popcountll(word); }

}  // namespace

BondClusters::BondClusters(const Communicator& communicator, std::int64_t lx, std::int64_t ly, std::int64_t first_row,
                           std::int64_t n_rows)
    : communicator_(communicator),
      lx_(lx),
      ly_(ly),
      first_row_(first_row),
      n_rows_(n_rows),
      pitch_((lx + 63) / 64),
      rank_rows_(communicator.all_gather(n_rows)) {
  constexpr std::int64_t limit = 0xFFFFFFFE;
  const std::int64_t most = *std::max_element(rank_rows_.begin(), rank_rows_.end()) * lx;
  if (most > limit)
    fail_input(
        "cluster updates hold at most {} spins on a rank, and {} × {} spins on {} ranks come to {}: use more ranks, or "
        "update = 'metropolis'",
        limit, lx, ly, communicator.size(), most);
  if (n_rows_ > 0) {
    const int n_ranks = communicator.size();
    const auto holder = [&](int from, int step) {
      int rank = from;
      do rank = (rank + step + n_ranks) % n_ranks;
      while (rank_rows_[static_cast<std::size_t>(rank)] == 0);
      return rank;
    };
    above_ = holder(communicator.rank(), 1);
    below_ = holder(communicator.rank(), -1);
  }
  split_ = std::count_if(rank_rows_.begin(), rank_rows_.end(), [](std::int64_t n) { return n > 0; }) > 1;
  starts_.resize(static_cast<std::size_t>(n_rows_ > 0 ? (n_rows_ + 1) * pitch_ : 0));
  up_.resize(static_cast<std::size_t>(n_rows_ * pitch_));
  first_run_.resize(static_cast<std::size_t>(n_rows_ > 0 ? n_rows_ + 1 : 0));
}

void BondClusters::find() {
  edges_.clear();
  shared_.clear();
  if (n_rows_ > 0) {
    start_runs();
    join_rows();
  }
  if (split_) merge_ranks();
}

void BondClusters::start_runs() {
  const std::uint64_t used = lx_ % 64 == 0 ? ~std::uint64_t{0} : (std::uint64_t{1} << lx_ % 64) - 1;
  std::uint32_t n_runs = 0;
  closed_.assign(static_cast<std::size_t>(n_rows_), 0);
  for (std::int64_t r = 0; r <= n_rows_; ++r) {
    std::uint64_t* row = right(r);
    if (r < n_rows_) {
      first_run_[static_cast<std::size_t>(r)] = n_runs;
      closed_[static_cast<std::size_t>(r)] = (row[(lx_ - 1) / 64] >> (lx_ - 1) % 64 & 1) != 0;
    }
    std::uint64_t before = 0;
    for (std::int64_t w = 0; w < pitch_; ++w) {
      const std::uint64_t bonds = row[w];
      row[w] = ~(bonds << 1 | before >> 63);
      before = bonds;
    }
    row[0] |= 1;
    row[pitch_ - 1] &= used;
    if (r < n_rows_)
      for (std::int64_t w = 0; w < pitch_; ++w) n_runs += static_cast<std::uint32_t>(bits_in(row[w]));
  }
  // The row behind the last: that of the next rank, or this rank's first again.
  first_run_.back() = 0;
  parent_.resize(n_runs);
  for (std::uint32_t run = 0; run < n_runs; ++run) parent_[run] = run;
}

void BondClusters::join_rows() {
  constexpr std::uint64_t top = std::uint64_t{1} << 63;
  // Lowest bit set in every stretch of `bits` between starts: `bound` has a bit in each, so subtracting 1 from each
  // borrows from no other.
  const auto first_of = [](std::uint64_t bits, std::uint64_t starts) {
    const std::uint64_t begins = starts | 1, bound = bits | begins >> 1 | top;
    return bound & ~(bound - begins) & bits;
  };
  std::uint32_t* parent = parent_.data();
  const auto first_run = [&](std::int64_t r) { return first_run_[static_cast<std::size_t>(r)]; };
  for (std::int64_t r = 0; r < n_rows_; ++r) {
    const std::uint64_t *bonds = up(r), *here = right(r), *next = right(r + 1);
    const bool last = r == n_rows_ - 1;
    // Numbers of the runs that the sites before the word belong to.
    std::uint32_t run_here = first_run(r) - 1, run_next = first_run(r + 1) - 1;
    for (std::int64_t w = 0; w < pitch_; ++w) {
      const std::uint64_t start_here = here[w], start_next = next[w];
      const auto for_each = [&](std::uint64_t left, auto&& join) {
        for (; left != 0; left &= left - 1) {
          const std::uint64_t up_to = left ^ (left - 1);
          join(run_here + static_cast<std::uint32_t>(bits_in(start_here & up_to)),
               run_next + static_cast<std::uint32_t>(bits_in(start_next & up_to)));
        }
      };
      // Of several bonds between the same two runs the first is enough.
      std::uint64_t joining = first_of(bonds[w], start_here | start_next);
      if (!last) {
        // The first bond to a new run need not look for sets.
        const std::uint64_t fresh = first_of(bonds[w], start_next) & -(start_next & -start_next);
        for_each(fresh, [&](std::uint32_t a, std::uint32_t b) { parent[b] = parent[a]; });
        for_each(joining & ~fresh, [&](std::uint32_t a, std::uint32_t b) { unite(parent, a, b); });
      } else if (split_) {
        for_each(joining, [&](std::uint32_t a, std::uint32_t b) { edges_.push_back({a, b}); });
      } else {
        for_each(joining, [&](std::uint32_t a, std::uint32_t b) { unite(parent, a, b); });
      }
      run_here += static_cast<std::uint32_t>(bits_in(start_here));
      run_next += static_cast<std::uint32_t>(bits_in(start_next));
    }
    // The last run of a row and its first, around the lattice; not before both are joined to the row below.
    if (closed_[static_cast<std::size_t>(r)] != 0) unite(parent, first_run(r), run_here);
  }
}

std::uint32_t BondClusters::root_of(std::uint32_t run) const {
  while (parent_[run] != run) run = parent_[run];
  return run;
}

void BondClusters::locate_shared() {
  std::int64_t r = 0, w = 0;
  std::uint32_t before = 0;  // runs before word w of row r
  for (Shared& cluster : shared_) {
    const auto row = std::upper_bound(first_run_.begin(), first_run_.end() - 1, cluster.run) - first_run_.begin() - 1;
    if (row != r) {
      r = row;
      w = 0;
      before = first_run_[static_cast<std::size_t>(r)];
    }
    std::uint32_t here = static_cast<std::uint32_t>(bits_in(right(r)[w]));
    while (before + here <= cluster.run) {
      before += here;
      here = static_cast<std::uint32_t>(bits_in(right(r)[++w]));
    }
    std::uint64_t starts = right(r)[w];
    for (std::uint32_t skip = cluster.run - before; skip > 0; --skip) starts &= starts - 1;
    cluster.row = r;
    cluster.x = 64 * w + __builtin_ctzll(starts);
    cluster.root = (first_row_ + r) * lx_ + cluster.x;
  }
}

void BondClusters::merge_ranks() {
  std::vector<std::uint32_t> first_row, upper;  // indices into shared_: of the runs of row 0, of the edges
  std::size_t n_above = 0;                      // runs in the next rank's first row
  if (n_rows_ > 0) {
    for (std::int64_t w = 0; w < pitch_; ++w) n_above += static_cast<std::size_t>(bits_in(right(n_rows_)[w]));
    std::vector<std::uint32_t> roots;
    const std::uint32_t in_first_row = n_rows_ > 1 ? first_run_[1] : static_cast<std::uint32_t>(parent_.size());
    for (std::uint32_t run = 0; run < in_first_row; ++run) first_row.push_back(root_of(run));
    for (const Edge& edge : edges_) upper.push_back(root_of(edge.here));
    roots = first_row;
    roots.insert(roots.end(), upper.begin(), upper.end());
    std::sort(roots.begin(), roots.end());
    roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
    for (const std::uint32_t run : roots) shared_.push_back({run, 0, 0, 0, 0});
    locate_shared();
    const auto index = [&](std::uint32_t run) {
      return static_cast<std::uint32_t>(std::lower_bound(roots.begin(), roots.end(), run) - roots.begin());
    };
    for (auto* runs : {&first_row, &upper})
      for (std::uint32_t& run : *runs) run = index(run);
  }

  // Labels of the first row travel down, come back no larger, and so on.
  std::vector<std::int64_t> own(first_row.size()), theirs(n_above), back(first_row.size());
  const auto exchange = [&](const std::vector<std::int64_t>& send, int to, std::vector<std::int64_t>& receive, int from,
                            int tag) {
    if (n_rows_ > 0)
      MPI_Sendrecv(send.data(), Communicator::checked_count(send.size()), MPI_INT64_T, to, tag, receive.data(),
                   Communicator::checked_count(receive.size()), MPI_INT64_T, from, tag, communicator_.mpi(),
                   MPI_STATUS_IGNORE);
  };
  for (int changed = 1; communicator_.max(changed) != 0;) {
    changed = 0;
    for (std::size_t b = 0; b < own.size(); ++b) own[b] = shared_[first_row[b]].root;
    exchange(own, below_, theirs, above_, tag_down);
    for (bool again = true; again;) {
      again = false;
      for (std::size_t e = 0; e < edges_.size(); ++e) {
        std::int64_t &here = shared_[upper[e]].root, &there = theirs[edges_[e].above];
        if (here == there) continue;
        here = there = std::min(here, there);
        again = true;
        changed = 1;
      }
    }
    exchange(theirs, above_, back, below_, tag_up);
    for (std::size_t b = 0; b < own.size(); ++b) {
      std::int64_t& root = shared_[first_row[b]].root;
      if (back[b] < root) {
        root = back[b];
        changed = 1;
      }
    }
  }
}

std::vector<std::int64_t> BondClusters::sums(const std::uint64_t* bits) {
  std::vector<std::int64_t> sum(parent_.size());
  for (std::int64_t r = 0; r < n_rows_; ++r) {
    std::uint32_t run = first_run_[static_cast<std::size_t>(r)] - 1;
    for (std::int64_t w = 0; w < pitch_; ++w) {
      const std::uint64_t word = bits[r * pitch_ + w];
      std::uint64_t starts = right(r)[w];
      const auto n = static_cast<int>(std::min<std::int64_t>(64, lx_ - 64 * w));
      for (int x = 0; x < n;) {
        if (starts >> x & 1) {
          ++run;
          starts &= starts - 1;
        }
        const int end = starts != 0 ? __builtin_ctzll(starts) : n;
        const std::uint64_t mask = (end - x == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << (end - x)) - 1) << x;
        sum[run] += 2 * bits_in(word & mask) - (end - x);
        x = end;
      }
    }
  }
  // Later runs first: every run has been given all of its own when it gives to its parent.
  for (std::size_t run = sum.size(); run-- > 0;)
    if (parent_[run] != run) {
      sum[parent_[run]] += sum[run];
      sum[run] = 0;
    }
  if (!split_) return sum;

  // The rank that holds a root adds up the parts and sends everyone the whole.
  std::vector<std::int64_t> first(rank_rows_.size() + 1, 0);
  for (std::size_t rank = 0; rank < rank_rows_.size(); ++rank) first[rank + 1] = first[rank] + rank_rows_[rank];
  const auto owner = [&](std::int64_t root) {
    return static_cast<std::size_t>(std::upper_bound(first.begin(), first.end(), root / lx_) - first.begin() - 1);
  };
  std::vector<std::size_t> order(shared_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return shared_[a].root < shared_[b].root; });
  std::vector<std::int64_t> counts(rank_rows_.size(), 0), received, parts;
  for (const std::size_t i : order) {
    parts.push_back(shared_[i].root);
    parts.push_back(sum[shared_[i].run]);
    counts[owner(shared_[i].root)] += 2;
  }
  auto incoming = communicator_.all_to_all(parts, counts, &received);
  std::vector<std::pair<std::int64_t, std::int64_t>> totals;
  for (std::size_t i = 0; i < incoming.size(); i += 2) totals.emplace_back(incoming[i], incoming[i + 1]);
  std::sort(totals.begin(), totals.end());
  std::size_t n_totals = 0;
  for (std::size_t i = 0; i < totals.size(); ++i)
    if (n_totals > 0 && totals[n_totals - 1].first == totals[i].first)
      totals[n_totals - 1].second += totals[i].second;
    else
      totals[n_totals++] = totals[i];
  totals.resize(n_totals);
  for (std::size_t i = 0; i < incoming.size(); i += 2)
    incoming[i + 1] =
        std::lower_bound(totals.begin(), totals.end(), std::pair(incoming[i], std::int64_t{-0x7fffffffffffffff}))
            ->second;
  const auto whole = communicator_.all_to_all(incoming, received);
  for (std::size_t i = 0; i < order.size(); ++i) sum[shared_[order[i]].run] = whole[2 * i + 1];
  return sum;
}

void BondClusters::roots(std::int64_t r, std::int64_t* root) const {
  std::vector<std::int64_t> label(parent_.size());
  visit([&](std::uint32_t run, std::int64_t, std::int64_t, std::int64_t of_cluster) { label[run] = of_cluster; });
  std::uint32_t run = first_run_[static_cast<std::size_t>(r)] - 1;
  for (std::int64_t x = 0; x < lx_; ++x) {
    run += static_cast<std::uint32_t>(starts_[static_cast<std::size_t>(r * pitch_ + x / 64)] >> x % 64 & 1);
    root[x] = label[root_of(run)];
  }
}

void BondClusters::flip(const std::uint64_t* choice, std::uint64_t* spins) {
  // Parents come before their children: a run's entry is overwritten with its cluster's choice as it is reached.
  std::uint32_t run = 0;
  std::uint32_t* flips = parent_.data();
  for (std::int64_t r = 0; r < n_rows_; ++r) {
    std::uint64_t mask = 0;  // a run's flag fills the word from its start on, until the next run overwrites the rest
    for (std::int64_t w = 0; w < pitch_; ++w) {
      const std::uint64_t chosen = choice[r * pitch_ + w];
      mask = -(mask >> 63);
      for (std::uint64_t left = right(r)[w]; left != 0; left &= left - 1, ++run) {
        const std::uint64_t start = left & -left;
        const std::uint32_t parent = flips[run];
        const std::uint32_t own = (chosen & start) != 0, inherited = flips[parent];
        const std::uint32_t is_root = -static_cast<std::uint32_t>(parent == run);
        const std::uint32_t flag = (own & is_root) | (inherited & ~is_root);
        flips[run] = flag;
        mask = (mask & (start - 1)) | (-start & -static_cast<std::uint64_t>(flag));
      }
      spins[r * pitch_ + w] ^= mask;
    }
  }
}

}  // namespace spinel
