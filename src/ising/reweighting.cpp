#include "ising/reweighting.hpp"

// GCC 12 takes the don't-care operands of its own AVX-512 intrinsics for uninitialized variables (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr double most_levels = 32768.0, finest_level = 1e-3;

/// Measurement i of n belongs to this stretch of time.
std::size_t stretch_of(std::size_t i, std::size_t n) {
  return i * static_cast<std::size_t>(Reweighting::n_stretches) / n;
}

}  // namespace

/// Of one ensemble at one temperature.
struct Reweighting::Averages {
  double energy = 0.0, variance = 0.0, order = 0.0, order2 = 0.0, order4 = 0.0, effective_samples = 0.0;
  double binder() const { return order2 > 0.0 ? 1.0 - order4 / (3.0 * order2 * order2) : 0.0; }
};

Reweighting::Reweighting(std::vector<double> temperatures, const std::vector<std::vector<Series>>& series,
                         std::int64_t n_spins)
    : temperatures_(std::move(temperatures)), n_spins_(static_cast<double>(n_spins)) {
  if (temperatures_.empty() || series.size() != temperatures_.size())
    fail("reweighting of {} temperatures with measurements at {}", temperatures_.size(), series.size());
  std::vector<double> means;
  double deviation_before = 0.0;
  for (std::size_t k = 0; k < series.size(); ++k) {
    double n = 0.0, sum = 0.0, squares = 0.0;
    for (const Series& replica : series[k])
      for (const double e : replica.energy) {
        n += 1.0;
        sum += e;
      }
    if (n < 64.0) fail("reweighting needs 64 measurements at T = {}, and there are {}", temperatures_[k], n);
    const double mean = sum / n;
    for (const Series& replica : series[k])
      for (const double e : replica.energy) squares += (e - mean) * (e - mean);
    const double deviation = std::sqrt(squares / n);
    if (k > 0) {
      if (temperatures_[k] <= temperatures_[k - 1]) fail("reweighting needs temperatures in ascending order");
      if (std::abs(mean - means.back()) > 3.0 * (deviation + deviation_before))
        fail("the energies at T = {} and {} do not overlap: reweighting needs temperatures closer together",
             temperatures_[k - 1], temperatures_[k]);
    }
    means.push_back(mean);
    deviation_before = deviation;
  }
  origin_ = means[means.size() / 2] * n_spins_;
  add(series);
  // f = −ln Z, and its slope in β is the mean energy.
  std::vector<double> start = {0.0};
  for (std::size_t k = 1; k < means.size(); ++k)
    start.push_back(start.back() + (1.0 / temperatures_[k] - 1.0 / temperatures_[k - 1]) *
                                       (0.5 * (means[k] + means[k - 1]) * n_spins_ - origin_));
  for (Ensemble& ensemble : ensembles_) {
    ensemble.free_energy = start;
    solve(ensemble);
    start = ensemble.free_energy;
  }
}

void Reweighting::add(const std::vector<std::vector<Series>>& series) {
  double lowest = INFINITY, highest = -INFINITY;
  for (const auto& replicas : series)
    for (const Series& replica : replicas)
      for (const double e : replica.energy) {
        lowest = std::min(lowest, e * n_spins_);
        highest = std::max(highest, e * n_spins_);
      }
  const double width = std::max(finest_level, (highest - lowest) / most_levels);
  std::vector<std::int64_t> occupied;
  const auto cell = [&](double e) { return std::llround((e * n_spins_ - lowest) / width); };
  for (const auto& replicas : series)
    for (const Series& replica : replicas) {
      for (const double e : replica.energy) occupied.push_back(cell(e));
      std::sort(occupied.begin(), occupied.end());
      occupied.erase(std::unique(occupied.begin(), occupied.end()), occupied.end());
    }

  Ensemble empty;
  empty.levels.resize(occupied.size());
  empty.samples.resize(series.size());
  std::vector<Ensemble> parts(static_cast<std::size_t>(n_stretches), empty);
  for (std::size_t k = 0; k < series.size(); ++k)
    for (const Series& replica : series[k])
      for (std::size_t i = 0; i < replica.size(); ++i) {
        const auto at = std::lower_bound(occupied.begin(), occupied.end(), cell(replica.energy[i])) - occupied.begin();
        Ensemble& part = parts[stretch_of(i, replica.size())];
        Level& level = part.levels[static_cast<std::size_t>(at)];
        const double o2 = replica.order[i] * replica.order[i];
        level.energy += replica.energy[i] * n_spins_;
        level.count += 1.0;
        level.order += std::abs(replica.order[i]);
        level.order2 += o2;
        level.order4 += o2 * o2;
        part.samples[k] += 1.0;
      }

  const auto add_to = [](Ensemble& sum, const Ensemble& part, double sign) {
    for (std::size_t l = 0; l < sum.levels.size(); ++l) {
      sum.levels[l].energy += sign * part.levels[l].energy;
      sum.levels[l].count += sign * part.levels[l].count;
      sum.levels[l].order += sign * part.levels[l].order;
      sum.levels[l].order2 += sign * part.levels[l].order2;
      sum.levels[l].order4 += sign * part.levels[l].order4;
    }
    for (std::size_t k = 0; k < sum.samples.size(); ++k) sum.samples[k] += sign * part.samples[k];
  };
  Ensemble all = empty;
  for (const Ensemble& part : parts) add_to(all, part, 1.0);
  for (Ensemble& part : parts) {
    Ensemble rest = all;
    add_to(rest, part, -1.0);
    part = std::move(rest);
  }
  ensembles_.push_back(std::move(all));
  std::move(parts.begin(), parts.end(), std::back_inserter(ensembles_));
  for (Ensemble& ensemble : ensembles_) {
    auto& levels = ensemble.levels;
    levels.erase(std::remove_if(levels.begin(), levels.end(), [](const Level& level) { return level.count < 0.5; }),
                 levels.end());
    for (Level& level : levels) level.energy = level.energy / level.count - origin_;
  }
}

void Reweighting::solve(Ensemble& ensemble) const {
  const std::size_t n = temperatures_.size();
  std::vector<double> log_samples, beta, gradient(n), share(n);
  double total = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    beta.push_back(1.0 / temperatures_[k]);
    log_samples.push_back(std::log(ensemble.samples[k]));
    total += ensemble.samples[k];
  }
  const auto size = static_cast<Eigen::Index>(n);
  Eigen::MatrixXd hessian(size, size);  // lower half
  const auto entry = [&](std::size_t k, std::size_t l) -> double& {
    return hessian(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(l));
  };

  // Minimizes A(f) = Σ_E H(E) ln Σ_k N_k e^(f_k − β_k E) − Σ_k N_k f_k.
  const auto evaluate = [&](const std::vector<double>& f) {
    double value = 0.0;
    hessian.setZero();
    for (std::size_t k = 0; k < n; ++k) {
      value -= ensemble.samples[k] * f[k];
      gradient[k] = -ensemble.samples[k];
    }
    for (Level& level : ensemble.levels) {
      double largest = -INFINITY, sum = 0.0;
      for (std::size_t k = 0; k < n; ++k) {
        share[k] = log_samples[k] + f[k] - beta[k] * level.energy;
        largest = std::max(largest, share[k]);
      }
      for (double& s : share) sum += s = std::exp(s - largest);
      level.log_denominator = largest + std::log(sum);
      value += level.count * level.log_denominator;
      for (std::size_t k = 0; k < n; ++k) {
        share[k] /= sum;
        gradient[k] += level.count * share[k];
        entry(k, k) += level.count * share[k];
        for (std::size_t l = 0; l <= k; ++l) entry(k, l) -= level.count * share[k] * share[l];
      }
    }
    return value;
  };
  const auto largest_gradient = [&] {
    double largest = 0.0;
    for (const double g : gradient) largest = std::max(largest, std::abs(g));
    return largest / total;
  };
  std::vector<double>& f = ensemble.free_energy;
  double value = evaluate(f);
  for (int step = 0; step < 100 && largest_gradient() > 1e-10; ++step) {
    // f_0 stays: a constant added to all changes nothing.
    Eigen::MatrixXd inner = hessian.bottomRightCorner(size - 1, size - 1);
    for (Eigen::Index k = 0; k + 1 < size; ++k) inner(k, k) += 1e-14 * total;
    Eigen::VectorXd downhill(size - 1);
    for (std::size_t k = 1; k < n; ++k) downhill[static_cast<Eigen::Index>(k - 1)] = -gradient[k];
    const Eigen::VectorXd move = inner.selfadjointView<Eigen::Lower>().ldlt().solve(downhill);
    const std::vector<double> from = f;
    const double before = value;
    for (double length = 1.0; length > 1e-6; length *= 0.5) {
      for (std::size_t k = 1; k < n; ++k) f[k] = from[k] + length * move[static_cast<Eigen::Index>(k - 1)];
      value = evaluate(f);
      if (value <= before + 1e-12 * std::abs(before)) break;
    }
  }
  if (!(largest_gradient() < 1e-6))
    fail("the free energies of the {} temperatures from {} to {} cannot be found: they overlap too little", n, t_min(),
         t_max());
}

Reweighting::Averages Reweighting::averages(const Ensemble& ensemble, double temperature) const {
  double largest = -INFINITY;
  const double beta = 1.0 / temperature;
  const auto log_weight = [&](const Level& level) { return -beta * level.energy - level.log_denominator; };
  for (const Level& level : ensemble.levels) largest = std::max(largest, log_weight(level));
  Averages sums;
  double total = 0.0, squares = 0.0;
  for (const Level& level : ensemble.levels) {
    const double w = std::exp(log_weight(level) - largest), e = level.energy;
    total += w * level.count;
    squares += w * w * level.count;
    sums.energy += w * level.count * e;
    sums.order += w * level.order;
    sums.order2 += w * level.order2;
    sums.order4 += w * level.order4;
  }
  for (double* sum : {&sums.energy, &sums.order, &sums.order2, &sums.order4}) *sum /= total;
  for (const Level& level : ensemble.levels) {
    const double d = level.energy - sums.energy;
    sums.variance += std::exp(log_weight(level) - largest) * level.count * d * d / total;
  }
  sums.energy += origin_;
  sums.effective_samples = total * total / squares;
  return sums;
}

ReweightedPoint Reweighting::at(double temperature) const {
  if (temperature < t_min() || temperature > t_max())
    fail("T = {} is outside the simulated temperatures, {} to {}", temperature, t_min(), t_max());
  constexpr std::size_t n_results = 7;
  using Results = std::array<double, n_results>;
  ReweightedPoint point;
  point.temperature = temperature;
  std::vector<Results> all;
  for (const Ensemble& ensemble : ensembles_) {
    const Averages a = averages(ensemble, temperature);
    if (all.empty()) point.effective_samples = a.effective_samples;
    all.push_back({a.energy / n_spins_, a.order, a.order2, a.variance / (n_spins_ * temperature * temperature),
                   n_spins_ * (a.order2 - a.order * a.order) / temperature, n_spins_ * a.order2 / temperature,
                   a.binder()});
  }
  Estimate* const targets[n_results] = {&point.energy,        &point.order,          &point.order2,
                                        &point.specific_heat, &point.susceptibility, &point.susceptibility_disordered,
                                        &point.binder};
  for (std::size_t q = 0; q < n_results; ++q) {
    double mean = 0.0, squares = 0.0;
    for (std::size_t s = 1; s < all.size(); ++s) mean += all[s][q] / n_stretches;
    for (std::size_t s = 1; s < all.size(); ++s) squares += (all[s][q] - mean) * (all[s][q] - mean);
    *targets[q] = {all[0][q], std::sqrt((n_stretches - 1.0) / n_stretches * squares)};
  }
  return point;
}

double Reweighting::binder(double temperature, int left_out) const {
  return averages(ensembles_.at(static_cast<std::size_t>(std::int64_t{left_out} + 1)), temperature).binder();
}

BinderCrossing binder_crossing(const Reweighting& small, const Reweighting& large) {
  BinderCrossing crossing;
  const double low = std::max(small.t_min(), large.t_min()), high = std::min(small.t_max(), large.t_max());
  if (!(low < high)) return crossing;
  constexpr int n_cells = 100;
  const double cell = (high - low) / n_cells;
  double before = small.binder(low) - large.binder(low), steepest = 0.0, bracket = low;
  for (int i = 1; i <= n_cells; ++i) {
    const double t = i < n_cells ? low + cell * i : high, now = small.binder(t) - large.binder(t);
    if (before < 0.0 && now >= 0.0 && now - before > steepest) {
      steepest = now - before;
      bracket = t - cell;
      crossing.found = true;
    }
    before = now;
  }
  if (!crossing.found) return crossing;
  // Secants: from a good start with a known slope they need few steps.
  const auto solve = [&](double t, double slope, int out_small, int out_large) {
    double difference = small.binder(t, out_small) - large.binder(t, out_large);
    for (int step = 0; step < 6 && difference != 0.0; ++step) {
      const double next = std::clamp(t - difference / slope, low, high);
      if (std::abs(next - t) < 1e-9 * t) break;
      const double next_difference = small.binder(next, out_small) - large.binder(next, out_large);
      if (next_difference == difference) break;
      const double secant = (next_difference - difference) / (next - t);
      if (secant > 0.2 * slope && secant < 5.0 * slope) slope = secant;
      t = next;
      difference = next_difference;
    }
    return t;
  };
  const double slope = steepest / cell;
  const double t = solve(bracket + 0.5 * cell, slope, -1, -1);
  crossing.temperature.value = t;
  crossing.binder.value = small.binder(t);
  double t_variance = 0.0, u_variance = 0.0;
  for (const bool of_small : {true, false}) {
    std::array<double, Reweighting::n_stretches> ts, us;
    for (int s = 0; s < Reweighting::n_stretches; ++s) {
      const auto i = static_cast<std::size_t>(s);
      ts[i] = solve(t, slope, of_small ? s : -1, of_small ? -1 : s);
      us[i] = small.binder(ts[i], of_small ? s : -1);
    }
    const auto variance = [](const auto& values) {
      double mean = 0.0, squares = 0.0;
      for (const double value : values) mean += value / Reweighting::n_stretches;
      for (const double value : values) squares += (value - mean) * (value - mean);
      return (Reweighting::n_stretches - 1.0) / Reweighting::n_stretches * squares;
    };
    t_variance += variance(ts);
    u_variance += variance(us);
  }
  crossing.temperature.error = std::sqrt(t_variance);
  crossing.binder.error = std::sqrt(u_variance);
  return crossing;
}

}  // namespace spinel
