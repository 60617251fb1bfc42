#include "task/phase/phase_plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/content_hash.hpp"
#include "core/random.hpp"
#include "run/setup/find_file.hpp"
#include "task/phase/phase_data.hpp"

namespace spinel {

namespace {

std::string range_text(const std::vector<double>& temperatures) {
  return fmt::format("{:g} to {:g}", temperatures.front(), temperatures.back());
}

}  // namespace

SpinConfigurations PhaseSize::spins() const { return {bits.data(), n(), lx, ly, name}; }

PhaseSize::Asked PhaseSize::asked_by_temperature() const {
  std::vector<std::vector<std::size_t>> places(temperatures.size());
  for (std::size_t k = 0; k < asked.size(); ++k)
    places[static_cast<std::size_t>(temperature_of[static_cast<std::size_t>(asked[k] - first)])].push_back(k);
  Asked result;
  for (std::size_t t = 0; t < places.size(); ++t)
    if (!places[t].empty()) {
      result.temperatures.push_back(temperatures[t]);
      result.places.push_back(std::move(places[t]));
    }
  return result;
}

PhasePlan::PhasePlan(const RunContext& context)
    : input_(context.input),
      parameters_(context.input.phase),
      seed_(static_cast<std::uint64_t>(context.input.control.seed)) {
  read(context);
  const auto n_sizes = sizes_.size();
  if (parameters_.extrapolation == "required" && n_sizes < 2)
    fail_key(input_, "phase", "extrapolation",
             fmt::format("needs two lattice sizes at least, but the files hold {} alone", sizes_[0].name));
  if (parameters_.nu == 0.0 && n_sizes < 3)
    fail_key(input_, "phase", "nu",
             fmt::format("cannot be fitted to {} lattice size{}; three are needed", n_sizes, n_sizes > 1 ? "s" : ""));
  for (PhaseSize& size : sizes_) {
    const std::int64_t blocks = parameters_.blocks;
    if (blocks > 0 && (size.lx % blocks != 0 || size.ly % blocks != 0))
      fail_key(input_, "phase", "blocks",
               fmt::format("the edges of {} cannot be divided into {} blocks; choose a common divisor of all edges in "
                           "the files, or 0",
                           size.name, blocks));
    by_confusion() ? divide_by_confusion(size) : divide_by_windows(size);
  }
  if (shares_networks())
    for (std::int64_t network = 0; network < parameters_.networks; ++network) jobs_.push_back({0, n_sizes, 0, network});
  else
    for (std::size_t s = 0; s < n_sizes; ++s)
      for (std::size_t trial = 0; trial < std::max<std::size_t>(1, sizes_[s].trials.size()); ++trial)
        for (std::int64_t network = 0; network < parameters_.networks; ++network)
          jobs_.push_back({s, 1, trial, network});
}

void PhasePlan::read(const RunContext& context) {
  const auto files = find_files(context.place("phase"), "files", parameters_.files, context.world);
  try {
    for (const std::string& name : PhaseData::sizes(files, context.world)) {
      const PhaseData data(files, name, context.world);
      PhaseSize size;
      size.name = name;
      size.lx = data.lx();
      size.ly = data.ly();
      size.temperatures = data.temperatures();
      size.temperature_of = data.temperature_of();
      size.bits = data.all_bits(context.world);
      sizes_.push_back(std::move(size));
    }
  } catch (const InputError& error) {
    fail_key(input_, "phase", "files", error.what());
  }
  std::stable_sort(sizes_.begin(), sizes_.end(),
                   [](const PhaseSize& a, const PhaseSize& b) { return a.lx * a.ly < b.lx * b.ly; });
  for (std::size_t s = 1; s < sizes_.size(); ++s) sizes_[s].first = sizes_[s - 1].first + sizes_[s - 1].n();
}

void PhasePlan::divide(const PhaseSize& size, double low, double high, std::vector<std::int64_t>& train,
                       std::vector<std::int64_t>& held_out) const {
  const Random random(seed_, RandomPurpose::phase_split);
  std::vector<std::vector<std::pair<double, std::int64_t>>> of_temperature(size.temperatures.size());
  for (std::int64_t c = 0; c < size.n(); ++c) {
    const std::int64_t sample = size.first + c;
    if (size.temperature(sample) < low || size.temperature(sample) > high) continue;
    const double lot = random.uniform4(0, static_cast<std::uint64_t>(sample))[0];
    of_temperature[static_cast<std::size_t>(size.temperature_of[static_cast<std::size_t>(c)])].emplace_back(lot,
                                                                                                            sample);
  }
  for (auto& lots : of_temperature) {
    if (lots.empty()) continue;
    std::sort(lots.begin(), lots.end());
    const auto n = static_cast<std::int64_t>(lots.size());
    const auto share = std::llround(parameters_.held_out * static_cast<double>(n));
    const auto n_held = n == 1 ? 0 : std::clamp<std::int64_t>(share, 1, n - 1);
    for (std::int64_t k = 0; k < n; ++k)
      (k < n_held ? held_out : train).push_back(lots[static_cast<std::size_t>(k)].second);
  }
  std::sort(train.begin(), train.end());
  std::sort(held_out.begin(), held_out.end());
}

void PhasePlan::divide_by_windows(PhaseSize& size) const {
  for (const auto& [key, window] : {std::pair{"ordered_window", &parameters_.ordered_window},
                                    {"disordered_window", &parameters_.disordered_window}}) {
    const std::size_t before = size.train.size();
    divide(size, (*window)[0], (*window)[1], size.train, size.validation);
    if (size.train.size() == before)
      fail_key(input_, "phase", key,
               fmt::format("no configuration of {} lies between {:g} and {:g}; its temperatures go from {}", size.name,
                           (*window)[0], (*window)[1], range_text(size.temperatures)));
  }
  std::sort(size.train.begin(), size.train.end());
  for (std::int64_t sample = size.first; sample < size.first + size.n(); ++sample)
    if (!std::binary_search(size.train.begin(), size.train.end(), sample)) size.asked.push_back(sample);
}

void PhasePlan::divide_by_confusion(PhaseSize& size) const {
  const auto& range = parameters_.temperature_range;
  const double low = range.empty() ? 0.0 : range[0];
  const double high = range.empty() ? std::numeric_limits<double>::infinity() : range[1];
  divide(size, low, high, size.train, size.asked);
  const char* key = range.empty() ? "files" : "temperature_range";
  const auto used = size.asked_by_temperature().temperatures;
  if (used.size() < 2)
    fail_key(input_, "phase", key,
             fmt::format("{} has two configurations or more at {} temperature{} only; its temperatures go from {}",
                         size.name, used.size(), used.size() == 1 ? "" : "s", range_text(size.temperatures)));
  size.trials = parameters_.trial_temperatures;
  if (size.trials.empty()) {
    for (std::size_t t = 1; t < used.size(); ++t) size.trials.push_back(0.5 * (used[t - 1] + used[t]));
    if (size.trials.size() < 5)
      fail_key(input_, "phase", key,
               fmt::format("{} temperatures of {} leave {} places for a trial temperature between them; 5 are needed",
                           used.size(), size.name, size.trials.size()));
  }
  for (const double trial : size.trials)
    if (trial <= used.front() || trial > used.back())
      fail_key(input_, "phase", "trial_temperatures",
               fmt::format("{:g} has no configurations of {} on one side; those used go from {}", trial, size.name,
                           range_text(used)));
}

bool PhasePlan::extrapolates() const { return parameters_.extrapolation != "none" && sizes_.size() > 1; }

PhaseLesson PhasePlan::lesson(const PhaseJob& job) const {
  PhaseLesson lesson;
  lesson.blocks = parameters_.blocks;
  lesson.widths = parameters_.widths;
  lesson.spin_flip = parameters_.spin_flip;
  const double least = by_confusion() ? sizes_[job.size].trials[job.trial] : parameters_.disordered_window[0];
  for (const PhaseSize& size : sizes_) {
    lesson.lattices.push_back(size.spins());
    for (std::int64_t c = 0; c < size.n(); ++c)
      lesson.disordered.push_back(size.temperature(size.first + c) >= least ? 1 : 0);
  }
  return lesson;
}

DataParts PhasePlan::parts(const PhaseJob& job) const {
  DataParts parts;
  for (std::size_t s = job.size; s < job.size + job.n_sizes; ++s) {
    parts.train.insert(parts.train.end(), sizes_[s].train.begin(), sizes_[s].train.end());
    parts.validation.insert(parts.validation.end(), sizes_[s].validation.begin(), sizes_[s].validation.end());
  }
  return parts;
}

std::vector<std::int64_t> PhasePlan::asked(const PhaseJob& job) const {
  std::vector<std::int64_t> samples;
  for (std::size_t s = job.size; s < job.size + job.n_sizes; ++s)
    samples.insert(samples.end(), sizes_[s].asked.begin(), sizes_[s].asked.end());
  return samples;
}

TrainerSettings PhasePlan::settings(const PhaseJob& job) const {
  constexpr double warm_up = 0.25;  // epochs
  TrainerSettings settings;
  settings.epochs = parameters_.epochs > 0 ? parameters_.epochs : by_confusion() ? 6 : 2;
  settings.batch_size = parameters_.batch_size;
  settings.optimizer.weight_decay = parameters_.weight_decay;
  settings.learning_rate.schedule = "cosine";
  settings.learning_rate.base = parameters_.learning_rate;
  settings.learning_rate.warm_up = warm_up;
  settings.learning_rate.epochs = settings.epochs;
  settings.seed = seed_;
  settings.member = (static_cast<std::uint64_t>(job.size) << 32) + (static_cast<std::uint64_t>(job.trial) << 16) +
                    static_cast<std::uint64_t>(job.network);
  return settings;
}

std::int64_t PhasePlan::n_steps(const PhaseJob& job) const {
  const auto n = static_cast<std::int64_t>(parts(job).train.size());
  return settings(job).epochs * ((n + parameters_.batch_size - 1) / parameters_.batch_size);
}

std::string PhasePlan::name(const PhaseJob& job) const {
  std::string text = fmt::format("network {}", job.network + 1);
  if (by_confusion()) text = fmt::format("T = {:g}, {}", sizes_[job.size].trials[job.trial], text);
  return shares_networks() ? text : sizes_[job.size].name + ", " + text;
}

std::int64_t PhasePlan::fingerprint() const {
  Fnv1a hash;
  for (const PhaseSize& size : sizes_) {
    hash.add(size.name);
    for (const std::int64_t t : size.temperature_of) hash.mix(static_cast<std::uint64_t>(t));
    hash.add(size.bits.data(), size.bits.size());
  }
  return static_cast<std::int64_t>(hash.value() >> 1);
}

}  // namespace spinel
