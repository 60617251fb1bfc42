#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "domain/decomposition.hpp"
#include "parallel/cartesian_grid.hpp"

namespace spinel {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double share_tolerance = 0.002;  // of a brick's share of atoms
constexpr double layer_thickness = 1e-9;   // fractional; atoms closer than this lie in one layer
constexpr std::size_t histogram_size = 65536;

// The coordinates of this rank's atoms along one direction, sorted within each line (the cell, a slab, a column).
struct SortedLines {
  std::vector<double> value;
  std::vector<std::size_t> first;  // [line + 1]

  SortedLines(const std::vector<Vec3>& fractional, const std::vector<int>& line_of, int n_lines, int direction)
      : value(fractional.size()), first(static_cast<std::size_t>(n_lines) + 1, 0) {
    for (const int line : line_of) ++first[static_cast<std::size_t>(line) + 1];
    std::partial_sum(first.begin(), first.end(), first.begin());
    std::vector<std::size_t> next(first.begin(), first.end() - 1);
    for (std::size_t i = 0; i < fractional.size(); ++i)
      value[next[static_cast<std::size_t>(line_of[i])]++] = fractional[i][direction];
    for (std::size_t line = 0; line + 1 < first.size(); ++line) std::sort(begin(line), end(line));
  }
  std::vector<double>::iterator begin(std::size_t line) {
    return value.begin() + static_cast<std::ptrdiff_t>(first[line]);
  }
  std::vector<double>::iterator end(std::size_t line) { return begin(line + 1); }
  std::int64_t count_below(std::size_t line, double x) {
    return std::lower_bound(begin(line), end(line), x) - begin(line);
  }
};

// A cut being looked for: `target` atoms of its line should lie below it, and do so somewhere in [low, high].
struct Search {
  std::size_t line;
  double target, tolerance;
  double low, high;
  double below_low, below_high;  // atoms of the line, over all ranks, below those
  double cut = 0.0;
  bool found = false;

  void settle(double x) {
    cut = x;
    found = true;
  }
};

// Narrows every open search to one of `n_trials` + 1 parts of its interval. Returns whether any stays open.
bool narrow(const Communicator& communicator, SortedLines& lines, std::vector<Search>& searches) {
  std::vector<Search*> open;
  for (Search& search : searches)
    if (!search.found) open.push_back(&search);
  if (open.empty()) return false;
  const std::size_t n_trials = std::clamp<std::size_t>(histogram_size / open.size(), 3, 63);
  const auto trial = [n_trials](const Search& search, std::size_t t) {
    return search.low + (search.high - search.low) * static_cast<double>(t + 1) / static_cast<double>(n_trials + 1);
  };
  std::vector<std::int64_t> below(open.size() * n_trials);
  for (std::size_t c = 0; c < open.size(); ++c)
    for (std::size_t t = 0; t < n_trials; ++t)
      below[c * n_trials + t] = lines.count_below(open[c]->line, trial(*open[c], t));
  communicator.sum(below.data(), below.size());

  for (std::size_t c = 0; c < open.size(); ++c) {
    Search& search = *open[c];
    const double width = search.high - search.low;
    double low = search.low, high = search.high;
    double best = infinity;
    for (std::size_t t = 0; t < n_trials; ++t) {
      const double x = trial(search, t);
      const auto n = static_cast<double>(below[c * n_trials + t]);
      if (std::abs(n - search.target) < best) {
        best = std::abs(n - search.target);
        search.cut = x;
      }
      if (n <= search.target && x >= low) {
        low = x;
        search.below_low = n;
      } else if (n > search.target && x < high) {
        high = x;
        search.below_high = n;
      }
    }
    search.low = low;
    search.high = high;
    const bool same_width = !(high - low < width);
    if (best <= search.tolerance) {
      search.found = true;
    } else if (high - low < layer_thickness || same_width) {
      search.settle(search.target - search.below_low <= search.below_high - search.target ? low : high);
    }
  }
  return true;
}

// The cuts that split each line into `parts` of equal counts: [line][parts − 1].
std::vector<double> equal_cuts(const Communicator& communicator, SortedLines& lines, int parts) {
  const std::size_t n_lines = lines.first.size() - 1;
  const auto n_cuts = static_cast<std::size_t>(parts - 1);
  if (n_cuts == 0) return {};

  // Low ends negated, so that one maximum serves both.
  std::vector<double> ends(2 * n_lines, -infinity);
  std::vector<std::int64_t> count(n_lines);
  for (std::size_t line = 0; line < n_lines; ++line) {
    count[line] = lines.end(line) - lines.begin(line);
    if (count[line] == 0) continue;
    ends[2 * line] = -*lines.begin(line);
    ends[2 * line + 1] = *(lines.end(line) - 1);
  }
  communicator.max(ends.data(), ends.size());
  communicator.sum(count.data(), count.size());

  std::vector<Search> searches;
  searches.reserve(n_lines * n_cuts);
  for (std::size_t line = 0; line < n_lines; ++line) {
    for (std::size_t c = 0; c < n_cuts; ++c) {
      const double fraction = static_cast<double>(c + 1) / parts;
      const auto n = static_cast<double>(count[line]);
      Search search{line, n * fraction, std::max(0.5, share_tolerance * n / parts), 0.0, 1.0, 0.0, n};
      if (count[line] == 0) {
        search.settle(fraction);
      } else {
        search.low = -ends[2 * line];
        search.high = std::nextafter(ends[2 * line + 1], infinity);
      }
      searches.push_back(search);
    }
  }
  while (narrow(communicator, lines, searches)) {
  }

  // Halfway between the atoms on both sides, where rounding cannot carry an atom across.
  std::vector<double> gap(2 * searches.size(), -infinity);
  for (std::size_t c = 0; c < searches.size(); ++c) {
    const std::size_t line = searches[c].line;
    const auto above = std::lower_bound(lines.begin(line), lines.end(line), searches[c].cut);
    if (above != lines.begin(line)) gap[2 * c] = *(above - 1);
    if (above != lines.end(line)) gap[2 * c + 1] = -*above;
  }
  communicator.max(gap.data(), gap.size());
  std::vector<double> cuts(searches.size());
  for (std::size_t c = 0; c < searches.size(); ++c) {
    const double below = gap[2 * c], above = -gap[2 * c + 1];
    const double middle = below + 0.5 * (above - below);
    cuts[c] = std::isfinite(middle) && middle > below ? middle : searches[c].cut;
    if (c % n_cuts != 0) cuts[c] = std::max(cuts[c], cuts[c - 1]);
  }
  return cuts;
}

}  // namespace

void Decomposition::balance(const Communicator& communicator, const std::vector<Vec3>& fractional) {
  std::vector<double> all;
  all.reserve(cuts_.size());
  std::vector<int> line_of(fractional.size(), 0);
  int n_lines = 1;
  for (int direction = 0; direction < 3; ++direction) {
    const int parts = grid_[static_cast<std::size_t>(direction)];
    if (parts > 1) {
      SortedLines lines(fractional, line_of, n_lines, direction);
      const std::vector<double> cuts = equal_cuts(communicator, lines, parts);
      for (std::size_t i = 0; i < fractional.size(); ++i) {
        const double* first = cuts.data() + line_of[i] * (parts - 1);
        const auto part = std::upper_bound(first, first + (parts - 1), fractional[i][direction]) - first;
        line_of[i] = line_of[i] * parts + static_cast<int>(part);
      }
      all.insert(all.end(), cuts.begin(), cuts.end());
    }
    n_lines *= parts;
  }
  set_cuts(all);
}

Decomposition Decomposition::balanced(const Communicator& communicator, const Mat3& cell,
                                      const std::array<bool, 3>& periodic, const std::vector<Vec3>& fractional,
                                      double target, int max_tries) {
  // How much of each direction holds atoms, in parts of 1/64 of the cell (or of the atoms' range where not periodic).
  constexpr int n_bins = 64;
  std::array<double, 6> range;
  range.fill(-infinity);
  for (const Vec3& s : fractional) {
    for (std::size_t k = 0; k < 3; ++k) {
      range[2 * k] = std::max(range[2 * k], -s[static_cast<int>(k)]);
      range[2 * k + 1] = std::max(range[2 * k + 1], s[static_cast<int>(k)]);
    }
  }
  communicator.max(range.data(), range.size());
  std::array<int, 3 * n_bins> filled{};
  std::array<double, 3> low{}, width{};
  for (std::size_t k = 0; k < 3; ++k) {
    low[k] = periodic[k] || !std::isfinite(range[2 * k]) ? 0.0 : -range[2 * k];
    width[k] = periodic[k] || !std::isfinite(range[2 * k]) ? 1.0 : std::max(range[2 * k + 1] + range[2 * k], 1e-3);
  }
  for (const Vec3& s : fractional) {
    for (std::size_t k = 0; k < 3; ++k) {
      const double bin = (s[static_cast<int>(k)] - low[k]) / width[k] * n_bins;
      filled[k * n_bins + static_cast<std::size_t>(std::clamp(bin, 0.0, n_bins - 1.0))] = 1;
    }
  }
  communicator.max(filled.data(), filled.size());
  Mat3 occupied = cell;
  for (std::size_t k = 0; k < 3; ++k) {
    const int n = std::accumulate(filled.begin() + static_cast<std::ptrdiff_t>(k * n_bins),
                                  filled.begin() + static_cast<std::ptrdiff_t>((k + 1) * n_bins), 0);
    occupied.row(static_cast<int>(k)) *= width[k] * std::max(n, 1) / n_bins;
  }

  const auto grids = grids_by_surface(communicator.size(), face_areas(occupied), periodic);
  Decomposition best(communicator.size(), cell, periodic, grids.front());
  double best_imbalance = infinity;
  for (std::size_t g = 0; g < grids.size() && g < static_cast<std::size_t>(std::max(max_tries, 1)); ++g) {
    Decomposition candidate(communicator.size(), cell, periodic, grids[g]);
    candidate.balance(communicator, fractional);
    const double imbalance = candidate.imbalance(communicator, fractional);
    if (imbalance < best_imbalance) {
      best = candidate;
      best_imbalance = imbalance;
    }
    if (best_imbalance <= target) break;
  }
  return best;
}

}  // namespace spinel
