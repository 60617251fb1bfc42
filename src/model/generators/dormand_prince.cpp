#include "model/generators/dormand_prince.hpp"

#include <algorithm>
#include <cmath>

namespace spinel {

const double DormandPrince::node[7] = {0.0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1.0, 1.0};
const double DormandPrince::stage[7][6] = {
    {},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
};
const double DormandPrince::weight[7] = {35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0.0};

namespace {

/// weight less that of order 4.
constexpr double error_weight[7] = {71.0 / 57600,      0.0,          -71.0 / 16695, 71.0 / 1920,
                                    -17253.0 / 339200, 22.0 / 525.0, -1.0 / 40};

constexpr double safety = 0.9, least_factor = 0.2, largest_factor = 10.0;

}  // namespace

std::vector<SolverResult> DormandPrince::integrate(double begin, double end, double* y, const Field& field,
                                                   const Accepted& accepted) const {
  const std::size_t n_systems = first_.size() - 1, n = first_.back();
  std::vector<SolverResult> results(n_systems);
  if (n_systems == 0 || begin == end) return results;
  const double direction = end > begin ? 1.0 : -1.0, length = std::abs(end - begin);
  std::vector<std::vector<double>> k(7, std::vector<double>(n));
  std::vector<double> trial(n), time(n_systems, begin), step(n_systems), at(n_systems), stages;
  std::vector<std::int64_t> tried(n_systems, 0);
  std::vector<std::size_t> active(n_systems);
  for (std::size_t s = 0; s < n_systems; ++s) active[s] = s;

  const auto norm = [&](std::size_t s, const double* of, const double* other) {
    double sum = 0.0;
    for (std::size_t i = first_[s]; i < first_[s + 1]; ++i) {
      const double scale = settings_.absolute + settings_.relative * std::max(std::abs(y[i]), std::abs(other[i]));
      sum += of[i] / scale * (of[i] / scale);
    }
    const std::size_t size = first_[s + 1] - first_[s];
    return size > 0 ? std::sqrt(sum / static_cast<double>(size)) : 0.0;
  };
  const auto evaluate = [&](const double* from, double* to) { field(active, at.data(), from, to); };

  // The first step: one of Euler, and how fast the field changes along it.
  for (std::size_t a = 0; a < active.size(); ++a) at[a] = begin;
  evaluate(y, k[0].data());
  std::vector<double> slope(n_systems);
  for (std::size_t s = 0; s < n_systems; ++s) {
    const double size = norm(s, y, y);
    slope[s] = norm(s, k[0].data(), y);
    step[s] = std::min(length, size < 1e-5 || slope[s] < 1e-5 ? 1e-6 : 0.01 * size / slope[s]);
    at[s] = begin + direction * step[s];
    for (std::size_t i = first_[s]; i < first_[s + 1]; ++i) trial[i] = y[i] + direction * step[s] * k[0][i];
  }
  evaluate(trial.data(), k[1].data());
  for (std::size_t s = 0; s < n_systems; ++s) {
    for (std::size_t i = first_[s]; i < first_[s + 1]; ++i) k[2][i] = (k[1][i] - k[0][i]) / step[s];
    const double largest = std::max(slope[s], norm(s, k[2].data(), y));
    const double wanted = largest <= 1e-15 ? std::max(1e-6, 1e-3 * step[s]) : std::pow(0.01 / largest, 0.2);
    step[s] = std::min({length, 100.0 * step[s], wanted});
    if (!std::isfinite(step[s]) || step[s] <= 0.0) step[s] = 1e-6;
  }

  std::vector<double> error(n);
  std::vector<char> is_last(n_systems);
  while (!active.empty()) {
    for (const std::size_t s : active) {
      const double rest = std::abs(end - time[s]);
      is_last[s] = step[s] >= rest * (1.0 - 1e-12);
      if (is_last[s]) step[s] = rest;
    }
    for (std::size_t j = 1; j < 7; ++j) {
      for (std::size_t a = 0; a < active.size(); ++a) {
        const std::size_t s = active[a];
        const double h = direction * step[s];
        at[a] = time[s] + node[j] * h;
        for (std::size_t i = first_[s]; i < first_[s + 1]; ++i) {
          double sum = 0.0;
          for (std::size_t m = 0; m < j; ++m) sum += stage[j][m] * k[m][i];
          trial[i] = y[i] + h * sum;
        }
      }
      evaluate(trial.data(), k[j].data());
    }
    std::vector<std::size_t> left;
    for (const std::size_t s : active) {
      const double h = direction * step[s];
      // trial holds the result of order 5, k[0 … 6] all stages; the error takes the place of none of them.
      for (std::size_t i = first_[s]; i < first_[s + 1]; ++i) {
        double sum = 0.0;
        for (std::size_t m = 0; m < 7; ++m) sum += error_weight[m] * k[m][i];
        error[i] = h * sum;
      }
      const double size = norm(s, error.data(), trial.data());
      ++tried[s];
      const bool is_good = size <= 1.0;  // false for NaN
      if (is_good) {
        if (accepted) {
          const std::size_t n_components = first_[s + 1] - first_[s];
          stages.resize(7 * n_components);
          for (std::size_t m = 0; m < 7; ++m)
            std::copy_n(k[m].data() + first_[s], n_components, stages.data() + m * n_components);
          accepted(s, time[s], h, y + first_[s], stages.data());
        }
        ++results[s].steps;
        for (std::size_t i = first_[s]; i < first_[s + 1]; ++i) {
          y[i] = trial[i];
          k[0][i] = k[6][i];
        }
        time[s] = is_last[s] ? end : time[s] + h;
        if (is_last[s]) continue;
      }
      const double factor = size > 0.0 ? safety * std::pow(size, -0.2) : largest_factor;
      step[s] *= std::isfinite(size) ? std::clamp(factor, least_factor, is_good ? largest_factor : 1.0) : least_factor;
      if (tried[s] >= settings_.max_steps || !(step[s] > 1e-14 * length)) {
        results[s].failed = true;
        continue;
      }
      left.push_back(s);
    }
    active = left;
  }
  return results;
}

}  // namespace spinel
