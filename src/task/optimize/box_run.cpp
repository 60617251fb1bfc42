#include "task/optimize/box_run.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "bayes/choice/suggest.hpp"
#include "campaign/campaign.hpp"
#include "core/stop_signal.hpp"
#include "parallel/on_root.hpp"
#include "run/run_control.hpp"
#include "run/run_report.hpp"
#include "task/optimize/bayes_settings.hpp"
#include "task/optimize/command_evaluations.hpp"
#include "task/optimize/evaluation_journal.hpp"
#include "task/optimize/optimize_results.hpp"

namespace spinel {

namespace {

std::vector<std::string> names_of(const SearchBox& box) {
  std::vector<std::string> names;
  for (const Variable& v : box.variables()) names.push_back(v.name);
  return names;
}

std::string evaluations_folder(const ControlParameters& control) {
  return (std::filesystem::path(control.outdir) / (control.prefix + ".evaluations")).string();
}

/// On rank 0: chooses, evaluates, keeps.
class BoxRun {
 public:
  BoxRun(const RunContext& context, RunFiles& files, const SearchBox& box, OptimizeResults& results)
      : context_(context),
        parameters_(context.input.optimize),
        box_(box),
        results_(results),
        control_(context.input.control, context.input.output, true),
        journal_(context, files, {}),
        commands_(box, parameters_.command, parameters_.timeout, evaluations_folder(context.input.control)) {
    const auto seed = static_cast<std::uint64_t>(context.input.control.seed);
    settings_.fit = fit_settings(context.input.bayes, seed);
    settings_.box.batch = batch_settings(context.input.bayes, parameters_, seed);
    settings_.initial = parameters_.initial;
  }

  std::vector<OptimizationRow>& rows() { return journal_.rows(); }
  const std::string& stop_reason() const { return stop_reason_; }
  bool is_exhausted() const { return is_exhausted_; }

  /// Returns whether all evaluations are done.
  bool run(const std::function<int()>& signal) {
    const auto look = [&] {
      if (const int number = signal(); number != 0) throw Interrupted(StopSignal::name(number));
      if (const auto asked = control_.interpret(control_.flag()); asked.stop) throw Interrupted(asked.reason);
    };
    try {
      take_up();
      while (n_rows() < parameters_.evaluations || !last_is_done()) {
        look();
        if (last_is_done() && !choose()) return is_exhausted_ = true;
        evaluate(look);
      }
    } catch (const Interrupted& interruption) {
      stop_reason_ = interruption.what();
      return false;
    }
    return true;
  }

 private:
  std::int64_t n_rows() { return static_cast<std::int64_t>(rows().size()); }
  bool last_is_done() {
    return std::all_of(rows().begin(), rows().end(), [](const OptimizationRow& row) { return row.is_done; });
  }

  void take_up() {
    if (rows().empty()) {
      commands_.keep_old();
    } else {
      const auto n = std::count_if(rows().begin(), rows().end(), [](const auto& row) { return row.is_done; });
      echo_line(context_.log, "restart", fmt::format("{} evaluations are done already", n));
    }
    for (const std::string& change : journal_.changes()) context_.log.print("  NOTE: changed since then: {}", change);
    results_.header();
    for (OptimizationRow& row : rows())
      if (row.is_done) results_.line(row);
  }

  /// The next batch; false where the box has no more points.
  bool choose() {
    std::vector<BoxEvaluation> done;
    std::optional<Hyperparameters> earlier;
    for (const OptimizationRow& row : rows()) {
      done.push_back({box_.point(row.values), row.value});
      if (!row.hyperparameters.empty()) earlier = unpacked(row.hyperparameters, settings_.fit.kernel);
    }
    const auto q = static_cast<std::size_t>(std::min(parameters_.batch, parameters_.evaluations - n_rows()));
    const Suggestion suggestion = suggest(box_, done, q, settings_, earlier);
    for (const BoxChoice& choice : suggestion.choices) {
      OptimizationRow row;
      row.number = n_rows();
      row.values = box_.values(choice.point);
      row.is_initial = suggestion.fit ? 0 : 1;
      row.mean = choice.mean, row.sigma = choice.sigma, row.score = choice.score;
      if (suggestion.fit) row.hyperparameters = packed(suggestion.fit->hyperparameters);
      journal_.choose(row);
      rows().push_back(row);
    }
    if (suggestion.fit && !suggestion.fit->note.empty() && suggestion.fit->note != note_)
      context_.log.print("  NOTE: {}", note_ = suggestion.fit->note);
    return !suggestion.choices.empty();
  }

  void evaluate(const std::function<void()>& look) {
    std::vector<OptimizationRow*> open;
    for (OptimizationRow& row : rows())
      if (!row.is_done) open.push_back(&row);
    commands_.run(open, look, [&](OptimizationRow& row) { journal_.finish(row); });
    for (OptimizationRow* row : open) results_.line(*row);
  }

  const RunContext& context_;
  const OptimizeParameters& parameters_;
  const SearchBox& box_;
  OptimizeResults& results_;
  RunControl control_;
  EvaluationJournal journal_;
  CommandEvaluations commands_;
  SuggestSettings settings_;
  std::string stop_reason_, note_;
  bool is_exhausted_ = false;
};

}  // namespace

SearchBox search_box(const RunContext& context) {
  const OptimizeParameters& p = context.input.optimize;
  const auto wrong = [&](const char* key, const std::string& what) { fail_key(context.input, "optimize", key, what); };
  std::vector<Variable> variables;
  bool is_used = p.command.find("{file}") != std::string::npos;
  for (const std::string& text : p.variables) {
    try {
      variables.push_back(parse_variable(text));
    } catch (const InputError& error) {
      wrong("variables", error.what());
    }
    const std::string& name = variables.back().name;
    for (std::size_t k = 0; k + 1 < variables.size(); ++k)
      if (variables[k].name == name) wrong("variables", fmt::format("'{}' is listed twice", name));
    for (const char* reserved : {"file", "result", "folder", "evaluation"})
      if (name == reserved)
        wrong("variables", fmt::format("'{}' has another meaning in the command; choose another name", name));
    is_used = is_used || p.command.find("{" + name + "}") != std::string::npos;
  }
  if (!is_used)
    wrong("command", "names neither {file} nor a variable, such as {" + variables[0].name +
                         "}: every evaluation would be the same");
  return SearchBox(std::move(variables));
}

bool run_box(const RunContext& context) {
  const SearchBox box = search_box(context);
  const OptimizeParameters& p = context.input.optimize;
  report_start(context);
  RunFiles files(context);
  for (std::size_t k = 0; k < box.variables().size(); ++k)
    echo_line(context.log, k == 0 ? "variables" : "", p.variables[k]);
  echo_line(context.log, "evaluations",
            fmt::format("{}, {} of them first, {} at a time", grouped(p.evaluations),
                        grouped(std::min(p.evaluations, initial_points(box, p.initial))), grouped(p.batch)));
  OptimizeResults results(context, files, names_of(box), "");
  std::optional<BoxRun> run;
  bool complete = false;
  on_root_asleep(context.world, [&](const std::function<int()>& signal) {
    run.emplace(context, files, box, results);
    complete = run->run(signal);
  });
  complete = root_says(context.world, [&] { return complete; });
  results.write(run ? run->rows() : std::vector<OptimizationRow>(), complete, {});
  if (run) {
    context.log.line();
    if (run->is_exhausted()) echo_line(context.log, "NOTE", "all points of the box are evaluated");
    echo_line(context.log, p.goal == "window" ? "hits" : "best", results.best_text(run->rows()));
    const auto done = std::count_if(run->rows().begin(), run->rows().end(), [](const auto& r) { return r.is_done; });
    report_end(context, results.paths(), complete, run->stop_reason(), done, p.evaluations, "evaluations");
  }
  return complete;
}

}  // namespace spinel
