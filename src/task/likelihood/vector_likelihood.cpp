#include "task/likelihood/vector_likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "campaign/campaign.hpp"
#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "io/table.hpp"
#include "model/vectors/flow_solver.hpp"
#include "model/vectors/vector_model.hpp"
#include "parallel/on_root.hpp"
#include "run/result_common.hpp"
#include "run/run_report.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/load_vectors.hpp"

namespace spinel {

namespace {

constexpr std::int64_t block_size = 64;          // vectors that are computed together, and journalled
constexpr std::size_t most_exact_columns = 100;  // with trace = 'auto'
constexpr std::size_t most_problems = 10;

/// A row of /likelihood.
struct LikelihoodRow {
  std::int64_t number = 0, status = 3;  // 0 done, 2 failed, 3 pending
  std::string reason;
  double log_p = std::nan(""), error = std::nan("");
  std::int64_t evaluations = 0;
};

Table<LikelihoodRow> likelihood_table() {
  using R = LikelihoodRow;
  Table<R> t;
  t.column("number", "", "of the vector, from 1", [](const R& r) { return r.number + 1; });
  t.column("log_p", "", "ln p, of the data's units", &R::log_p);
  t.column("error", "", "standard error over random vectors; 0 with the exact divergence", &R::error);
  t.column("evaluations", "", "times that the network was asked", &R::evaluations);
  t.column("status", "", "0 done, 2 failed, 3 pending", &R::status);
  t.column("reason", "", "of a failure", &R::reason);
  return t;
}

VectorModel read_model(const RunContext& context) {
  const std::string path =
      find_file(context.place("likelihood"), "model", context.input.likelihood.model, context.world);
  try {
    return VectorModel(read_model_file(path, context.world));
  } catch (const InputError& error) {
    fail_key(context.input, "likelihood", "model", error.what());
  }
}

class VectorLikelihood {
 public:
  explicit VectorLikelihood(const RunContext& context)
      : context_(context),
        files_(context),
        model_(read_model(context)),
        vectors_(load_vectors(context, &model_.architecture)),
        network_(model_.architecture.shape()),
        csv_(files_.add("_likelihood.csv")) {
    const LikelihoodParameters& p = context.input.likelihood;
    is_exact_ = p.trace == "exact" || (p.trace == "auto" && vectors_.dimension() <= most_exact_columns);
    if (is_exact_ && p.probes != LikelihoodParameters().probes)
      fail_key(context.input, "likelihood", "probes",
               fmt::format("are of trace = 'hutchinson'; of {} columns 'auto' is exact", vectors_.dimension()));
    network_.set_weights(model_.weights.data());
  }

  bool run() {
    report_start(context_);
    campaign_.emplace(context_, files_, plan());
    campaign_->report(vectors_.origin);
    const LikelihoodParameters& p = context_.input.likelihood;
    echo_line(context_.log, "model",
              fmt::format("{}: cnf, {} weights, {} columns", p.model,
                          grouped(static_cast<std::int64_t>(model_.weights.size())), vectors_.dimension()));
    echo_line(context_.log, "divergence",
              is_exact_ ? std::string("exact")
                        : fmt::format("Hutchinson's estimate, {} random vector{}", p.probes, p.probes > 1 ? "s" : ""));
    const bool complete = campaign_->run([&](std::int64_t block, const Campaign::Pulse& pulse) -> std::optional<Bytes> {
      if (pulse(0.0) > 0.0) return std::nullopt;
      ByteWriter out;
      const auto table = likelihood_table();
      for (const LikelihoodRow& row : judge(block)) table.pack(row, out);
      return out.take();
    });
    write(complete);
    return complete;
  }

 private:
  CampaignPlan plan() const {
    Fnv1a hash;
    hash.add(to_json(model_.architecture));
    hash.add(model_.weights.data(), model_.weights.size() * sizeof(double));
    Fnv1a content;
    content.add(vectors_.hash);
    CampaignPlan plan;
    plan.journal = files_.journal;
    plan.n_items = (vectors_.size + block_size - 1) / block_size;
    plan.things = "vectors";
    plan.things_per_item = block_size;
    plan.n_things = vectors_.size;
    plan.n_pools = context_.world.size();
    plan.content = {{"the model is", hash.value()}, {"the vectors are", content.value()}};
    plan.group = "likelihood";
    plan.key = "model";
    return plan;
  }

  std::vector<LikelihoodRow> judge(std::int64_t block) {
    const LikelihoodParameters& p = context_.input.likelihood;
    const VectorArchitecture& a = model_.architecture;
    const std::int64_t begin = block * block_size, end = std::min(vectors_.size, begin + block_size);
    const std::size_t d = a.dimension(), n = static_cast<std::size_t>(end - begin),
                      draws = is_exact_ ? 1 : static_cast<std::size_t>(p.probes);
    std::vector<double> y(n * draws * d), l(n * draws), probe;
    const Random random(static_cast<std::uint64_t>(context_.input.control.seed), RandomPurpose::evaluation);
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t draw = 0; draw < draws; ++draw) {
        const std::int64_t number = begin + static_cast<std::int64_t>(k);
        a.to_flow(vectors_.vector(number), y.data() + (k * draws + draw) * d);
        if (is_exact_) continue;
        RandomSequence numbers(random, draw, static_cast<std::uint64_t>(number));
        for (std::size_t c = 0; c < d; ++c) probe.push_back(numbers.uniform() < 0.5 ? -1.0 : 1.0);
      }
    const SolverSettings settings{p.tolerance, p.tolerance, p.max_steps};
    FlowSolver<double> solver(network_, settings);
    const auto results = solver.integrate(
        {n * draws, is_exact_ ? Divergence::exact : Divergence::estimate, probe.data()}, 1.0, 0.0, y.data(), l.data());
    std::vector<LikelihoodRow> rows(n);
    for (std::size_t k = 0; k < n; ++k) {
      LikelihoodRow& row = rows[k];
      row.status = 0;
      double mean = 0.0, square = 0.0;
      std::vector<double> values;
      for (std::size_t s = k * draws; s < (k + 1) * draws; ++s) {
        row.evaluations += solver.evaluations()[s];
        if (results[s].failed) {
          row.status = 2;
          row.reason = fmt::format("the solver did not arrive within {} steps", grouped(p.max_steps));
        }
        values.push_back(a.log_noise(y.data() + s * d) + l[s] + a.log_scale());
        mean += values.back() / static_cast<double>(draws);
      }
      if (row.status != 0) {
        if (p.strict) fail("vector {}: {}", begin + static_cast<std::int64_t>(k) + 1, row.reason);
        continue;
      }
      for (const double value : values) square += (value - mean) * (value - mean);
      row.log_p = mean;
      const auto m = static_cast<double>(draws);
      row.error = is_exact_ ? 0.0 : draws > 1 ? std::sqrt(square / (m * (m - 1.0))) : std::nan("");
    }
    return rows;
  }

  /// Collective.
  void write(bool complete) {
    ResultFile file(context_.world, files_.result);
    write_header(file, context_, complete);
    std::int64_t done = 0, failed = 0;
    on_root(context_.world, [&] {
      auto table = likelihood_table();
      std::vector<LikelihoodRow> rows(static_cast<std::size_t>(vectors_.size));
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i].number = static_cast<std::int64_t>(i);
      for (std::int64_t block = 0; block < campaign_->n_items(); ++block)
        if (const auto bytes = campaign_->result(block)) {
          ByteReader in(*bytes);
          const std::int64_t end = std::min(vectors_.size, (block + 1) * block_size);
          for (std::int64_t i = block * block_size; i < end; ++i) table.unpack(in, rows[static_cast<std::size_t>(i)]);
        }
      if (context_.input.likelihood.csv) table.write_csv(csv_, rows);
      table.write(file, "/likelihood", rows);
      summarize(rows, file);
      for (const LikelihoodRow& row : rows) (row.status == 0 ? done : failed) += row.status == 3 ? 0 : 1;
    });
    file.save();
    report_end(context_, files_.result + (context_.input.likelihood.csv ? ", " + csv_ : ""), complete,
               campaign_->stop_reason(), done + failed, vectors_.size, "vectors");
  }

  /// On rank 0.
  void summarize(const std::vector<LikelihoodRow>& rows, ResultFile& file) {
    const auto d = static_cast<double>(vectors_.dimension());
    double n = 0.0, sum = 0.0, squares = 0.0, exact = 0.0, evaluations = 0.0;
    std::int64_t failed = 0;
    std::vector<std::string> problems;
    for (const LikelihoodRow& row : rows) {
      if (row.status == 2) {
        ++failed;
        if (problems.size() < most_problems) problems.push_back(fmt::format("{}: {}", row.number + 1, row.reason));
      }
      if (row.status != 0) continue;
      n += 1.0;
      sum -= row.log_p / d;
      squares += row.log_p / d * row.log_p / d;
      evaluations += static_cast<double>(row.evaluations);
      if (vectors_.toy != nullptr) exact -= vectors_.toy->log_density(vectors_.vector(row.number)) / d;
    }
    Log& log = context_.log;
    log.line();
    echo_line(log, "vectors",
              fmt::format("{} judged, {} failed", grouped(static_cast<std::int64_t>(n)), grouped(failed)));
    for (const std::string& problem : problems) log.print("    {}", problem);
    if (n == 0.0) return;
    const double nll = sum / n, spread = std::sqrt(std::max(0.0, squares / n - nll * nll));
    echo_line(log, "NLL", fmt::format("{:.4f} ± {:.4f} nats a dimension", nll, spread / std::sqrt(n)));
    file.write("/likelihood/mean_nll", nll, {"nats/dim", "mean of −ln p over the number of columns"});
    if (vectors_.toy != nullptr) {
      const double best = exact / n;
      echo_line(log, "exact",
                fmt::format("{:.4f} nats a dimension under the density they were drawn from; KL {:.4f} nats", best,
                            d * (nll - best)));
      file.write("/likelihood/exact_nll", best, {"nats/dim", "under the density they were drawn from"});
    }
    echo_line(log, "evaluations", fmt::format("{:.0f} of the network a vector", evaluations / n));
    if (campaign_->seconds() > 0.0 && campaign_->n_done() > campaign_->n_before())
      echo_line(
          log, "speed",
          fmt::format("{} vectors/s on all ranks together",
                      grouped(static_cast<std::int64_t>(
                          static_cast<double>(campaign_->n_done() - campaign_->n_before()) / campaign_->seconds()))));
  }

  const RunContext& context_;
  RunFiles files_;
  VectorModel model_;
  VectorTable vectors_;
  VectorFlow<double> network_;
  std::string csv_;
  bool is_exact_ = true;
  std::optional<Campaign> campaign_;
};

}  // namespace

bool run_vector_likelihood(const RunContext& context) { return VectorLikelihood(context).run(); }

void check_vector_likelihood(const RunContext& context) { const VectorLikelihood likelihood(context); }

}  // namespace spinel
