#include "neighbor/crystal_graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "core/error.hpp"

namespace spinel {

namespace {

std::uint64_t float_bits(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

float float_of(std::uint64_t key) {
  const auto bits = static_cast<std::uint32_t>(key >> 32);
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

/// Adds whole multiples of the other vectors to each one while that makes it shorter. Returns whether anything changed.
bool shorten(Mat3& lattice, std::array<Int3, 3>& combination, const std::vector<int>& directions) {
  bool any = false;
  for (bool changed = true; changed;) {
    changed = false;
    for (const int k : directions)
      for (const int m : directions) {
        if (k == m) continue;
        // A vector is worth changing only where that takes off more than rounding.
        const double along = lattice.row(k).dot(lattice.row(m)) / lattice.row(m).squaredNorm();
        if (std::abs(along) <= 0.5 + 1e-6) continue;
        const double n = std::round(along);
        lattice.row(k) -= n * lattice.row(m);
        for (std::size_t c = 0; c < 3; ++c)
          combination[static_cast<std::size_t>(k)][c] -=
              static_cast<int>(n) * combination[static_cast<std::size_t>(m)][c];
        changed = any = true;
      }
  }
  return any;
}

}  // namespace

CrystalGraphBuilder::CrystalGraphBuilder(const GraphSettings& settings) : settings_(settings) {
  if (!(settings.radius > 0.0) || !std::isfinite(settings.radius))
    fail("the radius {} of a crystal graph is not above 0", settings.radius);
  if (settings.max_neighbors < 0) fail("{} neighbors cannot be had", settings.max_neighbors);
}

void CrystalGraphBuilder::set_lattice(const Mat3& cell, const std::array<bool, 3>& periodic) {
  periodic_ = periodic;
  lattice_ = cell;
  combination_ = {Int3{1, 0, 0}, Int3{0, 1, 0}, Int3{0, 0, 1}};
  std::vector<int> directions;
  for (int k = 0; k < 3; ++k)
    if (periodic[static_cast<std::size_t>(k)]) directions.push_back(k);
  is_reduced_ = directions.size() > 1 && shorten(lattice_, combination_, directions);
  if (directions.size() == 2) {
    const int k = 3 - directions[0] - directions[1];
    lattice_.row(k) = lattice_.row((k + 1) % 3).cross(lattice_.row((k + 2) % 3)).normalized();
  } else if (directions.size() == 1) {
    const int k = directions[0];
    Eigen::Index least = 0;
    lattice_.row(k).cwiseAbs().minCoeff(&least);
    lattice_.row((k + 1) % 3) = lattice_.row(k).cross(Vec3::Unit(least).transpose()).normalized();
    lattice_.row((k + 2) % 3) = lattice_.row(k).cross(lattice_.row((k + 1) % 3)).normalized();
  } else if (directions.empty()) {
    lattice_.setIdentity();
  }
  const double volume = std::abs(lattice_.determinant());
  inverse_ = lattice_.inverse();
  for (int k = 0; k < 3; ++k) height_[k] = volume / lattice_.row((k + 1) % 3).cross(lattice_.row((k + 2) % 3)).norm();
  if (!(volume > 0.0) || !inverse_.allFinite()) fail("a crystal graph needs a cell with a volume");
}

void CrystalGraphBuilder::place_atoms(const double* position) {
  fractional_.resize(n_atoms_);
  wrapped_.resize(n_atoms_);
  shift_.resize(n_atoms_);
  for (std::size_t i = 0; i < n_atoms_; ++i) {
    const Vec3 r(position[3 * i], position[3 * i + 1], position[3 * i + 2]);
    Vec3 f = inverse_.transpose() * r, whole = Vec3::Zero();
    for (int k = 0; k < 3; ++k)
      if (periodic_[static_cast<std::size_t>(k)]) whole[k] = std::floor(f[k]);
    fractional_[i] = f - whole;
    wrapped_[i] = r - lattice_.transpose() * whole;
    for (std::size_t c = 0; c < 3; ++c) {
      double n = 0.0;
      for (std::size_t k = 0; k < 3; ++k) n += whole[static_cast<Eigen::Index>(k)] * combination_[k][c];
      if (!(std::abs(n) < 1e9)) fail("atom {} lies {} cells away from the others", i + 1, n);
      shift_[i][c] = static_cast<int>(n);
    }
  }
}

void CrystalGraphBuilder::list_candidates(double range) {
  Vec3 low = fractional_[0], high = low;
  for (const Vec3& f : fractional_) low = low.cwiseMin(f), high = high.cwiseMax(f);
  // Beyond rounding; a candidate too many does not matter.
  const Vec3 reach = (range / height_.array() + 1e-7).matrix();
  x_.clear(), y_.clear(), z_.clear(), candidate_atom_.clear(), candidate_image_.clear();
  self_.resize(n_atoms_);
  for (std::size_t j = 0; j < n_atoms_; ++j) {
    Int3 first{}, last{};
    double count = 1.0;
    for (std::size_t k = 0; k < 3; ++k) {
      if (!periodic_[k]) continue;
      const auto e = static_cast<Eigen::Index>(k);
      const double from = std::ceil(low[e] - reach[e] - fractional_[j][e]),
                   to = std::floor(high[e] + reach[e] - fractional_[j][e]);
      count *= to - from + 1.0;
      if (count > 1e8)
        fail("a radius of {} Å holds too many images of a cell of heights {} {} {} Å", range, height_[0], height_[1],
             height_[2]);
      first[k] = static_cast<int>(from), last[k] = static_cast<int>(to);
    }
    images_.clear();
    for (int a = first[0]; a <= last[0]; ++a) {
      const Vec3 ra = wrapped_[j] + a * lattice_.row(0).transpose();
      for (int b = first[1]; b <= last[1]; ++b) {
        const Vec3 rb = ra + b * lattice_.row(1).transpose();
        for (int c = first[2]; c <= last[2]; ++c) {
          Int3 image;
          for (std::size_t k = 0; k < 3; ++k)
            image[k] = a * combination_[0][k] + b * combination_[1][k] + c * combination_[2][k] - shift_[j][k];
          images_.emplace_back(image, rb + c * lattice_.row(2).transpose());
        }
      }
    }
    // In a shortened lattice they do not come by image of the cell as given.
    if (is_reduced_)
      std::sort(images_.begin(), images_.end(), [](const auto& p, const auto& q) { return p.first < q.first; });
    const Int3 own = {-shift_[j][0], -shift_[j][1], -shift_[j][2]};
    for (const auto& [image, r] : images_) {
      if (image == own) self_[j] = x_.size();
      x_.push_back(r[0]), y_.push_back(r[1]), z_.push_back(r[2]);
      candidate_atom_.push_back(static_cast<std::int32_t>(j));
      candidate_image_.push_back(image);
    }
  }
  if (x_.size() >= std::size_t{1} << 31) fail("a radius of {} Å holds too many atoms for a crystal graph", range);
  square_.resize(x_.size());
  picked_.resize(x_.size());
}

/// Keys of the neighbors of an atom within `range`, unsorted; returns their number.
std::size_t CrystalGraphBuilder::collect(std::size_t atom, double range) {
  const std::size_t n = x_.size();
  const Vec3 at = wrapped_[atom];
  const double *x = x_.data(), *y = y_.data(), *z = z_.data();
  double* square = square_.data();
  for (std::size_t c = 0; c < n; ++c) {
    const double dx = x[c] - at[0], dy = y[c] - at[1], dz = z[c] - at[2];
    square[c] = dx * dx + dy * dy + dz * dz;
  }
  square[self_[atom]] = std::numeric_limits<double>::infinity();
  const double limit = range * range;
  std::int32_t* picked = picked_.data();
  std::size_t found = 0;
  for (std::size_t c = 0; c < n; ++c) {
    picked[found] = static_cast<std::int32_t>(c);
    found += square[c] <= limit ? 1 : 0;
  }
  key_.resize(found);
  for (std::size_t p = 0; p < found; ++p) {
    const auto c = static_cast<std::uint32_t>(picked[p]);
    key_[p] = float_bits(static_cast<float>(std::sqrt(square[c]))) << 32 | c;
  }
  return found;
}

void CrystalGraphBuilder::put_row(std::size_t atom, std::size_t first_edge, std::size_t n, CrystalGraph& graph) const {
  const Int3& shift = shift_[atom];
  for (std::size_t p = 0; p < n; ++p) {
    const auto c = static_cast<std::size_t>(key_[p] & 0xffffffffu);
    graph.neighbor[first_edge + p] = candidate_atom_[c];
    graph.distance[first_edge + p] = float_of(key_[p]);
    for (std::size_t k = 0; k < 3; ++k) {
      const int image = candidate_image_[c][k] + shift[k];
      if (image < -127 || image > 127)
        fail("atoms {} and {} are neighbors {} cells apart, beyond 127: wrap the positions into the cell", atom + 1,
             candidate_atom_[c] + 1, image);
      graph.image[first_edge + p][k] = static_cast<std::int8_t>(image);
    }
  }
}

void CrystalGraphBuilder::build(const Mat3& cell, const double* position, std::int64_t n_atoms,
                                const std::array<bool, 3>& periodic, CrystalGraph& graph) {
  n_atoms_ = static_cast<std::size_t>(n_atoms);
  const auto k = static_cast<std::size_t>(settings_.max_neighbors);
  graph.offset.resize(n_atoms_ + 1);
  graph.offset[0] = 0;
  graph.neighbor.resize(n_atoms_ * k);
  graph.image.resize(n_atoms_ * k);
  graph.distance.resize(n_atoms_ * k);
  if (n_atoms_ == 0) return;
  set_lattice(cell, periodic);
  place_atoms(position);
  if (k == 0) {
    list_candidates(settings_.radius);
    for (std::size_t i = 0; i < n_atoms_; ++i) {
      const std::size_t first = graph.neighbor.size(), n = collect(i, settings_.radius);
      std::sort(key_.begin(), key_.end());
      if (first + n > std::size_t{0x7fffffff}) fail("a crystal graph of more than 2147483647 edges");
      graph.neighbor.resize(first + n);
      graph.image.resize(first + n);
      graph.distance.resize(first + n);
      put_row(i, first, n, graph);
      graph.offset[i + 1] = static_cast<std::int32_t>(first + n);
    }
    return;
  }
  if (n_atoms_ * k > std::size_t{0x7fffffff}) fail("a crystal graph of more than 2147483647 edges");
  for (std::size_t i = 0; i < n_atoms_; ++i) graph.offset[i + 1] = static_cast<std::int32_t>((i + 1) * k);
  // A sphere that holds about twice the neighbors asked for at the mean density is enough for almost every atom; the
  // others look farther.
  Vec3 extent = height_;
  for (int d = 0; d < 3; ++d) {
    if (periodic_[static_cast<std::size_t>(d)]) continue;
    double low = fractional_[0][d], high = low;
    for (const Vec3& f : fractional_) low = std::min(low, f[d]), high = std::max(high, f[d]);
    extent[d] = (high - low) + 2.0;
  }
  const double volume = std::abs(lattice_.determinant()) * (extent.array() / height_.array()).prod();
  constexpr double per_volume = 2.0 * 3.0 / (4.0 * 3.14159265358979323846);
  double range = std::cbrt(per_volume * static_cast<double>(k) * volume / static_cast<double>(n_atoms_));
  left_.resize(n_atoms_);
  std::iota(left_.begin(), left_.end(), std::size_t{0});
  while (!left_.empty()) {
    range = std::min(range, settings_.radius);
    const bool last = range == settings_.radius;
    list_candidates(range);
    std::size_t n_left = 0;
    for (const std::size_t i : left_) {
      const std::size_t found = collect(i, range), n = std::min(found, k);
      const auto end = key_.begin() + static_cast<std::ptrdiff_t>(n);
      if (found > k) std::nth_element(key_.begin(), end - 1, key_.end());
      std::sort(key_.begin(), end);
      // Atoms outside the range are no nearer than this, as stored.
      if (!last && (found < k || !(float_of(key_[k - 1]) < static_cast<float>(range)))) {
        left_[n_left++] = i;
        continue;
      }
      put_row(i, i * k, n, graph);
      for (std::size_t p = n; p < k; ++p) {
        graph.neighbor[i * k + p] = 0;
        graph.image[i * k + p] = {0, 0, 0};
        graph.distance[i * k + p] = static_cast<float>(settings_.radius + 1.0);
      }
    }
    left_.resize(n_left);
    range *= 1.3;
  }
}

CrystalGraph crystal_graph(const Mat3& cell, const double* position, std::int64_t n_atoms,
                           const GraphSettings& settings, const std::array<bool, 3>& periodic) {
  CrystalGraph graph;
  CrystalGraphBuilder(settings).build(cell, position, n_atoms, periodic, graph);
  return graph;
}

}  // namespace spinel
