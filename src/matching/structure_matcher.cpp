#include "matching/structure_matcher.hpp"

#include <algorithm>
#include <cmath>

#include "crystal/lattice.hpp"
#include "matching/assignment.hpp"
#include "matching/lattice_candidates.hpp"
#include "matching/lattice_reduction.hpp"

namespace spinel {

namespace {

constexpr double same = 1e-5;  // rms below which no better superposition is looked for

/// Fractional coordinates, an array an axis.
struct Places {
  std::vector<double> axis[3];
  void resize(std::size_t n) {
    for (auto& values : axis) values.resize(n);
  }
  void put(std::size_t i, const Vec3& s) {
    for (int k = 0; k < 3; ++k) axis[k][i] = s[k];
  }
  Vec3 at(std::size_t i) const { return {axis[0][i], axis[1][i], axis[2][i]}; }
};

/// places · matrixᵀ, atom by atom.
void transform(const Places& from, const Mat3& matrix, Places& to) {
  const std::size_t n = from.axis[0].size();
  to.resize(n);
  for (int k = 0; k < 3; ++k)
    for (std::size_t i = 0; i < n; ++i)
      to.axis[k][i] = matrix(k, 0) * from.axis[0][i] + matrix(k, 1) * from.axis[1][i] + matrix(k, 2) * from.axis[2][i];
}

}  // namespace

/// One comparison after the other, in the same memory.
class StructureMatcher::Search {
 public:
  Search(const MatcherSettings& settings) : s_(settings), candidates_(settings.ltol, settings.angle_tol) {}

  std::optional<StructureMatch> run(const ReducedCell& first, const ReducedCell& second, bool by_rms) {
    by_rms_ = by_rms;
    best_.reset();
    if (!set_up(first, second)) return best_;
    candidates_.find(first_is_multiplied_ ? first_cell_ : second_cell_,
                     first_is_multiplied_ ? second_cell_ : first_cell_, multiple_,
                     [this](const LatticeCandidate& candidate) { return try_lattice(candidate); });
    if (best_ && (by_rms_ ? best_->rms : best_->max) < s_.stol) return best_;
    return std::nullopt;
  }

 private:
  struct Group {
    std::size_t begin, end;
  };

  /// Compositions, scales, and atoms by species, the rarest first. False where the two cannot match.
  bool set_up(const ReducedCell& first, const ReducedCell& second) {
    const int n1 = first.size(), n2 = second.size();
    if (first.groups.size() != second.groups.size()) return false;
    multiple_ = 1;
    first_is_multiplied_ = true;
    if (s_.attempt_supercell && n1 != n2) {
      first_is_multiplied_ = n2 >= n1;
      const int larger = std::max(n1, n2), smaller = std::min(n1, n2);
      if (larger % smaller != 0) return false;
      multiple_ = larger / smaller;
    } else if (n1 != n2) {
      return false;
    }
    order_.clear();
    for (const auto& group : second.groups) {
      const ReducedCell::Group* other = first.find(group.symbol);
      if (other == nullptr || static_cast<long>(other->count) * n2 != static_cast<long>(group.count) * n1) return false;
      order_.emplace_back(other, &group);
    }
    std::stable_sort(order_.begin(), order_.end(),
                     [](const auto& a, const auto& b) { return a.second->count < b.second->count; });
    double ratio = 1.0;
    if (s_.scale) {
      const double multiplied = first_is_multiplied_ ? multiple_ : 1.0 / multiple_;
      ratio = std::pow(second.volume() / (first.volume() * multiplied), 1.0 / 6.0);
    }
    first_cell_ = first.cell * ratio;
    second_cell_ = second.cell / ratio;
    size_ = static_cast<std::size_t>(std::max(n1, n2));
    groups_.clear();
    std::size_t begin = 0;
    for (const auto& [one, two] : order_) {
      const auto count = static_cast<std::size_t>(std::max(one->count, two->count));
      groups_.push_back({begin, begin + count});
      begin += count;
    }
    gather(first, true, first_);
    gather(second, false, second_);
    return true;
  }

  void gather(const ReducedCell& from, bool is_first, Places& to) const {
    to.resize(static_cast<std::size_t>(from.size()));
    std::size_t at = 0;
    for (const auto& [one, two] : order_) {
      const ReducedCell::Group& group = is_first ? *one : *two;
      const auto begin = static_cast<std::size_t>(group.first), n = static_cast<std::size_t>(group.count);
      for (int k = 0; k < 3; ++k) std::copy_n(from.coordinate[k].data() + begin, n, to.axis[k].data() + at);
      at += n;
    }
  }

  /// The atoms of the side that is multiplied in the basis of the candidate, copies of an atom one after the other.
  void multiply(const Places& from, const Mat3& transformation, Places& to) const {
    const Mat3 change = transformation.inverse().transpose();
    if (multiple_ == 1) {
      transform(from, change, to);
      return;
    }
    constexpr double edge = 1e-10;
    std::vector<Vec3> points;
    Vec3 low = Vec3::Zero(), high = Vec3::Zero();
    for (int corner = 0; corner < 8; ++corner) {
      const Vec3 place = transformation.transpose() * Vec3(corner & 1, corner >> 1 & 1, corner >> 2 & 1);
      low = low.cwiseMin(place);
      high = high.cwiseMax(place);
    }
    for (double p = low[0]; p <= high[0]; ++p)
      for (double q = low[1]; q <= high[1]; ++q)
        for (double r = low[2]; r <= high[2]; ++r) {
          const Vec3 s = change * Vec3(p, q, r);
          if (s.minCoeff() >= -edge && s.maxCoeff() < 1.0 - edge) points.push_back(s);
        }
    const std::size_t n = from.axis[0].size();
    to.resize(n * points.size());
    for (std::size_t i = 0; i < n; ++i) {
      const Vec3 s = change * from.at(i);
      for (std::size_t j = 0; j < points.size(); ++j) to.put(i * points.size() + j, s + points[j]);
    }
  }

  /// True where the search is over.
  bool try_lattice(const LatticeCandidate& candidate) {
    const Places* one = &first_;
    const Places* two = &second_;
    (first_is_multiplied_ ? one : two) = &multiplied_;
    multiply(first_is_multiplied_ ? first_ : second_, candidate.transformation, multiplied_);
    if (multiplied_.axis[0].size() != size_) return false;
    const double volume = candidate.mean.determinant();
    if (!(volume > 0.0)) return false;
    length_ = std::cbrt(volume / static_cast<double>(size_));
    const Vec3 tolerance = 2.0 * s_.stol * length_ * perpendicular_heights(candidate.mean).cwiseInverse();
    bool is_prepared = false;
    // Copies of an atom lead to the same superpositions.
    const auto step = static_cast<std::size_t>(first_is_multiplied_ ? multiple_ : 1);
    for (std::size_t i = groups_.front().begin; i < groups_.front().end; i += step) {
      const Vec3 shift = one->at(i) - two->at(groups_.front().begin);
      if (!all_have_partners(*one, *two, shift, tolerance)) continue;
      if (!is_prepared) prepare_mean_cell(*one, *two, candidate.mean);
      is_prepared = true;
      if (superpose(to_reduced_ * shift)) return true;
    }
    return false;
  }

  bool all_have_partners(const Places& one, const Places& two, const Vec3& shift, const Vec3& tolerance) const {
    const double *x = one.axis[0].data(), *y = one.axis[1].data(), *z = one.axis[2].data();
    for (const Group& group : groups_)
      for (std::size_t j = group.begin; j < group.end; ++j) {
        const double px = two.axis[0][j] + shift[0], py = two.axis[1][j] + shift[1], pz = two.axis[2][j] + shift[2];
        bool found = false;
        for (std::size_t i = group.begin; i < group.end && !found; ++i)
          found = std::abs(periodic(px - x[i])) <= tolerance[0] && std::abs(periodic(py - y[i])) <= tolerance[1] &&
                  std::abs(periodic(pz - z[i])) <= tolerance[2];
        if (!found) return false;
      }
    return true;
  }

  void prepare_mean_cell(const Places& one, const Places& two, const Mat3& mean) {
    reduced_cell_ = lll_reduced(mean);
    to_reduced_ = to_fractional_matrix(reduced_cell_) * mean.transpose();
    transform(one, to_reduced_, first_reduced_);
    transform(two, to_reduced_, second_reduced_);
    const Vec3 heights = perpendicular_heights(reduced_cell_);
    reduced_tolerance_ = 2.0 * s_.stol * length_ * heights.cwiseInverse();
    // No lattice vector is shorter than the least distance between lattice planes, so what is at most half as long as
    // that is the shortest of its images.
    surely_shortest_ = 0.25 * std::pow(heights.minCoeff(), 2);
    std::size_t n = 0;
    for (int p = -1; p <= 1; ++p)
      for (int q = -1; q <= 1; ++q)
        for (int r = -1; r <= 1; ++r) images_[n++] = reduced_cell_.transpose() * Vec3(p, q, r);
  }

  /// The shortest vector (Å) from atom j of the second to atom i of the first. False where they are not to be paired.
  bool between(std::size_t i, std::size_t j, const Vec3& shift, Vec3& vector) const {
    Vec3 s;
    for (int k = 0; k < 3; ++k) {
      s[k] = periodic(first_reduced_.axis[k][i] - second_reduced_.axis[k][j] - shift[k]);
      if (!(std::abs(s[k]) <= reduced_tolerance_[k])) return false;
    }
    vector = reduced_cell_.transpose() * s;
    double least = vector.squaredNorm();
    if (least <= surely_shortest_) return true;
    const Vec3 start = vector;
    for (const Vec3& image : images_) {
      const Vec3 moved = start + image;
      const double squared = moved.squaredNorm();
      if (squared < least) {
        least = squared;
        vector = moved;
      }
    }
    return true;
  }

  /// Assigns atoms to each other at a translation. True where the search is over.
  bool superpose(const Vec3& shift) {
    vectors_.resize(size_);
    Vec3 mean = Vec3::Zero();
    for (const Group& group : groups_) {
      const std::size_t n = group.end - group.begin;
      cost_.resize(n * n);
      column_.resize(n);
      for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t i = 0; i < n; ++i) {
          Vec3 vector;
          double& cost = cost_[j * n + i];
          cost =
              between(group.begin + i, group.begin + j, shift, vector) ? vector.squaredNorm() : Assignment::forbidden;
        }
      }
      if (!assignment_.solve(cost_.data(), static_cast<int>(n), static_cast<int>(n), column_.data())) return false;
      for (std::size_t j = 0; j < n; ++j) {
        Vec3& vector = vectors_[group.begin + j];
        between(group.begin + static_cast<std::size_t>(column_[j]), group.begin + j, shift, vector);
        mean += vector;
      }
    }
    mean /= static_cast<double>(size_);
    double sum = 0.0, most = 0.0;
    for (const Vec3& vector : vectors_) {
      const double squared = (vector - mean).squaredNorm();
      sum += squared;
      most = std::max(most, squared);
    }
    StructureMatch match;
    match.length = length_;
    match.rms = std::sqrt(sum / static_cast<double>(size_)) / length_;
    match.max = std::sqrt(most) / length_;
    const double value = by_rms_ ? match.rms : match.max;
    if (best_ && !(value < (by_rms_ ? best_->rms : best_->max))) return false;
    best_ = match;
    return (!by_rms_ || value < same) && value < s_.stol;
  }

  const MatcherSettings s_;
  LatticeCandidates candidates_;
  Assignment assignment_;
  bool by_rms_ = false;
  std::optional<StructureMatch> best_;

  int multiple_ = 1;
  bool first_is_multiplied_ = true;
  std::size_t size_ = 0;  // atoms of each side, once multiplied
  std::vector<std::pair<const ReducedCell::Group*, const ReducedCell::Group*>> order_;
  std::vector<Group> groups_;
  Mat3 first_cell_, second_cell_;
  Places first_, second_, multiplied_;

  double length_ = 0.0;  // (V/N)^(1/3) of the mean cell, Å
  Mat3 reduced_cell_, to_reduced_;
  Places first_reduced_, second_reduced_;
  Vec3 reduced_tolerance_;
  double surely_shortest_ = 0.0;  // Å²
  std::array<Vec3, 27> images_;
  std::vector<double> cost_;
  std::vector<int> column_;
  std::vector<Vec3> vectors_;
};

StructureMatcher::StructureMatcher(const MatcherSettings& settings)
    : settings_(settings), search_(std::make_unique<Search>(settings)) {}
StructureMatcher::~StructureMatcher() = default;
StructureMatcher::StructureMatcher(StructureMatcher&&) noexcept = default;
StructureMatcher& StructureMatcher::operator=(StructureMatcher&&) noexcept = default;

ReducedCell StructureMatcher::reduced(const Structure& structure) const {
  return reduced_cell(structure, settings_.primitive_cell);
}

std::optional<StructureMatch> StructureMatcher::fit(const ReducedCell& first, const ReducedCell& second) {
  return search_->run(first, second, false);
}

std::optional<StructureMatch> StructureMatcher::closest(const ReducedCell& first, const ReducedCell& second) {
  return search_->run(first, second, true);
}

}  // namespace spinel
