#include "task/encode/encode.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>

#include "campaign/campaign.hpp"
#include "core/content_hash.hpp"
#include "crystal/elements.hpp"
#include "generate/crystal_encoder.hpp"
#include "input/schema.hpp"
#include "model/generators/generator_model.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "source/crystal_chunks.hpp"
#include "task/encode/encode_results.hpp"

namespace spinel {

namespace {

/// The model of &encode.
struct EncodeModel {
  explicit EncodeModel(const RunContext& context) {
    const EncodeParameters& p = context.input.encode;
    const std::string path = find_file(context.place("encode"), "model", p.model, context.world);
    try {
      const ModelFile file = read_model_file(path, context.world);
      architecture = parse_generator_architecture(file.architecture, file.path);
      latents = std::make_unique<LatentModel>(architecture, file);
      fingerprint.add(file.architecture);
      for (const auto& [name, weight] : file.weights)
        fingerprint.add(weight.values.data(), weight.values.size() * sizeof(double));
    } catch (const InputError& error) {
      fail_key(context.input, "encode", "model", error.what());
    }
  }
  GeneratorArchitecture architecture;
  std::unique_ptr<LatentModel> latents;
  Fnv1a fingerprint;
};

std::shared_ptr<StructureSource> open_source(const RunContext& context, const EncodeModel& model) {
  SourceOptions options;
  options.read = read_options(context.input.encode);
  for (const LatentProperty& property : model.latents->architecture().properties)
    options.scalars.push_back(property.name);
  return open_list(context, context.input.encode.structures, {"encode", "structures"}, options);
}

/// &encode structures through &encode model, chunk by chunk.
class Encoding {
 public:
  explicit Encoding(const RunContext& context)
      : context_(context),
        files_(context),
        csv_(files_.add("_latents.csv")),
        model_(context),
        crystals_(open_source(context, model_)),
        encoder_(*model_.latents) {
    report_start(context_);
    campaign_.emplace(context_, files_, plan());
  }

  /// False where a stop came before the end.
  bool run() {
    campaign_->report(context_.input.encode.structures);
    for (const std::string& text : crystals_.passed_over()) echo_line(context_.log, "NOTE", text);
    echo_line(context_.log, "model",
              fmt::format("{}: latent vectors of {} numbers", context_.input.encode.model, model_.latents->size()));
    const bool complete =
        campaign_->run([&](std::int64_t number, const Campaign::Pulse& pulse) -> std::optional<Bytes> {
          return pack(encode(number, pulse));
        });
    const auto chunk = [&](std::int64_t number) -> std::optional<EncodedChunk> {
      const auto bytes = campaign_->result(number);
      if (!bytes) return std::nullopt;
      return unpack<EncodedChunk>(*bytes);
    };
    const bool with_csv = context_.input.encode.csv;
    const EncodeSummary summary =
        write_latents(context_, files_.result, with_csv ? csv_ : "", model_.architecture, crystals_, chunk, complete);
    report_latents(context_, *model_.latents, summary, campaign_->seconds(),
                   summary.done + summary.failed - campaign_->n_before());
    report_end(context_, files_.result + (with_csv ? ", " + csv_ : ""), complete, campaign_->stop_reason(),
               summary.done + summary.failed, crystals_.size(), "crystals");
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
    plan.content = {{"the list of structures is", crystals_.fingerprint()},
                    {"the model is", model_.fingerprint.value()}};
    plan.group = "encode";
    plan.key = "structures";
    return plan;
  }

  EncodedChunk encode(std::int64_t number, const Campaign::Pulse& pulse) {
    crystals_.read(number, records_);
    const LatentModel& latents = *model_.latents;
    const std::size_t d = latents.size(), n_properties = latents.architecture().properties.size();
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    EncodedChunk chunk;
    chunk.mean.assign(records_.size() * d, none);
    chunk.deviation = chunk.mean;
    chunk.said.assign(records_.size() * n_properties, none);
    for (std::size_t k = 0; k < records_.size(); ++k) {
      // Rank 0 also hands out work.
      if (k % 16 == 0) pulse(static_cast<double>(k) / static_cast<double>(records_.size()));
      const CrystalRecord& record = records_[k];
      chunk.id.push_back(record.id);
      chunk.warnings.add(record.warnings, crystals_.first_of(number) + static_cast<std::int64_t>(k), record.id);
      chunk.n_atoms.push_back(static_cast<std::int32_t>(record.atomic_number.size()));
      chunk.label.insert(chunk.label.end(), record.scalar.begin(), record.scalar.end());
      chunk.same_contents.push_back(0);
      std::string problem = record.problem;
      double* mean = chunk.mean.data() + k * d;
      try {
        if (problem.empty())
          encoder_.encode(record.cell, record.atomic_number, record.position, record.periodic, mean,
                          chunk.deviation.data() + k * d);
      } catch (const Error& error) {
        problem = error.what();
        std::fill_n(mean, d, none);
        std::fill_n(chunk.deviation.data() + k * d, d, none);
      }
      if (problem.empty()) {
        const auto said = latents.properties(mean);
        std::copy(said.begin(), said.end(), chunk.said.begin() + static_cast<std::ptrdiff_t>(k * n_properties));
        chunk.same_contents.back() = has_contents(record, latents.contents(mean)) ? 1 : 0;
        continue;
      }
      if (context_.input.encode.strict) fail("{}: {}", record.id, problem);
      chunk.failed.push_back(static_cast<std::int32_t>(k));
      chunk.reason.push_back(std::move(problem));
    }
    return chunk;
  }

  bool has_contents(const CrystalRecord& record, const std::vector<std::int32_t>& contents) const {
    std::vector<std::string> own, said;
    for (const std::uint8_t z : record.atomic_number) own.emplace_back(element_symbol(z));
    for (const std::int32_t type : contents)
      said.push_back(model_.architecture.elements[static_cast<std::size_t>(type)]);
    std::sort(own.begin(), own.end());
    std::sort(said.begin(), said.end());
    return own == said;
  }

  const RunContext& context_;
  RunFiles files_;
  std::string csv_;
  EncodeModel model_;
  CrystalChunks crystals_;
  CrystalEncoder encoder_;
  std::optional<Campaign> campaign_;
  std::vector<CrystalRecord> records_;
};

}  // namespace

bool run_encode(const RunContext& context) { return Encoding(context).run(); }

void check_encode(const RunContext& context) {
  const RunFiles files(context);
  const EncodeModel model(context);
  open_source(context, model);
}

}  // namespace spinel
