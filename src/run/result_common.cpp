#include "run/result_common.hpp"

#include <cstdlib>
#include <ctime>

#include "core/provenance.hpp"
#include "input/schema.hpp"
#include "io/hdf_reader.hpp"
#include "parallel/on_root.hpp"

namespace spinel {

namespace {

std::string mpi_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string all(text, static_cast<std::size_t>(length));
  return all.substr(0, all.find_first_of(",\n"));
}

}  // namespace

std::string date_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::string species_name(const std::vector<Species>& species, std::size_t index) {
  return index < species.size() ? species[index].symbol : "all";
}

void write_header(ResultFile& file, const RunContext& context, bool complete) {
  const auto& [world, input, units, log] = context;
  const Provenance made = provenance();
  file.set_attribute("/", "spinel_version", made.version);
  file.set_attribute("/", "calculation", input.control.calculation);
  file.set_attribute("/", "title", input.control.title);
  file.set_attribute("/", "units", units.name);
  file.set_attribute("/", "complete", complete ? "yes" : "no");
  file.write_text("/input/namelist", echo(input));
  file.set_attribute("/input", "file", input.locations.file);

  const auto note = [&](const char* name, const std::string& text) { file.set_attribute("/provenance", name, text); };
  const BlasInfo blas = blas_in_use();
  note("version", made.version);
  note("git_commit", made.git_commit + (made.git_dirty ? " (modified)" : ""));
  note("compiler", made.compiler);
  note("build", made.build_type + " " + made.flags);
  for (const auto& [library, version] : made.libraries) note(library.c_str(), version);
  note("mpi", mpi_version());
  note("blas", blas.details.empty() ? blas.name : blas.details);
  note("ranks", fmt::format("{}", world.size()));
  note("hosts", hosts(context));
  note("date", date_text());
}

void write_header(ResultFile& file, const RunContext& context, const LocalAtoms& atoms, bool complete) {
  const UnitSystem& units = context.units;
  write_header(file, context, complete);
  file.write("/structure/n_atoms", atoms.n_global, {"", "number of atoms"});
  file.write(
      "/structure/cell",
      std::vector<double>{atoms.cell(0, 0), atoms.cell(0, 1), atoms.cell(0, 2), atoms.cell(1, 0), atoms.cell(1, 1),
                          atoms.cell(1, 2), atoms.cell(2, 0), atoms.cell(2, 1), atoms.cell(2, 2)},
      {units.length, "rows are the lattice vectors, at the last step"}, {3, 3});
  std::string symbols;
  std::vector<double> masses;
  for (const Species& s : atoms.species) {
    symbols += (symbols.empty() ? "" : " ") + s.symbol;
    masses.push_back(s.mass);
  }
  file.write_text("/structure/species", symbols);
  file.write("/structure/masses", masses, {units.mass, "of each species"});
}

void write_performance(ResultFile& file, const UnitSystem& units, const Performance& p) {
  for (std::size_t k = 0; k < n_regions; ++k) {
    const auto& row = p.breakdown.rows[k];
    file.write(fmt::format("/timing/regions/{}", name(static_cast<Region>(k))),
               std::vector<double>{row.minimum, row.average, row.maximum},
               {"s", "wall time: minimum, average, maximum over ranks"});
  }
  file.write("/timing/wall", p.breakdown.wall, {"s", "wall time of the steps of this part of the run"});
  file.write("/timing/steps", p.steps, {"", "steps of this part of the run"});
  file.write("/timing/atom_steps_per_second", p.atom_steps_per_second, {"1/s", ""});
  file.write("/timing/time_per_day", p.time_per_day,
             {units.name == "metal" ? "ns/day" : units.reported_time + "/day", "simulated time a day"});
  file.write("/timing/memory_per_rank", p.memory_maximum, {"B", "resident, peak, largest over ranks"});
  file.write("/timing/bytes_per_atom", p.bytes_per_atom, {"B", "resident beyond the program itself"});
  file.write("/timing/bytes_per_step", p.bytes_per_step, {"B", "sent by a rank in a step, average"});
  file.write("/timing/messages_per_step", p.messages_per_step, {"", "sent by a rank in a step, average"});
  file.write("/timing/list_builds", p.counts.builds, {"", "neighbor lists built"});
  file.write("/timing/dangerous_builds", p.counts.dangerous, {"", "of them too late to be sure"});
}

bool results_are_complete(const std::string& path, std::int64_t step, const Communicator& communicator) {
  return root_says(communicator, [&] {
    try {
      const HdfReader file(path);
      return file.attribute("/", "complete") == "yes" &&
             std::strtoll(file.attribute("/", "last_step").c_str(), nullptr, 10) >= step;
    } catch (const Error&) {
      return false;  // missing or unreadable: to be written again
    }
  });
}

}  // namespace spinel
