#include "generate/crystal_sampler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "crystal/closest_pair.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "generate/integrate_flow.hpp"
#include "model/generators/wrapped_normal.hpp"

namespace spinel {

namespace {

constexpr double farthest_lattice = 6.0;  // standard deviations that a lattice may be from the mean, in diffusion

}  // namespace

/// All crystals of a block on their way, and what the network says of them now.
struct CrystalSampler::State {
  const std::vector<CrystalRequest>& request;
  std::vector<RandomSequence> random;     // [crystal]
  std::vector<std::int64_t> first = {0};  // [crystal + 1]
  std::vector<std::int32_t> type;         // [atom]
  std::vector<double> fractional;         // [atom][3]
  std::vector<double> lattice;            // [crystal][6], standardized
  std::vector<double> velocity;           // [atom][3]
  std::vector<double> cell;               // [crystal][6]
  std::vector<float> logits;              // [atom][n_types]

  std::size_t size() const { return request.size(); }
  LatticeVector lattice_of(std::size_t c) const {
    LatticeVector k;
    std::copy_n(lattice.begin() + 6 * static_cast<std::ptrdiff_t>(c), 6, k.begin());
    return k;
  }
  std::size_t n_atoms(std::size_t c) const { return static_cast<std::size_t>(first[c + 1] - first[c]); }
  std::size_t begin(std::size_t c) const { return 3 * static_cast<std::size_t>(first[c]); }
  std::size_t end(std::size_t c) const { return 3 * static_cast<std::size_t>(first[c + 1]); }
};

CrystalSampler::CrystalSampler(const GeneratorArchitecture& architecture, const std::vector<float>& weights,
                               const SamplerSettings& settings)
    : architecture_(architecture), settings_(settings), noise_(architecture, 0.0), network_(architecture.shape()) {
  if (weights.size() != network_.n_parameters())
    fail_input("a generator with {} weights got {}", network_.n_parameters(), weights.size());
  network_.set_weights(weights.data());
  is_allowed_.assign(architecture.elements.size(), settings.allowed_types.empty());
  for (const std::int32_t type : settings.allowed_types) is_allowed_[static_cast<std::size_t>(type)] = true;
}

void CrystalSampler::start(State& state, std::uint64_t attempt) const {
  // Those of place 1 are the caller's, to make requests from.
  const std::uint64_t place = attempt == 0 ? 0 : attempt + 1;
  for (const CrystalRequest& request : state.request) {
    state.random.emplace_back(Random(settings_.seed, RandomPurpose::generation), place, request.number);
    RandomSequence& random = state.random.back();
    state.type.insert(state.type.end(), request.type.begin(), request.type.end());
    state.first.push_back(static_cast<std::int64_t>(state.type.size()));
    std::vector<double> x(3 * request.type.size());
    for (double& value : x) value = random.uniform();
    if (request.symmetry) {
      const std::vector<double>& base = request.symmetry->fractional();
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = wrapped(x[i] - base[i]);
      request.symmetry->project(x);
      for (std::size_t i = 0; i < x.size(); ++i) x[i] += base[i];
    }
    state.fractional.insert(state.fractional.end(), x.begin(), x.end());
    for (int i = 0; i < 6; ++i) state.lattice.push_back(random.normal());
  }
  state.velocity.resize(state.fractional.size());
  state.cell.resize(6 * state.size());
  state.logits.resize(state.type.size() * network_.shape().n_types);
  keep_symmetry(state);
}

/// Lattices to those that are asked for.
void CrystalSampler::keep_symmetry(State& state) const {
  for (std::size_t c = 0; c < state.size(); ++c) {
    const CrystalRequest& request = state.request[c];
    if (request.family == CrystalFamily::triclinic && !request.symmetry) continue;
    LatticeVector k = restored(architecture_, state.lattice_of(c), state.n_atoms(c));
    if (!std::all_of(k.begin(), k.end(), [](double x) { return std::abs(x) < 100.0; })) continue;
    k = request.symmetry ? request.symmetry->project(k) : projected(k, request.family);
    k = standardized(architecture_, k, state.n_atoms(c));
    std::copy(k.begin(), k.end(), state.lattice.begin() + 6 * static_cast<std::ptrdiff_t>(c));
  }
}

/// Asks the network, with and without conditions where those are to guide.
void CrystalSampler::call(State& state, double time) {
  const std::size_t n = state.size(), width = network_.shape().n_crystal,
                    n_conditions = architecture_.conditions.size();
  const std::vector<float> x(state.fractional.begin(), state.fractional.end());
  std::vector<float> crystal(n * width), velocity(x.size()), cell(6 * n);
  const std::vector<double> none(n_conditions, std::numeric_limits<double>::quiet_NaN());
  const auto ask = [&](bool with_conditions, std::vector<float>& logits) {
    for (std::size_t c = 0; c < n; ++c) {
      const CrystalRequest& request = state.request[c];
      crystal_features(architecture_, time, state.lattice_of(c),
                       with_conditions ? request.conditions.data() : none.data(), crystal.data() + c * width,
                       with_conditions && !request.latent.empty() ? request.latent.data() : nullptr);
    }
    network_.forward({n, state.first.data(), state.type.data(), x.data(), crystal.data()},
                     {velocity.data(), logits.data(), cell.data()});
  };
  const auto take = [&](double share, bool add, const std::vector<float>& logits) {
    const auto put = [&](double& to, double value) { to = (add ? to : 0.0) + share * value; };
    for (std::size_t i = 0; i < x.size(); ++i) put(state.velocity[i], static_cast<double>(velocity[i]));
    for (std::size_t i = 0; i < cell.size(); ++i) put(state.cell[i], static_cast<double>(cell[i]));
    for (std::size_t i = 0; i < logits.size(); ++i)
      state.logits[i] = (add ? state.logits[i] : 0.0f) + static_cast<float>(share) * logits[i];
  };
  std::vector<float> logits(state.logits.size());
  ask(true, logits);
  const bool is_guided = (n_conditions > 0 || architecture_.has_latents()) && settings_.guidance != 1.0;
  take(is_guided ? settings_.guidance : 1.0, false, logits);
  if (is_guided) {
    ask(false, logits);
    take(1.0 - settings_.guidance, true, logits);
  }
  for (std::size_t c = 0; c < n; ++c)
    if (state.request[c].symmetry) {
      std::vector<double> v(state.velocity.begin() + static_cast<std::ptrdiff_t>(state.begin(c)),
                            state.velocity.begin() + static_cast<std::ptrdiff_t>(state.end(c)));
      state.request[c].symmetry->project(v);
      std::copy(v.begin(), v.end(), state.velocity.begin() + static_cast<std::ptrdiff_t>(state.begin(c)));
    }
}

/// Masks of a crystal that stand for themselves: of equivalent atoms the first.
std::vector<std::size_t> CrystalSampler::masks(const State& state, std::size_t c) const {
  std::vector<std::size_t> places;
  const SymmetryTemplate* symmetry = state.request[c].symmetry.get();
  for (std::size_t place = 0; place < state.n_atoms(c); ++place)
    if (state.type[static_cast<std::size_t>(state.first[c]) + place] == architecture_.mask() &&
        (symmetry == nullptr || static_cast<std::size_t>(symmetry->orbit()[place]) == place))
      places.push_back(place);
  return places;
}

/// An atom, and those equivalent to it, become what the network says, by its probabilities.
void CrystalSampler::unmask(State& state, std::size_t c, std::size_t place) const {
  const std::size_t n_types = network_.shape().n_types, first = static_cast<std::size_t>(state.first[c]);
  const float* logit = state.logits.data() + (first + place) * n_types;
  double most = -std::numeric_limits<double>::infinity(), sum = 0.0;
  for (std::size_t k = 0; k < is_allowed_.size(); ++k)
    if (is_allowed_[k]) most = std::max(most, static_cast<double>(logit[k]));
  std::vector<double> share(is_allowed_.size(), 0.0);
  for (std::size_t k = 0; k < share.size(); ++k)
    if (is_allowed_[k]) sum += share[k] = std::exp((static_cast<double>(logit[k]) - most) / settings_.temperature);
  double left = state.random[c].uniform() * sum;
  std::int32_t type = 0;
  for (std::size_t k = 0; k < share.size(); ++k) {
    if (!is_allowed_[k]) continue;
    type = static_cast<std::int32_t>(k);
    if ((left -= share[k]) < 0.0) break;
  }
  const SymmetryTemplate* symmetry = state.request[c].symmetry.get();
  for (std::size_t other = 0; other < state.n_atoms(c); ++other)
    if (other == place || (symmetry != nullptr && static_cast<std::size_t>(symmetry->orbit()[other]) == place))
      state.type[first + other] = type;
}

/// Every mask becomes an element with this probability.
void CrystalSampler::unmask_some(State& state, double probability) const {
  if (!architecture_.generates_types) return;
  for (std::size_t c = 0; c < state.size(); ++c)
    for (const std::size_t place : masks(state, c))
      if (state.random[c].uniform() < probability) unmask(state, c, place);
}

/// One atom after the other, in a random order, from what the network says of noise.
void CrystalSampler::find_types(State& state) {
  std::size_t most = 0;
  for (std::size_t c = 0; c < state.size(); ++c) most = std::max(most, state.n_atoms(c));
  for (std::size_t step = 0; step < most; ++step) {
    call(state, architecture_.is_diffusion() ? 1.0 : 0.0);
    for (std::size_t c = 0; c < state.size(); ++c) {
      const auto places = masks(state, c);
      if (places.empty()) continue;
      const auto chosen = static_cast<std::size_t>(state.random[c].uniform() * static_cast<double>(places.size()));
      unmask(state, c, places[std::min(chosen, places.size() - 1)]);
    }
  }
}

void CrystalSampler::flow(State& state) {
  const FlowSteps steps{settings_.steps, settings_.heun, settings_.slope};
  // The state's own points are those that move.
  std::vector<double> torus = state.fractional, flat = state.lattice;
  integrate_flow(
      steps, torus, flat,
      [&](double time, const std::vector<double>& x, const std::vector<double>& k, std::vector<double>& v_x,
          std::vector<double>& v_k) {
        state.fractional = x;
        state.lattice = k;
        call(state, time);
        v_x = state.velocity;
        v_k = state.cell;
      },
      [&](std::int64_t step, double time) {
        state.fractional = torus;
        state.lattice = flat;
        keep_symmetry(state);
        flat = state.lattice;
        unmask_some(state, step + 1 == steps.steps ? 1.0 : 1.0 / static_cast<double>(steps.steps) / (1.0 - time));
      });
}

/// Predictor and corrector of DiffCSP, alg. 2, on every (levels/steps)-th level.
void CrystalSampler::diffuse(State& state) {
  const auto n_levels = static_cast<std::int64_t>(noise_.sigma().size());
  const std::int64_t n = std::min(settings_.steps, n_levels);
  const auto level_of = [&](std::int64_t step) { return step * n_levels / n - 1; };  // of step 1 … n; −1: no noise
  for (std::int64_t step = n; step >= 1; --step) {
    const auto level = static_cast<std::size_t>(level_of(step));
    const std::int64_t next = level_of(step - 1);
    const double sigma = noise_.sigma()[level], scale = noise_.score_scale()[level],
                 time = static_cast<double>(level + 1) / static_cast<double>(n_levels),
                 next_time = static_cast<double>(next + 1) / static_cast<double>(n_levels),
                 sigma_next = next >= 0 ? noise_.sigma()[static_cast<std::size_t>(next)] : 0.0,
                 signal = noise_.signal()[level],
                 signal_next = next >= 0 ? noise_.signal()[static_cast<std::size_t>(next)] : 1.0;
    const auto jump = [&](double drift, double deviation) {
      for (std::size_t c = 0; c < state.size(); ++c) {
        std::vector<double> noise(state.end(c) - state.begin(c));
        for (double& z : noise) z = next >= 0 ? state.random[c].normal() : 0.0;
        if (state.request[c].symmetry) state.request[c].symmetry->project(noise);
        for (std::size_t i = 0; i < noise.size(); ++i)
          state.fractional[state.begin(c) + i] +=
              drift * scale * state.velocity[state.begin(c) + i] + deviation * noise[i];
      }
    };
    if (settings_.corrector > 0.0) {
      call(state, time);
      const double eta = settings_.corrector * std::pow(sigma / noise_.sigma()[0], 2);
      jump(eta, std::sqrt(2.0 * eta));
    }
    call(state, time);
    const double change = sigma * sigma - sigma_next * sigma_next;
    jump(change, sigma_next * std::sqrt(change) / sigma);
    for (std::size_t c = 0; c < state.size(); ++c)
      for (std::size_t i = 6 * c; i < 6 * c + 6; ++i) {
        // The posterior of the level below, given what the network takes for the data.
        double& k = state.lattice[i];
        // Where there is almost nothing but noise, a small error of the network is a large one of the data.
        const double alpha = signal / signal_next,
                     data = std::clamp((k - std::sqrt(1.0 - signal) * state.cell[i]) / std::sqrt(signal),
                                       -farthest_lattice, farthest_lattice),
                     mean =
                         (std::sqrt(signal_next) * (1.0 - alpha) * data + std::sqrt(alpha) * (1.0 - signal_next) * k) /
                         (1.0 - signal),
                     variance = (1.0 - signal_next) / (1.0 - signal) * (1.0 - alpha);
        k = mean + (next >= 0 ? std::sqrt(variance) * state.random[c].normal() : 0.0);
      }
    keep_symmetry(state);
    unmask_some(state, step == 1 ? 1.0 : (time - next_time) / time);
  }
}

std::vector<GeneratedCrystal> CrystalSampler::sample(const std::vector<CrystalRequest>& requests) {
  std::vector<GeneratedCrystal> crystals(requests.size());
  std::vector<std::size_t> left(requests.size());
  std::iota(left.begin(), left.end(), 0);
  for (std::int64_t attempt = 0; attempt < settings_.attempts && !left.empty(); ++attempt) {
    std::vector<CrystalRequest> again;
    for (const std::size_t c : left) again.push_back(requests[c]);
    auto made = sample_once(again, static_cast<std::uint64_t>(attempt));
    std::vector<std::size_t> failed;
    for (std::size_t k = 0; k < made.size(); ++k) {
      GeneratedCrystal& crystal = crystals[left[k]] = std::move(made[k]);
      if (crystal.failure.empty()) {
        try {
          check_overlap(crystal.structure, settings_.minimum_distance, fmt::format("attempt {}", attempt + 1));
        } catch (const InputError& error) {
          crystal = {{}, error.what()};
        }
      }
      if (!crystal.failure.empty() && requests[left[k]].problem.empty()) failed.push_back(left[k]);
    }
    left = failed;
  }
  return crystals;
}

std::vector<GeneratedCrystal> CrystalSampler::sample_once(const std::vector<CrystalRequest>& requests,
                                                          std::uint64_t attempt) {
  State state{requests, {}, {0}, {}, {}, {}, {}, {}, {}};
  start(state, attempt);
  if (architecture_.generates_types && settings_.types_first) find_types(state);
  if (architecture_.is_diffusion())
    diffuse(state);
  else
    flow(state);
  std::vector<GeneratedCrystal> crystals(requests.size());
  for (std::size_t c = 0; c < requests.size(); ++c) {
    GeneratedCrystal& crystal = crystals[c];
    if (!requests[c].problem.empty()) {
      crystal.failure = requests[c].problem;
      continue;
    }
    const LatticeVector k = restored(architecture_, state.lattice_of(c), state.n_atoms(c));
    bool is_finite = std::all_of(k.begin(), k.end(), [](double x) { return std::isfinite(x); });
    for (std::size_t i = state.begin(c); i < state.end(c); ++i)
      is_finite = is_finite && std::isfinite(state.fractional[i]);
    if (!is_finite) {
      crystal.failure = "sampling gave numbers that are not finite";
      continue;
    }
    // Cells of a ten millionth to ten million times the usual size are none.
    if (!std::all_of(k.begin(), k.end(), [](double x) { return std::abs(x) < 16.0; })) {
      crystal.failure = "sampling gave a cell beyond all bounds";
      continue;
    }
    Structure& s = crystal.structure;
    s.cell = cell_from_lattice_vector(k);
    for (std::size_t a = 0; a < state.n_atoms(c); ++a) {
      const auto type = static_cast<std::size_t>(state.type[static_cast<std::size_t>(state.first[c]) + a]);
      s.type.push_back(add_species(s, species_from_symbol(architecture_.elements[type])));
      Vec3 x;
      for (std::size_t i = 0; i < 3; ++i) {
        const double value = state.fractional[state.begin(c) + 3 * a + i];
        x[static_cast<Eigen::Index>(i)] = value - std::floor(value);
      }
      s.position.push_back(to_cartesian(s.cell, x));
    }
  }
  return crystals;
}

}  // namespace spinel
