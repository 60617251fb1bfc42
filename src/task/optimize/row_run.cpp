#include "task/optimize/row_run.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "campaign/campaign.hpp"
#include "core/content_hash.hpp"
#include "core/random.hpp"
#include "core/stop_signal.hpp"
#include "parallel/on_root.hpp"
#include "run/run_control.hpp"
#include "run/run_report.hpp"
#include "task/optimize/bayes_settings.hpp"
#include "task/optimize/evaluation_journal.hpp"
#include "task/optimize/optimize_results.hpp"
#include "task/optimize/row_candidates.hpp"

namespace spinel {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::uint64_t hash_of(const Dataset& data) {
  ContentHash hash;
  hash.add(data.hash());
  return hash.value()[0];
}

/// All ranks choose together; rank 0 keeps and prints.
class RowRun {
 public:
  RowRun(const RunContext& context, RunFiles& files, const RowCandidates& candidates)
      : context_(context),
        parameters_(context.input.optimize),
        candidates_(candidates),
        results_(context, files, {}, candidates.unit()),
        control_(context.input.control, context.input.output, context.world.is_root()),
        seed_(static_cast<std::uint64_t>(context.input.control.seed)),
        is_known_(static_cast<std::size_t>(candidates.size()), false) {
    pool_settings_.batch = batch_settings(context.input.bayes, parameters_, seed_);
    fit_settings_ = fit_settings(context.input.bayes, seed_);
    fit_settings_.range = candidates.map().ranges();
  }

  /// The next batch, of rows without a target.
  bool suggest() {
    std::vector<std::int64_t> known;
    for (std::int64_t row = 0; row < candidates_.size(); ++row) {
      is_known_[static_cast<std::size_t>(row)] = std::isfinite(candidates_.target(row));
      if (is_known_[static_cast<std::size_t>(row)] && candidates_.has_features(row)) known.push_back(row);
    }
    echo_line(context_.log, "known",
              fmt::format("{} rows have the target", grouped(static_cast<std::int64_t>(known.size()))));
    rows_ = choose(known, parameters_.batch, 0, true);
    if (rows_.empty()) fail_key(context_.input, "optimize", "target", "every row has it: there is nothing to suggest");
    results_.header();
    for (OptimizationRow& row : rows_) results_.line(row), row.is_done = true;
    results_.write(rows_, true, {});
    context_.log.line();
    report_end(context_, results_.paths(), true, "", 0, 0, "");
    return true;
  }

  bool replay(const RunFiles& files) {
    for (std::int64_t row = 0; row < candidates_.size(); ++row)
      if (std::isfinite(candidates_.target(row)) && candidates_.has_features(row))
        order_.push_back(row);
      else
        is_known_[static_cast<std::size_t>(row)] = true;
    shuffle();
    const auto n = static_cast<std::int64_t>(order_.size());
    const std::int64_t all = std::min(parameters_.evaluations, n),
                       initial = std::min(all, parameters_.initial > 0 ? parameters_.initial : 10);
    echo_line(context_.log, "evaluations",
              fmt::format("{} of {} rows, {} of them first, {} at a time", grouped(all), grouped(n), grouped(initial),
                          grouped(parameters_.batch)));
    std::optional<EvaluationJournal> journal;
    on_root(context_.world, [&] {
      journal.emplace(
          context_, files,
          std::vector<std::pair<std::string, std::uint64_t>>{{"the dataset is", hash_of(candidates_.data())}});
      for (OptimizationRow& row : journal->rows()) rows_.push_back(row);
      for (const std::string& change : journal->changes()) context_.log.print("  NOTE: changed since then: {}", change);
      if (!rows_.empty())
        echo_line(context_.log, "restart", fmt::format("{} evaluations are done already", rows_.size()));
    });
    share_rows();
    results_.header();
    for (OptimizationRow& row : rows_) take(row);
    std::string reason;
    while (static_cast<std::int64_t>(rows_.size()) < all) {
      const double flag = context_.world.max(control_.flag());
      if (const auto request = control_.interpret(flag); request.stop) {
        reason = request.reason;
        break;
      }
      const auto done = static_cast<std::int64_t>(rows_.size());
      const std::int64_t q = std::min(parameters_.batch, (done < initial ? initial : all) - done);
      std::vector<std::int64_t> known;
      for (const OptimizationRow& row : rows_) known.push_back(row.row);
      auto chosen = done < initial ? initial_rows(done, q) : choose(known, q, done, false);
      if (chosen.empty()) break;
      on_root(context_.world, [&] {
        for (const OptimizationRow& row : chosen) journal->choose(row);
      });
      for (OptimizationRow& row : chosen) {
        take(row);
        rows_.push_back(row);
      }
    }
    const bool complete = reason.empty();
    const double optimum = best_there_is();
    results_.write(rows_, complete, [&](ResultFile& file) {
      if (std::isfinite(optimum)) file.write("/optimize/optimum", optimum, {candidates_.unit(), "best of all rows"});
      file.write("/optimize/n_candidates", n, {"", "rows that could be asked for"});
      if (parameters_.goal == "window") file.write("/optimize/n_hits", hits_there_are(), {"", "of all rows"});
    });
    context_.log.line();
    echo_line(context_.log, parameters_.goal == "window" ? "hits" : "best", results_.best_text(rows_));
    if (std::isfinite(optimum)) echo_line(context_.log, "best of all", fmt::format("{}", optimum));
    if (parameters_.goal == "window") echo_line(context_.log, "hits of all", fmt::format("{}", hits_there_are()));
    report_end(context_, results_.paths(), complete, reason, static_cast<std::int64_t>(rows_.size()), all,
               "evaluations");
    return complete;
  }

 private:
  void shuffle() {
    RandomSequence random(Random(seed_, RandomPurpose::random_choice), 0, 1);
    for (std::size_t i = order_.size(); i > 1; --i)
      std::swap(order_[i - 1], order_[static_cast<std::size_t>(random.uniform() * static_cast<double>(i))]);
  }

  /// Collective. Those of rank 0, everywhere.
  void share_rows() {
    std::string text;
    if (context_.world.is_root()) {
      ByteWriter out;
      out.put(rows_);
      const Bytes bytes = out.take();
      text.assign(bytes.begin(), bytes.end());
    }
    context_.world.broadcast(text);
    const Bytes bytes(text.begin(), text.end());
    rows_ = ByteReader(bytes).get<std::vector<OptimizationRow>>();
  }

  OptimizationRow new_row(std::int64_t number, std::int64_t row) const {
    OptimizationRow result;
    result.number = number;
    result.row = row;
    result.id = candidates_.data().id(row);
    result.mean = result.sigma = result.score = missing;
    return result;
  }

  std::vector<OptimizationRow> initial_rows(std::int64_t done, std::int64_t q) const {
    std::vector<OptimizationRow> result;
    for (std::int64_t k = done; k < done + q; ++k) {
      result.push_back(new_row(k, order_[static_cast<std::size_t>(k)]));
      result.back().is_initial = 1;
    }
    return result;
  }

  /// The label of a row that was asked for.
  void take(OptimizationRow& row) {
    row.value = candidates_.target(row.row);
    row.is_done = true;
    is_known_[static_cast<std::size_t>(row.row)] = true;
    if (!row.hyperparameters.empty()) earlier_ = unpacked(row.hyperparameters, fit_settings_.kernel);
    results_.line(row);
  }

  /// Collective.
  std::vector<OptimizationRow> choose(const std::vector<std::int64_t>& known, std::int64_t q, std::int64_t number,
                                      bool says_fit) {
    PoolSettings settings = pool_settings_;
    settings.batch.number = static_cast<std::uint64_t>(number);
    const auto is_out = [this](std::int64_t row) -> bool { return is_known_[static_cast<std::size_t>(row)]; };
    const bool is_blind = known.size() < 2;
    if (is_blind) settings.batch.acquisition.kind = AcquisitionKind::random;
    const Points x = candidates_.points(is_blind ? std::vector<std::int64_t>{0} : known);
    Eigen::VectorXd y = Eigen::VectorXd::Zero(x.rows());
    for (std::int64_t i = 0; i < x.rows() && !is_blind; ++i)
      y[i] = candidates_.target(known[static_cast<std::size_t>(i)]);
    Hyperparameters h;
    h.length = Eigen::VectorXd::Ones(x.cols());
    if (!is_blind && settings.batch.acquisition.kind != AcquisitionKind::random) {
      fit_settings_.number = static_cast<std::uint64_t>(number);
      const FitResult fit = fit_hyperparameters(context_.world, x, y, fit_settings_, earlier_);
      h = fit.hyperparameters;
      if (says_fit) echo_line(context_.log, "process", fit_text(fit));
    }
    const GaussianProcess process(context_.world, x, y, h);
    settings.batch.noise = h.noise;
    const Eigen::VectorXd means = process.fitted();
    const bool is_minimum = settings.batch.acquisition.goal == Goal::minimize;
    const auto choices = choose_from_pool(context_.world, process,
                                          candidates_.pool(is_minimum ? means.minCoeff() : means.maxCoeff(), is_out),
                                          static_cast<std::size_t>(q), settings);
    std::vector<OptimizationRow> result;
    for (const PoolChoice& choice : choices) {
      result.push_back(new_row(number + static_cast<std::int64_t>(result.size()), choice.candidate));
      if (settings.batch.acquisition.kind == AcquisitionKind::random) continue;
      result.back().mean = choice.mean;
      result.back().sigma = choice.sigma;
      result.back().score = choice.score;
      result.back().hyperparameters = packed(h);
    }
    return result;
  }

  double best_there_is() const {
    if (parameters_.goal == "window") return missing;
    double best = missing;
    for (const std::int64_t row : order_) {
      const double value = candidates_.target(row);
      if (std::isnan(best) || (parameters_.goal == "minimize" ? value < best : value > best)) best = value;
    }
    return best;
  }

  std::int64_t hits_there_are() const {
    return std::count_if(order_.begin(), order_.end(), [this](std::int64_t row) {
      return candidates_.target(row) > parameters_.window.front() &&
             candidates_.target(row) < parameters_.window.back();
    });
  }

  const RunContext& context_;
  const OptimizeParameters& parameters_;
  const RowCandidates& candidates_;
  OptimizeResults results_;
  RunControl control_;
  std::uint64_t seed_;
  FitSettings fit_settings_;
  PoolSettings pool_settings_;
  std::vector<bool> is_known_;  // [row]: not a candidate
  std::vector<std::int64_t> order_;
  std::vector<OptimizationRow> rows_;
  std::optional<Hyperparameters> earlier_;
};

}  // namespace

void check_rows(const RunContext& context) { const RowCandidates candidates(context); }

bool run_rows(const RunContext& context) {
  report_start(context);
  RunFiles files(context);
  const RowCandidates candidates(context);
  const OptimizeParameters& p = context.input.optimize;
  echo_line(context.log, "dataset", fmt::format("{} rows of {}", grouped(candidates.size()), p.dataset));
  echo_line(context.log, "features", fmt::format("{} numbers a row", candidates.map().n_numbers()));
  if (const std::int64_t n = candidates.n_without_features(); n > 0)
    echo_line(context.log, "NOTE", fmt::format("{} rows lack a feature and are left out", grouped(n)));
  RowRun run(context, files, candidates);
  if (p.purpose == "replay") return run.replay(files);
  on_root(context.world, [&] {
    files.make_folder();
    files.keep_old();
  });
  return run.suggest();
}

}  // namespace spinel
