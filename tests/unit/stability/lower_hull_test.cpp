#include "stability/lower_hull.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "stability/facets.hpp"
#include "support.hpp"

using namespace spinel;

namespace {

/// Phases of k elements, the elements themselves first.
struct Set {
  std::size_t k = 0;
  std::vector<std::vector<double>> fractions;
  std::vector<double> energy;

  void add(std::vector<double> amounts, double e) {
    const double sum = std::accumulate(amounts.begin(), amounts.end(), 0.0);
    for (double& a : amounts) a /= sum;
    fractions.push_back(std::move(amounts));
    energy.push_back(e);
  }
  static Set elements(std::size_t k) {
    Set set;
    set.k = k;
    for (std::size_t i = 0; i < k; ++i) {
      std::vector<double> unit(k, 0.0);
      unit[i] = 1.0;
      set.add(unit, 0.0);
    }
    return set;
  }
  LowerHull hull() const {
    LowerHull result(k);
    for (std::size_t j = k; j < energy.size(); ++j) result.add(fractions[j].data(), energy[j]);
    return result;
  }
};

/// Small integer amounts, as in crystals: many points share lines and planes.
Set crystals(std::size_t k, std::size_t n, unsigned seed, bool with_ties) {
  Set set = Set::elements(k);
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> amount(0, 4), level(0, 3);
  std::normal_distribution<double> noise(0.0, 0.1);
  while (set.energy.size() < n) {
    std::vector<double> amounts(k);
    for (double& a : amounts) a = amount(random);
    if (std::count_if(amounts.begin(), amounts.end(), [](double a) { return a > 0.0; }) < 2) continue;
    const double sum = std::accumulate(amounts.begin(), amounts.end(), 0.0);
    double e = 0.0;  // a convex bowl, so that much of it is on the hull
    for (const double a : amounts) e += (a / sum) * (a / sum) - 1.0 / static_cast<double>(k * k);
    set.add(amounts, with_ties ? -0.25 * level(random) : e - 1.0 + noise(random));
  }
  return set;
}

/// The solution of a linear system by elimination with pivots; empty where it has none or many.
std::vector<double> solve(std::vector<std::vector<double>> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t p = c;
    for (std::size_t r = c; r < n; ++r)
      if (std::abs(a[r][c]) > std::abs(a[p][c])) p = r;
    if (std::abs(a[p][c]) < 1e-9) return {};
    std::swap(a[p], a[c]);
    std::swap(b[p], b[c]);
    for (std::size_t r = 0; r < n; ++r) {
      if (r == c) continue;
      const double factor = a[r][c] / a[c][c];
      for (std::size_t i = c; i < n; ++i) a[r][i] -= factor * a[c][i];
      b[r] -= factor * b[c];
    }
  }
  for (std::size_t c = 0; c < n; ++c) b[c] /= a[c][c];
  return b;
}

/// The hull at a composition from qhull's facets: the highest of the planes through them.
class FromFacets {
 public:
  explicit FromFacets(const Set& set) {
    std::vector<double> points;
    for (std::size_t j = 0; j < set.energy.size(); ++j) {
      points.insert(points.end(), set.fractions[j].begin() + 1, set.fractions[j].end());
      points.push_back(set.energy[j]);
    }
    const auto facets = lower_facets(points, set.k);
    for (std::size_t f = 0; f < facets.size(); f += set.k) {
      std::vector<std::vector<double>> corners;
      std::vector<double> energies;
      for (std::size_t r = 0; r < set.k; ++r) {
        corners.push_back(set.fractions[static_cast<std::size_t>(facets[f + r])]);
        energies.push_back(set.energy[static_cast<std::size_t>(facets[f + r])]);
      }
      if (auto plane = solve(corners, energies); !plane.empty()) planes_.push_back(std::move(plane));
    }
  }
  double at(const std::vector<double>& fractions) const {
    double highest = -1e300;
    for (const auto& plane : planes_)
      highest = std::max(highest, std::inner_product(plane.begin(), plane.end(), fractions.begin(), 0.0));
    return highest;
  }
  std::size_t n_facets() const { return planes_.size(); }

 private:
  std::vector<std::vector<double>> planes_;
};

/// Amounts ≥ 0 that make up the composition, at the energy reported, and no phase below the facet's plane.
void expect_optimal(const Set& set, const HullPoint& point, const std::vector<double>& fractions) {
  double energy = 0.0;
  std::vector<double> made(set.k, 0.0);
  for (std::size_t r = 0; r < set.k; ++r) {
    const auto j = static_cast<std::size_t>(point.columns[r]);
    EXPECT_GE(point.amounts[r], 0.0);
    energy += point.amounts[r] * set.energy[j];
    for (std::size_t i = 0; i < set.k; ++i) made[i] += point.amounts[r] * set.fractions[j][i];
  }
  EXPECT_NEAR(energy, point.energy, 1e-12);
  for (std::size_t i = 0; i < set.k; ++i) EXPECT_NEAR(made[i], fractions[i], 1e-11);
  double lowest = 0.0;
  for (std::size_t j = 0; j < set.energy.size(); ++j)
    lowest = std::min(lowest, set.energy[j] - std::inner_product(point.potentials.begin(), point.potentials.end(),
                                                                 set.fractions[j].begin(), 0.0));
  EXPECT_GT(lowest, -1e-10);
}

}  // namespace

TEST(LowerHull, AgreesWithQhull) {
  for (std::size_t k = 2; k <= 6; ++k)
    for (unsigned seed = 0; seed < 3; ++seed) {
      SCOPED_TRACE(fmt::format("{} elements, seed {}", k, seed));
      const Set set = crystals(k, 20 * k, 10 * static_cast<unsigned>(k) + seed, false);
      const FromFacets facets(set);
      EXPECT_GT(facets.n_facets(), 1u);
      LowerHull hull = set.hull();
      for (std::size_t j = 0; j < set.energy.size(); ++j) {
        const HullPoint& point = hull.at(set.fractions[j].data());
        EXPECT_NEAR(point.energy, facets.at(set.fractions[j]), 1e-9) << j;
        expect_optimal(set, point, set.fractions[j]);
      }
    }
}

TEST(LowerHull, TiesPlanesAndDuplicates) {
  // Energies of a few levels only: points in common planes and lines, equal compositions with equal energies.
  for (std::size_t k = 2; k <= 7; ++k)
    for (unsigned seed = 0; seed < 20; ++seed) {
      SCOPED_TRACE(fmt::format("{} elements, seed {}", k, seed));
      const Set set = crystals(k, 40 * k, 100 * static_cast<unsigned>(k) + seed, true);
      LowerHull hull = set.hull();
      for (std::size_t j = 0; j < set.energy.size(); ++j)
        expect_optimal(set, hull.at(set.fractions[j].data()), set.fractions[j]);
    }
}

TEST(LowerHull, ManyElements) {
  const std::size_t k = 20;
  const Set set = crystals(k, 400, 5, false);
  LowerHull hull = set.hull();
  for (std::size_t j = 0; j < set.energy.size(); ++j)
    expect_optimal(set, hull.at(set.fractions[j].data()), set.fractions[j]);
}

TEST(LowerHull, GrowsPhaseByPhase) {
  // Facets found before a phase came must not outlive it.
  const Set set = crystals(4, 120, 3, false);
  LowerHull growing(set.k);
  for (std::size_t j = set.k; j < set.energy.size(); ++j) {
    growing.add(set.fractions[j].data(), set.energy[j]);
    Set part = set;
    part.fractions.resize(j + 1);
    part.energy.resize(j + 1);
    LowerHull fresh = part.hull();
    for (std::size_t i = 0; i <= j; i += 7)
      EXPECT_NEAR(growing.at(set.fractions[i].data()).energy, fresh.at(set.fractions[i].data()).energy, 1e-11);
  }
}

TEST(LowerHull, WithoutOnePhase) {
  const Set set = crystals(4, 80, 7, false);
  LowerHull hull = set.hull();
  for (std::size_t j = set.k; j < set.energy.size(); ++j) {
    Set others = Set::elements(set.k);
    for (std::size_t i = set.k; i < set.energy.size(); ++i)
      if (i != j) others.add(set.fractions[i], set.energy[i]);
    LowerHull rest = others.hull();
    const double expected = rest.at(set.fractions[j].data()).energy;
    // First of the elements and a few phases only, then on to all.
    const double few = hull.without(static_cast<std::int32_t>(j), set.fractions[j].data(), set.k + 10).energy;
    EXPECT_GE(few, expected - 1e-12);
    EXPECT_NEAR(hull.go_on_without(static_cast<std::int32_t>(j), hull.n_columns()).energy, expected, 1e-11);
    EXPECT_LE(hull.at(set.fractions[j].data()).energy, expected + 1e-11);
  }
}

TEST(LowerHull, ByHand) {
  LowerHull hull(2);
  const auto at = [&](double x) {
    const double fractions[] = {1.0 - x, x};
    return hull.at(fractions);
  };
  EXPECT_EQ(at(0.3).energy, 0.0);
  const double half[] = {0.5, 0.5}, quarter[] = {0.75, 0.25};
  hull.add(half, -1.0);
  EXPECT_NEAR(at(0.25).energy, -0.5, 1e-15);
  EXPECT_NEAR(at(0.25).amounts[0] + at(0.25).amounts[1], 1.0, 1e-15);
  hull.add(quarter, -0.5);  // on the line: no corner
  EXPECT_NEAR(at(0.25).energy, -0.5, 1e-15);
  EXPECT_NEAR(at(0.75).energy, -0.5, 1e-15);
  hull.add(quarter, -0.75);
  EXPECT_NEAR(at(0.25).energy, -0.75, 1e-15);
  EXPECT_NEAR(at(0.375).energy, -0.875, 1e-15);
}

TEST(Facets, TiesPlanesAndDuplicates) {
  // What is on the hull, corner or not, goes into a picture.
  for (std::size_t k = 2; k <= 4; ++k)
    for (unsigned seed = 0; seed < 30; ++seed) {
      SCOPED_TRACE(fmt::format("{} elements, seed {}", k, seed));
      const Set all = crystals(k, 40 * k, 1000 * static_cast<unsigned>(k) + seed, true);
      LowerHull hull = all.hull();
      Set stable = Set::elements(k);
      for (std::size_t j = k; j < all.energy.size(); ++j)
        if (all.energy[j] - hull.at(all.fractions[j].data()).energy < 1e-9) stable.add(all.fractions[j], all.energy[j]);
      const FromFacets facets(stable);
      for (const auto& fractions : all.fractions)
        EXPECT_NEAR(facets.at(fractions), hull.at(fractions.data()).energy, 1e-9);
    }
}

TEST(Facets, TriangleOfElementsAlone) {
  // All formation energies 0 or above: one facet.
  const std::vector<double> points = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0.3, 0.3, 0.2};
  EXPECT_EQ(lower_facets(points, 3), (std::vector<std::int32_t>{0, 1, 2}));
}
