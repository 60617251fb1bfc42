#include "fingerprint/pointwise_distances.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "fingerprint/earth_mover.hpp"
#include "fingerprint/image_search.hpp"

namespace spinel {

namespace {

/// The k shortest distances from every atom of a crystal.
class NearestDistances {
 public:
  NearestDistances(const Structure& structure, int k) : images_(structure), k_(static_cast<std::size_t>(k)) {
    constexpr double pi = 3.14159265358979323846;
    // k/2 steps along the shortest vector, there and back, are k neighbors.
    farthest_ = 1.000001 * std::ceil(0.5 * k) * images_.shortest_vector();
    // Where atoms are spread evenly, this many are in the sphere; the surplus makes up for their being lumpy.
    const double wanted = 1.15 * k + 6.0;
    radius_ = std::cbrt(0.75 * wanted * images_.volume() / (pi * static_cast<double>(images_.size())));
    radius_ = std::min(radius_, farthest_);
    squared_.resize(images_.size());
    for (auto& row : squared_) row.reserve(static_cast<std::size_t>(1.3 * wanted));
    for (std::size_t i = 0; i < images_.size(); ++i) {
      append(i, i, radius_);
      for (std::size_t j = i + 1; j < images_.size(); ++j) {
        // Seen from j, the images of i are as far away.
        const auto before = static_cast<std::ptrdiff_t>(squared_[i].size());
        append(i, j, radius_);
        squared_[j].insert(squared_[j].end(), squared_[i].begin() + before, squared_[i].end());
      }
    }
  }

  std::size_t n_atoms() const { return images_.size(); }

  /// Of atom i, ascending, into distance[k]. Once for each atom.
  void find(std::size_t i, double* distance) {
    double radius = radius_;
    while (squared_[i].size() < k_) {
      radius = std::min(1.2 * radius, farthest_);
      squared_[i].clear();
      for (std::size_t j = 0; j < images_.size(); ++j) append(i, j, radius);
    }
    sort(squared_[i], radius);
    for (std::size_t n = 0; n < k_; ++n) distance[n] = std::sqrt(sorted_[n]);
  }

 private:
  void append(std::size_t i, std::size_t j, double radius) {
    auto& row = squared_[i];
    images_.visit(i, j, radius, [&row](double, double, double, double squared) { row.push_back(squared); });
  }

  /// The k least of the squared distances to sorted_, ascending. In equal volumes there are about equally many, so as
  /// many shells of equal volume have about one each: almost no comparisons are left.
  void sort(const std::vector<double>& squared, double radius) {
    const std::size_t n = squared.size();
    const double per_volume = static_cast<double>(n) / (radius * radius * radius);
    const int last = static_cast<int>(n) - 1;
    shell_.resize(n);
    begin_.assign(n + 1, 0);
    sorted_.resize(n);
    int *shell = shell_.data(), *begin = begin_.data();
    double* sorted = sorted_.data();
    for (std::size_t p = 0; p < n; ++p)
      shell[p] = std::min(static_cast<int>(squared[p] * std::sqrt(squared[p]) * per_volume), last);
    for (std::size_t p = 0; p < n; ++p) ++begin[shell[p] + 1];
    for (std::size_t p = 0; p < n; ++p) begin[p + 1] += begin[p];
    for (std::size_t p = 0; p < n; ++p) sorted[begin[shell[p]]++] = squared[p];  // begin becomes end
    constexpr int few = 16;
    int first = 0;
    for (int s = 0; first < static_cast<int>(k_); ++s) {
      const int end = begin[s];
      if (end - first > few) {
        std::sort(sorted + first, sorted + end);
      } else {
        for (int place = first + 1; place < end; ++place) {
          const double value = sorted[place];
          int to = place;
          for (; to > first && sorted[to - 1] > value; --to) sorted[to] = sorted[to - 1];
          sorted[to] = value;
        }
      }
      first = end;
    }
  }

  ImageSearch images_;
  std::size_t k_;
  double radius_, farthest_;                  // Å
  std::vector<std::vector<double>> squared_;  // [atom][neighbor within the radius], Å²
  std::vector<double> sorted_;
  std::vector<int> shell_, begin_;
};

void check_k(int k) {
  if (k < 1) fail_input("distances to {} neighbors: at least 1 is needed", k);
}

bool within(const double* a, const double* b, std::size_t k, double tolerance) {
  for (std::size_t n = 0; n < k; ++n)
    if (!(std::abs(a[n] - b[n]) <= tolerance)) return false;
  return true;
}

}  // namespace

PointwiseDistances pointwise_distances(const Structure& structure, int k, double tolerance) {
  check_k(k);
  NearestDistances nearest(structure, k);
  const std::size_t n_atoms = nearest.n_atoms(), width = static_cast<std::size_t>(k);
  std::vector<double> all(n_atoms * width);
  for (std::size_t i = 0; i < n_atoms; ++i) nearest.find(i, &all[i * width]);

  std::vector<std::size_t> leader;  // [group] its first atom
  std::vector<double> mean;         // [group][k] the sum so far, then the mean
  std::vector<std::size_t> count;
  for (std::size_t i = 0; i < n_atoms; ++i) {
    const double* row = &all[i * width];
    std::size_t group = 0;
    while (group < leader.size() && !within(&all[leader[group] * width], row, width, tolerance)) ++group;
    if (group == leader.size()) {
      leader.push_back(i);
      count.push_back(0);
      mean.resize(mean.size() + width, 0.0);
    }
    ++count[group];
    for (std::size_t n = 0; n < width; ++n) mean[group * width + n] += row[n];
  }
  for (std::size_t group = 0; group < leader.size(); ++group)
    for (std::size_t n = 0; n < width; ++n) mean[group * width + n] /= static_cast<double>(count[group]);

  std::vector<std::size_t> order(leader.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto begin = [&](std::size_t group) { return mean.begin() + static_cast<std::ptrdiff_t>(group * width); };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::lexicographical_compare(begin(a), begin(a) + k, begin(b), begin(b) + k);
  });
  PointwiseDistances result;
  result.k = k;
  result.distance.reserve(mean.size());
  for (const std::size_t group : order) {
    result.weight.push_back(static_cast<double>(count[group]) / static_cast<double>(n_atoms));
    result.distance.insert(result.distance.end(), begin(group), begin(group) + k);
  }
  return result;
}

std::vector<double> average_minimum_distances(const Structure& structure, int k) {
  check_k(k);
  NearestDistances nearest(structure, k);
  std::vector<double> row(static_cast<std::size_t>(k)), mean(row.size(), 0.0);
  for (std::size_t i = 0; i < nearest.n_atoms(); ++i) {
    nearest.find(i, row.data());
    for (std::size_t n = 0; n < row.size(); ++n) mean[n] += row[n];
  }
  for (double& value : mean) value /= static_cast<double>(nearest.n_atoms());
  return mean;
}

std::vector<double> average_minimum_distances(const PointwiseDistances& distribution) {
  std::vector<double> mean(static_cast<std::size_t>(distribution.k), 0.0);
  for (std::size_t i = 0; i < distribution.size(); ++i)
    for (std::size_t n = 0; n < mean.size(); ++n) mean[n] += distribution.weight[i] * distribution.row(i)[n];
  return mean;
}

double amd_distance(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) fail_input("average minimum distances to {} and to {} neighbors", a.size(), b.size());
  double largest = 0.0;
  for (std::size_t n = 0; n < a.size(); ++n) largest = std::max(largest, std::abs(a[n] - b[n]));
  return largest;
}

double pdd_distance(const PointwiseDistances& a, const PointwiseDistances& b) {
  if (a.k != b.k) fail_input("distributions of distances to {} and to {} neighbors", a.k, b.k);
  const auto row = [](const PointwiseDistances& d, std::size_t i) {
    return Eigen::Map<const Eigen::ArrayXd>(d.row(i), d.k);
  };
  std::vector<double> cost(a.size() * b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) cost[i * b.size() + j] = (row(a, i) - row(b, j)).abs().maxCoeff();
  return earth_movers_distance(a.weight, b.weight, cost);
}

}  // namespace spinel
