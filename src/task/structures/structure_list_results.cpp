#include "task/structures/structure_list_results.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "core/text.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"
#include "parallel/on_root.hpp"
#include "run/report_warnings.hpp"
#include "run/result_common.hpp"

namespace spinel {

namespace {

constexpr std::size_t most_problems = 10;

/// Values of which a structure has many, one after the other, by offsets: those of its atoms and of the steps of its
/// relaxation.
class ListParts {
 public:
  explicit ListParts(const UnitSystem& u) {
    atoms_.column("species", "", "index into species_names", &Atom::species);
    atoms_.column("position", u.length, "atoms in the order of the input", [](const Atom& a) { return a.position; });
    atoms_.column("force", u.force, "", [](const Atom& a) { return a.force; });
    points_.column("evaluation", "", "force evaluations so far", &Point::evaluation);
    points_.column("energy", u.energy, "", &Point::energy);
    points_.column("fmax", u.force, "", &Point::fmax);
    points_.column("smax", u.pressure, "", &Point::smax).scaled(u.pressure_to_output);
    points_.column("volume", u.length + "³", "", &Point::volume);
  }

  void add(const StructureResult& r) {
    const Structure& s = r.structure;
    for (std::size_t i = 0; i < s.size(); ++i)
      atoms_.add({species_index(s.species[static_cast<std::size_t>(s.type[i])]), s.position[i],
                  i < s.force.size() ? s.force[i] : Vec3(Vec3::Zero())});
    atom_offset_.push_back(atoms_.size());
    const StructureSeries& series = r.series;
    for (std::size_t k = 0; k < series.energy.size(); ++k)
      points_.add({series.evaluation[k], series.energy[k], series.fmax[k], series.smax[k], series.volume[k]});
    point_offset_.push_back(points_.size());
  }

  void write(ResultFile& file, bool relaxation) {
    atoms_.write(file, "/atoms");
    file.write("/atoms/offset", std::move(atom_offset_), {"", "structure i has the atoms offset[i] … offset[i+1] − 1"});
    file.write_texts("/atoms/species_names", species_names_, "chemical symbols");
    file.write("/atoms/atomic_numbers", atomic_numbers_, {"", "of species_names; 0: no element"});
    if (!relaxation) return;
    points_.write(file, "/series");
    file.write("/series/offset", std::move(point_offset_),
               {"", "structure i has the points offset[i] … offset[i+1] − 1 that its relaxation accepted"});
  }

 private:
  struct Atom {
    std::int64_t species;
    Vec3 position, force;
  };
  struct Point {
    std::int64_t evaluation;
    double energy, fmax, smax, volume;
  };

  std::int64_t species_index(const Species& species) {
    const auto found = species_index_.emplace(species.symbol, static_cast<std::int64_t>(species_names_.size()));
    if (found.second) {
      species_names_.push_back(species.symbol);
      atomic_numbers_.push_back(species.atomic_number);
    }
    return found.first->second;
  }

  Table<Atom> atoms_;
  Table<Point> points_;
  std::vector<std::string> species_names_;
  std::map<std::string, std::int64_t> species_index_;
  std::vector<std::int64_t> atom_offset_ = {0}, atomic_numbers_, point_offset_ = {0};
};

/// A structure that failed before its first force has none, and readers stop at a NaN.
bool has_finite_forces(const Structure& structure) {
  return !structure.force.empty() &&
         std::all_of(structure.force.begin(), structure.force.end(), [](const Vec3& f) { return f.allFinite(); });
}

/// As ASE's reader expects it: energy, forces and stress (nine numbers, eV/Å³, tension positive) become a calculator.
Structure labeled(const RunContext& context, const StructureResult& result) {
  Structure structure = result.structure;
  auto& info = structure.info;
  for (const char* label : {"energy", "free_energy", "stress", "virial", "stresses", "energies"}) info.erase(label);
  const auto& s = result.stress;
  info["energy"] = fmt::format("{}", result.energy);
  info["stress"] = fmt::format("{} {} {} {} {} {} {} {} {}", s[0], s[5], s[4], s[5], s[1], s[3], s[4], s[3], s[2]);
  info["number"] = fmt::format("{}", result.number);
  info["status"] = status_name(result.status, relaxes_structures(context.input));
  if (!result.reason.empty()) info["reason"] = result.reason;
  if (relaxes_structures(context.input)) info["evaluations"] = fmt::format("{}", result.evaluations);
  if (context.units.name == "lj") info["units"] = "lj";
  structure.velocity.clear();
  return structure;
}

void write_path(TextWriter& out, const RunContext& context, const StructureResult& result) {
  Structure structure = result.structure;
  structure.info.clear();
  structure.velocity.clear();
  if (context.units.name == "lj") structure.info["units"] = "lj";
  structure.info["number"] = fmt::format("{}", result.number);
  for (const StructureFrame& frame : result.frames) {
    structure.cell = frame.cell;
    structure.position = frame.position;
    structure.force = frame.force;
    structure.info["energy"] = fmt::format("{}", frame.energy);
    structure.info["evaluation"] = fmt::format("{}", frame.evaluation);
    write_xyz_frame(out, structure);
  }
}

void count(StructureListSummary& summary, const StructureResult& result) {
  summary.all_evaluations += result.evaluations;
  summary.seconds += result.seconds;
  if (result.status == StructureStatus::pending) {
    ++summary.pending;
    return;
  }
  if (result.status == StructureStatus::done) {
    ++summary.done;
    summary.evaluations.push_back(result.evaluations);
    return;
  }
  ++(result.status == StructureStatus::failed ? summary.failed : summary.not_converged);
  if (summary.problems.size() < most_problems)
    summary.problems.push_back(fmt::format("{} (number {}): {}", result.name, result.number, result.reason));
}

}  // namespace

StructureListSummary write_structures(ResultFile& file, const RunContext& context, const RunFiles& files,
                                      std::int64_t n, const std::function<StructureResult(std::int64_t)>& result) {
  const bool relaxation = relaxes_structures(context.input);
  StructureListSummary summary;
  auto table = structure_table(context.units, relaxation, context.input.potential.model.size() > 1);
  ListParts parts(context.units);
  TextWriter structures(files.structures);
  std::optional<TextWriter> paths;
  if (relaxation && context.input.output.trajectory_every > 0) paths.emplace(files.paths);
  for (std::int64_t number = 0; number < n; ++number) {
    const StructureResult one = result(number);
    table.add(one);
    parts.add(one);
    count(summary, one);
    summary.warnings.add(one.structure.warnings, number, one.name);
    if (one.status == StructureStatus::pending || one.structure.size() == 0) continue;
    if (has_finite_forces(one.structure)) write_xyz_frame(structures, labeled(context, one));
    if (paths) write_path(*paths, context, one);
  }
  structures.close();
  if (paths) paths->close();
  table.write(file, "/structures");
  write_warnings(file, "/warnings", summary.warnings);
  parts.write(file, relaxation);
  return summary;
}

StructureListSummary write_structure_list(const RunContext& context, const RunFiles& files, std::int64_t n,
                                          const std::function<StructureResult(std::int64_t)>& result, bool complete) {
  StructureListSummary summary;
  ResultFile file(context.world, files.result);
  write_header(file, context, complete);
  on_root(context.world, [&] { summary = write_structures(file, context, files, n, result); });
  file.save();
  return summary;
}

void report_structure_list(const RunContext& context, const StructureListSummary& summary) {
  Log& log = context.log;
  if (!log.enabled()) return;
  const bool relaxation = relaxes_structures(context.input);
  TextTable table({"structures", "number", "%"});
  const auto total = summary.done + summary.not_converged + summary.failed + summary.pending;
  const auto row = [&](const char* name, std::int64_t number) {
    table.add({name, grouped(number),
               fmt::format("{:.1f}", 100.0 * static_cast<double>(number) /
                                         static_cast<double>(std::max<std::int64_t>(total, 1)))});
  };
  row(relaxation ? "converged" : "done", summary.done);
  if (relaxation) row("not converged", summary.not_converged);
  row("failed", summary.failed);
  if (summary.pending > 0) row("pending", summary.pending);
  log.line();
  log.line(table.text());
  for (const std::string& problem : summary.problems) log.print("  {}", problem);
  const auto shown = static_cast<std::int64_t>(summary.problems.size());
  if (const auto more = summary.failed + summary.not_converged - shown; more > 0)
    log.print("  … and {} more: /structures/reason names each", more);
  report_warnings(log, summary.warnings, "structures");
  log.line();
  if (relaxation && !summary.evaluations.empty()) {
    auto calls = summary.evaluations;
    std::sort(calls.begin(), calls.end());
    const double mean = static_cast<double>(std::accumulate(calls.begin(), calls.end(), std::int64_t{0})) /
                        static_cast<double>(calls.size());
    echo_line(log, "force calls",
              fmt::format("mean {:.1f}, median {}, most {}, of the converged; {} in all", mean, calls[calls.size() / 2],
                          calls.back(), grouped(summary.all_evaluations)));
  }
  if (summary.all_evaluations > 0)
    echo_line(log, "time",
              fmt::format("{} of all pools together, {:.3g} s a force call", human_duration(summary.seconds),
                          summary.seconds / static_cast<double>(summary.all_evaluations)));
}

}  // namespace spinel
