#include "task/generate/generate.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>

#include "campaign/campaign.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "crystal/formats/cif/cif.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"
#include "crystal/structure_bytes.hpp"
#include "input/schema.hpp"
#include "io/table.hpp"
#include "parallel/on_root.hpp"
#include "run/result_common.hpp"
#include "run/run_report.hpp"
#include "source/structure_source.hpp"
#include "task/evaluate/evaluate.hpp"
#include "task/generate/generation_plan.hpp"
#include "task/generate/judged_crystals.hpp"
#include "task/generate/vector_generation.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t block_size = 64;  // crystals that are made together, and journalled
constexpr std::size_t most_problems = 10;

/// A row of /crystals.
struct GeneratedRow {
  std::int64_t number = 0, status = 0, n_atoms = 0;  // status: 0 done, 2 failed, 3 pending
  std::string id, target, formula, reason;
  Mat3 cell = Mat3::Zero();
  std::int64_t latent = -1;                                  // number of its latent vector
  double judged = std::numeric_limits<double>::quiet_NaN();  // by &generate judge
  std::int64_t hit = 0;
};

Table<GeneratedRow> crystals_table(const GenerationPlan& plan, const CrystalJudge* judge) {
  using R = GeneratedRow;
  Table<R> t;
  t.column("number", "", "with the seed, what the crystal is a function of", &R::number);
  t.column("id", "", "", &R::id);
  t.column("target", "", "structure or composition it is a sample of", &R::target);
  t.column("status", "", "0 done, 2 failed, 3 pending", &R::status);
  t.column("reason", "", "of a failure", &R::reason);
  t.column("formula", "", "", &R::formula);
  t.column("n_atoms", "", "", &R::n_atoms);
  t.column("cell", "Å", "rows a, b, c", [](const R& r) {
     std::vector<double> values;
     for (Eigen::Index i = 0; i < 9; ++i) values.push_back(r.cell(i / 3, i % 3));
     return values;
   }).shape({3, 3});
  if (plan.latents() != nullptr) t.column("latent", "", "row of /latents that it was made of", &R::latent);
  if (judge != nullptr) {
    t.column("judged", judge->unit(), "what the judge says of it as it was made, NaN where it cannot", &R::judged);
    t.column("hit", "", "1: that is within target_tolerance of target_value", &R::hit);
  }
  return t;
}

/// calculation = 'generate', block by block as a campaign.
class GenerationRun {
 public:
  explicit GenerationRun(const RunContext& context)
      : context_(context), files_(context), plan_(context), generated_(files_.add("_generated.xyz")) {
    if (!context.input.generate.judge.empty()) judge_.emplace(context);
  }

  /// False where a stop came before the end.
  bool run() {
    report_start(context_);
    campaign_.emplace(context_, files_, campaign_plan());
    plan_.report(context_);
    if (judge_) judge_->report(context_);
    campaign_->report(context_.input.generate.model);
    CrystalSampler sampler(plan_.model().architecture, plan_.model().weights, plan_.settings());
    const bool complete = campaign_->run([&](std::int64_t block, const Campaign::Pulse& pulse) -> std::optional<Bytes> {
      if (pulse(0.0) > 0.0) return std::nullopt;
      std::vector<CrystalRequest> requests;
      for (std::int64_t number = block * block_size; number < end_of(block); ++number)
        requests.push_back(plan_.request(number));
      ByteWriter out;
      for (const GeneratedCrystal& crystal : sampler.sample(requests)) {
        out.put(crystal.failure);
        out.put(crystal.structure);
        if (judge_)
          out.put(crystal.failure.empty() ? judge_->value(crystal.structure)
                                          : std::numeric_limits<double>::quiet_NaN());
      }
      return out.take();
    });
    write(complete);
    report(complete);
    return complete;
  }

 private:
  CampaignPlan campaign_plan() const {
    CampaignPlan plan;
    plan.journal = files_.journal;
    plan.n_items = (plan_.size() + block_size - 1) / block_size;
    plan.things = "crystals";
    plan.things_per_item = block_size;
    plan.n_things = plan_.size();
    plan.n_pools = context_.world.size();
    plan.content = {{"the model and what it is given are", plan_.fingerprint()}};
    if (judge_) plan.content.push_back({"the judge is", judge_->fingerprint()});
    plan.group = "generate";
    plan.key = "model";
    return plan;
  }

  std::int64_t end_of(std::int64_t block) const { return std::min((block + 1) * block_size, plan_.size()); }

  /// Collective.
  void write(bool complete) {
    ResultFile file(context_.world, files_.result);
    write_header(file, context_, complete);
    on_root(context_.world, [&] {
      auto table = crystals_table(plan_, judge_ ? &*judge_ : nullptr);
      TextWriter out(generated_);
      std::vector<std::int64_t> offset = {0}, atomic_number;
      std::vector<double> position;
      const std::string folder = generated_.substr(0, generated_.size() - 4);
      if (context_.input.generate.cif) fs::create_directories(folder);
      for (std::int64_t block = 0; block < campaign_->n_items(); ++block) {
        const auto bytes = campaign_->result(block);
        std::optional<ByteReader> in;
        if (bytes) in.emplace(*bytes);
        for (std::int64_t number = block * block_size; number < end_of(block); ++number) {
          GeneratedRow row;
          row.number = number;
          row.id = fmt::format("{}-{}", context_.input.control.prefix, number + 1);
          row.target = plan_.target(number);
          row.status = 3;
          if (in) {
            in->get(row.reason);
            Structure s;
            in->get(s);
            if (judge_) in->get(row.judged);
            row.status = row.reason.empty() ? 0 : 2;
            if (plan_.latents() != nullptr) row.latent = plan_.latents()->index(number);
            if (judge_) {
              row.hit = judge_->is_hit(row.judged) ? 1 : 0;
              judge_->count(row.status == 0, row.latent, row.judged);
            }
            row.n_atoms = static_cast<std::int64_t>(s.size());
            if (row.status == 0) {
              row.formula = s.formula();
              row.cell = s.cell;
              s.info["id"] = row.id;
              s.info["number"] = fmt::format("{}", number);
              s.info["seed"] = fmt::format("{}", plan_.settings().seed);
              if (!row.target.empty()) s.info["target"] = row.target;
              for (std::size_t c = 0; c < plan_.model().architecture.conditions.size(); ++c)
                if (const double value = plan_.request(number).conditions[c]; value == value)
                  s.info["wanted_" + plan_.model().architecture.conditions[c].name] = fmt::format("{}", value);
              if (plan_.latents() != nullptr) s.info["latent"] = fmt::format("{}", row.latent);
              if (row.judged == row.judged) s.info["judged"] = fmt::format("{}", row.judged);
              write_xyz_frame(out, s);
              if (context_.input.generate.cif) write_cif(fmt::format("{}/{}.cif", folder, row.id), s);
              for (std::size_t a = 0; a < s.size(); ++a) {
                atomic_number.push_back(s.species[static_cast<std::size_t>(s.type[a])].atomic_number);
                position.insert(position.end(), s.position[a].begin(), s.position[a].end());
              }
            } else if (problems_.size() < most_problems) {
              problems_.push_back(fmt::format("{}: {}", row.id, row.reason));
            }
          }
          ++counts_[row.status];
          offset.push_back(static_cast<std::int64_t>(atomic_number.size()));
          table.add(row);
        }
      }
      out.close();
      table.write(file, "/crystals");
      if (plan_.latents() != nullptr) write_latents(file);
      if (judge_) judge_->write(file, context_.input.generate.target);
      const auto n_atoms = static_cast<std::int64_t>(atomic_number.size());
      file.write("/atoms/offset", std::move(offset), {"", "crystal i has the atoms offset[i] … offset[i+1] − 1"});
      file.write("/atoms/atomic_number", std::move(atomic_number), {"", ""});
      file.write("/atoms/position", std::move(position), {"Å", ""}, {n_atoms, 3});
    });
    file.save();
  }

  /// Of all latent vectors, those of pending crystals among them.
  void write_latents(ResultFile& file) {
    const LatentPlan& latents = *plan_.latents();
    const LatentModel& model = latents.model();
    std::vector<double> z;
    std::vector<std::vector<double>> said(model.architecture().properties.size());
    for (std::int64_t k = 0; k < latents.size(); ++k) {
      const auto one = latents.latent(k);
      z.insert(z.end(), one.begin(), one.end());
      const auto values = model.properties(one.data());
      for (std::size_t p = 0; p < said.size(); ++p) said[p].push_back(values[p]);
    }
    if (judge_ && latents.target()) judge_->set_predicted(said[*latents.target()]);
    file.write("/latents/vector", std::move(z), {"", "latent vectors that crystals were made of"},
               {latents.size(), static_cast<std::int64_t>(model.size())});
    for (std::size_t p = 0; p < said.size(); ++p) {
      const LatentProperty& property = model.architecture().properties[p];
      file.write("/latents/" + property.name, std::move(said[p]),
                 {property.unit, "what the model says of each latent vector"});
    }
  }

  void report(bool complete) {
    if (context_.world.is_root()) {
      Log& log = context_.log;
      log.line();
      echo_line(log, "crystals",
                fmt::format("{} made, {} failed{}", grouped(counts_[0]), grouped(counts_[2]),
                            counts_[3] > 0 ? fmt::format(", {} pending", grouped(counts_[3])) : ""));
      for (const std::string& problem : problems_) log.print("    {}", problem);
      if (judge_) judge_->report_hits(context_);
      const std::int64_t made = counts_[0] + counts_[2] - campaign_->n_before();
      if (made > 0 && campaign_->seconds() > 0.0)
        echo_line(log, "speed",
                  fmt::format("{:.4g} ms a crystal on all ranks together",
                              1e3 * campaign_->seconds() / static_cast<double>(made)));
    }
    report_end(context_, files_.result + ", " + generated_, complete, campaign_->stop_reason(), counts_[0] + counts_[2],
               plan_.size(), "crystals");
  }

  const RunContext& context_;
  RunFiles files_;
  GenerationPlan plan_;
  std::string generated_;
  std::optional<CrystalJudge> judge_;
  std::optional<Campaign> campaign_;
  std::map<std::int64_t, std::int64_t> counts_;  // [status]
  std::vector<std::string> problems_;
};

}  // namespace

bool run_generate(const RunContext& context) {
  if (generates_vectors(context)) return run_vector_generation(context);
  const bool goes_on = context.input.generate.relax;
  Input evaluation;
  if (goes_on) {
    evaluation = evaluation_of_generated(context.input);
    check_evaluate_of_nothing({context.world, evaluation, context.units, context.log});
  }
  const double start = Progress::steady_seconds();
  if (!GenerationRun(context).run()) return false;
  if (!goes_on) return true;
  // What is left of the time, as rank 0 has it.
  if (double& limit = evaluation.control.max_seconds; limit > 0.0)
    limit = std::max(1e-3, limit - (Progress::steady_seconds() - start));
  context.log.print("");
  return run_evaluate({context.world, evaluation, context.units, context.log});
}

void check_generate(const RunContext& context) {
  if (generates_vectors(context)) return check_vector_generation(context);
  const GenerationPlan plan(context);
  if (!context.input.generate.relax) return;
  const Input evaluation = evaluation_of_generated(context.input);
  check_evaluate_of_nothing({context.world, evaluation, context.units, context.log});
}

}  // namespace spinel
