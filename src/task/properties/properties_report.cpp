#include "task/properties/properties_report.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "crystal/transform.hpp"
#include "domain/distribute.hpp"
#include "dynamics/molecular_dynamics.hpp"
#include "input/schema.hpp"
#include "properties/birch_murnaghan.hpp"
#include "properties/elasticity.hpp"
#include "properties/gamma_phonons.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

constexpr double gpa = constants::gpa_per_ev_a3;

/// One report: the kinds of &properties, each a member.
class Report {
 public:
  Report(const RunContext& context, const PropertiesSubject& subject, ResultFile& file, std::string group)
      : context_(context),
        p_(context.input.properties),
        probe_(context, subject.make),
        file_(file),
        group_(std::move(group)),
        fmax_(subject.single_precision ? 1e-3 : 1e-5),
        smax_((subject.single_precision ? 0.01 : 0.001) / gpa) {
    crystal_ = probe_.shared(subject.crystal);
  }

  void ground_state();
  void equation_of_state();
  void elastic();
  void phonons();
  void dimers();
  void invariance();
  void nve();

 private:
  double n() const { return static_cast<double>(crystal_.size()); }
  void print(const std::string& label, const std::string& text) const { echo_line(context_.log, label, text); }
  std::string at(const char* name) const { return group_ + "/" + name; }
  /// The crystal with x → (1 + strain) x, not relaxed.
  Structure strained(const Mat3& strain) const;
  Structure large_cell() const;

  const RunContext& context_;
  const PropertiesParameters& p_;
  PropertiesProbe probe_;
  ResultFile& file_;
  std::string group_;
  double fmax_, smax_;  // of relaxations, eV/Å and eV/Å³
  Structure crystal_;   // relaxed, once ground_state() is done
};

Structure Report::strained(const Mat3& strain) const {
  Structure s = crystal_;
  const Mat3 deform = Mat3::Identity() + strain;
  s.cell = crystal_.cell * deform.transpose();
  for (Vec3& x : s.position) x = deform * x;
  return s;
}

Structure Report::large_cell() const {
  // The shortest lattice vector is repeated until there are enough atoms.
  std::array<std::int64_t, 3> repeats = {1, 1, 1};
  const auto atoms = [&] { return repeats[0] * repeats[1] * repeats[2] * static_cast<std::int64_t>(crystal_.size()); };
  while (atoms() < p_.nve_atoms) {
    std::size_t shortest = 3;
    double length = 0.0;
    for (std::size_t k = 0; k < 3; ++k) {
      const double own = static_cast<double>(repeats[k]) * crystal_.cell.row(static_cast<Eigen::Index>(k)).norm();
      if (crystal_.periodic[k] && (shortest == 3 || own < length - 1e-9)) shortest = k, length = own;
    }
    if (shortest == 3) break;
    ++repeats[shortest];
  }
  return supercell(crystal_, repeats);
}

void Report::ground_state() {
  const bool is_bulk = crystal_.periodic == std::array<bool, 3>{true, true, true};
  crystal_ = probe_.relaxed(crystal_, is_bulk ? CellFreedom::full : CellFreedom::fixed, fmax_, smax_);
  const auto point = probe_.compute(crystal_);
  const auto length = [&](Eigen::Index k) { return crystal_.cell.row(k).norm(); };
  const double volume = std::abs(crystal_.cell.determinant());
  print("ground state", fmt::format("{:.6f} eV/atom{}", point.energy / n(),
                                    is_bulk ? fmt::format(", {:.4f} Å³/atom, cell {:.4f} × {:.4f} × {:.4f} Å",
                                                          volume / n(), length(0), length(1), length(2))
                                            : ""));
  file_.write(at("ground_state/energy"), point.energy, {"eV", "of the relaxed cell"});
  file_.write(at("ground_state/n_atoms"), static_cast<std::int64_t>(crystal_.size()), {"", "in the cell"});
  std::vector<double> flat, position;
  for (Eigen::Index i = 0; i < 3; ++i)
    for (Eigen::Index j = 0; j < 3; ++j) flat.push_back(crystal_.cell(i, j));
  for (const Vec3& x : crystal_.position) position.insert(position.end(), x.data(), x.data() + 3);
  file_.write(at("ground_state/cell"), flat, {"Å", "rows a, b, c"}, {3, 3});
  file_.write(at("ground_state/position"), position, {"Å", ""}, {static_cast<std::int64_t>(crystal_.size()), 3});
}

void Report::equation_of_state() {
  std::vector<double> volume, energy, pressure;
  for (std::int64_t k = 0; k < p_.volumes; ++k) {
    const double change = p_.volume_range * (2.0 * static_cast<double>(k) / static_cast<double>(p_.volumes - 1) - 1.0);
    const Structure s =
        probe_.relaxed(strained((std::cbrt(1.0 + change) - 1.0) * Mat3::Identity()), CellFreedom::fixed, fmax_, smax_);
    const auto point = probe_.compute(s);
    volume.push_back(std::abs(s.cell.determinant()));
    energy.push_back(point.energy);
    pressure.push_back(-(point.stress[0] + point.stress[1] + point.stress[2]) / 3.0 * gpa);
  }
  file_.write(at("equation_of_state/volume"), volume, {"Å³", "of the cell"});
  file_.write(at("equation_of_state/energy"), energy, {"eV", "of the cell, atoms relaxed"});
  file_.write(at("equation_of_state/pressure"), pressure, {"GPa", "from the stress"});
  const EquationOfState fit = [&] {
    try {
      return fit_birch_murnaghan(volume, energy);
    } catch (const Error& error) {
      throw CollectiveError(error.what());
    }
  }();
  std::vector<double> fitted;
  for (const double v : volume) fitted.push_back(fit.energy_at(v));
  file_.write(at("equation_of_state/fit_energy"), fitted, {"eV", "Birch–Murnaghan"});
  file_.write(at("equation_of_state/V0"), fit.volume, {"Å³", "of the cell, at the minimum"});
  file_.write(at("equation_of_state/E0"), fit.energy, {"eV", "at the minimum"});
  file_.write(at("equation_of_state/B0"), fit.bulk_modulus * gpa, {"GPa", "bulk modulus at the minimum"});
  file_.write(at("equation_of_state/B0_prime"), fit.bulk_modulus_pressure, {"", "dB/dP"});
  file_.write(at("equation_of_state/rms"), fit.rms, {"eV", "left over by the fit"});
  print("E(V)", fmt::format("V0 {:.4f} Å³/atom, E0 {:.6f} eV/atom, B {:.2f} GPa, B' {:.2f} (±{:g} %, {} volumes)",
                            fit.volume / n(), fit.energy / n(), fit.bulk_modulus * gpa, fit.bulk_modulus_pressure,
                            100.0 * p_.volume_range, p_.volumes));
}

void Report::elastic() {
  const ElasticConstants clamped =
      gpa * elastic_constants([&](const Mat3& strain) { return probe_.compute(strained(strain)).stress; }, p_.strain);
  const ElasticConstants c =
      gpa * elastic_constants(
                [&](const Mat3& strain) {
                  return probe_.compute(probe_.relaxed(strained(strain), CellFreedom::fixed, fmax_, smax_)).stress;
                },
                p_.strain);
  const PolycrystalModuli m = polycrystal_moduli(c);
  const auto write = [&](const char* name, const ElasticConstants& values, const char* what) {
    std::vector<double> flat;
    for (Eigen::Index i = 0; i < 6; ++i)
      for (Eigen::Index j = 0; j < 6; ++j) flat.push_back(values(i, j));
    file_.write(at(name), flat, {"GPa", what}, {6, 6});
  };
  write("elastic/constants", c, "xx yy zz yz xz xy, atoms relaxed");
  write("elastic/clamped", clamped, "the same, atoms carried along with the strain");
  file_.write(at("elastic/bulk_hill"), m.bulk_hill, {"GPa", "of a polycrystal"});
  file_.write(at("elastic/shear_hill"), m.shear_hill, {"GPa", "of a polycrystal"});
  print("elastic", fmt::format("C11 {:.2f}, C12 {:.2f}, C44 {:.2f} GPa (atoms not relaxed: {:.2f}, {:.2f}, {:.2f})",
                               c(0, 0), c(0, 1), c(3, 3), clamped(0, 0), clamped(0, 1), clamped(3, 3)));
  for (Eigen::Index i = 0; i < 6; ++i) {
    std::string row;
    for (Eigen::Index j = 0; j < 6; ++j) row += fmt::format("{:9.2f}", c(i, j));
    print(i == 0 ? "  C (GPa)" : "", row);
  }
  print("  polycrystal", fmt::format("bulk modulus {:.2f}, shear modulus {:.2f} GPa (Hill){}", m.bulk_hill,
                                     m.shear_hill, m.is_stable ? "" : "; NOT stable: a strain lowers the energy"));
}

void Report::phonons() {
  std::vector<double> mass;
  for (const std::int32_t type : crystal_.type) mass.push_back(crystal_.species[static_cast<std::size_t>(type)].mass);
  const auto frequencies = gamma_frequencies(
      [&](const std::vector<Vec3>& position) {
        Structure s = crystal_;
        s.position = position;
        return probe_.compute(s).force;
      },
      crystal_.position, mass, p_.displacement);
  file_.write(at("phonons/frequency"), frequencies, {"THz", "at Γ of the cell, imaginary ones negative"});
  // The three nearest to zero are those of translations.
  auto optical = frequencies;
  std::sort(optical.begin(), optical.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  const double acoustic = std::abs(optical[2]);
  optical.erase(optical.begin(), optical.begin() + 3);
  std::sort(optical.begin(), optical.end());
  std::string list;
  for (std::size_t k = 0; k < optical.size() && k < 12; ++k) list += fmt::format(" {:.3f}", optical[k]);
  print("phonons at Γ", fmt::format("{}{} THz; translations within {:.1e} THz of zero{}", list.empty() ? " none" : list,
                                    optical.size() > 12 ? fmt::format(" … {:.3f}", optical.back()) : "", acoustic,
                                    !optical.empty() && optical.front() < -10.0 * acoustic - 0.01
                                        ? "; NOT stable: imaginary ones are negative"
                                        : ""));
}

void Report::dimers() {
  const auto make = [&](std::vector<Species> species, std::vector<Vec3> position) {
    Structure s;
    s.periodic = {false, false, false};
    s.cell = 100.0 * Mat3::Identity();
    s.species = std::move(species);
    for (std::size_t i = 0; i < position.size(); ++i)
      s.type.push_back(static_cast<std::int32_t>(std::min(i, s.species.size() - 1)));
    s.position = std::move(position);
    return s;
  };
  double cutoff = 0.0;
  std::vector<double> lone;
  for (const Species& one : crystal_.species) {
    const Structure s = make({one}, {Vec3(50.0, 50.0, 50.0)});
    lone.push_back(probe_.compute(s).energy);
    cutoff = probe_.field(local_atoms_from(s, context_.world))->potential().cutoff();
  }
  if (p_.dimer_minimum >= cutoff)
    throw CollectiveError(
        fmt::format("dimer_minimum = {:g} Å is not below the cutoff {:g} Å", p_.dimer_minimum, cutoff));
  std::vector<double> distance;
  for (std::int64_t k = 0; k < p_.dimer_points; ++k)
    distance.push_back(p_.dimer_minimum +
                       (cutoff - p_.dimer_minimum) * static_cast<double>(k) / static_cast<double>(p_.dimer_points - 1));
  file_.write(at("dimers/distance"), distance, {"Å", ""});
  for (std::size_t a = 0; a < crystal_.species.size(); ++a)
    for (std::size_t b = a; b < crystal_.species.size(); ++b) {
      std::vector<Species> species = {crystal_.species[a]};
      if (b != a) species.push_back(crystal_.species[b]);
      std::vector<double> energy, force;
      for (const double r : distance) {
        const auto point = probe_.compute(make(species, {Vec3(50.0, 50.0, 50.0), Vec3(50.0 + r, 50.0, 50.0)}));
        energy.push_back(point.energy - lone[a] - lone[b]);
        force.push_back(point.force[1][0]);
      }
      const std::string name = crystal_.species[a].symbol + "-" + crystal_.species[b].symbol;
      file_.write(group_ + "/dimers/" + name + "/energy", energy, {"eV", "less that of the atoms alone"});
      file_.write(group_ + "/dimers/" + name + "/force", force, {"eV/Å", "between them, repulsion positive"});
      const auto lowest = static_cast<std::size_t>(std::min_element(energy.begin(), energy.end()) - energy.begin());
      print("dimer " + name, fmt::format("{:.3f} eV at {:.3f} Å, {:.3g} eV at {:g} Å{}", energy[lowest],
                                         distance[lowest], energy.front(), distance.front(),
                                         energy.front() < energy[lowest] + 1e-12 && lowest == 0
                                             ? "; NOT repelling: atoms may fall into each other"
                                             : ""));
    }
}

/// A rattled crystal, and the same turned, moved and with its atoms in another order.
void Report::invariance() {
  const Random random(static_cast<std::uint64_t>(context_.input.control.seed), RandomPurpose::rattle);
  Structure s = large_cell();
  for (std::size_t i = 0; i < s.size(); ++i) s.position[i] += 0.05 * random.normal3(i, 1);
  const auto u = random.uniform4(0, 2);
  const Vec3 axis = random.normal3(1, 3).normalized();
  const Mat3 turn = Eigen::AngleAxisd(6.283185307179586 * u[0], axis).toRotationMatrix();
  Structure turned = s;
  turned.cell = s.cell * turn.transpose();
  const std::size_t n_atoms = s.size(), shift = n_atoms / 2 + 1;
  const auto place = [&](std::size_t i) { return (n_atoms - 1 - i + shift) % n_atoms; };
  for (std::size_t i = 0; i < n_atoms; ++i) {
    turned.position[place(i)] = turn * s.position[i] + Vec3(0.3, -1.7, 2.2);
    turned.type[place(i)] = s.type[i];
  }
  const auto here = probe_.compute(s), there = probe_.compute(turned);
  double force = 0.0;
  for (std::size_t i = 0; i < n_atoms; ++i)
    force = std::max(force, (there.force[place(i)] - turn * here.force[i]).norm());
  const double energy = std::abs(there.energy - here.energy) / static_cast<double>(n_atoms);
  file_.write(at("invariance/energy"), energy, {"eV/atom", "change by rotation, translation and permutation"});
  file_.write(at("invariance/force"), force, {"eV/Å", "largest change likewise"});
  print("invariance",
        fmt::format("rotation, translation and permutation of {} atoms change energies by {:.1e} eV/atom, "
                    "forces by {:.1e} eV/Å",
                    n_atoms, energy, force));
}

void Report::nve() {
  const Structure s = large_cell();
  const auto seed = static_cast<std::uint64_t>(context_.input.control.seed);
  DynamicsParameters d;
  d.ensemble = "nvt";
  d.thermostat = "bussi";
  d.timestep = p_.nve_timestep;
  d.temperature = p_.nve_temperature;
  // Half of it goes into the springs.
  d.initial_temperature = 2.0 * p_.nve_temperature;
  d.initial_velocities = "maxwell";
  d.steps = std::max<std::int64_t>(p_.nve_equilibration, 1);
  LocalAtoms atoms = local_atoms_from(s, context_.world);
  initialize_velocities(atoms, context_.world, d, context_.units, seed, false);
  const auto field = probe_.field(std::move(atoms));
  if (p_.nve_equilibration > 0) {
    MolecularDynamics equilibration(*field, d, context_.units, seed);
    for (std::int64_t k = 0; k < p_.nve_equilibration; ++k) equilibration.step(false);
  }
  d.ensemble = "nve";
  d.steps = p_.nve_steps;
  MolecularDynamics dynamics(*field, d, context_.units, seed);
  const auto n_atoms = static_cast<double>(s.size());
  std::vector<double> time, energy;
  double temperature = 0.0;
  const std::int64_t every = std::max<std::int64_t>(1, p_.nve_steps / 1000);
  for (std::int64_t k = 1; k <= p_.nve_steps; ++k) {
    const bool seen = k % every == 0;
    dynamics.step(seen);
    if (!seen) continue;
    const Observation now = dynamics.observe();
    time.push_back(now.time * 1e-3);
    energy.push_back(now.total_energy / n_atoms);
    temperature += now.temperature;
  }
  const auto count = static_cast<double>(time.size());
  double mean_t = 0.0, mean_e = 0.0, tt = 0.0, te = 0.0, rest = 0.0;
  for (std::size_t k = 0; k < time.size(); ++k) mean_t += time[k] / count, mean_e += energy[k] / count;
  for (std::size_t k = 0; k < time.size(); ++k) {
    tt += (time[k] - mean_t) * (time[k] - mean_t);
    te += (time[k] - mean_t) * (energy[k] - mean_e);
  }
  const double drift = 1e3 * te / tt;
  for (std::size_t k = 0; k < time.size(); ++k)
    rest += std::pow(1e3 * (energy[k] - mean_e) - drift * (time[k] - mean_t), 2) / count;
  file_.write(at("nve/time"), time, {"ps", ""});
  file_.write(at("nve/total_energy"), energy, {"eV/atom", "kinetic and potential"});
  file_.write(at("nve/drift"), drift, {"meV/atom/ps", "slope of a straight line through the total energy"});
  file_.write(at("nve/fluctuation"), std::sqrt(rest), {"meV/atom", "root mean square about that line"});
  file_.write(at("nve/temperature"), temperature / count, {"K", "mean"});
  print("NVE", fmt::format(
                   "{:.4f} meV/atom/ps over {:.1f} ps at {:.0f} K, {:g} fs, {} atoms; fluctuation {:.4f} meV/atom",
                   drift, time.back() - time.front(), temperature / count, p_.nve_timestep, s.size(), std::sqrt(rest)));
}

}  // namespace

void check_properties(const RunContext& context, const Structure& crystal) {
  if (context.units.name == "lj")
    fail_key(context.input, "control", "units", "properties are reported in eV, Å and GPa: they need units = 'metal'");
  std::int32_t periodic = 1;
  if (context.world.is_root())
    periodic = crystal.periodic == std::array<bool, 3>{true, true, true} && std::abs(crystal.cell.determinant()) > 0.0;
  context.world.broadcast(&periodic, 1);
  for (const std::string& kind : context.input.properties.kinds)
    if (periodic == 0 && (kind == "equation_of_state" || kind == "elastic"))
      fail_key(context.input, "properties", "kinds",
               fmt::format("'{}' needs a crystal that is periodic in three directions", kind));
}

bool properties_report(const RunContext& context, const PropertiesSubject& subject, ResultFile& file,
                       const std::string& group, const std::function<bool()>& is_stopped) {
  Report report(context, subject, file, group);
  const auto attempt = [&](const std::string& what, const std::function<void()>& work) {
    const auto failed = [&](const Error& error) {
      echo_line(context.log, what, fmt::format("FAILED: {}", error.what()));
      file.set_attribute(group, "failed_" + what, error.what());
    };
    try {
      work();
    } catch (const InputError&) {
      throw;
    } catch (const CollectiveError& error) {
      failed(error);
    } catch (const Error& error) {
      // Other ranks may not have met it and wait for this one.
      if (context.world.size() > 1) throw;
      failed(error);
    }
  };
  context.log.line();
  attempt("ground_state", [&] { report.ground_state(); });
  const std::pair<const char*, void (Report::*)()> kinds[] = {{"equation_of_state", &Report::equation_of_state},
                                                              {"elastic", &Report::elastic},
                                                              {"phonons", &Report::phonons},
                                                              {"dimers", &Report::dimers},
                                                              {"invariance", &Report::invariance},
                                                              {"nve", &Report::nve}};
  const auto& wanted = context.input.properties.kinds;
  for (const auto& [name, member] : kinds) {
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) continue;
    if (is_stopped()) return false;
    attempt(name, [&, run = member] { (report.*run)(); });
  }
  return true;
}

}  // namespace spinel
