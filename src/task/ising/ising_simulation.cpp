#include "task/ising/ising_simulation.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace spinel {

namespace {

constexpr double critical_temperature = 2.269185314213022;  // 2/ln(1 + √2): where 'auto' changes from cold to hot
constexpr std::size_t series_width = 4;

/// Turns every spin: from one ground state to the other.
void invert(SpinLattice& lattice) {
  std::vector<std::uint8_t> row(static_cast<std::size_t>(lattice.lx()));
  for (std::int64_t r = 0; r < lattice.n_rows(); ++r) {
    lattice.unpack_row(r, row.data());
    for (std::uint8_t& spin : row) spin = spin == 0 ? 1 : 0;
    lattice.pack_row(r, row.data());
  }
}

}  // namespace

void IsingRecords::add(Kind kind, std::int64_t job, std::int64_t walker, const std::vector<double>& values) {
  records.push_back(
      {kind, job, walker, 0, static_cast<std::int64_t>(values.size()), static_cast<std::int64_t>(numbers.size())});
  numbers.insert(numbers.end(), values.begin(), values.end());
}

IsingRecords gather(const IsingRecords& records, const Communicator& communicator) {
  const std::int64_t before = communicator.exclusive_scan(static_cast<std::int64_t>(records.numbers.size()));
  std::vector<std::int64_t> flat;
  for (const auto& r : records.records)
    flat.insert(flat.end(), {r.kind, r.job, r.walker, r.row, r.count, r.at + before});
  flat = communicator.gather(flat);
  IsingRecords all;
  all.numbers = communicator.gather(records.numbers);
  for (std::size_t k = 0; k + IsingRecords::width <= flat.size(); k += IsingRecords::width)
    all.records.push_back({flat[k], flat[k + 1], flat[k + 2], flat[k + 3], flat[k + 4], flat[k + 5]});
  // One order for any number of ranks: sums over chains then have one value.
  std::sort(all.records.begin(), all.records.end(), [](const auto& a, const auto& b) {
    return std::tie(a.job, a.walker, a.kind) < std::tie(b.job, b.walker, b.kind);
  });
  return all;
}

std::vector<double> IsingSeries::to_numbers() const {
  std::vector<double> numbers;
  numbers.reserve(series_width * values.size());
  for (std::size_t k = 0; k < values.size(); ++k)
    numbers.insert(numbers.end(), {values.energy[k], values.magnetization[k], values.order[k], temperature[k]});
  return numbers;
}

IsingSeries IsingSeries::from_numbers(const std::vector<double>& numbers) {
  IsingSeries series;
  for (std::size_t k = 0; k + series_width <= numbers.size(); k += series_width) {
    series.values.energy.push_back(numbers[k]);
    series.values.magnetization.push_back(numbers[k + 1]);
    series.values.order.push_back(numbers[k + 2]);
    series.temperature.push_back(numbers[k + 3]);
  }
  return series;
}

IsingSimulation::IsingSimulation(const IsingPlan& plan, std::size_t job, const Pools& teams, Updater& updater)
    : plan_(plan), number_(job), job_(plan.jobs()[job]), teams_(teams), updater_(updater) {
  const IsingParameters& p = plan.parameters();
  for (std::int64_t w = teams.index; w < job_.n_temperatures; w += teams.count) {
    walkers_.push_back({w, nullptr, {}, nullptr});
    if (p.correlation)
      walkers_.back().correlation = std::make_unique<CorrelationMeter>(system().lx, system().ly, p.coupling);
  }
  if (p.tempering) tempering_.emplace(plan.temperatures(), plan.key(job_, 0));
}

std::int64_t IsingSimulation::n_spins() const { return job_.n_temperatures * system().n_spins(); }

std::int64_t IsingSimulation::temperature_of(const Walker& walker) const {
  return tempering_ ? tempering_->temperature_of(walker.index) : job_.first_temperature + walker.index;
}

void IsingSimulation::make_lattice(Walker& walker) {
  walker.lattice = std::make_unique<SpinLattice>(teams_.within, system().lx, system().ly);
}

void IsingSimulation::start() {
  const IsingParameters& p = plan_.parameters();
  for (Walker& walker : walkers_) {
    make_lattice(walker);
    const std::int64_t t = temperature_of(walker);
    const double temperature = plan_.temperatures()[static_cast<std::size_t>(t)];
    if (p.start == "file") {
      read_start(p.start_file, system(), temperature, job_.replica, *walker.lattice);
    } else if (p.start == "cold" || (p.start == "auto" && temperature < critical_temperature)) {
      walker.lattice->fill_cold(p.coupling);
      // Without a field the ground states take turns, so that data of several replicas have the model's symmetry.
      const bool other = p.field == 0.0 ? job_.replica % 2 == 1 : p.field < 0.0 && p.coupling > 0.0;
      if (other) invert(*walker.lattice);
    } else {
      walker.lattice->fill_hot(plan_.key(job_, t));
    }
  }
}

std::int64_t IsingSimulation::advance(std::int64_t count) {
  const std::int64_t every = plan_.parameters().exchange_every;
  if (tempering_) count = every - sweep_ % every;
  count = std::min(count, plan_.sweeps() - sweep_);
  for (Walker& walker : walkers_)
    for (std::int64_t s = 1; s <= count; ++s) make_sweep(walker, sweep_ + s);
  sweep_ += count;
  if (tempering_ && sweep_ % every == 0) exchange();
  if (is_done())
    for (Walker& walker : walkers_) walker.lattice.reset();
  return count;
}

void IsingSimulation::make_sweep(Walker& walker, std::int64_t sweep) {
  const IsingParameters& p = plan_.parameters();
  const std::int64_t t = temperature_of(walker);
  const IsingModel model = plan_.model(t);
  updater_.sweep(*walker.lattice, model, plan_.key(job_, t), sweep);
  const std::int64_t measured = sweep - p.burn_in;
  if (measured <= 0) return;
  if (measured % p.measure_every == 0) {
    const LatticeSums sums = walker.lattice->sums();
    if (teams_.within.is_root()) {
      walker.series.values.add(sums, model, system().n_spins());
      walker.series.temperature.push_back(static_cast<double>(t));
    }
    if (walker.correlation) walker.correlation->measure(*walker.lattice);
  }
  const std::int64_t every = plan_.configuration_every();
  if (every > 0 && measured % every == 0 && measured / every <= p.configurations)
    samples_->write(job_.system, t, job_.replica, measured / every - 1, *walker.lattice);
}

void IsingSimulation::exchange() {
  const IsingParameters& p = plan_.parameters();
  std::vector<double> energies(static_cast<std::size_t>(job_.n_temperatures), 0.0);
  for (Walker& walker : walkers_) {
    const LatticeSums sums = walker.lattice->sums();
    energies[static_cast<std::size_t>(walker.index)] =
        -p.coupling * static_cast<double>(sums.bonds) - p.field * static_cast<double>(sums.spins);
  }
  tempering_->exchange(teams_.across, energies);
}

void IsingSimulation::pack(IsingRecords& records) const {
  const auto job = static_cast<std::int64_t>(number_);
  if (!teams_.within.is_root()) return;
  if (teams_.index == 0) {
    records.records.push_back({IsingRecords::progress, job, 0, 0, sweep_, 0});
    if (tempering_) {
      const auto state = tempering_->save();
      records.add(IsingRecords::tempering, job, 0, {state.begin(), state.end()});
    }
  }
  for (const Walker& walker : walkers_) {
    records.add(IsingRecords::series, job, walker.index, walker.series.to_numbers());
    if (walker.correlation) records.add(IsingRecords::correlation, job, walker.index, walker.correlation->save());
  }
}

void IsingSimulation::pack_spins(IsingRecords& records, std::vector<CheckpointWriter::Piece>& pieces,
                                 std::int64_t& at) {
  constexpr std::int64_t piece_bytes = 1 << 25;
  const std::int64_t row_bytes = system().row_bytes();
  const std::int64_t rows_at_once = std::max<std::int64_t>(1, piece_bytes / row_bytes);
  for (const Walker& walker : walkers_) {
    if (!walker.lattice || walker.lattice->n_rows() == 0) continue;
    const SpinLattice& lattice = *walker.lattice;
    records.records.push_back({IsingRecords::spins, static_cast<std::int64_t>(number_), walker.index,
                               lattice.first_row(), lattice.n_rows(), at});
    at += lattice.n_rows() * row_bytes;
    for (std::int64_t first = 0; first < lattice.n_rows(); first += rows_at_once) {
      const std::int64_t n = std::min(rows_at_once, lattice.n_rows() - first);
      pieces.push_back({static_cast<std::size_t>(n * row_bytes), [&lattice, first, n, row_bytes](std::uint8_t* to) {
                          std::vector<std::uint64_t> words(static_cast<std::size_t>((lattice.lx() + 63) / 64));
                          for (std::int64_t r = 0; r < n; ++r) {
                            lattice.get_row_bits(first + r, words.data());
                            std::memcpy(to + r * row_bytes, words.data(), static_cast<std::size_t>(row_bytes));
                          }
                        }});
    }
  }
}

void IsingSimulation::restore(const CheckpointReader& reader, const std::vector<IsingRecords::Record>& records) {
  const auto numbers = [&](const IsingRecords::Record& record) {
    std::vector<double> values(static_cast<std::size_t>(record.count));
    reader.read_rows("numbers", record.at, record.count, values.data());
    return values;
  };
  // The progress first: it states whether there are lattices.
  for (const auto& record : records)
    if (record.kind == IsingRecords::progress) sweep_ = record.count;
  if (!is_done())
    for (Walker& walker : walkers_) make_lattice(walker);
  std::vector<std::uint64_t> words(static_cast<std::size_t>((system().lx + 63) / 64), 0);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(system().row_bytes()));
  for (const auto& record : records) {
    if (record.kind == IsingRecords::tempering) {
      const auto state = numbers(record);
      tempering_->load({state.begin(), state.end()});
    }
    for (Walker& walker : walkers_) {
      if (walker.index != record.walker) continue;
      if (record.kind == IsingRecords::series && teams_.within.is_root())
        walker.series = IsingSeries::from_numbers(numbers(record));
      if (record.kind == IsingRecords::correlation) walker.correlation->load(numbers(record));
      if (record.kind != IsingRecords::spins) continue;
      SpinLattice& lattice = *walker.lattice;
      const std::int64_t first = std::max(record.row, lattice.first_row());
      const std::int64_t last = std::min(record.row + record.count, lattice.first_row() + lattice.n_rows());
      const auto row_bytes = static_cast<std::int64_t>(bytes.size());
      for (std::int64_t y = first; y < last; ++y) {
        reader.read_rows("spins", record.at + (y - record.row) * row_bytes, row_bytes, bytes.data());
        std::memcpy(words.data(), bytes.data(), bytes.size());
        lattice.set_row_bits(y - lattice.first_row(), words.data());
      }
    }
  }
}

}  // namespace spinel
