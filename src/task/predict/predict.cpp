#include "task/predict/predict.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "campaign/campaign.hpp"
#include "input/schema.hpp"
#include "run/run_report.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "source/crystal_chunks.hpp"
#include "task/predict/predict_models.hpp"
#include "task/predict/predict_results.hpp"

namespace spinel {

namespace {

PredictModels predict_models(const RunContext& context) {
  return PredictModels(context, {"predict", "models"}, context.input.predict.models);
}

/// What records are to have: what perceptrons take, then the target.
std::vector<std::string> wanted_scalars(const Input& input, const PredictModels& models) {
  std::vector<std::string> names = models.descriptors();
  if (!input.predict.target.empty()) names.push_back(input.predict.target);
  return names;
}

std::shared_ptr<StructureSource> open_source(const RunContext& context, const PredictModels& models) {
  SourceOptions options;
  options.read = read_options(context.input.predict);
  options.scalars = wanted_scalars(context.input, models);
  return open_list(context, context.input.predict.structures, {"predict", "structures"}, options);
}

/// &predict structures through &predict models, chunk by chunk.
class Prediction {
 public:
  explicit Prediction(const RunContext& context)
      : context_(context), files_(context), models_(predict_models(context)), crystals_(open_source(context, models_)) {
    report_start(context_);
    campaign_.emplace(context_, files_, plan());
  }

  /// False where a stop came before the end.
  bool run() {
    report();
    const bool complete =
        campaign_->run([&](std::int64_t number, const Campaign::Pulse& pulse) -> std::optional<Bytes> {
          return pack(predict(number, pulse));
        });
    const auto chunk = [&](std::int64_t number) -> std::optional<PredictedChunk> {
      const auto bytes = campaign_->result(number);
      if (!bytes) return std::nullopt;
      return unpack<PredictedChunk>(*bytes);
    };
    const std::int64_t before = campaign_->n_before();
    const PredictSummary summary =
        write_predictions(context_, files_, models_, crystals_, chunk, complete, before, campaign_->seconds());
    const std::int64_t done = summary.done + summary.failed;
    report_predictions(context_, models_, summary, done - before, campaign_->seconds());
    report_end(context_, files_.result + (context_.input.predict.csv ? ", " + files_.predictions : ""), complete,
               campaign_->stop_reason(), done, crystals_.size(), "crystals");
    return complete;
  }

 private:
  CampaignPlan plan() const {
    CampaignPlan plan;
    plan.journal = files_.journal;
    plan.n_items = crystals_.n_chunks();
    plan.things = "crystals";
    plan.things_per_item = crystals_.chunk_size();
    plan.n_things = crystals_.size();
    plan.n_pools = context_.world.size();
    plan.short_items = true;
    plan.content = {{"the list of structures is", crystals_.fingerprint()}, {"the models are", models_.fingerprint()}};
    plan.group = "predict";
    plan.key = "structures";
    return plan;
  }

  void report() {
    campaign_->report(context_.input.predict.structures);
    Log& log = context_.log;
    for (const std::string& text : crystals_.passed_over()) echo_line(log, "NOTE", text);
    const PropertyArchitecture& a = models_.architecture();
    echo_line(log, "property",
              a.property.empty() ? "not named by the model" : a.property + (a.unit.empty() ? "" : " (" + a.unit + ")"));
    for (std::size_t k = 0; k < models_.size(); ++k) echo_line(log, k == 0 ? "models" : "", models_.name(k));
  }

  PredictedChunk predict(std::int64_t number, const Campaign::Pulse& pulse) {
    crystals_.read(number, records_);
    const std::size_t each = models_.size() * models_.n_outputs();
    PredictedChunk chunk;
    chunk.value.assign(records_.size() * each, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t k = 0; k < records_.size(); ++k) {
      // Rank 0 also hands out work.
      if (k % 16 == 0) pulse(static_cast<double>(k) / static_cast<double>(records_.size()));
      const CrystalRecord& record = records_[k];
      chunk.id.push_back(record.id);
      chunk.warnings.add(record.warnings, crystals_.first_of(number) + static_cast<std::int64_t>(k), record.id);
      chunk.n_atoms.push_back(static_cast<std::int32_t>(record.atomic_number.size()));
      if (!context_.input.predict.target.empty()) chunk.target.push_back(record.scalar.back());
      std::string problem = record.problem;
      try {
        if (problem.empty()) models_.predict(record, chunk.value.data() + k * each);
      } catch (const Error& error) {
        problem = error.what();
      }
      if (problem.empty()) continue;
      if (context_.input.predict.strict) fail("{}: {}", record.id, problem);
      std::fill_n(chunk.value.begin() + static_cast<std::ptrdiff_t>(k * each), each,
                  std::numeric_limits<double>::quiet_NaN());
      chunk.failed.push_back(static_cast<std::int32_t>(k));
      chunk.reason.push_back(std::move(problem));
    }
    return chunk;
  }

  const RunContext& context_;
  RunFiles files_;
  PredictModels models_;
  CrystalChunks crystals_;
  std::optional<Campaign> campaign_;
  std::vector<CrystalRecord> records_;
};

}  // namespace

bool run_predict(const RunContext& context) { return Prediction(context).run(); }

void check_predict(const RunContext& context) {
  const RunFiles files(context);
  const PredictModels models = predict_models(context);
  open_source(context, models);
}

}  // namespace spinel
