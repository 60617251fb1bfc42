#include "task/generate/vector_generation.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "campaign/campaign.hpp"
#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/text_file.hpp"
#include "input/schema.hpp"
#include "io/table.hpp"
#include "model/architecture.hpp"
#include "model/vectors/vector_model.hpp"
#include "parallel/on_root.hpp"
#include "run/result_common.hpp"
#include "run/run_report.hpp"
#include "run/setup/find_file.hpp"
#include "task/generate/flow_picture.hpp"

namespace spinel {

namespace {

constexpr std::int64_t block_size = 256;  // points that are computed together, and journalled
constexpr std::size_t most_problems = 10;

/// A row of /vectors.
struct VectorRow {
  std::int64_t number = 0, status = 0;  // 0 done, 2 failed, 3 pending
  std::string reason;
  std::vector<double> value;
};

/// What became of a block of points: of each the reason of a failure, and its vector or log density.
struct VectorBlock {
  std::vector<std::string> reason;
  std::vector<double> value;
};
auto members(VectorBlock& b) { return std::tie(b.reason, b.value); }

std::string model_path(const RunContext& context) {
  return find_file(context.place("generate"), "model", context.input.generate.model, context.world);
}

VectorModel read_model(const RunContext& context) {
  try {
    return VectorModel(read_model_file(model_path(context), context.world));
  } catch (const InputError& error) {
    fail_key(context.input, "generate", "model", error.what());
  }
}

/// calculation = 'generate' of vectors as a campaign: first blocks of the points of the slices, then of those that are
/// generated.
class VectorGeneration {
 public:
  explicit VectorGeneration(const RunContext& context)
      : context_(context),
        files_(context),
        model_(read_model(context)),
        network_(model_.architecture.shape()),
        csv_(files_.add("_generated.csv")) {
    const GenerateParameters& p = context.input.generate;
    const GenerateParameters standard;
    const std::size_t d = model_.architecture.dimension();
    const auto fail_here = [&](const char* key, const std::string& what) {
      fail_key(context.input, "generate", key, what);
    };
    if (!p.slices.empty() && d != 2)
      fail_here("slices", fmt::format("are of a flow in the plane; the model has {} column{}", d, d == 1 ? "" : "s"));
    if (p.slices.empty() && p.grid != standard.grid) fail_here("grid", "needs slices");
    if (p.slices.empty() && p.trajectories != standard.trajectories) fail_here("trajectories", "needs slices");
    network_.set_weights(model_.weights.data());
    if (!p.slices.empty()) picture_.emplace(model_.architecture, p.slices, p.grid);
  }

  bool run() {
    report_start(context_);
    campaign_.emplace(context_, files_, plan());
    const GenerateParameters& p = context_.input.generate;
    echo_line(context_.log, "model",
              fmt::format("{}: cnf, {} weights, {} columns", p.model,
                          grouped(static_cast<std::int64_t>(model_.weights.size())), model_.architecture.dimension()));
    if (picture_)
      echo_line(context_.log, "slices", fmt::format("{} of {} × {} points", p.slices.size(), p.grid, p.grid));
    campaign_->report(fmt::format("{} vectors", grouped(p.count)));
    const bool complete = campaign_->run([&](std::int64_t item, const Campaign::Pulse& pulse) -> std::optional<Bytes> {
      if (pulse(0.0) > 0.0) return std::nullopt;
      return pack(item < n_picture_blocks() ? slice_points(item) : vectors(item - n_picture_blocks()));
    });
    write(complete);
    report(complete);
    return complete;
  }

 private:
  CampaignPlan plan() const {
    const GenerateParameters& p = context_.input.generate;
    Fnv1a hash;
    hash.add(to_json(model_.architecture));
    hash.add(model_.weights.data(), model_.weights.size() * sizeof(double));
    CampaignPlan plan;
    plan.journal = files_.journal;
    plan.things = "blocks";
    plan.n_items = n_picture_blocks() + blocks_of(p.count);
    plan.n_pools = context_.world.size();
    plan.content = {{"the model is", hash.value()}, {"the count is", static_cast<std::uint64_t>(p.count)}};
    plan.group = "generate";
    plan.key = "model";
    return plan;
  }

  static std::int64_t blocks_of(std::int64_t n) { return (n + block_size - 1) / block_size; }
  std::int64_t n_picture_blocks() const { return picture_ ? blocks_of(picture_->size()) : 0; }
  SolverSettings settings() const {
    const double tolerance = context_.input.generate.tolerance;
    return {tolerance, tolerance, 10000};
  }
  void draw_noise(std::int64_t number, double* y) const {
    RandomSequence random(Random(static_cast<std::uint64_t>(context_.input.control.seed), RandomPurpose::generation), 0,
                          static_cast<std::uint64_t>(number));
    model_.architecture.draw_noise(random, y);
  }

  VectorBlock vectors(std::int64_t block) {
    const std::size_t d = model_.architecture.dimension();
    const std::int64_t begin = block * block_size, end = std::min(context_.input.generate.count, begin + block_size);
    const auto n = static_cast<std::size_t>(end - begin);
    std::vector<double> y(n * d);
    for (std::size_t k = 0; k < n; ++k) draw_noise(begin + static_cast<std::int64_t>(k), y.data() + k * d);
    FlowSolver<double> solver(network_, settings());
    const auto results = solver.integrate({n, Divergence::none, nullptr}, 0.0, 1.0, y.data(), nullptr);
    VectorBlock out;
    out.value.resize(n * d);
    for (std::size_t k = 0; k < n; ++k) {
      model_.architecture.from_flow(y.data() + k * d, out.value.data() + k * d);
      out.reason.push_back(failure_text(results[k], settings()));
    }
    return out;
  }

  VectorBlock slice_points(std::int64_t block) {
    const std::int64_t begin = block * block_size, end = std::min(picture_->size(), begin + block_size);
    VectorBlock out;
    out.value = picture_->log_density(network_, settings(), begin, end);
    return out;
  }

  /// Collective.
  void write(bool complete) {
    ResultFile file(context_.world, files_.result);
    write_header(file, context_, complete);
    on_root(context_.world, [&] {
      write_vectors(file);
      if (!picture_) return;
      std::vector<double> log_density(static_cast<std::size_t>(picture_->size()), std::nan(""));
      for (std::int64_t block = 0; block < n_picture_blocks(); ++block)
        if (const auto bytes = campaign_->result(block)) {
          const auto values = unpack<VectorBlock>(*bytes).value;
          std::copy(values.begin(), values.end(), log_density.begin() + block * block_size);
        }
      const auto n = static_cast<std::size_t>(context_.input.generate.trajectories);
      std::vector<double> noise(2 * n);
      for (std::size_t k = 0; k < n; ++k) draw_noise(static_cast<std::int64_t>(k), noise.data() + 2 * k);
      picture_->write(network_, settings(), log_density, noise, file);
    });
    file.save();
  }

  void write_vectors(ResultFile& file) {
    const VectorArchitecture& a = model_.architecture;
    const std::size_t d = a.dimension();
    Table<VectorRow> table;
    table.column("number", "", "with the seed, what the vector is a function of", &VectorRow::number);
    table.column("status", "", "0 done, 2 failed, 3 pending", &VectorRow::status);
    table.column("reason", "", "of a failure", &VectorRow::reason);
    table.column("value", "", "NaN where there is none", [](const VectorRow& r) { return r.value; })
        .shape({static_cast<std::int64_t>(d)});
    TextWriter csv(csv_);
    std::string titles;
    for (const VectorColumn& column : a.columns) titles += (titles.empty() ? "" : ",") + csv_field(column.name);
    csv.write("{}\n", titles);
    const std::int64_t count = context_.input.generate.count;
    for (std::int64_t block = 0; block < blocks_of(count); ++block) {
      const auto bytes = campaign_->result(n_picture_blocks() + block);
      const VectorBlock done = bytes ? unpack<VectorBlock>(*bytes) : VectorBlock();
      for (std::int64_t number = block * block_size; number < std::min(count, (block + 1) * block_size); ++number) {
        const auto k = static_cast<std::size_t>(number - block * block_size);
        VectorRow row{number, 3, "", std::vector<double>(d, std::nan(""))};
        if (bytes) {
          row.reason = done.reason[k];
          row.status = row.reason.empty() ? 0 : 2;
        }
        if (row.status == 0) {
          row.value.assign(done.value.begin() + static_cast<std::ptrdiff_t>(k * d),
                           done.value.begin() + static_cast<std::ptrdiff_t>((k + 1) * d));
          csv.write("{:.10g}\n", fmt::join(row.value, ","));
        } else if (row.status == 2 && problems_.size() < most_problems) {
          problems_.push_back(fmt::format("{}: {}", number, row.reason));
        }
        ++counts_[row.status];
        table.add(row);
      }
    }
    csv.close();
    table.write(file, "/vectors");
    std::vector<std::string> names;
    std::vector<double> periods;
    for (const VectorColumn& column : a.columns) {
      names.push_back(column.name);
      periods.push_back(column.period);
    }
    file.write_texts("/vectors/column", names, "names of the columns of value");
    file.write("/vectors/period", periods, {"", "of each column, 0: none"});
  }

  void report(bool complete) {
    if (context_.world.is_root()) {
      Log& log = context_.log;
      log.line();
      echo_line(log, "vectors",
                fmt::format("{} made, {} failed{}", grouped(counts_[0]), grouped(counts_[2]),
                            counts_[3] > 0 ? fmt::format(", {} pending", grouped(counts_[3])) : ""));
      for (const std::string& problem : problems_) log.print("    {}", problem);
    }
    report_end(context_, files_.result + ", " + csv_, complete, campaign_->stop_reason(), counts_[0] + counts_[2],
               context_.input.generate.count, "vectors");
  }

  const RunContext& context_;
  RunFiles files_;
  VectorModel model_;
  VectorFlow<double> network_;
  std::string csv_;
  std::optional<FlowPicture> picture_;
  std::optional<Campaign> campaign_;
  std::map<std::int64_t, std::int64_t> counts_;  // [status]
  std::vector<std::string> problems_;
};

}  // namespace

bool generates_vectors(const RunContext& context) {
  bool is_flow = false;
  try {
    is_flow = Architecture(read_model_file(model_path(context), context.world)).kind() == "cnf";
  } catch (const InputError& error) {
    fail_key(context.input, "generate", "model", error.what());
  }
  const auto is_of_flow = [](const std::string& key) {
    return key == "tolerance" || key == "slices" || key == "grid" || key == "trajectories";
  };
  const Input standard;
  for (const Key& key : find_group("generate")->keys) {
    if (key.name == "model" || key.name == "count" || is_of_flow(key.name) == is_flow) continue;
    if (key_text(context.input, "generate", key.name) != key_text(standard, "generate", key.name))
      fail_key(context.input, "generate", key.name,
               is_flow ? "is for crystals; the model is a cnf, a flow of vectors"
                       : "is for a cnf, a flow of vectors; the model makes crystals");
  }
  return is_flow;
}

bool run_vector_generation(const RunContext& context) { return VectorGeneration(context).run(); }

void check_vector_generation(const RunContext& context) { const VectorGeneration generation(context); }

}  // namespace spinel
