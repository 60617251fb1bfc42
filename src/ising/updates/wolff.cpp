#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/random.hpp"
#include "ising/updates/updater.hpp"

namespace spinel {

namespace {

/// The finalizer of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014), a generator whose n-th number is mix(base +
/// n·golden).
inline std::uint64_t mix(std::uint64_t z) {
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
  z = (z ^ z >> 27) * 0x94D049BB133111EBU;
  return z ^ z >> 31;
}
constexpr int tag_news = 25;
constexpr std::uint64_t golden = 0x9E3779B97F4A7C15U;

/// How many clusters make a sweep: as many as touch about N spins, from the mean size of a cluster, N<o²> at h = 0, by
/// Yang's magnetization below T_c and the leading singularity of the susceptibility above it, with 1.0928 L^(−1/4) for
/// <o²> near T_c. A number that follows from the input alone: stopping when enough spins were touched would choose the
/// moment of measurement by the sizes of the last clusters and so bias what is measured.
std::int64_t clusters_per_sweep(const IsingModel& model, double n_sites) {
  const double temperature = model.temperature / std::abs(model.coupling);
  const double critical = 2.0 / std::log1p(std::sqrt(2.0));
  const double rounded = std::min(1.0, 1.0928 * std::pow(n_sites, -0.125));
  double order2;
  if (temperature < critical)
    order2 = std::max(rounded, std::pow(1.0 - std::pow(std::sinh(2.0 / temperature), -4.0), 0.25));
  else
    order2 = std::min(rounded, std::max(1.0, 0.9625817 * std::pow(temperature / critical - 1.0, -1.75)) / n_sites);
  double size = order2 * n_sites;
  // Larger clusters along the field are given up.
  if (model.field != 0.0 && model.coupling > 0.0)
    size = std::min(size, 1.0 + 0.5 * model.temperature / std::abs(model.field));
  return std::max<std::int64_t>(1, std::llround(n_sites / size));
}

/// Wolff, Phys. Rev. Lett. 62, 361 (1989): grows one Fortuin–Kasteleyn cluster from a random spin, with bonds of
/// probability 1 − e^(−2|J|/T) (to 2⁻³²) between spins that J aligns, and inverts it; in a field with probability
/// min(1, e^(−2hM/T)) for a cluster whose spins add up to M. Growth has the same probability before and after, so that
/// detailed balance holds for either sign of J; for J > 0 a cluster that will be refused is given up as soon as it is
/// too large. An antiferromagnet is treated as the ferromagnet of σ = (−1)^(x+y) s.
///
/// Where a cluster begins and which bonds exist is decided by numbers that belong to cluster and site, so a cluster
/// does not depend on the order in which it is found, nor on the number of ranks. On a split lattice each rank grows
/// its part until nothing is left to do, then sends its neighbors which sites of its outer rows joined, until no rank
/// has news: one reduction for every cluster and more for one that crosses ranks. Where clusters are small
/// Swendsen–Wang is the better choice there.
class Wolff : public Updater {
 public:
  void sweep(SpinLattice& lattice, const IsingModel& model, const ChainKey& key, std::int64_t sweep) override {
    load(lattice, model.coupling < 0.0);
    const double p = -std::expm1(-2.0 * std::abs(model.coupling) / model.temperature);
    threshold_ = static_cast<std::uint64_t>(std::llround(p * 0x1.0p32));
    const double n_sites = static_cast<double>(lx_) * static_cast<double>(ly_);
    const Random random(key.seed, RandomPurpose::wolff);
    const std::uint64_t chain = std::uint64_t{key.temperature} << 32 | key.replica;
    const std::int64_t n_clusters = clusters_per_sweep(model, n_sites);
    for (std::int64_t c = 0; c < n_clusters; ++c) {
      const auto u = random.uniform4(static_cast<std::uint64_t>(sweep), static_cast<std::uint64_t>(c), chain);
      base_ = static_cast<std::uint64_t>(u[1] * 0x1.0p32) << 32 | static_cast<std::uint64_t>(u[2] * 0x1.0p32);
      const auto site = static_cast<std::int64_t>(u[0] * n_sites);
      // Refused where 2hM/T > −ln u: hM above `most`.
      const double most = model.field == 0.0 ? 0.0 : -0.5 * model.temperature * std::log(u[3]);
      if (!grow(site / lx_, site % lx_, model.field, most)) restore();
    }
    store(lattice);
  }

 private:
  struct Site {
    std::int32_t r, x;
  };

  std::uint64_t* row(std::int64_t r) { return bits_.data() + (r + 1) * pitch_; }
  static bool bit(const std::uint64_t* words, std::int64_t x) { return (words[x / 64] >> x % 64 & 1) != 0; }
  static void invert(std::uint64_t* words, std::int64_t x) { words[x / 64] ^= std::uint64_t{1} << x % 64; }

  void load(SpinLattice& lattice, bool staggered) {
    lx_ = lattice.lx();
    n_rows_ = lattice.n_rows();
    first_row_ = lattice.first_row();
    pitch_ = (lx_ + 63) / 64;
    staggered_ = staggered;
    if (!communicator_ || communicator_->mpi() != lattice.communicator().mpi() || ly_ != lattice.ly())
      find_neighbors(lattice);
    bits_.resize(static_cast<std::size_t>((n_rows_ + 2) * pitch_));
    for (auto& news : news_) news.assign(static_cast<std::size_t>(pitch_), 0);
    for (auto& arrived : arrived_) arrived.resize(static_cast<std::size_t>(pitch_));
    if (split_) lattice.exchange_halo();
    if (n_rows_ == 0) return;
    const std::int64_t halo = split_ ? 1 : 0;
    for (std::int64_t r = -halo; r < n_rows_ + halo; ++r) {
      lattice.get_row_bits(r, row(r));
      if (staggered_) stagger(r);
    }
  }

  void store(SpinLattice& lattice) {
    for (std::int64_t r = 0; r < n_rows_; ++r) {
      if (staggered_) stagger(r);
      lattice.set_row_bits(r, row(r));
    }
  }

  void stagger(std::int64_t r) {
    const std::uint64_t odd = ((first_row_ + r) & 1) != 0 ? 0x5555555555555555U : 0xAAAAAAAAAAAAAAAAU;
    for (std::int64_t w = 0; w < pitch_; ++w) row(r)[w] ^= odd;
  }

  void find_neighbors(const SpinLattice& lattice) {
    communicator_.emplace(lattice.communicator());
    ly_ = lattice.ly();
    const auto rows = communicator_->all_gather(n_rows_);
    split_ = std::count_if(rows.begin(), rows.end(), [](std::int64_t n) { return n > 0; }) > 1;
    const int n_ranks = communicator_->size();
    for (const int side : {0, 1}) {
      int rank = communicator_->rank();
      do rank = (rank + (side == 0 ? n_ranks - 1 : 1)) % n_ranks;
      while (rows[static_cast<std::size_t>(rank)] == 0);
      neighbor_[static_cast<std::size_t>(side)] = rank;
    }
  }

  bool bond(std::int64_t r, std::int64_t x, bool upwards) const {
    const std::int64_t y = first_row_ + r >= 0 ? first_row_ + r : ly_ - 1;
    const std::uint64_t number = mix(base_ + golden * static_cast<std::uint64_t>(y * lx_ + x));
    return (upwards ? number >> 32 : number & 0xFFFFFFFFU) < threshold_;
  }

  void join(std::int64_t r, std::int64_t x) {
    invert(row(r), x);
    members_.push_back({static_cast<std::int32_t>(r), static_cast<std::int32_t>(x)});
    if (!split_) return;
    if (r == 0) invert(news_[0].data(), x);
    if (r == n_rows_ - 1) invert(news_[1].data(), x);
  }

  /// Grows this rank's part until nothing is left to do, or until more than `enough` sites have joined.
  void spread(std::int64_t enough) {
    while (next_ < members_.size() && static_cast<std::int64_t>(members_.size()) <= enough) {
      const std::int64_t r = members_[next_].r, x = members_[next_].x;
      ++next_;
      const std::int64_t right = x + 1 < lx_ ? x + 1 : 0, left = x > 0 ? x - 1 : lx_ - 1;
      if (bit(row(r), right) == spin_ && bond(r, x, false)) join(r, right);
      if (bit(row(r), left) == spin_ && bond(r, left, false)) join(r, left);
      if (r + 1 < n_rows_ || !split_) {
        const std::int64_t above = r + 1 < n_rows_ ? r + 1 : 0;
        if (bit(row(above), x) == spin_ && bond(r, x, true)) join(above, x);
      }
      if (r > 0 || !split_) {
        const std::int64_t below = r > 0 ? r - 1 : n_rows_ - 1;
        if (bit(row(below), x) == spin_ && bond(below, x, true)) join(below, x);
      }
    }
  }

  /// False if the cluster is to be restored.
  bool grow(std::int64_t y, std::int64_t x, double field, double most) {
    members_.clear();
    halo_members_.clear();
    next_ = 0;
    const bool mine = y >= first_row_ && y < first_row_ + n_rows_;
    if (mine) {
      spin_ = bit(row(y - first_row_), x);
      join(y - first_row_, x);
    }
    constexpr std::int64_t unlimited = INT64_MAX;
    // Sites that may join: all, unless every one of them adds to hM.
    const auto enough = [&] {
      return field != 0.0 && !staggered_ && spin_ == (field > 0.0)
                 ? static_cast<std::int64_t>(std::min(most / std::abs(field), 0x1.0p60))
                 : unlimited;
    };
    if (!split_) {
      if (n_rows_ == 0) return true;
      spread(enough());
      return static_cast<std::int64_t>(members_.size()) <= enough() &&
             (!staggered_ || field * static_cast<double>(sum()) <= most);
    }
    for (bool first = true;; first = false) {
      if (!first || mine) spread(enough());
      const auto any = [](const std::vector<std::uint64_t>& words) {
        return std::any_of(words.begin(), words.end(), [](std::uint64_t word) { return word != 0; });
      };
      std::array<std::int64_t, 4> totals = {any(news_[0]) || any(news_[1]), static_cast<std::int64_t>(members_.size()),
                                            staggered_ ? sum() : 0, first && mine && spin_};
      communicator_->sum(totals.data(), totals.size());
      if (first) spin_ = totals[3] != 0;
      if (totals[1] > enough()) return false;
      if (totals[0] == 0) return !staggered_ || field * static_cast<double>(totals[2]) <= most;
      exchange_news();
    }
  }

  /// Σ s over this rank's part, as it was before.
  std::int64_t sum() const {
    std::int64_t even = 0;
    for (const Site& site : members_) even += ((first_row_ + site.r + site.x) & 1) == 0 ? 1 : -1;
    return spin_ ? even : -even;
  }

  void exchange_news() {
    if (n_rows_ == 0) return;
    for (const std::size_t side : {0, 1}) {
      const int n = Communicator::checked_count(news_[side].size());
      MPI_Sendrecv(news_[side].data(), n, MPI_UINT64_T, neighbor_[side], tag_news, arrived_[1 - side].data(), n,
                   MPI_UINT64_T, neighbor_[1 - side], tag_news, communicator_->mpi(), MPI_STATUS_IGNORE);
    }
    forget_news();
    for (const std::size_t side : {0, 1}) {
      const std::int64_t halo = side == 0 ? -1 : n_rows_, inner = side == 0 ? 0 : n_rows_ - 1;
      for (std::int64_t w = 0; w < pitch_; ++w)
        for (std::uint64_t left = arrived_[side][static_cast<std::size_t>(w)]; left != 0; left &= left - 1) {
          const std::int64_t x = 64 * w + __builtin_ctzll(left);
          invert(row(halo), x);
          halo_members_.push_back({static_cast<std::int32_t>(halo), static_cast<std::int32_t>(x)});
          if (bit(row(inner), x) == spin_ && bond(std::min(halo, inner), x, true)) join(inner, x);
        }
    }
  }

  void restore() {
    for (const auto* sites : {&members_, &halo_members_})
      for (const Site& site : *sites) invert(row(site.r), site.x);
    forget_news();
  }

  void forget_news() {
    for (auto& news : news_) std::fill(news.begin(), news.end(), 0);
  }

  std::optional<Communicator> communicator_;
  std::array<int, 2> neighbor_{};  // ranks that hold the rows below and above
  bool split_ = false;             // more than one rank has rows
  std::int64_t lx_ = 0, ly_ = 0, first_row_ = 0, n_rows_ = 0, pitch_ = 0;

  bool staggered_ = false;
  std::uint64_t threshold_ = 0;                               // of 32 bits: the probability of a bond
  std::vector<std::uint64_t> bits_;                           // σ, rows −1 … n_rows: 64 sites a word
  std::uint64_t base_ = 0;                                    // of the cluster's random numbers
  bool spin_ = false;                                         // σ of the cluster before
  std::vector<Site> members_, halo_members_;                  // inverted so far; of the neighbors' rows
  std::size_t next_ = 0;                                      // member whose bonds are to be tried
  std::array<std::vector<std::uint64_t>, 2> news_, arrived_;  // sites of the rows below and above the cut, as bits
};

}  // namespace

std::unique_ptr<Updater> make_wolff() { return std::make_unique<Wolff>(); }

}  // namespace spinel
