#include "task/hull/hull.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "parallel/on_root.hpp"
#include "run/report_warnings.hpp"
#include "run/result_common.hpp"
#include "run/run_files.hpp"
#include "run/setup/find_file.hpp"
#include "stability/entries/entry_file.hpp"
#include "stability/entries/hull_file.hpp"
#include "task/hull/hull_structures.hpp"
#include "task/structures/structure_list_results.hpp"
#include "task/structures/sweep_parameters.hpp"

namespace spinel {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_list = 40;  // stable phases printed
constexpr double near_hull = 0.1;         // eV/atom

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// work(), an InputError of which is about this key of &hull.
template <class Work>
auto for_key(const Input& input, const char* key, Work&& work) {
  try {
    return work();
  } catch (const InputError& error) {
    fail_key(input, "hull", key, error.what());
  }
}

EntryList read_files(const Input& input, const char* key, const std::vector<std::string>& names) {
  EntryFileOptions options;
  options.id_key = input.hull.id_key;
  options.formula_key = input.hull.formula_key;
  options.energy_key = input.hull.energy_key;
  options.energy_kind = input.hull.energy_kind;
  options.elements = input.hull.elements;
  std::vector<std::string> paths;
  for (const auto& name : names) paths.push_back(find_file({input.locations, "hull"}, key, name));
  return for_key(input, key, [&] {
    EntryList list = read_entries(paths, options);
    if (input.hull.align == "none") keep_functional(list, input.hull.run_type);
    return list;
  });
}

/// On rank 0. Those of files; none where all are computed.
EntryList read_hull_entries(const Input& input) {
  if (input.hull.entries.empty()) return {};
  EntryList list = read_files(input, "entries", input.hull.entries);
  if (computes_entries(input) && list.kind == EnergyKind::formation)
    fail_key(input, "hull", "entries",
             "holds formation energies, but those of structures and prototypes are total energies");
  if (input.hull.elemental_references != "zero") return list;
  if (list.kind == EnergyKind::total)
    fail_key(input, "hull", "elemental_references", "'zero' needs formation energies; the entries have total energies");
  add_zero_references(list);
  return list;
}

/// On rank 0. `run_type`: of the hull they are asked against, where it is known.
EntryList read_candidates(const Input& input, const std::string& run_type) {
  EntryList list = read_files(input, "candidates", input.hull.candidates);
  if (input.hull.run_type.empty() && input.hull.align == "none")
    for_key(input, "candidates", [&] { check_functionals(run_type, list); });
  return list;
}

StoredHull read_reference(const Input& input) {
  const std::string path = find_file({input.locations, "hull"}, "reference", input.hull.reference);
  return for_key(input, "reference", [&] { return read_stored_hull(path); });
}

std::string rate(std::size_t n, double seconds) {
  const std::string time = seconds < 1.0 ? fmt::format("{:.3g} ms", 1e3 * seconds) : human_duration(seconds);
  return fmt::format("{} ({:.3g} per second)", time, static_cast<double>(n) / std::max(seconds, 1e-9));
}

std::size_t count_at_most(const std::vector<double>& energies, double limit) {
  return static_cast<std::size_t>(
      std::count_if(energies.begin(), energies.end(), [&](double e) { return e <= limit; }));
}

void report_hull(Log& log, const EntryList& list, const HullTable& table, double seconds) {
  std::vector<std::size_t> stable;
  for (std::size_t e = 0; e < table.size(); ++e)
    if (table.stable[e] != 0) stable.push_back(e);
  echo_line(log, "hulls",
            fmt::format("{} chemical systems, {} compositions, {} elements", table.n_systems, table.n_compositions,
                        table.references.size()));
  echo_line(log, "stable",
            fmt::format("{} entries on the hull, {} within {} eV/atom of it", stable.size(),
                        count_at_most(table.energy_above_hull, near_hull), near_hull));
  echo_line(log, "time", rate(table.size(), seconds));
  if (stable.size() > longest_list || !log.enabled()) return;
  std::sort(stable.begin(), stable.end(), [&](std::size_t a, std::size_t b) {
    return table.formation_energy[a] != table.formation_energy[b]
               ? table.formation_energy[a] < table.formation_energy[b]
               : a < b;
  });
  log.line();
  log.line(hull_rows(list, table).text(stable));
  log.line();
}

void report_candidates(const RunContext& context, const CandidateTable& table, double seconds) {
  Log& log = context.log;
  echo_line(log, "candidates", fmt::format("{} in {} chemical systems", table.size(), table.n_systems));
  echo_line(log, "below hull",
            fmt::format("{}; at most {} eV/atom above it: {}", count_at_most(table.energy_above_hull, -1e-9), near_hull,
                        count_at_most(table.energy_above_hull, near_hull)));
  if (table.n_missing > 0)
    echo_line(log, "WARNING",
              fmt::format("{} candidates have no energy above the hull: it lacks {}", table.n_missing,
                          chemical_system_name(table.missing)));
  echo_line(log, "time", rate(table.size(), seconds));
}

void check_missing(const RunContext& context, const CandidateTable& table) {
  on_root(context.world, [&] {
    if (table.n_missing == 0 || context.input.hull.missing_elements == "report") return;
    fail_key(
        context.input, "hull", "candidates",
        fmt::format("the hull has no entry of {}, which {} of {} candidates hold (missing_elements = 'report' goes "
                    "on without them)",
                    chemical_system_name(table.missing), table.n_missing, table.size()));
  });
}

/// What the entries of the hull come from, for messages.
const char* entries_key(const Input& input) {
  const HullParameters& p = input.hull;
  return !p.entries.empty() ? "entries" : !p.structures.empty() ? "structures" : "prototypes";
}

/// On rank 0. The reference must not be what this run is about to write.
void check_not_own(const Input& input, const RunFiles& files) {
  std::error_code ignored;
  if (!input.hull.reference.empty() &&
      fs::equivalent(find_file({input.locations, "hull"}, "reference", input.hull.reference), files.result, ignored))
    fail_key(input, "hull", "reference", "is the result file of this run; choose another prefix");
}

/// On rank 0. Entries of several run types onto those of one; candidates must be of that one.
void align_entries(const RunContext& context, EntryList& list, const EntryList& candidates) {
  if (list.kind == EnergyKind::formation)
    fail_key(context.input, "hull", "align", "needs total energies; the entries have formation energies");
  for_key(context.input, "align", [&] { list.alignment = align_elements(list); });
  const Alignment& alignment = list.alignment;
  if (alignment.levels.empty()) {
    echo_line(context.log, "NOTE", "all entries are of one run type: nothing is moved");
  } else {
    for_key(context.input, "candidates", [&] { check_functionals(alignment.reference, candidates); });
  }
  for (const AlignedLevel& level : alignment.levels) {
    std::string shifts;
    for (std::size_t i = 0; i < level.elements.size(); ++i)
      shifts += fmt::format(" {} {:.4f}", element_symbol(level.elements[i]), -level.shift[i]);
    echo_line(
        context.log, "aligned",
        fmt::format("{} entries of {} onto {}, by {} compositions: eV/atom{}; error {:.4f} eV/atom", level.n_entries,
                    level.run_type, alignment.reference, level.n_calibrants, shifts, level.error));
  }
}

/// A structure with what the hull says of it, as labels. `structure_of`: of each entry, in ascending order.
StructureResult with_hull(StructureResult result, const std::vector<std::int64_t>& structure_of,
                          const HullTable& table) {
  auto& info = result.structure.info;
  for (const char* of_the_source : {"formation_energy_per_atom", "energy_above_hull"}) info.erase(of_the_source);
  const auto found = std::lower_bound(structure_of.begin(), structure_of.end(), result.number);
  if (found == structure_of.end() || *found != result.number) return result;
  const auto entry = static_cast<std::size_t>(found - structure_of.begin());
  info["formation_energy_per_atom"] = fmt::format("{}", table.formation_energy[entry]);
  info["energy_above_hull"] = fmt::format("{}", table.energy_above_hull[entry]);
  return result;
}

}  // namespace

bool run_hull(const RunContext& context) {
  const Communicator& world = context.world;
  const Input& input = context.input;
  Log& log = context.log;
  const RunFiles files(context);
  const HullParameters& p = input.hull;
  const bool computes = computes_entries(input), makes_hull = p.reference.empty();

  EntryList list, candidates;
  StoredHull stored;
  const Stopwatch reading;
  on_root(world, [&] {
    check_not_own(input, files);
    if (makes_hull)
      list = read_hull_entries(input);
    else
      stored = read_reference(input);
    if (!p.candidates.empty())
      candidates = read_candidates(input, makes_hull ? stated_run_type(list) : stored.run_type);
  });
  const double reading_seconds = reading.seconds();
  std::optional<StructureSweep> sweep;
  if (computes) sweep.emplace(context, files, hull_structures(context, list), sweep_parameters(context, files));
  report_start(context);
  std::vector<std::int64_t> structure_of;
  if (computes) {
    if (!sweep->run()) {
      log.print("\nStopped by {}; continue with restart_mode = 'auto'", sweep->campaign().stop_reason());
      return false;
    }
    structure_of = add_computed_entries(context, *sweep, list);
    on_root(world, [&] {
      if (!p.run_type.empty() || p.align != "none") return;
      for_key(input, entries_key(input), [&] { keep_functional(list, ""); });
      for_key(input, "candidates", [&] { check_functionals(stated_run_type(list), candidates); });
    });
  }
  if (p.align != "none") on_root(world, [&] { align_entries(context, list, candidates); });
  on_root(world, [&] {
    for (const EntryList* one : {&list, &candidates}) {
      report_warnings(log, one->warnings);
      if (!one->left_out.empty())
        echo_line(log, "WARNING",
                  fmt::format("{} structures are left out, since their calculations failed (the first: {})",
                              one->left_out.size(), one->left_out.front()));
    }
    const char* kind = (makes_hull ? list.kind : stored.kind) == EnergyKind::formation ? "formation" : "total";
    if (makes_hull)
      echo_line(log, "entries",
                fmt::format("{} with {} energies{}", list.entries.size(), kind,
                            p.entries.empty() ? "" : ", read in " + human_duration(reading_seconds)));
    else
      echo_line(log, "reference",
                fmt::format("{} stable entries, made from {} energies: {}", stored.stable.size(), kind, p.reference));
  });

  HullTable table;
  if (makes_hull) {
    const Stopwatch computing;
    table = for_key(input, entries_key(input), [&] { return compute_hull(world, list.entries); });
    if (world.is_root()) {
      stored = stored_hull(list.entries, table, list.kind);
      report_hull(log, list, table, computing.seconds());
    }
  }
  CandidateTable asked;
  if (!p.candidates.empty()) {
    const Stopwatch computing;
    const ReferenceHull reference(world, stored);
    asked = for_key(input, "candidates", [&] { return reference.assess(candidates); });
    const double seconds = computing.seconds();
    check_missing(context, asked);
    if (world.is_root()) report_candidates(context, asked, seconds);
  }

  ResultFile file(world, files.result);
  on_root(world, [&] {
    files.make_folder();
    if (!computes) files.keep_old();
    if (makes_hull) write_hull(file, list, table);
    if (computes) {
      file.write("/hull/structure", structure_of, {"", "row of /structures behind each entry; -1: of a file"});
      const auto result = [&](std::int64_t number) { return with_hull(sweep->result(number), structure_of, table); };
      report_structure_list(context, write_structures(file, context, files, sweep->size(), result));
    }
    if (!p.candidates.empty()) write_candidates(file, candidates.entries, asked, stored);
    const auto write_csv = [&](const std::string& path, const HullRows& rows, std::size_t n) {
      if (!p.csv) return;
      rows.write_csv(path, places(n));
      echo_line(log, "table", path);
    };
    if (makes_hull) write_csv(files.hull, hull_rows(list, table), table.size());
    if (!p.candidates.empty())
      write_csv(files.candidates, candidate_rows(candidates.entries, asked, stored), asked.size());
  });
  write_header(file, context, true);
  file.save();
  log.print("\nComplete: {}", files.result);
  return true;
}

void check_hull(const RunContext& context) {
  const Communicator& world = context.world;
  const Input& input = context.input;
  const RunFiles files(context);
  EntryList given;
  on_root(world, [&] {
    check_not_own(input, files);
    if (input.hull.reference.empty()) {
      given = read_hull_entries(input);
      const EntryArrays arrays = broadcast_entries(Communicator::self(), given.entries);
      if (!computes_entries(input))
        for_key(input, "entries", [&] { Phases(arrays, [&](std::size_t e) { return given.entries[e].id; }); });
    }
    const std::string run_type = input.hull.reference.empty() ? stated_run_type(given) : read_reference(input).run_type;
    if (!input.hull.candidates.empty()) read_candidates(input, run_type);
  });
  if (!computes_entries(input)) return;
  const StructureSet set = hull_structures(context, given);
  const PotentialMaker maker(context, context.input.potential);
  check_potential(context, set, maker);
}

}  // namespace spinel
