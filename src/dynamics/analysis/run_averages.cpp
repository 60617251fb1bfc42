#include "dynamics/analysis/run_averages.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace spinel {

namespace {

constexpr std::size_t n_quantities = 12;
constexpr std::array<const char*, n_quantities> names = {
    "temperature", "kinetic_energy", "potential_energy", "total_energy", "pressure",    "pressure_xx",
    "pressure_yy", "pressure_zz",    "pressure_yz",      "pressure_xz",  "pressure_xy", "volume"};

std::array<double, n_quantities> values_of(const Observation& o) {
  const auto& p = o.pressure_tensor;
  return {o.temperature, o.kinetic_energy, o.potential_energy, o.total_energy, o.pressure, p[0], p[1], p[2], p[3], p[4],
          p[5],          o.volume};
}

}  // namespace

void RunAverages::add(const Observation& now) {
  if (averages_.empty()) {
    averages_.resize(n_quantities);
    time_first_ = now.time;
    conserved_first_ = now.conserved;
  }
  const auto values = values_of(now);
  for (std::size_t k = 0; k < n_quantities; ++k) averages_[k].add(values[k]);
  conserved_last_ = now.conserved;
  const double t = now.time - time_first_, c = now.conserved - conserved_first_;
  n_ += 1.0;
  t_ += t;
  tt_ += t * t;
  c_ += c;
  ct_ += c * t;
  cc_ += c * c;
}

std::vector<RunAverages::Quantity> RunAverages::quantities() const {
  std::vector<Quantity> result;
  for (std::size_t k = 0; k < averages_.size(); ++k) result.push_back({names[k], averages_[k].estimate()});
  return result;
}

double RunAverages::conserved_slope() const {
  const double spread = n_ * tt_ - t_ * t_;
  return spread > 0.0 ? (n_ * ct_ - c_ * t_) / spread : 0.0;
}

double RunAverages::conserved_fluctuation() const {
  if (n_ < 1.0) return 0.0;
  const double variance = cc_ / n_ - (c_ / n_) * (c_ / n_);
  const double explained = conserved_slope() * (ct_ / n_ - (c_ / n_) * (t_ / n_));
  return std::sqrt(std::max(0.0, variance - explained));
}

void RunAverages::save(State& state) const {
  state["analysis.conserved"] = {time_first_, conserved_first_, conserved_last_, n_, t_, tt_, c_, ct_, cc_};
  for (std::size_t k = 0; k < averages_.size(); ++k)
    state[std::string("analysis.average.") + names[k]] = averages_[k].save();
}

void RunAverages::load(const State& state) {
  const auto& fit = state_array(state, "analysis.conserved", 9);
  double* const to[] = {&time_first_, &conserved_first_, &conserved_last_, &n_, &t_, &tt_, &c_, &ct_, &cc_};
  for (std::size_t k = 0; k < fit.size(); ++k) *to[k] = fit[k];
  averages_.clear();
  if (n_ < 1.0) return;
  averages_.resize(n_quantities);
  for (std::size_t k = 0; k < n_quantities; ++k)
    averages_[k].load(state_array(state, std::string("analysis.average.") + names[k]));
}

}  // namespace spinel
