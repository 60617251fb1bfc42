#include "crystal/closest_pair.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

/// Makes row i of the cell shorter by adding `change` to it. False where that would not shorten it.
bool shorten(Mat3& cell, int i, const Vec3& change) {
  const Vec3 v = cell.row(i).transpose() + change;
  if (!(v.squaredNorm() < cell.row(i).squaredNorm() * (1.0 - 1e-9))) return false;
  cell.row(i) = v.transpose();
  return true;
}

/// Minkowski reduction of the rows named in `rows`: the same lattice with its shortest vectors, whose heights are not
/// much less than their lengths, so that few images are within a given distance.
void reduce(Mat3& cell, const std::vector<int>& rows) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (const int i : rows)
      for (const int j : rows) {
        if (i == j) continue;
        const Vec3 u = cell.row(i), v = cell.row(j);
        changed |= shorten(cell, i, -std::round(u.dot(v) / v.squaredNorm()) * v);
      }
    if (rows.size() < 3) continue;
    for (int i = 0; i < 3; ++i)
      for (const double p : {-1.0, 1.0})
        for (const double q : {-1.0, 1.0})
          changed |= shorten(cell, i, (p * cell.row((i + 1) % 3) + q * cell.row((i + 2) % 3)).transpose());
  }
}

/// The atoms in a box of the search's own: periodic rows reduced, the others perpendicular to all and just long enough.
struct Box {
  Mat3 cell;
  std::array<bool, 3> periodic;
  std::vector<Vec3> fractional;  // in [0, 1]
};

Box make_box(const Structure& structure) {
  Box box{structure.cell, structure.periodic, {}};
  std::vector<int> rows;
  for (int k = 0; k < 3; ++k)
    if (box.periodic[static_cast<std::size_t>(k)]) rows.push_back(k);
  reduce(box.cell, rows);
  // Gram–Schmidt on the others, after the periodic ones.
  std::vector<Vec3> basis;
  const auto remainder = [&basis](Vec3 v) {
    for (const Vec3& u : basis) v -= v.dot(u) * u;
    return v;
  };
  for (const int k : rows) basis.push_back(remainder(box.cell.row(k).transpose()).normalized());
  for (int k = 0; k < 3; ++k)
    if (!box.periodic[static_cast<std::size_t>(k)]) {
      basis.push_back(remainder(structure.cell.row(k).transpose()).normalized());
      box.cell.row(k) = basis.back().transpose();
    }

  const Mat3 to_fractional = to_fractional_matrix(box.cell);
  box.fractional.reserve(structure.size());
  for (const Vec3& r : structure.position) box.fractional.emplace_back(to_fractional * r);
  Vec3 low = box.fractional.front(), high = low;
  for (const Vec3& s : box.fractional) {
    low = low.cwiseMin(s);
    high = high.cwiseMax(s);
  }
  double longest = 1e-3;
  for (int k = 0; k < 3; ++k)
    longest = std::max(longest, box.periodic[static_cast<std::size_t>(k)] ? box.cell.row(k).norm() : high[k] - low[k]);
  Vec3 origin = Vec3::Zero(), length = Vec3::Ones();
  for (int k = 0; k < 3; ++k)
    if (!box.periodic[static_cast<std::size_t>(k)]) {
      origin[k] = low[k];
      length[k] = high[k] - low[k] + 1e-3 * longest;
      box.cell.row(k) *= length[k];
    }
  for (Vec3& s : box.fractional)
    for (int k = 0; k < 3; ++k)
      s[k] = box.periodic[static_cast<std::size_t>(k)] ? s[k] - std::floor(s[k]) : (s[k] - origin[k]) / length[k];
  return box;
}

/// Atoms sorted into n[0]·n[1]·n[2] bins.
struct Bins {
  Int3 n;
  std::vector<std::size_t> start;  // [bin] first place in `atom`, one more at the end
  std::vector<std::size_t> atom;
  std::vector<Vec3> position;  // [place] Å

  std::size_t index(int i, int j, int k) const {
    return (static_cast<std::size_t>(i) * static_cast<std::size_t>(n[1]) + static_cast<std::size_t>(j)) *
               static_cast<std::size_t>(n[2]) +
           static_cast<std::size_t>(k);
  }
};

Bins sort_into_bins(const Box& box, double width) {
  const Vec3 heights = perpendicular_heights(box.cell);
  const std::size_t n_atoms = box.fractional.size();
  const double most_bins = 8.0 * static_cast<double>(n_atoms) + 64.0;
  Bins bins;
  while (true) {
    double total = 1.0;
    for (int k = 0; k < 3; ++k) {
      const double count = std::clamp(std::floor(heights[k] / width), 1.0, most_bins);
      bins.n[static_cast<std::size_t>(k)] = static_cast<int>(std::min(count, 1e9));
      total *= count;
    }
    if (total <= most_bins) break;
    width *= 1.25;
  }
  std::vector<std::size_t> bin(n_atoms);
  bins.start.assign(bins.index(bins.n[0], 0, 0) + 1, 0);
  for (std::size_t i = 0; i < n_atoms; ++i) {
    Int3 place;
    for (std::size_t k = 0; k < 3; ++k) {
      const double s = box.fractional[i][static_cast<Eigen::Index>(k)];
      place[k] = std::min(static_cast<int>(s * bins.n[k]), bins.n[k] - 1);
    }
    bin[i] = bins.index(place[0], place[1], place[2]);
    ++bins.start[bin[i] + 1];
  }
  std::partial_sum(bins.start.begin(), bins.start.end(), bins.start.begin());
  std::vector<std::size_t> next(bins.start.begin(), bins.start.end() - 1);
  bins.atom.resize(n_atoms);
  bins.position.resize(n_atoms);
  for (std::size_t i = 0; i < n_atoms; ++i) {
    const std::size_t place = next[bin[i]]++;
    bins.atom[place] = i;
    bins.position[place] = to_cartesian(box.cell, box.fractional[i]);
  }
  return bins;
}

struct Search {
  double squared = std::numeric_limits<double>::infinity();
  std::size_t first = 0, second = 0;  // places in the bins

  void look_at(const Bins& bins, std::size_t i, std::size_t j, const Vec3& shift) {
    const double d = (bins.position[j] + shift - bins.position[i]).squaredNorm();
    if (d < squared) *this = {d, i, j};
  }
};

/// Finds the closest pair if it is within `radius`; else some pair or none.
Search search_within(const Box& box, const Bins& bins, double radius) {
  const Vec3 heights = perpendicular_heights(box.cell);
  Int3 reach;
  for (std::size_t k = 0; k < 3; ++k) {
    const double bins_away = std::ceil(radius * bins.n[k] / heights[static_cast<Eigen::Index>(k)]);
    reach[k] = static_cast<int>(box.periodic[k] ? bins_away : std::min(bins_away, bins.n[k] - 1.0));
  }
  // Half of the surrounding bins: the other half sees the same pairs from the other side.
  std::vector<Int3> offsets;
  for (int i = 0; i <= reach[0]; ++i)
    for (int j = i == 0 ? 0 : -reach[1]; j <= reach[1]; ++j)
      for (int k = i == 0 && j == 0 ? 1 : -reach[2]; k <= reach[2]; ++k) offsets.push_back({i, j, k});

  Search search;
  for (int i = 0; i < bins.n[0]; ++i)
    for (int j = 0; j < bins.n[1]; ++j)
      for (int k = 0; k < bins.n[2]; ++k) {
        const std::size_t bin = bins.index(i, j, k);
        const std::size_t begin = bins.start[bin], end = bins.start[bin + 1];
        if (begin == end) continue;
        for (std::size_t p = begin; p < end; ++p)
          for (std::size_t q = p + 1; q < end; ++q) search.look_at(bins, p, q, Vec3::Zero());
        for (const Int3& offset : offsets) {
          Int3 place = {i + offset[0], j + offset[1], k + offset[2]};
          Vec3 image;
          bool outside = false;
          for (std::size_t d = 0; d < 3; ++d) {
            const int turns = place[d] >= 0 ? place[d] / bins.n[d] : -((bins.n[d] - 1 - place[d]) / bins.n[d]);
            place[d] -= turns * bins.n[d];
            image[static_cast<Eigen::Index>(d)] = turns;
            outside |= turns != 0 && !box.periodic[d];
          }
          if (outside) continue;
          const Vec3 shift = to_cartesian(box.cell, image);
          const std::size_t other = bins.index(place[0], place[1], place[2]);
          for (std::size_t p = begin; p < end; ++p)
            for (std::size_t q = bins.start[other]; q < bins.start[other + 1]; ++q) search.look_at(bins, p, q, shift);
        }
      }
  return search;
}

}  // namespace

ClosestPair closest_pair(const Structure& structure) {
  const auto& periodic = structure.periodic;
  const std::size_t n = structure.size();
  if (n == 0 || (n == 1 && !periodic[0] && !periodic[1] && !periodic[2]))
    return {std::numeric_limits<double>::infinity(), 0, 0};

  const Box box = make_box(structure);
  // No more than the spacing in the densest packing of as many equal spheres, and than the shortest lattice vector.
  double radius = std::cbrt(std::sqrt(2.0) * std::abs(box.cell.determinant()) / static_cast<double>(n));
  for (int k = 0; k < 3; ++k)
    if (periodic[static_cast<std::size_t>(k)]) radius = std::min(radius, box.cell.row(k).norm());
  radius *= 1.0 + 1e-9;

  Bins bins = sort_into_bins(box, radius);
  // Where atoms crowd in a few bins, a pair of them gives a nearer bound and thinner bins.
  Search bound;
  for (std::size_t place = 0; place + 1 < n; ++place) bound.look_at(bins, place, place + 1, Vec3::Zero());
  if (bound.squared == 0.0) return {0.0, bins.atom[bound.first], bins.atom[bound.second]};
  if (const double nearer = std::sqrt(bound.squared) * (1.0 + 1e-9); nearer < radius) {
    if (nearer < 0.7 * radius) bins = sort_into_bins(box, nearer);
    radius = nearer;
  }
  while (true) {
    const Search search = search_within(box, bins, radius);
    if (search.squared <= radius * radius) {
      const std::size_t p = bins.atom[search.first], q = bins.atom[search.second];
      return {std::sqrt(search.squared), std::min(p, q), std::max(p, q)};
    }
    radius *= 2.0;
    bins = sort_into_bins(box, radius);
  }
}

void check_overlap(const Structure& structure, double minimum_distance, const std::string& where) {
  if (!(minimum_distance > 0.0)) return;
  const ClosestPair pair = closest_pair(structure);
  if (pair.distance >= minimum_distance) return;
  const auto label = [&](std::size_t i) {
    return fmt::format("{} ({})", i + 1, structure.species[static_cast<std::size_t>(structure.type[i])].symbol);
  };
  if (pair.first == pair.second)
    fail_input("{}: atom {} is {:.4g} from its own periodic image, less than minimum_distance = {}", where,
               label(pair.first), pair.distance, minimum_distance);
  fail_input("{}: atoms {} and {} overlap: they are {:.4g} apart, less than minimum_distance = {}", where,
             label(pair.first), label(pair.second), pair.distance, minimum_distance);
}

}  // namespace spinel
