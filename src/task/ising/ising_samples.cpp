#include "task/ising/ising_samples.hpp"

#include <cmath>
#include <cstring>

#include "core/error.hpp"
#include "io/hdf_reader.hpp"
#include "io/result_file.hpp"
#include "run/result_common.hpp"

namespace spinel {

namespace {

constexpr const char* series_names[] = {"energy", "magnetization", "order"};

}  // namespace

void IsingSamples::create(const RunContext& context, const std::string& path) const {
  const IsingParameters& p = plan_.parameters();
  const auto n_t = static_cast<std::int64_t>(plan_.temperatures().size());
  ResultFile file(context.world, path);
  write_header(file, context, true);
  std::vector<std::int64_t> sweep;
  for (std::int64_t c = 1; c <= p.configurations; ++c) sweep.push_back(c * plan_.configuration_every());
  for (const IsingSystem& system : plan_.systems()) {
    const std::string group = "/" + system.name() + "/";
    file.write(group + "temperature", plan_.temperatures(), {"|J|/k_B", ""});
    file.write(group + "size", std::vector<std::int64_t>{system.lx, system.ly}, {"", "Lx, Ly"});
    if (p.configurations > 0) {
      file.write(group + "sweep", sweep, {"", "measured sweeps before the configuration"});
      file.reserve<std::uint8_t>(group + "spins",
                                 {"", "[temperature][replica][configuration][y][x/8]; x mod 8 is the bit, 1 is up"},
                                 {n_t, p.replicas, p.configurations, system.ly, system.row_bytes()});
      file.reserve<std::uint8_t>(group + "written", {"", "1 where spins holds a configuration"},
                                 {n_t, p.replicas, p.configurations});
    }
    if (p.series)
      for (const char* name : series_names)
        file.reserve<double>(group + name,
                             {name == series_names[0] ? "|J|" : "", "[temperature][replica][measurement]"},
                             {n_t, p.replicas, plan_.measurements()});
  }
  file.save();
}

IsingSamples::IsingSamples(const RunContext& context, const IsingPlan& plan, const std::string& path, bool restored)
    : plan_(plan) {
  const IsingParameters& p = plan.parameters();
  if (!restored) create(context, path);
  const auto n_chains = static_cast<std::uint64_t>(plan.temperatures().size()) * static_cast<std::uint64_t>(p.replicas);
  for (const IsingSystem& system : plan.systems()) {
    auto& of_system = datasets_.emplace_back();
    const auto open = [&](const std::string& name, std::int64_t bytes_a_chain) {
      of_system.emplace(name, DatasetBytes(context.world, path, "/" + system.name() + "/" + name,
                                           n_chains * static_cast<std::uint64_t>(bytes_a_chain)));
    };
    if (p.configurations > 0) {
      open("spins", p.configurations * system.ly * system.row_bytes());
      open("written", p.configurations);
    }
    if (p.series)
      for (const char* name : series_names) open(name, plan.measurements() * static_cast<std::int64_t>(sizeof(double)));
  }
}

void IsingSamples::write(std::size_t system, std::int64_t temperature, std::int64_t replica, std::int64_t index,
                         const SpinLattice& lattice) {
  constexpr std::int64_t buffer_bytes = 1 << 24;
  const IsingSystem& s = plan_.systems()[system];
  const std::int64_t row_bytes = s.row_bytes(),
                     row = chain(temperature, replica) * plan_.parameters().configurations + index;
  std::vector<std::uint64_t> words(static_cast<std::size_t>((s.lx + 63) / 64));
  const std::int64_t rows_at_once = std::max<std::int64_t>(1, buffer_bytes / row_bytes);
  for (std::int64_t first = 0; first < lattice.n_rows(); first += rows_at_once) {
    const std::int64_t n = std::min(rows_at_once, lattice.n_rows() - first);
    buffer_.resize(static_cast<std::size_t>(n * row_bytes));
    for (std::int64_t r = 0; r < n; ++r) {
      lattice.get_row_bits(first + r, words.data());
      std::memcpy(buffer_.data() + r * row_bytes, words.data(), static_cast<std::size_t>(row_bytes));
    }
    datasets_[system].at("spins").write(
        buffer_.data(), buffer_.size(),
        static_cast<std::uint64_t>((row * s.ly + lattice.first_row() + first) * row_bytes));
  }
  if (lattice.communicator().size() > 1) lattice.communicator().barrier();
  const std::uint8_t written = 1;
  if (lattice.communicator().is_root())
    datasets_[system].at("written").write(&written, 1, static_cast<std::uint64_t>(row));
}

void IsingSamples::write_series(std::size_t system, std::int64_t temperature, std::int64_t replica,
                                const std::string& name, const std::vector<double>& values) {
  const auto chain_bytes = static_cast<std::uint64_t>(plan_.measurements()) * sizeof(double);
  datasets_[system].at(name).write(values.data(), values.size() * sizeof(double),
                                   static_cast<std::uint64_t>(chain(temperature, replica)) * chain_bytes);
}

void IsingSamples::sync() const {
  for (const auto& system : datasets_)
    for (const auto& [name, dataset] : system) return dataset.sync();  // all of one file
}

void read_start(const std::string& path, const IsingSystem& system, double temperature, std::int64_t replica,
                SpinLattice& lattice) {
  const HdfReader file(path);
  const std::string group = "/" + system.name();
  if (!file.exists(group + "/spins"))
    fail("'{}' holds no configurations of a lattice of {} × {} ({}/spins)", path, system.lx, system.ly, group);
  const auto temperatures = file.read<double>(group + "/temperature");
  const auto dims = file.dims(group + "/spins");
  if (dims.size() != 5 || dims[3] != system.ly || dims[4] != system.row_bytes() ||
      dims[0] != static_cast<std::int64_t>(temperatures.size()))
    fail("'{}': {}/spins is not what calculation = 'ising' writes", path, group);
  std::int64_t nearest = 0;
  for (std::size_t t = 0; t < temperatures.size(); ++t)
    if (std::abs(temperatures[t] - temperature) <
        std::abs(temperatures[static_cast<std::size_t>(nearest)] - temperature))
      nearest = static_cast<std::int64_t>(t);
  const auto written = file.read<std::uint8_t>(group + "/written");
  const std::int64_t chain = nearest * dims[1] + replica % dims[1];
  std::int64_t last = dims[2] - 1;
  while (last >= 0 && written.at(static_cast<std::size_t>(chain * dims[2] + last)) == 0) --last;
  if (last < 0)
    fail("'{}': no configuration of {} at T = {} is written", path, group,
         temperatures[static_cast<std::size_t>(nearest)]);
  std::vector<std::uint64_t> words(static_cast<std::size_t>((system.lx + 63) / 64), 0);
  const auto bytes =
      file.read_block<std::uint8_t>(group + "/spins", {nearest, replica % dims[1], last, lattice.first_row(), 0},
                                    {1, 1, 1, lattice.n_rows(), dims[4]});
  for (std::int64_t r = 0; r < lattice.n_rows(); ++r) {
    std::memcpy(words.data(), bytes.data() + r * dims[4], static_cast<std::size_t>(dims[4]));
    lattice.set_row_bits(r, words.data());
  }
}

}  // namespace spinel
