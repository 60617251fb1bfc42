#include "dynamics/analysis/windowed_correlation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "dynamics/analysis/radial_distribution.hpp"

namespace spinel {

namespace {

std::vector<double> flatten(const std::vector<std::vector<Vec3>>& curves) {
  std::vector<double> values;
  for (const auto& curve : curves)
    for (const Vec3& v : curve) values.insert(values.end(), {v[0], v[1], v[2]});
  return values;
}

std::vector<std::vector<Vec3>> unflatten(const std::vector<double>& values, std::size_t groups) {
  const std::size_t lags = values.size() / (3 * groups);
  std::vector<std::vector<Vec3>> curves(groups);
  for (std::size_t g = 0; g < groups; ++g)
    for (std::size_t lag = 0; lag < lags; ++lag) curves[g].emplace_back(values.data() + 3 * (g * lags + lag));
  return curves;
}

}  // namespace

WindowedCorrelation::WindowedCorrelation(ForceField& force_field, std::string name, std::int64_t every,
                                         std::int64_t window, double timestep)
    : force_field_(force_field),
      name_(std::move(name)),
      every_(every),
      window_(window),
      timestep_(timestep),
      n_atoms_(count_species(force_field.atoms(), force_field.communicator())) {
  if (every_ < 1) fail_input("{}_every must be at least 1", name_);
  if (window_ % every_ != 0)
    fail_input("{0}_window ({1}) must be a multiple of {0}_every ({2})", name_, window_, every_);
  n_atoms_.push_back(static_cast<double>(force_field.atoms().n_global));
  const std::size_t groups = n_atoms_.size();
  current_.resize(groups);
  sum_.resize(groups);
  d_sum_.assign(groups, Vec3::Zero());
  d_squares_.assign(groups, Vec3::Zero());
  mean_squares_.assign(groups, 0.0);
  column();
}

AtomColumn& WindowedCorrelation::column() {
  LocalAtoms& atoms = force_field_.atoms();
  for (AtomColumn& found : atoms.columns)
    if (found.name == name_) {
      if (found.width != 3) fail("the atoms' column '{}' is {} wide, not 3", name_, found.width);
      return found;
    }
  atoms.columns.push_back({name_, 3, std::vector<double>(3 * atoms.n_owned, 0.0)});
  return atoms.columns.back();
}

void WindowedCorrelation::set_origin(std::int64_t step) {
  origin_ = step;
  const LocalAtoms& atoms = force_field_.atoms();
  std::vector<double>& origins = column().values;
  for (std::size_t i = 0; i < atoms.n_owned; ++i) Eigen::Map<Vec3>(origins.data() + 3 * i) = present(atoms, i);
}

void WindowedCorrelation::sample(std::int64_t step) {
  if (first_ < 0) {
    first_ = step;
    set_origin(step);
  } else if ((step - first_) % every_ != 0) {
    return;
  }
  const bool whole = window_ > 0 && step - origin_ == window_;
  // A new origin is its own sample at lag 0, hence up to two rounds.
  for (int round = 0; round < (whole ? 2 : 1); ++round) {
    const LocalAtoms& atoms = force_field_.atoms();
    const std::vector<double>& origins = column().values;
    const std::size_t n_species = atoms.species.size();
    std::vector<double> sums(3 * n_species, 0.0);
    for (std::size_t i = 0; i < atoms.n_owned; ++i) {
      const Vec3 origin(origins.data() + 3 * i);
      Eigen::Map<Vec3>(sums.data() + 3 * static_cast<std::size_t>(atoms.type[i])) +=
          product(atoms, origin, present(atoms, i));
    }
    force_field_.communicator().sum(sums.data(), sums.size());
    Vec3 all = Vec3::Zero();
    for (std::size_t g = 0; g < n_species; ++g) {
      const Vec3 sum(sums.data() + 3 * g);
      all += sum;
      current_[g].push_back(n_atoms_[g] > 0.0 ? Vec3(sum / n_atoms_[g]) : Vec3(Vec3::Zero()));
    }
    current_[n_species].push_back(all / n_atoms_[n_species]);
    if (whole && round == 0) {
      close_window();
      set_origin(step);
    }
  }
}

void WindowedCorrelation::close_window() {
  ++whole_windows_;
  for (std::size_t g = 0; g < current_.size(); ++g) {
    const Vec3 d = diffusion(current_[g], static_cast<double>(every_) * timestep_);
    d_sum_[g] += d;
    d_squares_[g] += d.cwiseProduct(d);
    mean_squares_[g] += d.mean() * d.mean();
    sum_[g].resize(current_[g].size(), Vec3::Zero());
    for (std::size_t lag = 0; lag < current_[g].size(); ++lag) sum_[g][lag] += current_[g][lag];
    current_[g].clear();
  }
}

Correlation WindowedCorrelation::result() const {
  Correlation result;
  result.whole_windows = whole_windows_;
  const double interval = static_cast<double>(every_) * timestep_;
  const auto whole = static_cast<double>(whole_windows_);
  for (std::size_t g = 0; g < n_atoms_.size(); ++g) {
    const std::size_t lags = std::max(sum_[g].size(), current_[g].size());
    std::vector<Vec3> curve(lags, Vec3::Zero());
    for (std::size_t lag = 0; lag < lags; ++lag) {
      double n = 0.0;
      if (lag < sum_[g].size()) {
        curve[lag] += sum_[g][lag];
        n += whole;
      }
      if (lag < current_[g].size()) {
        curve[lag] += current_[g][lag];
        n += 1.0;
      }
      curve[lag] /= n;
      if (g == 0) {
        result.time.push_back(static_cast<double>(lag) * interval);
        result.samples.push_back(n);
      }
    }
    Diffusion d;
    d.error = std::numeric_limits<double>::quiet_NaN();
    if (whole_windows_ > 0) {
      d.direction = d_sum_[g] / whole;
      d.value = d.direction.mean();
      if (whole_windows_ > 1)
        d.error = std::sqrt(std::max(0.0, mean_squares_[g] / whole - d.value * d.value) / (whole - 1.0));
    } else {
      d.direction = diffusion(curve, interval);
      d.value = d.direction.mean();
    }
    result.value.push_back(std::move(curve));
    result.diffusion.push_back(d);
  }
  return result;
}

void WindowedCorrelation::save(State& state) const {
  const std::string prefix = "analysis." + name_;
  state[prefix] = {static_cast<double>(every_), static_cast<double>(window_), static_cast<double>(first_),
                   static_cast<double>(origin_), static_cast<double>(whole_windows_)};
  state[prefix + "_current"] = flatten(current_);
  state[prefix + "_sum"] = flatten(sum_);
  state[prefix + "_d"] = flatten({d_sum_, d_squares_});
  state[prefix + "_mean_squares"] = mean_squares_;
}

void WindowedCorrelation::load(const State& state) {
  const std::string prefix = "analysis." + name_;
  const auto& scalars = state_array(state, prefix, 5);
  if (scalars[0] != static_cast<double>(every_) || scalars[1] != static_cast<double>(window_))
    fail("the checkpoint has {0}_every = {1} and {0}_window = {2}, the input {3} and {4}", name_, scalars[0],
         scalars[1], every_, window_);
  first_ = static_cast<std::int64_t>(scalars[2]);
  origin_ = static_cast<std::int64_t>(scalars[3]);
  whole_windows_ = static_cast<std::int64_t>(scalars[4]);
  const std::size_t groups = n_atoms_.size();
  current_ = unflatten(state_array(state, prefix + "_current"), groups);
  sum_ = unflatten(state_array(state, prefix + "_sum"), groups);
  const auto d = unflatten(state_array(state, prefix + "_d", 6 * groups), 2);
  d_sum_ = d[0];
  d_squares_ = d[1];
  mean_squares_ = state_array(state, prefix + "_mean_squares", groups);
}

Vec3 MeanSquareDisplacement::present(const LocalAtoms& atoms, std::size_t i) const {
  return atoms.cell.transpose().inverse() * atoms.position[i] +
         Vec3(atoms.image[i][0], atoms.image[i][1], atoms.image[i][2]);
}

Vec3 MeanSquareDisplacement::product(const LocalAtoms& atoms, const Vec3& origin, const Vec3& now) const {
  const Vec3 moved = atoms.cell.transpose() * (now - origin);
  return moved.cwiseProduct(moved);
}

Vec3 MeanSquareDisplacement::diffusion(const std::vector<Vec3>& curve, double interval) const {
  const std::size_t begin = curve.size() / 2;
  const auto n = static_cast<double>(curve.size() - begin);
  if (n < 2.0) return Vec3::Zero();
  const double middle = 0.5 * (n - 1.0);
  Vec3 slope = Vec3::Zero();
  double spread = 0.0;
  for (std::size_t lag = begin; lag < curve.size(); ++lag) {
    const double t = static_cast<double>(lag - begin) - middle;
    slope += t * curve[lag];
    spread += t * t;
  }
  return slope / (spread * interval * 2.0);
}

Vec3 VelocityAutocorrelation::present(const LocalAtoms& atoms, std::size_t i) const { return atoms.velocity[i]; }

Vec3 VelocityAutocorrelation::product(const LocalAtoms&, const Vec3& origin, const Vec3& now) const {
  return origin.cwiseProduct(now);
}

Vec3 VelocityAutocorrelation::diffusion(const std::vector<Vec3>& curve, double interval) const {
  Vec3 integral = Vec3::Zero();
  for (std::size_t lag = 1; lag < curve.size(); ++lag) integral += 0.5 * (curve[lag - 1] + curve[lag]);
  return integral * interval;
}

}  // namespace spinel
