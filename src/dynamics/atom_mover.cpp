#include "dynamics/atom_mover.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.hpp"
#include "dynamics/velocities.hpp"

namespace spinel {

namespace {

constexpr std::size_t block_atoms = 256;  // v, F, x and weights of a block fit in the first-level cache

/// The bits of |x|: as integers they are ordered like the numbers, with NaN above infinity, and an integer maximum
/// vectorizes without relaxed floating-point rules.
inline std::uint64_t magnitude_bits(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits & 0x7fffffffffffffffULL;
}

inline double from_bits(std::uint64_t bits) {
  double x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

double* raw(std::vector<Vec3>& values) { return reinterpret_cast<double*>(values.data()); }
const double* raw(const std::vector<Vec3>& values) { return reinterpret_cast<const double*>(values.data()); }

}  // namespace

AtomMover::AtomMover(ForceField& force_field, const UnitSystem& units, bool any_fixed)
    : force_field_(force_field), units_(units), any_fixed_(any_fixed) {
  const auto& species = force_field.atoms().species;
  for (const Species& s : species) {
    if (!(s.mass > 0.0)) fail_input("species '{}' has mass {}; dynamics needs a positive mass", s.symbol, s.mass);
    inverse_mass_.push_back(units.acceleration / s.mass);
  }
  uniform_ = species.size() == 1 && !any_fixed;
  weights_.assign(3 * block_atoms, uniform_ ? inverse_mass_[0] : 0.0);
  masses_.assign(3 * block_atoms, species[0].mass);
}

const double* AtomMover::weights(std::size_t begin, std::size_t count) {
  if (uniform_) return weights_.data();
  const LocalAtoms& atoms = force_field_.atoms();
  for (std::size_t i = 0; i < count; ++i) {
    const double w = inverse_mass_[static_cast<std::size_t>(atoms.type[begin + i])];
    for (std::size_t k = 0; k < 3; ++k) weights_[3 * i + k] = w;
  }
  if (any_fixed_ && !atoms.fixed.empty())
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t k = 0; k < 3; ++k)
        if ((atoms.fixed[begin + i] >> k) & 1U) weights_[3 * i + k] = 0.0;
  return weights_.data();
}

const double* AtomMover::masses(std::size_t begin, std::size_t count) {
  const LocalAtoms& atoms = force_field_.atoms();
  if (atoms.species.size() > 1)
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t k = 0; k < 3; ++k) masses_[3 * i + k] = atoms.mass(begin + i);
  return masses_.data();
}

template <class Body>
void AtomMover::for_blocks(Body body) {
  const std::size_t n = force_field_.atoms().n_owned;
  for (std::size_t begin = 0; begin < n; begin += block_atoms) {
    const std::size_t count = std::min(block_atoms, n - begin);
    body(3 * begin, 3 * count, weights(begin, count));
  }
}

void AtomMover::kick_drift(double scale, double kick, double drift) {
  LocalAtoms& atoms = force_field_.atoms();
  double* const position = raw(atoms.position);
  double* const velocity = raw(atoms.velocity);
  const double* const force = raw(force_field_.forces());
  std::uint64_t longest = 0;
  for_blocks([&](std::size_t begin, std::size_t count, const double* __restrict__ w) {
    double* __restrict__ x = position + begin;
    double* __restrict__ v = velocity + begin;
    const double* __restrict__ f = force + begin;
    for (std::size_t j = 0; j < count; ++j) {
      const double moved = scale * v[j] + kick * (w[j] * f[j]);
      v[j] = moved;
      x[j] += drift * moved;
      longest = std::max(longest, magnitude_bits(moved));
    }
  });
  longest_bits_ = longest;
  drift_ = drift;
}

void AtomMover::kick(double kick) {
  double* const velocity = raw(force_field_.atoms().velocity);
  const double* const force = raw(force_field_.forces());
  for_blocks([&](std::size_t begin, std::size_t count, const double* __restrict__ w) {
    double* __restrict__ v = velocity + begin;
    const double* __restrict__ f = force + begin;
    for (std::size_t j = 0; j < count; ++j) v[j] += kick * (w[j] * f[j]);
  });
}

double AtomMover::kick_and_measure(double kick) {
  double* const velocity = raw(force_field_.atoms().velocity);
  const double* const force = raw(force_field_.forces());
  constexpr std::size_t lanes = 8;  // independent sums, so that the loop vectorizes in a fixed order
  double total = 0.0;
  for_blocks([&](std::size_t begin, std::size_t count, const double* __restrict__ w) {
    double* __restrict__ v = velocity + begin;
    const double* __restrict__ f = force + begin;
    for (std::size_t j = 0; j < count; ++j) v[j] += kick * (w[j] * f[j]);
    const double* __restrict__ m = masses(begin / 3, count / 3);
    std::array<double, lanes> sums{};
    std::size_t j = 0;
    for (; j + lanes <= count; j += lanes)
      for (std::size_t l = 0; l < lanes; ++l) sums[l] += m[j + l] * v[j + l] * v[j + l];
    for (; j < count; ++j) sums[0] += m[j] * v[j] * v[j];
    total += ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  });
  return 0.5 * units_.kinetic * force_field_.communicator().sum(total);
}

void AtomMover::scale(double scale) {
  LocalAtoms& atoms = force_field_.atoms();
  double* const velocity = raw(atoms.velocity);
  for (std::size_t j = 0; j < 3 * atoms.n_owned; ++j) velocity[j] *= scale;
}

void AtomMover::set_sigma(double decay, double temperature) {
  sigma_.clear();
  for (const Species& s : force_field_.atoms().species)
    sigma_.push_back(std::sqrt((1.0 - decay * decay) * units_.boltzmann * temperature / (s.mass * units_.kinetic)));
}

double AtomMover::noise_on(std::size_t i, double decay, const Random& random, std::int64_t step) {
  LocalAtoms& atoms = force_field_.atoms();
  const Vec3 g = random.normal3(static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(atoms.id[i]));
  const double sigma = sigma_[static_cast<std::size_t>(atoms.type[i])];
  Vec3& v = atoms.velocity[i];
  const double before = v.squaredNorm();
  for (int k = 0; k < 3; ++k)
    if (!any_fixed_ || atoms.fixed.empty() || ((atoms.fixed[i] >> k) & 1U) == 0) v[k] = decay * v[k] + sigma * g[k];
  return 0.5 * atoms.mass(i) * units_.kinetic * (v.squaredNorm() - before);
}

double AtomMover::noise(double decay, double temperature, const Random& random, std::int64_t step) {
  set_sigma(decay, temperature);
  double heat = 0.0;
  for (std::size_t i = 0; i < force_field_.atoms().n_owned; ++i) heat += noise_on(i, decay, random, step);
  return heat;
}

double AtomMover::kick_drift_noise(double kick, double drift, double decay, double temperature, const Random& random,
                                   std::int64_t step) {
  set_sigma(decay, temperature);
  LocalAtoms& atoms = force_field_.atoms();
  const Forces& force = force_field_.forces();
  std::uint64_t longest = 0;
  double heat = 0.0;
  for_blocks([&](std::size_t begin, std::size_t count, const double* w) {
    for (std::size_t j = 0; j < count; j += 3) {
      const std::size_t i = (begin + j) / 3;
      Vec3& v = atoms.velocity[i];
      Vec3& x = atoms.position[i];
      for (int k = 0; k < 3; ++k) v[k] += kick * (w[j + static_cast<std::size_t>(k)] * force[i][k]);
      x += 0.5 * drift * v;
      heat += noise_on(i, decay, random, step);
      x += 0.5 * drift * v;
      for (int k = 0; k < 3; ++k) longest = std::max(longest, magnitude_bits(v[k]));
    }
  });
  longest_bits_ = longest;
  drift_ = drift;
  return heat;
}

void AtomMover::affine_kick(const Mat3& e, const Mat3& s) {
  LocalAtoms& atoms = force_field_.atoms();
  const Forces& force = force_field_.forces();
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    const double w = inverse_mass_[static_cast<std::size_t>(atoms.type[i])];
    atoms.velocity[i] = (e * atoms.velocity[i] + s * (w * force[i])).eval();
  }
}

std::array<double, 6> AtomMover::affine_kick_and_measure(const Mat3& e, const Mat3& s) {
  affine_kick(e, s);
  return kinetic_tensor();
}

void AtomMover::affine_drift(const Mat3& d, const Mat3& x) {
  LocalAtoms& atoms = force_field_.atoms();
  std::uint64_t longest = 0;
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    const Vec3& v = atoms.velocity[i];
    atoms.position[i] = (d * atoms.position[i] + x * v).eval();
    for (int k = 0; k < 3; ++k) longest = std::max(longest, magnitude_bits(v[k]));
  }
  longest_bits_ = longest;
  drift_ = x.diagonal().maxCoeff();
}

std::array<double, 6> AtomMover::sum(std::array<double, 6> local) const {
  force_field_.communicator().sum(local.data(), local.size());
  return local;
}

std::array<double, 6> AtomMover::kinetic_tensor() const {
  return sum(local_kinetic_tensor(force_field_.atoms(), units_));
}

void AtomMover::check_displacement(double limit, std::int64_t step) const {
  if (from_bits(longest_bits_) * drift_ <= limit) return;
  const LocalAtoms& atoms = force_field_.atoms();
  std::size_t worst = 0;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    for (int k = 0; k < 3; ++k)
      if (const auto now = magnitude_bits(atoms.velocity[i][k]); now > bits) {
        bits = now;
        worst = i;
      }
  const double moved = from_bits(bits) * drift_;
  const auto& symbol = atoms.species[static_cast<std::size_t>(atoms.type[worst])].symbol;
  const std::string advice = "check the structure for close contacts, relax it first, or use a smaller timestep";
  if (!std::isfinite(moved))
    fail("step {}: the force or velocity of atom {} ({}) is not a number; {}", step, atoms.id[worst] + 1, symbol,
         advice);
  fail("step {}: atom {} ({}) moved {:.3g} {} in one step, more than {:.3g}, half the cutoff; {}", step,
       atoms.id[worst] + 1, symbol, moved, units_.length, limit, advice);
}

}  // namespace spinel
