#include <algorithm>

#include "core/text.hpp"
#include "run/run_report.hpp"
#include "task/ising/ising_results.hpp"
#include "task/ising/ising_run.hpp"

namespace spinel {

void report_ising(const RunContext& context, const IsingPlan& plan, const RunFiles& files, bool with_samples) {
  const auto& [world, input, units, log] = context;
  const IsingParameters& p = plan.parameters();
  std::string sizes;
  double largest = 0.0;
  for (const IsingSystem& s : plan.systems()) {
    sizes += fmt::format("{}{} × {}", sizes.empty() ? "" : ", ", s.lx, s.ly);
    largest = std::max(largest, static_cast<double>(s.n_spins()));
  }
  echo_line(log, "lattice", fmt::format("{}; J = {:g}, h = {:g}", sizes, p.coupling, p.field));
  const auto& t = plan.temperatures();
  echo_line(log, "temperatures",
            t.size() == 1
                ? fmt::format("{:g}", t[0])
                : fmt::format("{} from {:g} to {:g}{}", t.size(), t.front(), t.back(),
                              p.tempering ? fmt::format(", exchanged every {} sweeps", p.exchange_every) : ""));
  echo_line(log, "chains",
            fmt::format("{}: {}, {} sweeps of burn-in, {} measured{}", plan.n_chains(), p.update, p.burn_in, p.sweeps,
                        p.configurations > 0 ? fmt::format(", {} configurations each", p.configurations) : ""));
  const int pools = plan.n_groups() * plan.n_teams();
  echo_line(log, "pools",
            fmt::format("{} of {} rank{}{}", pools, world.size() / pools, world.size() / pools > 1 ? "s" : "",
                        plan.n_teams() > 1 ? fmt::format(", {} share one set of temperatures", plan.n_teams()) : ""));
  const std::int64_t n_teams = plan.n_teams(), n_temperatures = static_cast<std::int64_t>(t.size());
  const std::int64_t lattices = p.tempering ? (n_temperatures + n_teams - 1) / n_teams : 1;
  const double ranks = static_cast<double>(world.size()) / pools;
  const double series = static_cast<double>(plan.measurements()) * static_cast<double>(plan.n_chains()) * 32.0;
  echo_line(log, "memory",
            fmt::format("{} of spins a rank, {} of measurements in all",
                        human_bytes(static_cast<double>(lattices) * largest / 8.0 / ranks), human_bytes(series)));
  echo_line(log, "output", fmt::format("{}{}", files.result, with_samples ? ", " + files.samples : ""));
}

void report_performance(const RunContext& context, const IsingPerformance& performance) {
  const double rate = performance.spin_updates / std::max(performance.seconds, 1e-9) * 1e-9;
  echo_line(context.log, "speed",
            fmt::format("{:.4g} spin updates/ns, {:.4g} a rank; {:.4g} updates in {}", rate,
                        rate / context.world.size(), performance.spin_updates, human_duration(performance.seconds)));
  echo_line(context.log, "memory", fmt::format("at most {} a rank", human_bytes(performance.memory)));
}

}  // namespace spinel
