#include "run/run_report.hpp"

#include <algorithm>
#include <set>

#include "core/memory.hpp"
#include "core/provenance.hpp"
#include "core/text.hpp"

namespace spinel {

namespace {

std::string density_text(const LocalAtoms& atoms, const UnitSystem& units, double mass) {
  constexpr double g_per_cm3 = 1.66053906660;  // 1 amu/Å³
  if (units.name == "metal") return fmt::format("{:.4g} g/cm³", mass / atoms.volume() * g_per_cm3);
  return fmt::format("number density {:.4g}", static_cast<double>(atoms.n_global) / atoms.volume());
}

}  // namespace

void echo_line(Log& log, const std::string& label, const std::string& text) {
  log.line("  " + pad_right(label, 15) + text);
}

std::string hosts(const RunContext& context) {
  constexpr std::size_t width = 64;
  std::string own = provenance().hostname;
  own.resize(width, ' ');
  const auto all = context.world.gather(std::vector<char>(own.begin(), own.end()));
  std::set<std::string> different;
  for (std::size_t at = 0; at < all.size(); at += width) {
    const std::string host(all.data() + at, width);
    different.insert(host.substr(0, host.find(' ')));
  }
  return fmt::format("{}", fmt::join(different, " "));
}

void report_start(const RunContext& context) {
  const auto& [world, input, units, log] = context;
  const std::string names = hosts(context);
  const auto n_hosts = std::count(names.begin(), names.end(), ' ') + 1;
  log.print("Spinel {}", provenance().version_text());
  if (!input.control.title.empty()) log.line(input.control.title);
  log.line();
  echo_line(log, "input",
            fmt::format("{}: {}, units {}, seed {}", input.locations.file, input.control.calculation, units.name,
                        input.control.seed));
  echo_line(log, "ranks", fmt::format("{} on {} host{}", world.size(), n_hosts, n_hosts > 1 ? "s" : ""));
  const BlasInfo blas = blas_in_use();
  echo_line(log, "BLAS", blas.details.empty() ? blas.name : blas.details);
  if (!blas.advice.empty()) log.print("  WARNING: {}", blas.advice);
}

void report_structure(const RunContext& context, const LocalAtoms& atoms) {
  const auto& [world, input, units, log] = context;
  std::vector<std::int64_t> count(atoms.species.size(), 0);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) ++count[static_cast<std::size_t>(atoms.type[i])];
  world.sum(count.data(), count.size());
  std::string kinds;
  double mass = 0.0;
  for (std::size_t k = 0; k < count.size(); ++k) {
    kinds += fmt::format("{}{} {} ({:.6g} {})", k > 0 ? ", " : "", grouped(count[k]), atoms.species[k].symbol,
                         atoms.species[k].mass, units.mass);
    mass += static_cast<double>(count[k]) * atoms.species[k].mass;
  }
  const std::string periodic = fmt::format("{} {} {}", atoms.periodic[0] ? 'T' : 'F', atoms.periodic[1] ? 'T' : 'F',
                                           atoms.periodic[2] ? 'T' : 'F');
  echo_line(log, "atoms", fmt::format("{}: {}", grouped(atoms.n_global), kinds));
  const Vec3 length = atoms.cell.rowwise().norm();
  const auto angle = [&](int i, int j) {
    return std::acos(std::clamp(atoms.cell.row(i).dot(atoms.cell.row(j)) / (length[i] * length[j]), -1.0, 1.0)) *
           180.0 / 3.14159265358979323846;
  };
  echo_line(log, "cell",
            fmt::format("{:.6g} × {:.6g} × {:.6g} {}, angles {:.5g} {:.5g} {:.5g}°, periodic {}, {}", length[0],
                        length[1], length[2], units.length, angle(1, 2), angle(0, 2), angle(0, 1), periodic,
                        density_text(atoms, units, mass)));
}

void report_decomposition(const RunContext& context, const ForceField& force_field) {
  const auto& [world, input, units, log] = context;
  const LocalAtoms& atoms = force_field.atoms();
  const auto owned = static_cast<std::int64_t>(atoms.n_owned), ghosts = static_cast<std::int64_t>(atoms.n_ghost);
  const auto pairs = world.sum(static_cast<std::int64_t>(force_field.neighbors().n_pairs()));
  const auto held = static_cast<std::int64_t>(force_field.memory_bytes());
  const auto n = static_cast<double>(atoms.n_global);
  const Int3& grid = force_field.halo().decomposition().grid();
  const double ranks = world.size();
  const auto least = world.min(owned), most = world.max(owned);
  echo_line(log, "bricks",
            fmt::format("{} × {} × {}, {} to {} atoms a rank (max/mean {:.3f}), {:.0f} ghosts a rank", grid[0], grid[1],
                        grid[2], grouped(least), grouped(most), static_cast<double>(most) * ranks / n,
                        static_cast<double>(world.sum(ghosts)) / ranks));
  echo_line(log, "neighbors",
            fmt::format("{:.1f} an atom within {:.4g} {} (cutoff {:.4g} + skin {:.4g})", static_cast<double>(pairs) / n,
                        force_field.neighbors().range(), units.length, force_field.potential().cutoff(),
                        force_field.neighbors().range() - force_field.potential().cutoff()));
  const auto all = static_cast<double>(world.sum(held));
  echo_line(log, "memory",
            fmt::format("{} for atoms, lists and forces, at most {} a rank, {:.0f} B an atom", human_bytes(all),
                        human_bytes(static_cast<double>(world.max(held))), all / n));
}

Breakdown measure_breakdown(const Timers& timers, const Communicator& communicator) {
  auto average = timers.seconds(), least = average, most = average;
  communicator.sum(average.data(), average.size());
  communicator.min(least.data(), least.size());
  communicator.max(most.data(), most.size());
  Breakdown result;
  for (std::size_t k = 0; k < n_regions; ++k) result.rows[k] = {least[k], average[k] / communicator.size(), most[k]};
  result.wall = communicator.max(timers.total());
  return result;
}

Performance measure_performance(ForceField& force_field, std::int64_t steps, double timestep, const UnitSystem& units,
                                std::int64_t memory_before) {
  const Communicator& world = force_field.communicator();
  Performance result;
  result.breakdown = measure_breakdown(force_field.timers(), world);
  result.steps = steps;
  const double wall = std::max(result.breakdown.wall, 1e-9), ranks = world.size();
  const auto n = static_cast<double>(force_field.atoms().n_global);
  result.atom_steps_per_second = n * static_cast<double>(steps) / wall;
  // Reported times are ps in metal units; a day's worth is printed in ns.
  const double scale = units.name == "metal" ? 1e-3 : 1.0;
  result.time_per_day = static_cast<double>(steps) * timestep * units.time_to_output * scale / wall * 86400.0;
  const MemoryUse memory = memory_use();
  const auto peak = static_cast<double>(memory.peak);
  result.memory_average = world.sum(peak) / ranks;
  result.memory_maximum = world.max(peak);
  result.bytes_per_atom = world.sum(std::max(0.0, static_cast<double>(memory.now - memory_before))) / n;
  const double made = std::max<double>(1.0, static_cast<double>(steps));
  const Traffic& traffic = force_field.halo().traffic();
  result.messages_per_step = static_cast<double>(world.sum(traffic.messages)) / ranks / made;
  result.bytes_per_step = static_cast<double>(world.sum(traffic.bytes)) / ranks / made;
  result.counts = force_field.counts();
  result.imbalance = force_field.imbalance();
  return result;
}

void report_performance(const RunContext& context, const Performance& p) {
  const auto& [world, input, units, log] = context;
  if (!log.enabled()) return;
  TextTable table({"wall time (s)", "minimum", "average", "maximum", "%"});
  for (std::size_t k = 0; k < n_regions; ++k) {
    const auto& row = p.breakdown.rows[k];
    table.add({name(static_cast<Region>(k)), fmt::format("{:.3f}", row.minimum), fmt::format("{:.3f}", row.average),
               fmt::format("{:.3f}", row.maximum),
               fmt::format("{:.1f}", 100.0 * row.average / std::max(p.breakdown.wall, 1e-9))});
  }
  log.line();
  log.line(table.text());
  log.line();
  // A relaxation passes no time.
  const std::string rate = p.time_per_day == 0.0   ? "no time simulated"
                           : units.name == "metal" ? fmt::format("{:.4g} ns/day", p.time_per_day)
                                                   : fmt::format("{:.4g} {}/day", p.time_per_day, units.reported_time);
  echo_line(log, "speed",
            fmt::format("{:.4g} million atom-steps/s, {}; {} steps in {}", p.atom_steps_per_second * 1e-6, rate,
                        grouped(p.steps), human_duration(p.breakdown.wall)));
  echo_line(log, "memory",
            fmt::format("{} a rank (maximum {}), {:.0f} B an atom", human_bytes(p.memory_average),
                        human_bytes(p.memory_maximum), p.bytes_per_atom));
  echo_line(log, "lists",
            fmt::format("{} builds, {} of them dangerous, bricks balanced {} times (max/mean {:.3f})",
                        grouped(p.counts.builds), p.counts.dangerous, p.counts.balances, p.imbalance));
  if (p.counts.dangerous > 0)
    log.line(
        "  WARNING: dangerous builds came too late to be sure that no pair was missed: rebuild more often, or widen "
        "the skin");
  if (world.size() > 1)
    echo_line(
        log, "traffic",
        fmt::format("{:.1f} messages and {} a step and rank", p.messages_per_step, human_bytes(p.bytes_per_step)));
}

}  // namespace spinel
