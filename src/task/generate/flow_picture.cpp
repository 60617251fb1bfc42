#include "task/generate/flow_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace spinel {

namespace {

constexpr double reach = 4.0;            // deviations
constexpr std::int64_t n_arrows = 24;    // along each axis
constexpr std::int64_t n_moments = 101;  // of a way

}  // namespace

std::string failure_text(const SolverResult& result, const SolverSettings& settings) {
  if (!result.failed) return "";
  return fmt::format("the solver did not arrive within {} steps: {} were good", grouped(settings.max_steps),
                     grouped(result.steps));
}

FlowPicture::FlowPicture(const VectorArchitecture& architecture, std::vector<double> times, std::int64_t grid)
    : architecture_(architecture), times_(std::move(times)), grid_(grid) {}

std::vector<double> FlowPicture::centers(std::size_t c, std::int64_t n) const {
  const VectorColumn& column = architecture_.columns[c];
  const bool is_periodic = column.period > 0.0;
  const double low = is_periodic ? 0.0 : column.mean - reach * column.std,
               length = is_periodic ? column.period : 2.0 * reach * column.std;
  std::vector<double> result;
  for (std::int64_t i = 0; i < n; ++i)
    result.push_back(low + (static_cast<double>(i) + 0.5) * length / static_cast<double>(n));
  return result;
}

std::vector<double> FlowPicture::log_density(VectorFlow<double>& network, const SolverSettings& settings,
                                             std::int64_t begin, std::int64_t end) const {
  const std::vector<double> xs = centers(0, grid_), ys = centers(1, grid_);
  std::vector<double> result(static_cast<std::size_t>(end - begin));
  FlowSolver<double> solver(network, settings);
  // Points of one time together.
  for (std::int64_t first = begin; first < end;) {
    const std::int64_t slice = first / (grid_ * grid_), last = std::min(end, (slice + 1) * grid_ * grid_);
    const auto n = static_cast<std::size_t>(last - first);
    std::vector<double> y(2 * n), l(n);
    for (std::size_t k = 0; k < n; ++k) {
      const auto place = static_cast<std::size_t>((first + static_cast<std::int64_t>(k)) % (grid_ * grid_));
      const auto width = static_cast<std::size_t>(grid_);
      const double x[2] = {xs[place % width], ys[place / width]};
      architecture_.to_flow(x, y.data() + 2 * k);
    }
    const auto results = solver.integrate({n, Divergence::exact, nullptr}, times_[static_cast<std::size_t>(slice)], 0.0,
                                          y.data(), l.data());
    for (std::size_t k = 0; k < n; ++k)
      result[static_cast<std::size_t>(first - begin) + k] =
          results[k].failed ? std::nan("")
                            : architecture_.log_noise(y.data() + 2 * k) + l[k] + architecture_.log_scale();
    first = last;
  }
  return result;
}

void FlowPicture::write(VectorFlow<double>& network, const SolverSettings& settings,
                        const std::vector<double>& log_density, const std::vector<double>& noise,
                        ResultFile& file) const {
  const auto n_times = static_cast<std::int64_t>(times_.size());
  file.write("/flow/time", times_, {"", "of the slices: 0 noise, 1 data"});
  file.write("/flow/x", centers(0, grid_), {"", "of the grid, first column"});
  file.write("/flow/y", centers(1, grid_), {"", "of the grid, second column"});
  file.write("/flow/log_density", log_density, {"", "ln p of the data's units"}, {n_times, grid_, grid_});
  file.write_texts("/flow/column", {architecture_.columns[0].name, architecture_.columns[1].name}, "names");
  file.write("/flow/period", std::vector<double>{architecture_.columns[0].period, architecture_.columns[1].period},
             {"", "0: none"});

  // How far a unit of the flow is in the data's.
  double unit[2];
  for (std::size_t c = 0; c < 2; ++c)
    unit[c] = architecture_.columns[c].period > 0.0 ? architecture_.columns[c].period : architecture_.columns[c].std;
  const std::vector<double> xs = centers(0, n_arrows), ys = centers(1, n_arrows);
  std::vector<double> time, y;
  for (const double t : times_)
    for (const double second : ys)
      for (const double first : xs) {
        const double x[2] = {first, second};
        y.resize(y.size() + 2);
        architecture_.to_flow(x, y.data() + y.size() - 2);
        time.push_back(t);
      }
  std::vector<double> velocity(y.size());
  network.forward({time.size(), time.data(), y.data()}, velocity.data(), nullptr);
  for (std::size_t i = 0; i < velocity.size(); ++i) velocity[i] *= unit[i % 2];
  file.write("/flow/velocity_x", xs, {"", "of the grid of velocities, first column"});
  file.write("/flow/velocity_y", ys, {"", "of the grid of velocities, second column"});
  file.write("/flow/velocity", velocity, {"", "in the data's units"}, {n_times, n_arrows, n_arrows, 2});

  const std::size_t n = noise.size() / 2;
  std::vector<double> moment, at = noise, way(2 * n * static_cast<std::size_t>(n_moments));
  FlowSolver<double> solver(network, settings);
  std::vector<char> failed(n, 0);
  for (std::int64_t m = 0; m < n_moments; ++m) {
    moment.push_back(static_cast<double>(m) / (n_moments - 1));
    if (m > 0) {
      const auto results = solver.integrate({n, Divergence::none, nullptr}, moment[static_cast<std::size_t>(m) - 1],
                                            moment.back(), at.data(), nullptr);
      for (std::size_t k = 0; k < n; ++k) failed[k] = failed[k] != 0 || results[k].failed ? 1 : 0;
    }
    for (std::size_t k = 0; k < n; ++k) {
      double* to = way.data() + (k * static_cast<std::size_t>(n_moments) + static_cast<std::size_t>(m)) * 2;
      architecture_.from_flow(at.data() + 2 * k, to);
      if (failed[k] != 0) to[0] = to[1] = std::nan("");
    }
  }
  file.write("/flow/trajectory_time", moment, {"", ""});
  file.write("/flow/trajectory", way, {"", "of the first vectors, from noise to data"},
             {static_cast<std::int64_t>(n), n_moments, 2});
}

}  // namespace spinel
