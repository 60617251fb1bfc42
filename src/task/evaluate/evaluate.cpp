#include "task/evaluate/evaluate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>

#include "core/progress.hpp"
#include "core/text.hpp"
#include "io/journal.hpp"
#include "parallel/on_root.hpp"
#include "run/find_file.hpp"
#include "run/result_common.hpp"
#include "run/run_control.hpp"
#include "stability/entries/hull_file.hpp"
#include "task/evaluate/evaluate_results.hpp"
#include "task/evaluate/evaluate_set.hpp"
#include "task/evaluate/evaluation_journal.hpp"

namespace spinel {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t block_size = 256;  // structures that are judged together, and journalled

class EvaluationRun {
 public:
  explicit EvaluationRun(const RunContext& context)
      : context_(context),
        p_(context.input.evaluate),
        files_(context),
        control_(context.input.control, context.input.output, context.world.is_root()),
        set_(context),
        matcher_(context.world, matcher_settings(p_)) {
    evaluation_.has_hull = !p_.hull.empty();
    evaluation_.has_reference = !p_.reference.empty();
    evaluation_.is_relaxed = p_.relax;
  }

  /// Collective. Set, hull and reference, as far as they can be wrong.
  void read() {
    const bool needs_energies = evaluation_.has_hull && !p_.relax;
    on_root(context_.world, [&] {
      contents_ = set_.look_through(needs_energies);
      if (evaluation_.has_hull) read_hull();
    });
    const double start = Progress::steady_seconds();
    reference_ = read_reference_cells(context_, contents_.formulas);
    evaluation_.n_reference = reference_.size;
    evaluation_.n_reference_relevant = static_cast<std::int64_t>(reference_.cells.size());
    evaluation_.reference_names = reference_.names;
    Log& log = context_.log;
    if (evaluation_.has_hull)
      echo_line(log, "hull", fmt::format("{} stable entries: {}", hull_.stable.size(), p_.hull));
    if (evaluation_.has_reference)
      echo_line(
          log, "reference",
          fmt::format("{} structures, {} with a formula of the set, reduced in {}", grouped(reference_.size),
                      grouped(evaluation_.n_reference_relevant), human_duration(Progress::steady_seconds() - start)));
    reference_fingerprint_ = reference_.fingerprint;
    matcher_.set_reference(std::move(reference_.cells));
  }

  /// Collective.
  void check() {
    read();
    set_.check_potential_fits();
  }

  void run() {
    report_start(context_);
    echo_line(context_.log, "set",
              fmt::format("{} structures: {}", grouped(set_.size()), context_.input.structure.file));
    read();
    if (!set_.prepare()) return stopped(set_.stop_reason());
    if (!judge()) return stopped(stop_reason_);
    measure_stability();
    decide();
    estimate_quantities(context_, evaluation_);
    write(true);
    if (context_.world.is_root()) report_evaluation(context_, evaluation_);
    context_.log.print("\nComplete: {}", files_.result);
  }

 private:
  /// On rank 0.
  void read_hull() {
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
    const EnergyKind kind = set_.energy_kind();
    if (kind == EnergyKind::total && hull_.kind == EnergyKind::formation)
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

  /// Collective. Traits and matches of all structures, block by block. False where a stop came before the end.
  bool judge() {
    const auto& world = context_.world;
    on_root(world, [&] {
      files_.make_folder();
      journal_.emplace(context_.input, files_, set_.fingerprint(), set_.size(), reference_fingerprint_);
    });
    TraitFinder find_traits(p_);
    Progress progress(context_.log, "structures judged", 0, set_.size());
    for (std::int64_t first = 0; first < set_.size(); first += block_size) {
      const double flag = world.max(control_.flag());
      if (const auto request = control_.interpret(flag); request.stop) {
        stop_reason_ = request.reason;
        return false;
      }
      const std::int64_t end = std::min(first + block_size, set_.size());
      EvaluationBlock block;
      int known = 0;
      std::vector<Record> structures;
      on_root(world, [&] {
        known = journal_->read(first / block_size, block) ? 1 : 0;
        for (std::int64_t number = first; number < end; ++number) {
          EvaluationRow& row = evaluation_.rows.emplace_back();
          row.structure = set_.get(number);
          row.good = row.structure.is_good(p_);
          if (known == 0) structures.push_back(pack(row.structure));
          row.structure.structure = row.structure.original = {};
        }
      });
      world.broadcast(&known, 1);
      if (known == 0) {
        std::vector<Record> mine;
        for (const Record& record : deal_records(world, structures))
          mine.push_back(pack(find_traits(unpack_evaluated(record))));
        block.traits = share_records(world, mine);
      } else {
        block.traits = share_records(world, block.traits);
      }
      take(first, block, known != 0);
      progress.update(end);
    }
    on_root(world, [&] { journal_->close(); });
    return true;
  }

  /// Collective. The block's traits are on all ranks; matches them, or takes what the journal has.
  void take(std::int64_t first, EvaluationBlock& block, bool known) {
    std::vector<StructureTraits> traits;
    for (const Record& record : block.traits) traits.push_back(unpack_traits(record));
    std::sort(traits.begin(), traits.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    std::vector<KeyedCell> cells;
    for (StructureTraits& one : traits) {
      const bool comparable = one.cell.size() > 0;
      cells.push_back({one.number, comparable ? one.formula : "", std::move(one.cell)});
    }
    if (known) {
      broadcast_matches(block.matches);
      matcher_.restore(cells, block.matches);
    } else {
      block.matches = matcher_.add(cells);
      on_root(context_.world, [&] { journal_->append(first / block_size, block); });
    }
    if (!context_.world.is_root()) return;
    for (std::size_t i = 0; i < traits.size(); ++i) {
      EvaluationRow& row = evaluation_.rows[static_cast<std::size_t>(first) + i];
      row.traits = std::move(traits[i]);
      row.traits.cell = {};
      row.match = block.matches[i];
      row.comparable = !cells[i].key.empty();
    }
  }

  void broadcast_matches(std::vector<SetMatch>& matches) const {
    std::vector<std::int64_t> numbers;
    std::vector<double> distances;
    for (const SetMatch& match : matches) {
      numbers.insert(numbers.end(), {match.first, match.reference});
      distances.insert(distances.end(), {match.first_rms, match.reference_rms});
    }
    context_.world.broadcast(numbers);
    context_.world.broadcast(distances);
    matches.resize(numbers.size() / 2);
    for (std::size_t i = 0; i < matches.size(); ++i)
      matches[i] = {numbers[2 * i], distances[2 * i], numbers[2 * i + 1], distances[2 * i + 1]};
  }

  /// Collective. Energies above the hull.
  void measure_stability() {
    if (!evaluation_.has_hull) return;
    EntryList list;
    std::vector<std::size_t> row_of_entry;
    if (context_.world.is_root()) {
      list.kind = set_.energy_kind();
      for (std::size_t i = 0; i < evaluation_.rows.size(); ++i) {
        const EvaluationRow& row = evaluation_.rows[i];
        if (!row.good || row.traits.formula.empty() || std::isnan(row.structure.energy)) continue;
        list.entries.push_back({row.structure.name, parse_formula(row.traits.formula), row.structure.energy});
        row_of_entry.push_back(i);
      }
    }
    const int any = context_.world.max(list.entries.empty() ? 0 : 1);
    if (any == 0) return;
    const ReferenceHull hull(context_.world, hull_);
    const CandidateTable table = hull.evaluate(list);
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
      std::error_code error;
      for (const std::string& path : {table, p_.relax ? std::string() : files_.result}) {
        if (path.empty() || !fs::exists(path)) continue;
        fs::rename(path, path + ".old", error);
        if (error) fail("cannot rename {} to {}.old: {}", path, path, error.message());
      }
      const auto summary = set_.write(file, files_);
      if (summary && context_.log.enabled()) report_structure_list(context_, *summary);
      if (!complete) return;
      write_evaluation(file, evaluation_);
      if (!p_.csv) return;
      write_evaluation_csv(table, evaluation_);
      echo_line(context_.log, "table", table);
    });
    file.save();
  }

  /// Collective.
  void stopped(const std::string& reason) {
    on_root(context_.world, [&] { files_.make_folder(); });
    write(false);
    context_.log.print("\nStopped by {}; continue with restart_mode = 'auto'", reason);
  }

  const RunContext& context_;
  const EvaluateParameters& p_;
  RunFiles files_;
  RunControl control_;
  EvaluationSet set_;
  SetContents contents_;
  StoredHull hull_;
  ReferenceCells reference_;
  std::uint64_t reference_fingerprint_ = 0;
  SetMatcher matcher_;
  std::optional<EvaluationJournal> journal_;  // on rank 0
  SetEvaluation evaluation_;
  std::string stop_reason_;
};

}  // namespace

void run_evaluate(const RunContext& context) { EvaluationRun(context).run(); }

void check_evaluate(const RunContext& context) { EvaluationRun(context).check(); }

}  // namespace spinel
