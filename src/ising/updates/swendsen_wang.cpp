#include <cmath>
#include <optional>

#include "core/random.hpp"
#include "ising/updates/bernoulli_bits.hpp"
#include "ising/updates/bond_clusters.hpp"
#include "ising/updates/updater.hpp"

namespace spinel {

namespace {

/// Swendsen & Wang, Phys. Rev. Lett. 58, 86 (1987): bonds between neighbors with J s s' > 0 are laid with probability
/// 1 − e^(−2|J|/T), then every cluster is inverted with probability 1/2; in a field with that of the heat bath,
/// 1/(1 + e^(2hM/T)) for a cluster whose spins add up to M, so that the bonds laid do not change and detailed balance
/// holds for either sign of J. Random numbers belong to sites: of its two bonds, and of the root of a cluster.
class SwendsenWang : public Updater {
 public:
  void sweep(SpinLattice& lattice, const IsingModel& model, const ChainKey& key, std::int64_t sweep) override {
    prepare(lattice);
    lay_bonds(lattice, model, key, sweep);
    clusters_->find();
    choose(lattice, model, key, sweep);
    clusters_->flip(choice_.data(), spins_.data());
    for (std::int64_t r = 0; r < lattice.n_rows(); ++r) lattice.set_row_bits(r, row(r));
  }

 private:
  std::uint64_t* row(std::int64_t r) { return spins_.data() + r * pitch_; }

  void prepare(const SpinLattice& lattice) {
    if (lattice.communicator().mpi() == mpi_ && lattice.lx() == lx_ && lattice.ly() == ly_) return;
    mpi_ = lattice.communicator().mpi();
    lx_ = lattice.lx();
    ly_ = lattice.ly();
    clusters_.emplace(lattice.communicator(), lx_, ly_, lattice.first_row(), lattice.n_rows());
    pitch_ = clusters_->words_per_row();
    spins_.resize(static_cast<std::size_t>((lattice.n_rows() + 1) * pitch_));
    choice_.resize(static_cast<std::size_t>(lattice.n_rows() * pitch_));
  }

  void lay_bonds(SpinLattice& lattice, const IsingModel& model, const ChainKey& key, std::int64_t sweep) {
    const std::int64_t n_rows = lattice.n_rows();
    lattice.exchange_halo();
    if (n_rows == 0) return;
    for (std::int64_t r = 0; r <= n_rows; ++r) lattice.get_row_bits(r, row(r));

    const double p = -std::expm1(-2.0 * std::abs(model.coupling) / model.temperature);
    const BernoulliBits along_x(key, RandomPurpose::cluster_bond, 2 * sweep);
    const BernoulliBits along_y(key, RandomPurpose::cluster_bond, 2 * sweep + 1);
    const std::int64_t first_word = lattice.first_row() * pitch_;
    along_x.fill(p, first_word, n_rows * pitch_, clusters_->right(0));
    along_x.fill(p, (lattice.first_row() + n_rows) % ly_ * pitch_, pitch_, clusters_->right(n_rows));
    along_y.fill(p, first_word, n_rows * pitch_, clusters_->up(0));

    const std::uint64_t alike =
        model.coupling < 0.0 ? 0 : ~std::uint64_t{0};  // what may be bound: unlike spins or equal ones
    const auto last = static_cast<int>((lx_ - 1) % 64);
    for (std::int64_t r = 0; r <= n_rows; ++r) {
      const std::uint64_t *here = row(r), *above = row(r + 1);
      std::uint64_t* right = clusters_->right(r);
      for (std::int64_t w = 0; w + 1 < pitch_; ++w) right[w] &= here[w] ^ (here[w] >> 1 | here[w + 1] << 63) ^ alike;
      right[pitch_ - 1] &= here[pitch_ - 1] ^ (here[pitch_ - 1] >> 1 | (here[0] & 1) << last) ^ alike;
      if (r == n_rows) break;
      std::uint64_t* up = clusters_->up(r);
      for (std::int64_t w = 0; w < pitch_; ++w) up[w] &= here[w] ^ above[w] ^ alike;
      if (last < 63) up[pitch_ - 1] &= (std::uint64_t{2} << last) - 1;
    }
  }

  void choose(const SpinLattice& lattice, const IsingModel& model, const ChainKey& key, std::int64_t sweep) {
    if (model.field == 0.0) {
      const BernoulliBits fair(key, RandomPurpose::cluster_flip, sweep);
      fair.fill(0.5, lattice.first_row() * pitch_, lattice.n_rows() * pitch_, choice_.data());
      for (const BondClusters::Shared& cluster : clusters_->shared()) {
        const std::int64_t x = cluster.root % lx_;
        const bool flip = (fair.fair_word(cluster.root / lx_ * pitch_ + x / 64) >> x % 64 & 1) != 0;
        set_choice(cluster.row, cluster.x, flip);
      }
      return;
    }
    const auto magnetization = clusters_->sums(spins_.data());
    const Random random(key.seed, RandomPurpose::cluster_flip);
    const std::uint64_t chain = std::uint64_t{key.temperature} << 32 | key.replica;
    clusters_->visit([&](std::uint32_t run, std::int64_t r, std::int64_t x, std::int64_t root) {
      const double u =
          random.uniform4(static_cast<std::uint64_t>(sweep), static_cast<std::uint64_t>(root), chain + 1)[0];
      const double weight = 2.0 * model.field * static_cast<double>(magnetization[run]) / model.temperature;
      set_choice(r, x, u * (1.0 + std::exp(weight)) < 1.0);
    });
  }

  void set_choice(std::int64_t r, std::int64_t x, bool flip) {
    std::uint64_t& word = choice_[static_cast<std::size_t>(r * pitch_ + x / 64)];
    word = (word & ~(std::uint64_t{1} << x % 64)) | std::uint64_t{flip} << x % 64;
  }

  MPI_Comm mpi_ = MPI_COMM_NULL;  // what clusters_ was made for
  std::int64_t lx_ = 0, ly_ = 0, pitch_ = 0;
  std::optional<BondClusters> clusters_;
  std::vector<std::uint64_t> spins_, choice_;  // rows of bits: own and the next rank's first; own
};

}  // namespace

std::unique_ptr<Updater> make_swendsen_wang() { return std::make_unique<SwendsenWang>(); }

}  // namespace spinel
