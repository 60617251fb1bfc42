#include "generate/flow_likelihood.hpp"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "crystal/elements.hpp"

namespace spinel {

FlowCrystal flow_crystal(const GeneratorArchitecture& a, const CanonicalCrystal& crystal) {
  FlowCrystal c;
  for (const std::uint8_t z : crystal.atomic_number) {
    const auto found = std::find(a.elements.begin(), a.elements.end(), element_symbol(z));
    if (found == a.elements.end()) fail_input("it holds {}, which the model does not know", element_symbol(z));
    c.type.push_back(static_cast<std::int32_t>(found - a.elements.begin()));
  }
  c.fractional = crystal.fractional;
  c.lattice = standardized(a, lattice_vector(crystal.cell), c.type.size());
  return c;
}

double log_lattice_measure(const LatticeVector& k) {
  const Mat3 cell = cell_from_lattice_vector(k);
  const Vec3 values =
      Eigen::SelfAdjointEigenSolver<Mat3>(cell * cell.transpose(), Eigen::EigenvaluesOnly).eigenvalues();
  double sum = 0.0;
  for (Eigen::Index i = 0; i < 3; ++i) {
    const double d = 0.5 * std::log(values[(i + 1) % 3] / values[i]);
    // sinh(d)/d, even in d; of large ones the logarithm of sinh(d) is d − log 2.
    if (std::abs(d) > 1e-4)
      sum += std::abs(d) + std::log1p(-std::exp(-2.0 * std::abs(d))) - std::log(2.0 * std::abs(d));
  }
  return sum;
}

/// Crystals on their way: y of each has its positions, its lattice, and the integral of the divergence for each probe.
template <class Real>
struct FlowLikelihood<Real>::Way {
  const std::vector<FlowCrystal>& crystal;
  std::vector<std::size_t> first;        // [crystal + 1] in y
  std::vector<std::vector<Real>> probe;  // [crystal] of all probes: [atom][3], lattice
};

template <class Real>
FlowLikelihood<Real>::FlowLikelihood(const GeneratorArchitecture& architecture, const std::vector<float>& weights,
                                     const FlowLikelihoodSettings& settings)
    : architecture_(architecture),
      settings_(settings),
      network_(architecture.shape()),
      no_conditions_(architecture.conditions.size(), std::numeric_limits<double>::quiet_NaN()) {
  if (architecture.is_diffusion()) fail_input("a crystal_diffusion has no density; a crystal_flow has");
  if (weights.size() != network_.n_parameters())
    fail_input("a generator with {} weights got {}", network_.n_parameters(), weights.size());
  network_.set_weights(std::vector<Real>(weights.begin(), weights.end()).data());
}

/// One after the other. Random ones depend on seed and composition, so that a crystal brings the same in any list.
template <class Real>
std::vector<Real> FlowLikelihood<Real>::probes_of(const FlowCrystal& crystal) const {
  const std::size_t size = crystal.fractional.size() + 6;
  if (is_exact(crystal)) {
    std::vector<Real> units(size * size, Real(0));
    for (std::size_t i = 0; i < size; ++i) units[i * size + i] = Real(1);
    return units;
  }
  Fnv1a composition;
  for (const std::int32_t type : crystal.type) composition.add_bytes_of(static_cast<std::uint64_t>(type));
  std::vector<Real> probes;
  for (std::size_t p = 0; p < settings_.probes; ++p) {
    RandomSequence random(Random(settings_.seed, RandomPurpose::evaluation), p, composition.value());
    for (std::size_t i = 0; i < size; ++i) probes.push_back(random.uniform() < 0.5 ? Real(-1) : Real(1));
  }
  return probes;
}

/// Crystals of one size in a call of the network: they have as many probes.
template <class Real>
void FlowLikelihood<Real>::velocities(const Way& way, const std::vector<std::size_t>& active, const double* time,
                                      const double* y, double* dy) {
  std::map<std::size_t, std::vector<std::size_t>> places;  // in `active`, by the number of atoms
  for (std::size_t a = 0; a < active.size(); ++a) places[way.crystal[active[a]].type.size()].push_back(a);
  for (const auto& [n_atoms, alike] : places) {
    const std::size_t n = 3 * n_atoms, width = network_.shape().n_crystal;
    std::vector<std::int64_t> first = {0};
    std::vector<std::int32_t> type;
    std::vector<Real> fractional, crystal(alike.size() * width);
    for (std::size_t c = 0; c < alike.size(); ++c) {
      const std::size_t s = active[alike[c]];
      const double* x = y + way.first[s];
      LatticeVector lattice;
      std::copy_n(x + n, 6, lattice.begin());
      type.insert(type.end(), way.crystal[s].type.begin(), way.crystal[s].type.end());
      for (std::size_t i = 0; i < n; ++i) fractional.push_back(static_cast<Real>(x[i]));
      crystal_features(architecture_, time[alike[c]], lattice, no_conditions_.data(), crystal.data() + c * width);
      first.push_back(static_cast<std::int64_t>(type.size()));
    }
    const DenoiserInput<Real> input = {alike.size(), first.data(), type.data(), fractional.data(), crystal.data()};
    const auto place = [&](std::size_t c) { return dy + way.first[active[alike[c]]]; };
    const auto take_velocity = [&](std::size_t c, const DenoiserOutput<Real>& said) {
      std::copy_n(said.velocity + c * n, n, place(c));
      std::copy_n(said.cell + 6 * c, 6, place(c) + n);
    };
    const std::size_t n_probes = way.probe[active[alike[0]]].size() / (n + 6);
    if (n_probes == 0) {
      std::vector<Real> velocity(fractional.size()), cell(6 * alike.size());
      const DenoiserOutput<Real> said = {velocity.data(), nullptr, cell.data()};
      network_.forward(input, said);
      for (std::size_t c = 0; c < alike.size(); ++c) take_velocity(c, said);
      continue;
    }
    std::vector<Real> of_fractional(fractional.size()), of_crystal(crystal.size());
    const auto probe = [&](std::size_t c, std::size_t p) { return way.probe[active[alike[c]]].data() + p * (n + 6); };
    network_.products(
        input, n_probes,
        [&](std::size_t begin, std::size_t end, std::size_t p, const DenoiserOutput<Real>& said,
            const DenoiserOutput<Real>& to) {
          for (std::size_t c = begin; c < end; ++c) {
            if (p == 0) take_velocity(c, said);
            std::copy_n(probe(c, p), n, to.velocity + c * n);
            std::copy_n(probe(c, p) + n, 6, to.cell + 6 * c);
          }
        },
        {of_fractional.data(), of_crystal.data()},
        [&](std::size_t begin, std::size_t end, std::size_t p) {
          for (std::size_t c = begin; c < end; ++c) {
            const Real *e = probe(c, p), *of_x = of_fractional.data() + c * n,
                       *of_k = of_crystal.data() + c * width + n_time_features;
            double product = 0.0;
            for (std::size_t i = 0; i < n; ++i) product += static_cast<double>(e[i]) * static_cast<double>(of_x[i]);
            for (std::size_t i = 0; i < 6; ++i) product += static_cast<double>(e[n + i]) * static_cast<double>(of_k[i]);
            double* sum = place(c) + n + 6;
            if (is_exact(way.crystal[active[alike[c]]]))
              *sum = (p == 0 ? 0.0 : *sum) + product;
            else
              sum[p] = product;
          }
        });
  }
}

template <class Real>
std::vector<SolverResult> FlowLikelihood<Real>::move(std::vector<FlowCrystal>& crystals, double begin, double end,
                                                     bool with_divergence, std::vector<std::vector<double>>& divergence,
                                                     const std::function<void()>& pulse) {
  Way way{crystals, {0}, {}};
  std::vector<double> y;
  for (const FlowCrystal& c : crystals) {
    y.insert(y.end(), c.fractional.begin(), c.fractional.end());
    y.insert(y.end(), c.lattice.begin(), c.lattice.end());
    way.probe.push_back(with_divergence ? probes_of(c) : std::vector<Real>());
    const std::size_t n_probes = way.probe.back().size() / (c.fractional.size() + 6);
    y.resize(y.size() + (is_exact(c) ? std::min<std::size_t>(1, n_probes) : n_probes), 0.0);
    way.first.push_back(y.size());
  }
  const auto results =
      DormandPrince(way.first, settings_.solver)
          .integrate(begin, end, y.data(),
                     [&](const std::vector<std::size_t>& active, const double* time, const double* from, double* to) {
                       if (pulse) pulse();
                       velocities(way, active, time, from, to);
                     });
  divergence.clear();
  for (std::size_t s = 0; s < crystals.size(); ++s) {
    FlowCrystal& c = crystals[s];
    double* at = y.data() + way.first[s];
    std::copy_n(at, c.fractional.size(), c.fractional.begin());
    std::copy_n(at + c.fractional.size(), 6, c.lattice.begin());
    divergence.emplace_back(at + c.fractional.size() + 6, y.data() + way.first[s + 1]);
  }
  return results;
}

template <class Real>
std::vector<CrystalLogP> FlowLikelihood<Real>::log_p(const std::vector<FlowCrystal>& crystals,
                                                     const std::function<void()>& pulse) {
  std::vector<FlowCrystal> moved = crystals;
  std::vector<std::vector<double>> divergence;
  const auto solved = move(moved, 1.0, 0.0, true, divergence, pulse);
  std::vector<CrystalLogP> found(crystals.size());
  for (std::size_t s = 0; s < crystals.size(); ++s) {
    CrystalLogP& r = found[s];
    r.dimension = static_cast<std::int64_t>(3 * crystals[s].type.size()) + 3;
    r.steps = solved[s].steps;
    if (solved[s].failed) {
      r.failure = fmt::format("the flow could not be followed back to noise in {} steps", settings_.solver.max_steps);
      continue;
    }
    r.prior = -3.0 * std::log(2.0 * M_PI);
    for (const double k : moved[s].lattice) r.prior -= 0.5 * k * k;
    const auto n = static_cast<double>(divergence[s].size());
    r.divergence = std::accumulate(divergence[s].begin(), divergence[s].end(), 0.0) / n;
    double square = 0.0;
    for (const double d : divergence[s]) square += (d - r.divergence) * (d - r.divergence);
    if (!is_exact(crystals[s]))
      r.error = n > 1.0 ? std::sqrt(square / (n - 1.0) / n) : std::numeric_limits<double>::quiet_NaN();
    for (const double sd : architecture_.lattice_std) r.scale -= std::log(sd);
    std::map<std::int32_t, double> count;
    for (const std::int32_t type : crystals[s].type) r.orders += std::log(count[type] += 1.0);
    r.measure = -log_lattice_measure(restored(architecture_, crystals[s].lattice, crystals[s].type.size()));
    r.log_p = r.prior + r.divergence + r.scale + r.orders + r.measure;
  }
  return found;
}

template class FlowLikelihood<float>;
template class FlowLikelihood<double>;

}  // namespace spinel
