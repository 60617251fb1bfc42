#include "potential/lennard_jones.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "potential/lennard_jones_kernel.hpp"

namespace spinel {

namespace {

struct Coefficients {
  double epsilon = 0.0, sigma = 0.0, cutoff = 0.0;
  bool given = false;
};

std::size_t find_species(const std::vector<Species>& species, const std::string& symbol, const std::string& pair) {
  const auto found =
      std::find_if(species.begin(), species.end(), [&](const Species& one) { return one.symbol == symbol; });
  if (found == species.end()) fail_input("pairs: '{}' names '{}', which the structure does not hold", pair, symbol);
  return static_cast<std::size_t>(found - species.begin());
}

/// The rule for σ, which cutoffs follow too.
double mix_length(const std::string& rule, double x, double y) {
  if (rule == "geometric") return std::sqrt(x * y);
  if (rule == "sixth_power") return std::pow(0.5 * (std::pow(x, 6) + std::pow(y, 6)), 1.0 / 6.0);
  return 0.5 * (x + y);
}

Coefficients mix(const std::string& rule, const Coefficients& x, const Coefficients& y) {
  Coefficients result;
  result.given = true;
  result.sigma = mix_length(rule, x.sigma, y.sigma);
  result.cutoff = mix_length(rule, x.cutoff, y.cutoff);
  result.epsilon = std::sqrt(x.epsilon * y.epsilon);
  if (rule == "sixth_power")
    result.epsilon *= 2.0 * std::pow(x.sigma * y.sigma, 3) / (std::pow(x.sigma, 6) + std::pow(y.sigma, 6));
  return result;
}

/// Coefficients of all species pairs, row-major and symmetric: those given, then those mixed.
std::vector<Coefficients> all_coefficients(const PotentialParameters& p, const std::vector<Species>& species) {
  const std::size_t n = species.size(), n_given = p.pairs.empty() ? 1 : p.pairs.size();
  if (p.epsilon.size() != n_given || p.sigma.size() != n_given)
    fail_input("epsilon and sigma need {} value{} each, one a pair; they have {} and {}", n_given,
               n_given == 1 ? "" : "s", p.epsilon.size(), p.sigma.size());
  if (p.cutoff.size() != 1 && p.cutoff.size() != n_given)
    fail_input("cutoff needs one value or one a pair ({}); it has {}", n_given, p.cutoff.size());

  const auto value = [&](std::size_t k) {
    return Coefficients{p.epsilon[k], p.sigma[k], p.cutoff[p.cutoff.size() == 1 ? 0 : k], true};
  };
  std::vector<Coefficients> result(n * n);
  if (p.pairs.empty()) {
    std::fill(result.begin(), result.end(), value(0));
    return result;
  }
  for (std::size_t k = 0; k < n_given; ++k) {
    const std::string& pair = p.pairs[k];
    const auto dash = pair.find('-');
    if (dash == std::string::npos) fail_input("pairs: '{}' is not of the form 'A-B'", pair);
    const std::size_t a = find_species(species, pair.substr(0, dash), pair),
                      b = find_species(species, pair.substr(dash + 1), pair);
    if (result[a * n + b].given) fail_input("pairs: '{}' is given twice", pair);
    result[a * n + b] = result[b * n + a] = value(k);
  }
  const auto given = result;
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b) {
      if (given[a * n + b].given) continue;
      if (p.mixing == "none" || !given[a * n + a].given || !given[b * n + b].given)
        fail_input("no Lennard-Jones coefficients for {}-{}{}", species[a].symbol, species[b].symbol,
                   p.mixing == "none" ? " and mixing = 'none'" : "; mixing needs both like pairs");
      result[a * n + b] = mix(p.mixing, given[a * n + a], given[b * n + b]);
    }
  return result;
}

}  // namespace

LennardJones::LennardJones(const PotentialParameters& parameters, const std::vector<Species>& species)
    : n_species_(species.size()),
      smooth_(parameters.truncation == "smooth"),
      single_(parameters.precision == "single"),
      tail_correction_(parameters.tail_correction) {
  if (tail_correction_ && parameters.truncation != "plain")
    fail_input("tail_correction = .true. needs truncation = 'plain'");
  fill_tables(parameters, species);
}

void LennardJones::fill_tables(const PotentialParameters& parameters, const std::vector<Species>& species) {
  for (const Coefficients& c : all_coefficients(parameters, species)) {
    LennardJonesPair<double> pair;
    const double sigma6 = std::pow(c.sigma, 6);
    pair.cutoff2 = c.cutoff * c.cutoff;
    pair.a = 48.0 * c.epsilon * sigma6 * sigma6;
    pair.b = 24.0 * c.epsilon * sigma6;
    if (parameters.truncation == "shifted") {
      const double s = std::pow(c.cutoff, -6);
      pair.shift = -s * (pair.a / 12.0 * s - pair.b / 6.0);
    }
    if (smooth_) {
      const double width = parameters.smooth_width > 0.0 ? parameters.smooth_width : 0.1 * c.cutoff;
      if (width >= c.cutoff) fail_input("smooth_width = {} is not less than the cutoff {}", width, c.cutoff);
      pair.smooth_start = c.cutoff - width;
      pair.smooth_scale = 1.0 / width;
    }
    cutoff_ = std::max(cutoff_, c.cutoff);
    table_.push_back(pair);
    LennardJonesPair<float> rounded;
    rounded.cutoff2 = static_cast<float>(pair.cutoff2);
    rounded.a = static_cast<float>(pair.a);
    rounded.b = static_cast<float>(pair.b);
    rounded.shift = static_cast<float>(pair.shift);
    rounded.smooth_start = static_cast<float>(pair.smooth_start);
    rounded.smooth_scale = static_cast<float>(pair.smooth_scale);
    table_single_.push_back(rounded);
  }
}

EnergyVirial LennardJones::compute(const LocalAtoms& atoms, const NeighborList& list, Halo& halo, Wanted wanted,
                                   Forces& forces) {
  LennardJonesPass pass{};
  pass.list = &list;
  pass.n_species = n_species_;
  pass.smooth = smooth_;
  pass.observe = wanted.energy || wanted.virial;
  pass.position = atoms.position.data();
  pass.type = atoms.type.data();
  pass.table = table_.data();
  pass.table_single = table_single_.data();
  pass.force = forces.data();
  if (single_ && atoms.n_owned > 0) {
    Vec3 low = atoms.position[0], high = low;
    for (std::size_t i = 1; i < atoms.n_owned; ++i) {
      low = low.cwiseMin(atoms.position[i]);
      high = high.cwiseMax(atoms.position[i]);
    }
    const Vec3 middle = 0.5 * (low + high);
    packed_.resize(4 * atoms.n_all());
    for (std::size_t i = 0; i < atoms.n_all(); ++i) {
      const Vec3 x = atoms.position[i] - middle;
      for (std::size_t k = 0; k < 3; ++k) packed_[4 * i + k] = static_cast<float>(x[static_cast<int>(k)]);
      packed_[4 * i + 3] = static_cast<float>(atoms.type[i]);
    }
    pass.packed = packed_.data();
  }
  lennard_jones_pass(pass);

  EnergyVirial result;
  if (tail_correction_ && pass.observe) result = tail(atoms, halo.communicator());
  result.energy = wanted.energy ? result.energy + pass.energy : 0.0;
  for (std::size_t k = 0; k < 6; ++k) result.virial[k] = wanted.virial ? result.virial[k] + pass.virial[k] : 0.0;
  return result;
}

EnergyVirial LennardJones::tail(const LocalAtoms& atoms, const Communicator& communicator) {
  if (counts_.empty()) {
    if (!(atoms.periodic[0] && atoms.periodic[1] && atoms.periodic[2]))
      fail_input("&potential tail_correction = .true. needs a cell periodic in all three directions");
    counts_.assign(n_species_, 0.0);
    for (std::size_t i = 0; i < atoms.n_owned; ++i) counts_[static_cast<std::size_t>(atoms.type[i])] += 1.0;
    communicator.sum(counts_.data(), counts_.size());
  }
  EnergyVirial result;
  if (!communicator.is_root()) return result;
  const double pi = std::acos(-1.0), volume = atoms.volume();
  for (std::size_t a = 0; a < n_species_; ++a)
    for (std::size_t b = 0; b < n_species_; ++b) {
      // ½ N_a ρ_b ∫ 4πr² E dr beyond the cutoff, and the like of the virial, −∂E/∂strain on each axis.
      const LennardJonesPair<double>& pair = table_[a * n_species_ + b];
      const double pairs = 0.5 * counts_[a] * counts_[b] / volume * 4.0 * pi;
      const double inverse3 = std::pow(pair.cutoff2, -1.5), inverse9 = inverse3 * inverse3 * inverse3;
      result.energy += pairs * (pair.a / 12.0 * inverse9 / 9.0 - pair.b / 6.0 * inverse3 / 3.0);
      const double virial = pairs / 3.0 * (pair.a * inverse9 / 9.0 - pair.b * inverse3 / 3.0);
      for (std::size_t k = 0; k < 3; ++k) result.virial[k] += virial;
    }
  return result;
}

}  // namespace spinel
