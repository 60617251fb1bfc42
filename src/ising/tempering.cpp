#include "ising/tempering.hpp"

#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/random.hpp"

namespace spinel {

namespace {

enum Heading : std::int64_t { unknown = 0, up = 1, down = 2 };

}  // namespace

Tempering::Tempering(std::vector<double> temperatures, const ChainKey& key) : key_(key) {
  const std::size_t n = temperatures.size();
  if (n == 0) fail_input("parallel tempering needs temperatures");
  for (std::size_t k = 0; k < n; ++k) {
    if (temperatures[k] <= 0.0 || (k > 0 && temperatures[k] <= temperatures[k - 1]))
      fail_input("parallel tempering needs positive temperatures in ascending order, and {} is followed by {}",
                 k > 0 ? temperatures[k - 1] : 0.0, temperatures[k]);
    beta_.push_back(1.0 / temperatures[k]);
  }
  walker_at_.resize(n);
  std::iota(walker_at_.begin(), walker_at_.end(), 0);
  temperature_of_ = walker_at_;
  attempts_.assign(n - 1, 0);
  accepted_.assign(n - 1, 0);
  heading_.assign(n, unknown);
  heading_.front() = up;
}

void Tempering::exchange(const std::vector<double>& energies) {
  if (energies.size() != walker_at_.size())
    fail("an exchange needs the energies of {} walkers, not {}", walker_at_.size(), energies.size());
  const Random random(key_.seed, RandomPurpose::tempering);
  for (std::size_t k = static_cast<std::size_t>(rounds_ % 2); k + 1 < walker_at_.size(); k += 2) {
    std::int64_t &colder = walker_at_[k], &hotter = walker_at_[k + 1];
    const double difference = energies[static_cast<std::size_t>(colder)] - energies[static_cast<std::size_t>(hotter)];
    const double u = random.uniform4(static_cast<std::uint64_t>(rounds_), k, key_.replica)[0];
    ++attempts_[k];
    if (std::log(u) >= (beta_[k] - beta_[k + 1]) * difference) continue;
    ++accepted_[k];
    std::swap(colder, hotter);
    temperature_of_[static_cast<std::size_t>(colder)] = static_cast<std::int64_t>(k);
    temperature_of_[static_cast<std::size_t>(hotter)] = static_cast<std::int64_t>(k + 1);
  }
  ++rounds_;
  if (walker_at_.size() < 2) return;
  std::int64_t& at_top = heading_[static_cast<std::size_t>(walker_at_.back())];
  std::int64_t& at_bottom = heading_[static_cast<std::size_t>(walker_at_.front())];
  if (at_top == up) at_top = down;
  if (at_bottom == down) ++round_trips_;
  at_bottom = up;
}

void Tempering::exchange(const Communicator& across, std::vector<double> energies) {
  across.sum(energies.data(), energies.size());
  exchange(energies);
}

std::vector<double> Tempering::acceptance() const {
  std::vector<double> rates;
  for (std::size_t k = 0; k < attempts_.size(); ++k)
    rates.push_back(attempts_[k] > 0 ? static_cast<double>(accepted_[k]) / static_cast<double>(attempts_[k]) : 0.0);
  return rates;
}

std::vector<std::int64_t> Tempering::save() const {
  std::vector<std::int64_t> state = {rounds_, round_trips_};
  for (const auto* part : {&walker_at_, &attempts_, &accepted_, &heading_})
    state.insert(state.end(), part->begin(), part->end());
  return state;
}

void Tempering::load(const std::vector<std::int64_t>& state) {
  const std::size_t n = walker_at_.size();
  if (state.size() != 2 + 2 * n + 2 * (n - 1))
    fail("the saved state of parallel tempering is not one of {} temperatures", n);
  rounds_ = state[0];
  round_trips_ = state[1];
  auto from = state.begin() + 2;
  for (auto* part : {&walker_at_, &attempts_, &accepted_, &heading_})
    for (auto& value : *part) value = *from++;
  std::vector<char> seen(n, 0);
  for (std::size_t k = 0; k < n; ++k) {
    const auto walker = static_cast<std::size_t>(walker_at_[k]);
    if (walker >= n || seen[walker] != 0) fail("the saved state of parallel tempering is damaged");
    seen[walker] = 1;
    temperature_of_[walker] = static_cast<std::int64_t>(k);
  }
}

}  // namespace spinel
