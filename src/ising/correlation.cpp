#include "ising/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr std::int64_t most_bins = 64;
constexpr double pi = 3.14159265358979323846;

using Words = std::vector<std::uint64_t>;

/// The σ of this rank's rows and of `more` rows behind them, as bits, unused ones zero. Collective.
Words rows_ahead(const SpinLattice& lattice, bool staggered, std::int64_t more) {
  const std::int64_t lx = lattice.lx(), ly = lattice.ly(), n_rows = lattice.n_rows(), pitch = (lx + 63) / 64;
  const std::uint64_t last = lx % 64 == 0 ? ~std::uint64_t{0} : (std::uint64_t{1} << lx % 64) - 1;
  Words rows(static_cast<std::size_t>(n_rows > 0 ? (n_rows + more) * pitch : 0));
  for (std::int64_t r = 0; r < n_rows; ++r) {
    std::uint64_t* row = rows.data() + r * pitch;
    lattice.get_row_bits(r, row);
    if (!staggered) continue;
    const std::uint64_t odd = ((lattice.first_row() + r) & 1) != 0 ? 0x5555555555555555U : 0xAAAAAAAAAAAAAAAAU;
    for (std::int64_t w = 0; w < pitch; ++w) row[w] ^= odd;
    row[pitch - 1] &= last;
  }

  const Communicator& communicator = lattice.communicator();
  const auto first = communicator.all_gather(lattice.first_row());
  const auto count = communicator.all_gather(n_rows);
  const auto n_ranks = first.size();
  std::vector<std::size_t> holder(static_cast<std::size_t>(ly));
  for (std::size_t rank = 0; rank < n_ranks; ++rank) std::fill_n(holder.begin() + first[rank], count[rank], rank);
  // Row number j behind the rows of `rank`.
  const auto behind = [&](std::size_t rank, std::int64_t j) { return (first[rank] + count[rank] + j) % ly; };
  const auto me = static_cast<std::size_t>(communicator.rank());
  Words outgoing;
  std::vector<std::int64_t> n_sent(n_ranks, 0);
  for (std::size_t rank = 0; rank < n_ranks; ++rank)
    for (std::int64_t j = 0; count[rank] > 0 && j < more; ++j) {
      const std::int64_t y = behind(rank, j);
      if (holder[static_cast<std::size_t>(y)] != me) continue;
      const std::uint64_t* row = rows.data() + (y - lattice.first_row()) * pitch;
      outgoing.insert(outgoing.end(), row, row + pitch);
      n_sent[rank] += pitch;
    }
  std::vector<std::int64_t> n_received;
  const Words incoming = communicator.all_to_all(outgoing, n_sent, &n_received);
  if (n_rows == 0) return rows;
  std::vector<std::int64_t> next(n_ranks, 0);
  for (std::size_t rank = 1; rank < n_ranks; ++rank) next[rank] = next[rank - 1] + n_received[rank - 1];
  for (std::int64_t j = 0; j < more; ++j) {
    std::int64_t& from = next[holder[static_cast<std::size_t>(behind(me, j))]];
    std::copy_n(incoming.begin() + from, pitch, rows.begin() + (n_rows + j) * pitch);
    from += pitch;
  }
  return rows;
}

std::int64_t unlike(const std::uint64_t* a, const std::uint64_t* b, std::int64_t n) {
  std::int64_t count = 0;
  for (std::int64_t w = 0; w < n; ++w) count += __builtin_popcountll(a[w] ^ b[w]);
  return count;
}

/// Unlike pairs at distance r = 1 … r_max within one row of lx sites.
void count_along_row(const std::uint64_t* row, std::int64_t lx, std::int64_t r_max, Words& ring, Words& shifted,
                     std::int64_t* counts) {
  const std::int64_t pitch = (lx + 63) / 64;
  const auto bits_from = [](const std::uint64_t* words, std::int64_t bit) {
    const std::int64_t shift = bit % 64;
    return shift == 0 ? words[bit / 64] : words[bit / 64] >> shift | words[bit / 64 + 1] << (64 - shift);
  };
  // The row, and behind it the row again, as one string of bits.
  std::fill(ring.begin(), ring.end(), 0);
  std::copy_n(row, pitch, ring.begin());
  for (std::int64_t at = lx; at < lx + r_max + 64; at += lx)
    for (std::int64_t w = 0; w < pitch && at + 64 * w < 64 * static_cast<std::int64_t>(ring.size()) - 64; ++w) {
      const std::int64_t bit = at + 64 * w, shift = bit % 64;
      ring[static_cast<std::size_t>(bit / 64)] |= row[w] << shift;
      if (shift != 0) ring[static_cast<std::size_t>(bit / 64 + 1)] |= row[w] >> (64 - shift);
    }
  const std::uint64_t last = lx % 64 == 0 ? ~std::uint64_t{0} : (std::uint64_t{1} << lx % 64) - 1;
  for (std::int64_t r = 1; r <= r_max; ++r) {
    for (std::int64_t w = 0; w < pitch; ++w) shifted[static_cast<std::size_t>(w)] = bits_from(ring.data(), 64 * w + r);
    shifted[static_cast<std::size_t>(pitch - 1)] &= last;
    counts[r - 1] += unlike(row, shifted.data(), pitch);
  }
}

/// Adds the bits of n rows of one word column to 64 counters.
void add_columns(const std::uint64_t* words, std::int64_t n, std::int64_t pitch, std::int64_t* counters,
                 std::int64_t n_counters) {
  constexpr std::size_t n_planes = 8;
  for (std::int64_t r = 0; r < n;) {
    // Counters in binary, one plane of bits for each digit: 255 rows fit.
    std::uint64_t planes[n_planes] = {};
    for (const std::int64_t end = std::min<std::int64_t>(n, r + 255); r < end; ++r) {
      std::uint64_t carry = words[r * pitch];
      for (std::uint64_t& plane : planes) {
        const std::uint64_t both = plane & carry;
        plane ^= carry;
        carry = both;
      }
    }
    for (std::size_t k = 0; k < n_planes; ++k)
      for (std::int64_t x = 0; x < n_counters; ++x) counters[x] += static_cast<std::int64_t>(planes[k] >> x & 1) << k;
  }
}

/// |Σ_j sums[j] e^(2πij/n)|²
double lowest_mode(const std::vector<std::int64_t>& sums) {
  std::complex<double> mode = 0.0;
  for (std::size_t j = 0; j < sums.size(); ++j)
    mode += static_cast<double>(sums[j]) *
            std::polar(1.0, 2.0 * pi * static_cast<double>(j) / static_cast<double>(sums.size()));
  return std::norm(mode);
}

/// Σ_j sums[j] sums[j + r]
double product(const std::vector<std::int64_t>& sums, std::int64_t r) {
  const auto n = static_cast<std::int64_t>(sums.size());
  double total = 0.0;
  for (std::int64_t j = 0; j < n; ++j)
    total += static_cast<double>(sums[static_cast<std::size_t>(j)]) *
             static_cast<double>(sums[static_cast<std::size_t>(j + r < n ? j + r : j + r - n)]);
  return total;
}

/// m > 0 with cosh((length/2 − r2) m) / cosh((length/2 − r1) m) = ratio; 0 < ratio < 1, r1 < r2 ≤ length/2.
double inverse_length(double ratio, double r1, double r2, double length) {
  const auto log_cosh = [](double x) { return x + std::log1p(std::exp(-2.0 * x)); };
  double low = 0.0, high = 1.0;
  const auto too_small = [&](double m) {
    return log_cosh((0.5 * length - r2) * m) - log_cosh((0.5 * length - r1) * m) > std::log(ratio);
  };
  while (too_small(high)) high *= 2.0;
  for (int step = 0; step < 60; ++step) {
    const double middle = 0.5 * (low + high);
    (too_small(middle) ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

CorrelationMeter::CorrelationMeter(std::int64_t lx, std::int64_t ly, double coupling, std::int64_t r_max)
    : lx_(lx), ly_(ly), r_max_(r_max), coupling_(coupling) {
  const std::int64_t half = std::min(lx, ly) / 2;
  if (r_max_ == 0) r_max_ = std::min<std::int64_t>(half, 256);
  if (r_max_ < 1 || r_max_ > half)
    fail_input("correlations up to a distance of {} on {} × {} spins: it must be from 1 to {}", r_max, lx, ly, half);
  bins_.assign(width(), 0.0);
}

void CorrelationMeter::measure(const SpinLattice& lattice) {
  if (lattice.lx() != lx_ || lattice.ly() != ly_)
    fail("correlations of {} × {} spins asked of a lattice of {} × {}", lx_, ly_, lattice.lx(), lattice.ly());
  const std::int64_t pitch = (lx_ + 63) / 64, n_rows = lattice.n_rows();
  const Words rows = rows_ahead(lattice, coupling_ < 0.0, r_max_);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(r_max_)), columns(static_cast<std::size_t>(lx_)),
      lines(static_cast<std::size_t>(ly_));
  Words ring(static_cast<std::size_t>(2 * pitch + r_max_ / 64 + 4)), shifted(static_cast<std::size_t>(pitch));
  for (std::int64_t r = 0; r < n_rows; ++r) {
    const std::uint64_t* row = rows.data() + r * pitch;
    count_along_row(row, lx_, r_max_, ring, shifted, counts.data());
    for (std::int64_t d = 1; d <= r_max_; ++d)
      counts[static_cast<std::size_t>(d - 1)] += unlike(row, row + d * pitch, pitch);
    std::int64_t& line = lines[static_cast<std::size_t>(lattice.first_row() + r)];
    for (std::int64_t w = 0; w < pitch; ++w) line += __builtin_popcountll(row[w]);
    line = 2 * line - lx_;
  }
  for (std::int64_t w = 0; w < pitch; ++w)
    add_columns(rows.data() + w, n_rows, pitch, columns.data() + 64 * w, std::min<std::int64_t>(64, lx_ - 64 * w));
  for (auto* totals : {&counts, &columns, &lines}) lattice.communicator().sum(totals->data(), totals->size());
  std::int64_t magnetization = 0;
  for (std::int64_t& column : columns) magnetization += column = 2 * column - ly_;

  const double n_sites = static_cast<double>(lx_) * static_cast<double>(ly_);
  std::vector<double> sample;
  for (const std::int64_t count : counts) sample.push_back(1.0 - static_cast<double>(count) / n_sites);
  for (std::int64_t r = 0; r <= r_max_; ++r)
    sample.push_back(0.5 * (product(columns, r) + product(lines, r)) / n_sites);
  sample.push_back(static_cast<double>(magnetization) * static_cast<double>(magnetization) / n_sites);
  sample.push_back(lowest_mode(columns) / n_sites);
  sample.push_back(lowest_mode(lines) / n_sites);
  append(sample);
}

void CorrelationMeter::append(const std::vector<double>& sample) {
  const std::size_t n = width();
  double* filling = bins_.data() + bins_.size() - n;
  for (std::size_t i = 0; i < n; ++i) filling[i] += sample[i];
  ++samples_;
  if (samples_ % bin_size_ != 0) return;
  if (samples_ / bin_size_ == most_bins) {
    for (std::size_t b = 0; b < static_cast<std::size_t>(most_bins) / 2; ++b)
      for (std::size_t i = 0; i < n; ++i) bins_[b * n + i] = bins_[2 * b * n + i] + bins_[(2 * b + 1) * n + i];
    bins_.resize(static_cast<std::size_t>(most_bins) / 2 * n);
    bin_size_ *= 2;
  }
  bins_.resize(bins_.size() + n, 0.0);
}

CorrelationEstimate CorrelationMeter::estimate() const { return estimate({this}); }

CorrelationEstimate CorrelationMeter::estimate(const std::vector<const CorrelationMeter*>& replicas) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CorrelationEstimate found;
  if (replicas.empty()) return found;
  const CorrelationMeter& shape = *replicas.front();
  const std::size_t n = shape.width(), r_max = static_cast<std::size_t>(shape.r_max_);
  // Complete bins; an incomplete one is added to the last.
  std::vector<std::vector<double>> bins;
  std::vector<double> sizes, all(n, 0.0);
  for (const CorrelationMeter* meter : replicas) {
    if (meter->lx_ != shape.lx_ || meter->ly_ != shape.ly_ || meter->r_max_ != shape.r_max_)
      fail("correlations of lattices of different size cannot be combined");
    if (meter->samples_ == 0) continue;
    found.samples += meter->samples_;
    const std::size_t complete = meter->bins_.size() / n - 1;
    for (std::size_t b = 0; b <= complete; ++b) {
      const double* from = meter->bins_.data() + b * n;
      const auto rest = static_cast<double>(meter->samples_ % meter->bin_size_);
      if (b < complete || complete == 0) {
        bins.emplace_back(from, from + n);
        sizes.push_back(b < complete ? static_cast<double>(meter->bin_size_) : rest);
      } else {
        for (std::size_t i = 0; i < n; ++i) bins.back()[i] += from[i];
        sizes.back() += rest;
      }
      for (std::size_t i = 0; i < n; ++i) all[i] += from[i];
    }
  }
  if (found.samples == 0) return found;
  found.bins = static_cast<std::int64_t>(bins.size());
  const auto n_samples = static_cast<double>(found.samples), n_bins = static_cast<double>(bins.size());
  const auto jackknife = [&](auto&& function) {
    std::vector<double> mean(n);
    for (std::size_t i = 0; i < n; ++i) mean[i] = all[i] / n_samples;
    Estimate result = {function(mean), nan};
    if (bins.size() < 2) return result;
    double sum = 0.0, squares = 0.0;
    for (std::size_t b = 0; b < bins.size(); ++b) {
      for (std::size_t i = 0; i < n; ++i) mean[i] = (all[i] - bins[b][i]) / (n_samples - sizes[b]);
      const double difference = function(mean) - result.value;
      sum += difference;
      squares += difference * difference;
    }
    result.error = std::sqrt((n_bins - 1.0) / n_bins * std::max(0.0, squares - sum * sum / n_bins));
    return result;
  };
  for (std::size_t i = 0; i < r_max; ++i) found.g.push_back(jackknife([&](const auto& mean) { return mean[i]; }));
  for (std::size_t i = r_max; i < 2 * r_max + 1; ++i)
    found.g0.push_back(jackknife([&](const auto& mean) { return mean[i]; }));

  const auto lx = static_cast<double>(shape.lx_), ly = static_cast<double>(shape.ly_);
  const double length = std::min(lx, ly);
  found.xi_second_moment = jackknife([&](const auto& mean) {
    const double s0 = mean[n - 3], sx = mean[n - 2], sy = mean[n - 1];
    const auto xi = [&](double sk, double edge) {
      return std::sqrt(std::max(0.0, s0 / sk - 1.0)) / (2.0 * std::sin(pi / edge));
    };
    return lx == ly ? xi(0.5 * (sx + sy), lx) : 0.5 * (xi(sx, lx) + xi(sy, ly));
  });

  found.xi_exponential = {nan, nan};
  if (r_max < 2) return found;
  const double xi = -1.0 / std::log(found.g0[2].value / found.g0[1].value);  // roughly
  if (!(xi > 0.0 && xi <= length / 6.0)) return found;
  const auto near = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(0.5 * xi)));
  std::size_t far = std::max(near + 1, std::min(r_max, static_cast<std::size_t>(std::lround(2.5 * xi))));
  const auto usable = [&](std::size_t r) {
    return r <= r_max && found.g0[r].value > 5.0 * found.g0[r].error && found.g0[r].value < found.g0[near].value;
  };
  while (far > near && !usable(far)) --far;
  if (far == near) return found;
  found.xi_exponential = jackknife([&](const auto& mean) {
    const double ratio = mean[r_max + far] / mean[r_max + near];
    if (!(ratio > 0.0 && ratio < 1.0)) return nan;
    return 1.0 / inverse_length(ratio, static_cast<double>(near), static_cast<double>(far), length);
  });
  return found;
}

std::vector<double> CorrelationMeter::save() const {
  std::vector<double> state = {static_cast<double>(samples_), static_cast<double>(bin_size_)};
  state.insert(state.end(), bins_.begin(), bins_.end());
  return state;
}

void CorrelationMeter::load(const std::vector<double>& state) {
  const auto samples = state.size() >= 2 ? static_cast<std::int64_t>(state[0]) : 0;
  const auto bin_size = state.size() >= 2 ? static_cast<std::int64_t>(state[1]) : 0;
  if (bin_size < 1 || state.size() - 2 != static_cast<std::size_t>(samples / bin_size + 1) * width())
    fail("the saved correlation function is not one of {} × {} spins up to a distance of {}", lx_, ly_, r_max_);
  samples_ = samples;
  bin_size_ = bin_size;
  bins_.assign(state.begin() + 2, state.end());
}

}  // namespace spinel
