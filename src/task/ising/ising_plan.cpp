#include "task/ising/ising_plan.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "input/schema.hpp"
#include "run/setup/find_file.hpp"

namespace spinel {

namespace {

std::vector<IsingSystem> make_systems(const IsingParameters& p) {
  if (p.rectangle) return {{p.size.at(0), p.size.at(1)}};
  std::vector<IsingSystem> systems;
  for (const std::int64_t edge : p.size) systems.push_back({edge, edge});
  return systems;
}

std::vector<double> make_temperatures(const IsingParameters& p) {
  auto temperatures = p.temperatures;
  for (std::int64_t k = 0; k < p.n_t; ++k) {
    const double share = p.n_t > 1 ? static_cast<double>(k) / static_cast<double>(p.n_t - 1) : 0.0;
    temperatures.push_back(p.t_min + share * (p.t_max - p.t_min));
  }
  std::sort(temperatures.begin(), temperatures.end());
  return temperatures;
}

/// The most groups that divide `pools` and have a job each.
int count_groups(int pools, std::int64_t n_jobs) {
  int groups = static_cast<int>(std::min<std::int64_t>(pools, n_jobs));
  while (pools % groups != 0) --groups;
  return groups;
}

}  // namespace

std::string IsingSystem::name() const { return lx == ly ? fmt::format("L{}", lx) : fmt::format("{}x{}", lx, ly); }

IsingPlan::IsingPlan(const RunContext& context)
    : parameters_(context.input.ising),
      seed_(static_cast<std::uint64_t>(context.input.control.seed)),
      systems_(make_systems(parameters_)),
      temperatures_(make_temperatures(parameters_)) {
  const Input& input = context.input;
  const int n_ranks = context.world.size();
  if (!parameters_.start_file.empty())
    parameters_.start_file = find_file(context.place("ising"), "start_file", parameters_.start_file, context.world);
  const auto n_t = static_cast<std::int64_t>(temperatures_.size());
  const std::int64_t together = parameters_.tempering ? n_t : 1;
  for (std::size_t system = 0; system < systems_.size(); ++system)
    for (std::int64_t first = 0; first < n_t; first += together)
      for (std::int64_t replica = 0; replica < parameters_.replicas; ++replica)
        jobs_.push_back({system, replica, first, together});
  const auto n_jobs = static_cast<std::int64_t>(jobs_.size());

  const auto fits = [&](int pools) {
    n_groups_ = count_groups(pools, n_jobs);
    n_teams_ = pools / n_groups_;
    return n_ranks % pools == 0 && n_teams_ <= together;
  };
  if (input.parallel.pools > 0) {
    const auto pools = static_cast<int>(std::min<std::int64_t>(input.parallel.pools, n_ranks + 1));
    if (n_ranks % pools != 0)
      fail_key(input, "parallel", "pools", fmt::format("the {} MPI ranks cannot be shared equally by them", n_ranks));
    if (!fits(pools))
      fail_key(input, "parallel", "pools",
               fmt::format("{} pools cannot share {} chains; leave it out to have it chosen", pools, n_chains()));
  } else {
    int pools = n_ranks;
    while (!fits(pools)) --pools;
  }

  std::vector<std::size_t> order(jobs_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto cost = [&](std::size_t job) { return systems_[jobs_[job].system].n_spins(); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return cost(a) > cost(b); });
  schedule_.resize(static_cast<std::size_t>(n_groups_));
  std::vector<double> load(schedule_.size(), 0.0);
  for (const std::size_t job : order) {
    const auto group = static_cast<std::size_t>(std::min_element(load.begin(), load.end()) - load.begin());
    schedule_[group].push_back(job);
    load[group] += static_cast<double>(cost(job));
  }
}

std::int64_t IsingPlan::n_chains() const {
  return static_cast<std::int64_t>(systems_.size() * temperatures_.size()) * parameters_.replicas;
}

std::int64_t IsingPlan::configuration_every() const {
  if (parameters_.configurations == 0) return 0;
  if (parameters_.configuration_every > 0) return parameters_.configuration_every;
  return parameters_.sweeps / parameters_.configurations;
}

ChainKey IsingPlan::key(const IsingJob& job, std::int64_t temperature) const {
  const IsingSystem& system = systems_[job.system];
  ChainKey key;
  key.seed = seed_ + 0x9E3779B97F4A7C15U * static_cast<std::uint64_t>(system.lx) +
             0xC2B2AE3D27D4EB4FU * static_cast<std::uint64_t>(system.ly);
  key.temperature = static_cast<std::uint32_t>(temperature);
  key.replica = static_cast<std::uint32_t>(job.replica);
  return key;
}

IsingModel IsingPlan::model(std::int64_t temperature) const {
  return {parameters_.coupling, parameters_.field, temperatures_[static_cast<std::size_t>(temperature)]};
}

}  // namespace spinel
