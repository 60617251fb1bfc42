#include "model/vectors/flow_solver.hpp"

#include <algorithm>

namespace spinel {

/// The derivatives of the states of the active points.
template <class Real>
void FlowSolver<Real>::ask(const Points& points, const std::vector<std::size_t>& active, const double* t,
                           const double* state, double* derivative) {
  const std::size_t d = flow_.shape().dimension(), n = active.size();
  const bool has_divergence = points.divergence != Divergence::none;
  const std::size_t width = has_divergence ? d + 1 : d;
  time_.resize(n);
  y_.resize(n * d);
  velocity_.resize(n * d);
  divergence_.resize(n);
  for (std::size_t a = 0; a < n; ++a) {
    ++evaluations_[active[a]];
    time_[a] = static_cast<Real>(t[a]);
    for (std::size_t c = 0; c < d; ++c) y_[a * d + c] = static_cast<Real>(state[active[a] * width + c]);
  }
  FlowPoints<Real> at{n, time_.data(), y_.data(), points.divergence, nullptr};
  if (points.divergence == Divergence::estimate) {
    probe_.resize(n * d);
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t c = 0; c < d; ++c) probe_[a * d + c] = static_cast<Real>(points.probe[active[a] * d + c]);
    at.probe = probe_.data();
  }
  flow_.forward(at, velocity_.data(), divergence_.data());
  for (std::size_t a = 0; a < n; ++a) {
    double* to = derivative + active[a] * width;
    for (std::size_t c = 0; c < d; ++c) to[c] = static_cast<double>(velocity_[a * d + c]);
    if (has_divergence) to[d] = static_cast<double>(divergence_[a]);
  }
}

template <class Real>
std::vector<SolverResult> FlowSolver<Real>::run(const Points& points, double begin, double end, double* y, double* l,
                                                std::vector<std::vector<Step>>* steps) {
  const std::size_t d = flow_.shape().dimension();
  const std::size_t width = points.divergence != Divergence::none ? d + 1 : d;
  evaluations_.assign(points.n, 0);
  std::vector<std::size_t> first(points.n + 1);
  for (std::size_t p = 0; p <= points.n; ++p) first[p] = p * width;
  std::vector<double> state(points.n * width, 0.0);
  for (std::size_t p = 0; p < points.n; ++p) std::copy_n(y + p * d, d, state.data() + p * width);
  DormandPrince::Accepted accepted;
  if (steps != nullptr) {
    steps->assign(points.n, {});
    accepted = [&](std::size_t p, double t, double h, const double* before, const double* stages) {
      Step step{t, h, {before, before + width}};
      step.numbers.insert(step.numbers.end(), stages, stages + 7 * width);
      (*steps)[p].push_back(std::move(step));
    };
  }
  const auto results = DormandPrince(first, settings_)
                           .integrate(
                               begin, end, state.data(),
                               [&](const std::vector<std::size_t>& active, const double* t, const double* at,
                                   double* derivative) { ask(points, active, t, at, derivative); },
                               accepted);
  for (std::size_t p = 0; p < points.n; ++p) {
    std::copy_n(state.data() + p * width, d, y + p * d);
    if (width > d) l[p] = state[p * width + d];
  }
  return results;
}

template <class Real>
std::vector<SolverResult> FlowSolver<Real>::gradient(const Points& points, double* y, double* l, const Loss& loss,
                                                     Real* weight_gradient) {
  const std::size_t d = flow_.shape().dimension(), width = d + 1;
  std::vector<std::vector<Step>> steps;
  const auto results = run(points, 1.0, 0.0, y, l, &steps);
  loss(results, y, l);
  if (std::any_of(results.begin(), results.end(), [](const SolverResult& r) { return r.failed; })) return results;

  // y and l hold gradients now. Each round takes back the last step that is left of every point.
  std::vector<std::size_t> active(points.n);
  for (std::size_t p = 0; p < points.n; ++p) active[p] = p;
  std::vector<double> stage_gradient(6 * points.n * d);
  std::vector<Real> velocity_gradient, divergence_gradient;
  while (true) {
    active.erase(std::remove_if(active.begin(), active.end(), [&](std::size_t p) { return steps[p].empty(); }),
                 active.end());
    const std::size_t n = active.size();
    if (n == 0) return results;
    time_.resize(n);
    y_.resize(n * d);
    probe_.resize(n * d);
    y_gradient_.resize(n * d);
    velocity_gradient.resize(n * d);
    divergence_gradient.resize(n);
    // The last stage is the first of the next step and no part of the result.
    for (std::size_t j = 6; j-- > 0;) {
      for (std::size_t a = 0; a < n; ++a) {
        const std::size_t p = active[a];
        const Step& step = steps[p].back();
        time_[a] = static_cast<Real>(step.t + DormandPrince::node[j] * step.h);
        for (std::size_t c = 0; c < d; ++c) {
          double at = 0.0, g = DormandPrince::weight[j] * y[p * d + c];
          for (std::size_t m = 0; m < j; ++m) at += DormandPrince::stage[j][m] * step.numbers[(m + 1) * width + c];
          for (std::size_t m = j + 1; m < 6; ++m)
            g += DormandPrince::stage[m][j] * stage_gradient[(m * points.n + a) * d + c];
          y_[a * d + c] = static_cast<Real>(step.numbers[c] + step.h * at);
          velocity_gradient[a * d + c] = static_cast<Real>(step.h * g);
          if (points.divergence == Divergence::estimate) probe_[a * d + c] = static_cast<Real>(points.probe[p * d + c]);
        }
        divergence_gradient[a] = static_cast<Real>(step.h * DormandPrince::weight[j] * l[p]);
      }
      flow_.gradient(
          {n, time_.data(), y_.data(), points.divergence, probe_.data()},
          [&](std::size_t begin, std::size_t end, const Real*, const Real*, Real* of_velocity, Real* of_divergence) {
            std::copy(velocity_gradient.begin() + static_cast<std::ptrdiff_t>(begin * d),
                      velocity_gradient.begin() + static_cast<std::ptrdiff_t>(end * d), of_velocity + begin * d);
            std::copy(divergence_gradient.begin() + static_cast<std::ptrdiff_t>(begin),
                      divergence_gradient.begin() + static_cast<std::ptrdiff_t>(end), of_divergence + begin);
          },
          weight_gradient, y_gradient_.data());
      for (std::size_t i = 0; i < n * d; ++i)
        stage_gradient[j * points.n * d + i] = static_cast<double>(y_gradient_[i]);
    }
    for (std::size_t a = 0; a < n; ++a) {
      const std::size_t p = active[a];
      for (std::size_t j = 0; j < 6; ++j)
        for (std::size_t c = 0; c < d; ++c) y[p * d + c] += stage_gradient[(j * points.n + a) * d + c];
      steps[p].pop_back();
    }
  }
}

template class FlowSolver<float>;
template class FlowSolver<double>;

}  // namespace spinel
