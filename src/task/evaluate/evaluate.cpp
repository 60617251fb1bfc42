#include "task/evaluate/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <unordered_set>

#include "campaign/structure_sweep.hpp"
#include "core/content_hash.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "parallel/on_root.hpp"
#include "run/result_common.hpp"
#include "run/run_control.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "stability/entries/hull_file.hpp"
#include "task/evaluate/evaluate_results.hpp"
#include "task/evaluate/evaluation_row.hpp"
#include "task/evaluate/measures/generation_measures.hpp"
#include "task/evaluate/reference_cells.hpp"
#include "task/structures/structure_list_results.hpp"
#include "task/structures/sweep_parameters.hpp"

namespace spinel {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t block_size = 256;    // structures that are compared together, and journalled
constexpr std::size_t most_elements = 128;  // above any atomic number

/// What is known of a set before anything is computed, on all ranks.
struct SetContents {
  ElementSet elements;
  EnergyKind kind = EnergyKind::total;  ///< of the energies in its file
};

/// calculation = 'evaluate'. A structure is read, relaxed and looked at on the pool that works on it, one item of a
/// campaign; then all are compared with each other and with the reference, block by block, and with the hull.
class EvaluationRun {
 public:
  explicit EvaluationRun(const RunContext& context)
      : context_(context),
        p_(context.input.evaluate),
        files_(context),
        control_(context.input.control, context.input.output, context.world.is_root()),
        assess_(p_),
        set_(set_to_assess()),
        reference_(context),
        measures_(context),
        matcher_(context.world, matcher_settings(p_)) {
    evaluation_.has_hull = !p_.hull.empty();
    evaluation_.has_reference = !p_.reference.empty();
    evaluation_.is_relaxed = p_.relax;
    evaluation_.n_reference = reference_.size();
  }

  /// Collective. Set, hull and potential, as far as they can be wrong.
  void check() {
    measures_.prepare(*set_.source);
    read_hull();
    if (p_.relax) check_potential(context_, set_, PotentialMaker(context_, context_.input.potential));
  }

  /// False where a stop came before the end.
  bool run() {
    report_start(context_);
    echo_line(context_.log, "set",
              fmt::format("{} structures: {}", grouped(set_.source->size()), context_.input.structure.file));
    measures_.prepare(*set_.source);
    read_hull();
    if (evaluation_.has_hull)
      echo_line(context_.log, "hull", fmt::format("{} stable entries: {}", hull_.stable.size(), p_.hull));
    sweep_.emplace(context_, files_, set_, sweep_parameters(context_, files_));
    if (!sweep_->run()) return stopped(sweep_->campaign().stop_reason());
    collect();
    on_root(context_.world, [&] { warn_of_run_types(); });
    read_reference();
    if (!compare()) return stopped(stop_reason_);
    measure_stability();
    decide();
    if (!measure_generation()) return stopped(stop_reason_);
    estimate_quantities(context_, evaluation_);
    write(true);
    if (context_.world.is_root()) {
      report_evaluation(context_, evaluation_);
      measures_.report();
    }
    context_.log.print("\nComplete: {}", files_.result);
    return true;
  }

 private:
  StructureSet set_to_assess() {
    const Input& input = context_.input;
    StructureSet set{nullptr, input.structure.file, "structure", "file",
                     p_.relax ? StructureSet::Action::relaxation : StructureSet::Action::none};
    SourceOptions options;
    options.read = read_options(input.structure);
    set.source = open_list(context_, input.structure.file, {"structure", "file"}, options);
    set.assess = [this](const StructureResult& result, const Structure& before) {
      return pack(assess_(result, before));
    };
    return set;
  }

  /// Collective. Reads the whole set, each rank its share. InputError where energies are needed and one structure has
  /// none, or they are of two kinds.
  SetContents look_through() {
    const Communicator& world = context_.world;
    std::vector<std::int64_t> seen(most_elements, 0);
    std::int64_t failed = -1;
    int has_total = 0, has_formation = 0;
    std::string problem;
    for (std::int64_t number = world.rank(); number < set_.source->size(); number += world.size()) {
      Structure structure;
      Composition composition;
      try {
        structure = set_.source->read(number);
        composition = composition_of(structure);
      } catch (const InputError&) {
        continue;  // one of the failed
      }
      for (const auto& part : composition.parts) seen[static_cast<std::size_t>(part.atomic_number)] = 1;
      if (!p_.relax) note_run_type(structure);
      if (p_.relax || failed >= 0) continue;
      try {
        (labeled_energy(p_, structure).second == EnergyKind::total ? has_total : has_formation) = 1;
      } catch (const InputError& error) {
        failed = number;
        problem = fmt::format("{}: {} (stability needs an energy of every structure, or relax = .true.)",
                              set_.source->name(number), error.what());
      }
    }
    world.max(seen.data(), seen.size());
    if (const auto first = first_problem(world, failed, problem))
      fail_key(context_.input, "evaluate", "energy_key", *first);
    if (world.max(has_total) + world.max(has_formation) > 1)
      fail_key(context_.input, "evaluate", "energy_key", "formation energies and total energies in one set");
    SetContents contents;
    for (std::size_t z = 1; z < seen.size(); ++z)
      if (seen[z] != 0) contents.elements.insert(static_cast<int>(z));
    contents.kind = world.max(has_formation) != 0 ? EnergyKind::formation : EnergyKind::total;
    return contents;
  }

  void note_run_type(const Structure& structure) {
    const auto type = structure.info.find("run_type");
    if (run_type_.empty() && type != structure.info.end()) run_type_ = type->second;
  }

  /// On rank 0.
  void warn_of_run_types() const {
    const std::string own = functional_family(run_type_), of_hull = functional_family(hull_.run_type);
    if (own.empty() || of_hull.empty() || own == of_hull) return;
    echo_line(context_.log, "WARNING",
              fmt::format("energies of the set are of {}, those of the hull of {}: distances from the hull hold what "
                          "the two methods differ by",
                          run_type_, hull_.run_type));
  }

  /// Collective. The hull, on rank 0, where there is one and it can be that of the set.
  void read_hull() {
    if (!evaluation_.has_hull) return;
    contents_ = look_through();
    on_root(context_.world, [&] { read_hull_file(); });
  }

  /// On rank 0.
  void read_hull_file() {
    const Input& input = context_.input;
    const std::string path = find_file(context_.place("evaluate"), "hull", p_.hull);
    std::error_code ignored;
    if (fs::equivalent(path, files_.result, ignored))
      fail_key(input, "evaluate", "hull", "is the result file of this run; choose another prefix");
    try {
      hull_ = read_stored_hull(path);
    } catch (const InputError& error) {
      fail_key(input, "evaluate", "hull", error.what());
    }
    if (contents_.kind == EnergyKind::total && hull_.kind == EnergyKind::formation)
      fail_key(input, "evaluate", "hull",
               "was made from formation energies, but the set has total energies: both must be measured from the same "
               "zero");
    ElementSet missing;
    for (const int z : contents_.elements.atomic_numbers())
      if (std::isnan(hull_.reference[static_cast<std::size_t>(z)])) missing.insert(z);
    if (missing.size() == 0) return;
    evaluation_.missing = chemical_system_name(missing);
    if (p_.missing_elements == "error")
      fail_key(input, "evaluate", "hull",
               fmt::format("has no entry of {}, which structures of the set hold (missing_elements = 'report' counts "
                           "them as not stable)",
                           evaluation_.missing));
  }

  /// On rank 0: the rows, from what the campaign found, and the cells to compare, packed block by block.
  void collect() {
    on_root(context_.world, [&] {
      for (std::int64_t first = 0; first < sweep_->size(); first += block_size) {
        ByteWriter cells;
        for (std::int64_t number = first; number < std::min(first + block_size, sweep_->size()); ++number) {
          const auto record = sweep_->record(number);
          if (p_.relax) note_run_type(record.result.structure);
          AssessedStructure one = unpack_assessed(record.assessment);
          if (!p_.relax && !evaluation_.has_hull && !measures_.needs_energies())
            one.row.energy = std::numeric_limits<double>::quiet_NaN();
          cells.put(one.row.comparable ? one.row.formula : std::string());
          put_cell(cells, one.cell);
          evaluation_.rows.push_back(std::move(one.row));
        }
        cells_.push_back(cells.take());
        cells_.back().shrink_to_fit();
      }
    });
  }

  /// Collective.
  void read_reference() {
    if (!evaluation_.has_reference) return;
    const double start = Progress::steady_seconds();
    std::unordered_set<std::string> formulas;
    for (const EvaluationRow& row : evaluation_.rows)
      if (!row.formula.empty()) formulas.insert(row.formula);
    auto cells = reference_.cells({formulas.begin(), formulas.end()});
    evaluation_.n_reference_relevant = static_cast<std::int64_t>(cells.size());
    evaluation_.reference_names = reference_.names();
    echo_line(
        context_.log, "reference",
        fmt::format("{} structures, {} with a formula of the set, reduced in {}", grouped(reference_.size()),
                    grouped(evaluation_.n_reference_relevant), human_duration(Progress::steady_seconds() - start)));
    if (context_.world.is_root()) evaluation_.reference_failed = reference_.failed();
    if (const auto& failed = evaluation_.reference_failed; !failed.empty()) {
      constexpr std::size_t shown = 5;
      echo_line(context_.log, "WARNING",
                fmt::format("{} structures of the reference cannot be read and are left out:",
                            grouped(static_cast<std::int64_t>(failed.size()))));
      for (std::size_t k = 0; k < std::min(failed.size(), shown); ++k) context_.log.print("    {}", failed[k]);
      if (failed.size() > shown) context_.log.print("    … and {} more: /reference/failed", failed.size() - shown);
    }
    matcher_.set_reference(std::move(cells));
  }

  /// Collective. Matches of all structures, block by block. False where a stop came before the end.
  bool compare() {
    const auto& world = context_.world;
    Campaign& campaign = sweep_->campaign();
    // Blocks are kept behind the structures, and are of use where the reference is still the same.
    const std::uint64_t reference = reference_.fingerprint();
    Progress progress(context_.log, "structures compared", 0, sweep_->size());
    for (std::int64_t first = 0; first < sweep_->size(); first += block_size) {
      if (is_over()) return false;
      const std::int64_t end = std::min(first + block_size, sweep_->size()),
                         place = sweep_->size() + first / block_size;
      std::vector<KeyedCell> cells;
      std::vector<SetMatch> matches;
      int known = 0;
      Bytes packed;
      on_root(world, [&] {
        packed = std::move(cells_[static_cast<std::size_t>(first / block_size)]);
        if (const auto block = campaign.result(place)) known = unpack_matches(*block, reference, matches) ? 1 : 0;
      });
      world.broadcast(packed);
      world.broadcast(&known, 1);
      ByteReader in(packed);
      for (std::int64_t number = first; number < end; ++number) {
        KeyedCell& cell = cells.emplace_back();
        cell.number = number;
        in.get(cell.key);
        cell.cell = get_cell(in);
      }
      measures_.add(cells);
      if (known != 0) {
        broadcast_matches(matches);
        matcher_.restore(cells, matches);
      } else {
        matches = matcher_.add(cells);
        on_root(world, [&] { campaign.keep(place, pack_matches(matches, reference)); });
      }
      if (world.is_root())
        for (std::size_t i = 0; i < matches.size(); ++i)
          evaluation_.rows[static_cast<std::size_t>(first) + i].match = matches[i];
      progress.update(end);
    }
    return true;
  }

  static Bytes pack_matches(const std::vector<SetMatch>& matches, std::uint64_t reference) {
    ByteWriter out;
    out.put(reference);
    out.put(matches);
    return out.take();
  }
  /// False where they are of another reference.
  static bool unpack_matches(const Bytes& bytes, std::uint64_t reference, std::vector<SetMatch>& matches) {
    ByteReader in(bytes);
    if (in.get<std::uint64_t>() != reference) return false;
    in.get(matches);
    return true;
  }

  void broadcast_matches(std::vector<SetMatch>& matches) const {
    ByteWriter out;
    out.put(matches);
    Bytes packed = out.take();
    context_.world.broadcast(packed);
    ByteReader(packed).get(matches);
  }

  /// Collective. What &measures asks for. False where a stop came before the end.
  bool measure_generation() {
    DistributionRun::Crystals crystals;
    crystals.is_everywhere = !p_.relax;
    crystals.get = [this](std::int64_t number) {
      if (p_.relax) return sweep_->result(number).structure;
      const Input& input = context_.input;
      return completed_structure(input.structure, context_.units, input.control.seed, set_.source->read(number), number,
                                 set_.source->name(number));
    };
    return measures_.run(evaluation_.rows, crystals, [this] { return is_over(); });
  }

  /// Collective. Whether a stop is asked for.
  bool is_over() {
    const auto request = control_.interpret(context_.world.max(control_.flag()));
    if (request.stop) stop_reason_ = request.reason;
    return request.stop;
  }

  /// Collective. Energies above the hull.
  void measure_stability() {
    if (!evaluation_.has_hull) return;
    EntryList list;
    std::vector<std::size_t> row_of_entry;
    if (context_.world.is_root()) {
      list.kind = contents_.kind;
      for (std::size_t i = 0; i < evaluation_.rows.size(); ++i) {
        const EvaluationRow& row = evaluation_.rows[i];
        if (!row.good || row.formula.empty() || std::isnan(row.energy)) continue;
        list.entries.push_back({row.name, parse_formula(row.formula), row.energy});
        row_of_entry.push_back(i);
      }
    }
    const int any = context_.world.max(list.entries.empty() ? 0 : 1);
    if (any == 0) return;
    const ReferenceHull hull(context_.world, hull_);
    const CandidateTable table = hull.assess(list);
    if (!context_.world.is_root()) return;
    evaluation_.n_missing = table.n_missing;
    for (std::size_t k = 0; k < row_of_entry.size(); ++k) {
      EvaluationRow& row = evaluation_.rows[row_of_entry[k]];
      row.formation_energy = table.formation_energy[k];
      row.energy_above_hull = table.energy_above_hull[k];
    }
  }

  void decide() {
    for (EvaluationRow& row : evaluation_.rows) {
      row.stable = row.good && row.energy_above_hull <= p_.stable_below;  // false for a NaN
      row.unique = row.comparable && row.match.first < 0;
      row.novel = row.comparable && row.match.reference < 0;
    }
  }

  /// Collective.
  void write(bool complete) {
    const std::string& table = files_.evaluation;
    ResultFile file(context_.world, files_.result);
    write_header(file, context_, complete);
    on_root(context_.world, [&] {
      if (p_.relax)
        report_structure_list(context_, write_structures(file, context_, files_, sweep_->size(),
                                                         [&](std::int64_t number) { return sweep_->result(number); }));
      if (!complete) return;
      write_evaluation(file, evaluation_);
      measures_.write(file);
      if (!p_.csv) return;
      write_evaluation_csv(table, evaluation_);
      echo_line(context_.log, "table", table);
    });
    file.save();
  }

  /// Collective. Returns false.
  bool stopped(const std::string& reason) {
    on_root(context_.world, [&] { files_.make_folder(); });
    write(false);
    context_.log.print("\nStopped by {}; continue with restart_mode = 'auto'", reason);
    return false;
  }

  const RunContext& context_;
  const EvaluateParameters& p_;
  RunFiles files_;
  RunControl control_;
  StructureAssessor assess_;
  StructureSet set_;
  std::optional<StructureSweep> sweep_;
  SetContents contents_;
  StoredHull hull_;  // on rank 0
  ReferenceSet reference_;
  GenerationMeasures measures_;
  SetMatcher matcher_;
  SetEvaluation evaluation_;
  std::vector<Bytes> cells_;  // on rank 0, until they are compared
  std::string stop_reason_;
  std::string run_type_;  // of the energies of the set, on rank 0; empty: not known
};

}  // namespace

bool run_evaluate(const RunContext& context) { return EvaluationRun(context).run(); }

void check_evaluate(const RunContext& context) { EvaluationRun(context).check(); }

void check_evaluate_of_nothing(const RunContext& context) {
  const Input& input = context.input;
  const ReferenceSet reference(context);
  const GenerationMeasures measures(context);
  if (input.evaluate.relax) const PotentialMaker maker(context, context.input.potential);
  if (input.evaluate.hull.empty()) return;
  on_root(context.world, [&] {
    try {
      read_stored_hull(find_file(context.place("evaluate"), "hull", input.evaluate.hull));
    } catch (const InputError& error) {
      fail_key(input, "evaluate", "hull", error.what());
    }
  });
}

}  // namespace spinel
