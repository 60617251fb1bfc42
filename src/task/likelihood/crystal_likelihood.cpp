#include "task/likelihood/crystal_likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>

#include "campaign/campaign.hpp"
#include "core/content_hash.hpp"
#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/text_file.hpp"
#include "generate/flow_likelihood.hpp"
#include "io/table.hpp"
#include "model/generators/generator_model.hpp"
#include "parallel/on_root.hpp"
#include "run/report_warnings.hpp"
#include "run/result_common.hpp"
#include "run/run_report.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "source/read_warnings.hpp"

namespace spinel {

namespace {

constexpr std::int64_t block_size = 8;  // crystals that go along the flow together, and are journalled
constexpr std::size_t most_problems = 10, n_lowest = 5;

/// A row of /likelihood.
struct LikelihoodRow : CrystalLogP {
  std::int64_t number = 0, status = 3, n_atoms = 0;  // status: 0 done, 2 failed, 3 pending
  std::int64_t given_cell = 0;
  double log_p_reduced = std::numeric_limits<double>::quiet_NaN();
  std::string id, formula;

  double per_dimension() const { return log_p / static_cast<double>(std::max<std::int64_t>(1, dimension)); }
};

Table<LikelihoodRow> likelihood_table() {
  using R = LikelihoodRow;
  Table<R> t;
  t.column("number", "", "place in the list", [](const R& r) { return r.number; }).only_in_csv();
  t.column("id", "", "of the record, else its place in the file; empty: pending", &R::id);
  t.column("status", "", "0 done, 2 failed, 3 pending", &R::status);
  t.column("reason", "", "of a failure", &R::failure);
  t.column("formula", "", "of the primitive cell", &R::formula);
  t.column("n_atoms", "", "of the primitive cell", &R::n_atoms);
  t.column("log_p", "", "log density of the crystal given its composition, nats: the sum of the next five", &R::log_p);
  t.column("prior", "", "log density of the noise that it comes from", &R::prior);
  t.column("divergence", "", "−∫ div v dt along the flow", &R::divergence);
  t.column("scale", "", "−Σ log of the model's standard deviations of lattices", &R::scale);
  t.column("orders", "", "Σ log n! over the species", &R::orders);
  t.column("measure", "", "−log of the measure of lattices", &R::measure);
  t.column("error", "", "standard error of log_p over the probes; 0 where the divergence is exact", &R::error);
  t.column("dimension", "", "3 (N − 1) + 6 of N atoms", &R::dimension);
  t.column("log_p_per_dimension", "", "", [](const R& r) { return r.per_dimension(); });
  t.column("log_p_per_atom", "", "",
           [](const R& r) { return r.log_p / static_cast<double>(std::max<std::int64_t>(1, r.n_atoms)); });
  t.column("log_p_reduced", "", "of the primitive Niggli cell", &R::log_p_reduced);
  t.column("given_cell", "", "1: log_p is of the cell as given, which is likelier", &R::given_cell);
  t.column("steps", "", "of the solver", &R::steps);
  return t;
}

/// The crystal of a record without what only files know.
Structure structure_of(const CrystalRecord& record) {
  Structure s;
  s.cell = record.cell;
  for (std::size_t a = 0; a < record.atomic_number.size(); ++a) {
    if (record.atomic_number[a] == 0) fail_input("an atom of it is no element");
    s.type.push_back(add_species(s, species_from_number(record.atomic_number[a])));
    s.position.emplace_back(record.position[3 * a], record.position[3 * a + 1], record.position[3 * a + 2]);
  }
  return s;
}

class LikelihoodRun {
 public:
  explicit LikelihoodRun(const RunContext& context)
      : context_(context), files_(context), csv_(files_.add("_likelihood.csv")) {
    read_model();
    SourceOptions options;
    options.read = read_options(parameters());
    source_ = open_list(context, parameters().structures, {"likelihood", "structures"}, options);
  }

  bool run() {
    report_start(context_);
    campaign_.emplace(context_, files_, plan());
    campaign_->report(parameters().structures);
    for (const std::string& text : source_->passed_over()) echo_line(context_.log, "NOTE", text);
    report_model();
    const bool complete =
        campaign_->run([&](std::int64_t block, const Campaign::Pulse& pulse) { return work_on(block, pulse); });
    write(complete);
    report(complete);
    return complete;
  }

 private:
  const LikelihoodParameters& parameters() const { return context_.input.likelihood; }

  void read_model() {
    const std::string path = find_file(context_.place("likelihood"), "model", parameters().model, context_.world);
    Fnv1a hash;
    try {
      const ModelFile file = read_model_file(path, context_.world);
      const GeneratorModel model(file);
      hash.add(file.architecture);
      hash.add(model.weights.data(), model.weights.size() * sizeof(float));
      architecture_ = model.architecture;
      FlowLikelihoodSettings settings;
      if (parameters().trace == "exact") settings.exact_up_to = std::numeric_limits<std::size_t>::max();
      if (parameters().trace == "hutchinson") settings.exact_up_to = 0;
      settings.probes = static_cast<std::size_t>(parameters().probes);
      settings.solver = {parameters().tolerance, parameters().tolerance, parameters().max_steps};
      settings.seed = static_cast<std::uint64_t>(context_.input.control.seed);
      likelihood_ = std::make_unique<FlowLikelihood<float>>(architecture_, model.weights, settings);
    } catch (const InputError& error) {
      fail_key(context_.input, "likelihood", "model", error.what());
    }
    model_hash_ = hash.value();
  }

  CampaignPlan plan() const {
    CampaignPlan plan;
    plan.journal = files_.journal;
    plan.n_items = (source_->size() + block_size - 1) / block_size;
    plan.things = "crystals";
    plan.things_per_item = block_size;
    plan.n_things = source_->size();
    plan.n_pools = context_.world.size();
    plan.content = {{"the list of structures is", source_->fingerprint()}, {"the model is", model_hash_}};
    plan.group = "likelihood";
    plan.key = "structures";
    return plan;
  }

  std::int64_t end_of(std::int64_t block) const { return std::min((block + 1) * block_size, source_->size()); }

  /// The rows of a block, and what was odd in its crystals.
  std::optional<Bytes> work_on(std::int64_t block, const Campaign::Pulse& pulse) {
    struct Stopped {};
    const auto go_on = [&] {
      if (pulse(0.0) > 0.0) throw Stopped();
    };
    std::vector<LikelihoodRow> rows;
    std::vector<FlowCrystal> crystals;
    std::vector<std::size_t> row_of;  // [crystal]
    ReadWarnings warnings;
    CrystalRecord record;
    for (std::int64_t number = block * block_size; number < end_of(block); ++number) {
      source_->read_crystal(number, record);
      LikelihoodRow row;
      row.id = record.id;
      row.failure = record.problem;
      warnings.add(record.warnings, number, record.id);
      try {
        if (row.failure.empty()) {
          if (record.periodic != std::array<bool, 3>{true, true, true})
            fail_input("it is not periodic in all directions");
          for (const CanonicalCrystal& crystal : canonical_descriptions(structure_of(record))) {
            row.n_atoms = static_cast<std::int64_t>(crystal.size());
            row.formula = formula(crystal);
            crystals.push_back(flow_crystal(architecture_, crystal));
            row_of.push_back(rows.size());
          }
        }
      } catch (const InputError& error) {
        row.failure = error.what();
      }
      rows.push_back(std::move(row));
    }
    try {
      const auto found = likelihood_->log_p(crystals, go_on);
      for (std::size_t c = 0; c < found.size(); ++c) {
        LikelihoodRow& row = rows[row_of[c]];
        const bool is_given = c > 0 && row_of[c] == row_of[c - 1];
        if (!is_given) row.log_p_reduced = found[c].log_p;
        // Where one of the two fails, the other counts.
        if (is_given && !(found[c].log_p > row.log_p) && row.failure.empty()) continue;
        static_cast<CrystalLogP&>(row) = found[c];
        row.given_cell = is_given ? 1 : 0;
      }
    } catch (const Stopped&) {
      return std::nullopt;
    }
    ByteWriter out;
    const auto table = likelihood_table();
    for (LikelihoodRow& row : rows) {
      if (row.failure.empty() && !std::isfinite(row.log_p)) row.failure = "its log p is not a finite number";
      if (!row.failure.empty() && parameters().strict) fail("{}: {}", row.id, row.failure);
      row.status = row.failure.empty() ? 0 : 2;
      table.pack(row, out);
    }
    out.put(warnings);
    return out.take();
  }

  static std::string formula(const CanonicalCrystal& crystal) {
    Structure s;
    s.position.resize(crystal.size());
    for (const std::uint8_t z : crystal.atomic_number) s.type.push_back(add_species(s, species_from_number(z)));
    return s.formula();
  }

  /// Collective.
  void write(bool complete) {
    ResultFile file(context_.world, files_.result);
    write_header(file, context_, complete);
    on_root(context_.world, [&] {
      auto table = likelihood_table();
      std::optional<TextWriter> csv;
      if (parameters().csv) {
        csv.emplace(csv_);
        csv->write("{}\n", table.csv_titles());
      }
      for (std::int64_t block = 0; block < campaign_->n_items(); ++block) {
        const auto bytes = campaign_->result(block);
        std::optional<ByteReader> in;
        if (bytes) in.emplace(*bytes);
        for (std::int64_t number = block * block_size; number < end_of(block); ++number) {
          LikelihoodRow row;
          if (in) table.unpack(*in, row);
          row.number = number;
          ++counts_[row.status];
          if (row.status == 0) done_.push_back({row.per_dimension(), row.log_p, row.error, row.id});
          if (row.status == 2 && problems_.size() < most_problems)
            problems_.push_back(fmt::format("{} (number {}): {}", row.id, number, row.failure));
          table.add(row);
          if (csv) csv->write("{}\n", table.csv_line(row));
        }
        if (!in) continue;
        ReadWarnings warnings;
        in->get(warnings);
        warnings_.add(warnings);
      }
      if (csv) csv->close();
      table.write(file, "/likelihood");
      file.set_attribute("/likelihood", "model", parameters().model);
      write_warnings(file, "/warnings", warnings_);
      file.write("/timing/wall", campaign_->seconds(), {"s", "of reading and computing in this part of the run"});
    });
    file.save();
  }

  void report_model() const {
    Log& log = context_.log;
    echo_line(log, "model",
              fmt::format("{}, {} elements{}", parameters().model, architecture_.elements.size(),
                          architecture_.conditions.empty() ? "" : "; its conditions are not given"));
    const std::string random =
        fmt::format("{} random vector{} a crystal", parameters().probes, parameters().probes > 1 ? "s" : "");
    echo_line(log, "divergence",
              parameters().trace == "exact"        ? "exact"
              : parameters().trace == "hutchinson" ? random
                                                   : "exact; of more than 31 atoms " + random);
  }

  void report(bool complete) {
    if (context_.world.is_root()) {
      Log& log = context_.log;
      log.line();
      echo_line(log, "crystals",
                fmt::format("{} done, {} failed{}", grouped(counts_[0]), grouped(counts_[2]),
                            counts_[3] > 0 ? fmt::format(", {} pending", grouped(counts_[3])) : ""));
      for (const std::string& problem : problems_) log.print("    {}", problem);
      if (const auto shown = static_cast<std::int64_t>(problems_.size()); counts_[2] > shown)
        log.print("    … and {} more: /likelihood/reason names each", grouped(counts_[2] - shown));
      report_warnings(log, warnings_, "crystals");
      report_densities();
      const std::int64_t made = counts_[0] + counts_[2] - campaign_->n_before();
      if (made > 0 && campaign_->seconds() > 0.0)
        echo_line(log, "speed",
                  fmt::format("{:.4g} ms a crystal on all ranks together",
                              1e3 * campaign_->seconds() / static_cast<double>(made)));
    }
    report_end(context_, files_.result + (parameters().csv ? ", " + csv_ : ""), complete, campaign_->stop_reason(),
               counts_[0] + counts_[2], source_->size(), "crystals");
  }

  void report_densities() {
    if (done_.empty()) return;
    Log& log = context_.log;
    const auto n = static_cast<double>(done_.size());
    double mean = 0.0, square = 0.0, error = 0.0;
    for (const Done& d : done_) mean += d.per_dimension / n;
    for (const Done& d : done_) square += std::pow(d.per_dimension - mean, 2) / n, error += d.error * d.error / n;
    std::stable_sort(done_.begin(), done_.end(),
                     [](const Done& a, const Done& b) { return a.per_dimension < b.per_dimension; });
    const auto quantile = [&](double q) {
      return done_[static_cast<std::size_t>(std::lround(q * (n - 1.0)))].per_dimension;
    };
    echo_line(log, "log p",
              fmt::format("{:.3f} ± {:.3f} nats a dimension (mean, spread); 5, 50, 95 %: {:.3f}, {:.3f}, {:.3f}", mean,
                          std::sqrt(square), quantile(0.05), quantile(0.5), quantile(0.95)));
    if (error > 0.0)
      echo_line(log, "error",
                fmt::format("{:.3g} nats a crystal from random vectors, root mean square", std::sqrt(error)));
    for (std::size_t k = 0; k < std::min(n_lowest, done_.size()); ++k)
      echo_line(
          log, k == 0 ? "lowest" : "",
          fmt::format("{:.3f} a dimension, {:.2f} in all: {}", done_[k].per_dimension, done_[k].log_p, done_[k].id));
  }

  struct Done {
    double per_dimension, log_p, error;
    std::string id;
  };

  const RunContext& context_;
  RunFiles files_;
  std::string csv_;
  GeneratorArchitecture architecture_;
  std::unique_ptr<FlowLikelihood<float>> likelihood_;
  std::uint64_t model_hash_ = 0;
  std::shared_ptr<StructureSource> source_;
  std::optional<Campaign> campaign_;
  // On rank 0.
  std::map<std::int64_t, std::int64_t> counts_;  // [status]
  std::vector<Done> done_;
  std::vector<std::string> problems_;
  ReadWarnings warnings_;
};

}  // namespace

bool run_crystal_likelihood(const RunContext& context) { return LikelihoodRun(context).run(); }

void check_crystal_likelihood(const RunContext& context) { const LikelihoodRun run(context); }

}  // namespace spinel
