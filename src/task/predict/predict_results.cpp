#include "task/predict/predict_results.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "core/byte_stream.hpp"
#include "core/text.hpp"
#include "crystal/formats/text_file.hpp"
#include "parallel/on_root.hpp"
#include "run/result_common.hpp"

namespace spinel {

namespace {

constexpr std::size_t most_problems = 10;

void put(ByteWriter& out, const std::vector<std::string>& texts) {
  out.put(static_cast<std::uint64_t>(texts.size()));
  for (const std::string& text : texts) out.put(text);
}
std::vector<std::string> get_texts(ByteReader& in) {
  std::vector<std::string> texts;
  for (auto n = in.get<std::uint64_t>(); n > 0; --n) in.get(texts.emplace_back());
  return texts;
}

/// A field of a CSV file (RFC 4180).
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + '"';
}

/// Columns of the result file, one row a crystal.
class Columns {
 public:
  Columns(const PredictModels& models, std::int64_t n, bool compares)
      : models_(models), n_outputs_(models.n_outputs()), compares_(compares) {
    const auto rows = static_cast<std::size_t>(n);
    id_.reserve(rows);
    for (auto* column : {&mean_, &spread_}) column->reserve(rows * n_outputs_);
    member_.reserve(models.size() > 1 ? rows * n_outputs_ * models.size() : 0);
  }

  void add(const PredictedChunk& chunk, std::int64_t first, PredictSummary& summary) {
    std::size_t next_failed = 0;
    for (std::size_t k = 0; k < chunk.id.size(); ++k) {
      const bool has_failed =
          next_failed < chunk.failed.size() && static_cast<std::size_t>(chunk.failed[next_failed]) == k;
      add_row(chunk, k, has_failed);
      summary.atoms += chunk.n_atoms[k];
      if (!has_failed) {
        ++summary.done;
        compare(summary);
        continue;
      }
      ++summary.failed;
      failed_.push_back(first + static_cast<std::int64_t>(k));
      reason_.push_back(chunk.reason[next_failed]);
      if (summary.problems.size() < most_problems)
        summary.problems.push_back(fmt::format("{} (number {}): {}", chunk.id[k], first + static_cast<std::int64_t>(k),
                                               chunk.reason[next_failed]));
      ++next_failed;
    }
  }
  void add_pending(std::int64_t count, PredictSummary& summary) {
    const auto rows = static_cast<std::size_t>(count);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    status_.insert(status_.end(), rows, 3);
    n_atoms_.insert(n_atoms_.end(), rows, 0);
    id_.resize(id_.size() + rows);
    mean_.insert(mean_.end(), rows * n_outputs_, nan);
    spread_.insert(spread_.end(), rows * n_outputs_, nan);
    if (models_.size() > 1) member_.insert(member_.end(), rows * n_outputs_ * models_.size(), nan);
    if (compares_) target_.insert(target_.end(), rows, nan);
    summary.pending += count;
  }

  void finish(PredictSummary& summary) const {
    const auto n = static_cast<double>(summary.compared);
    if (summary.compared > 0) {
      summary.mae = error_ / n;
      summary.rmse = std::sqrt(square_ / n);
      const double variance = target_square_ / n - std::pow(target_sum_ / n, 2);
      summary.r2 = variance > 0.0 ? 1.0 - square_ / n / variance : 0.0;
    }
    summary.spread = summary.done > 0 ? std::sqrt(spread_square_ / static_cast<double>(summary.done)) : 0.0;
  }

  void write_csv(const std::string& path) const {
    TextWriter out(path);
    const PropertyArchitecture& a = models_.architecture();
    const std::string name = a.property.empty() ? "value" : a.property;
    out.write("number,id");
    for (std::size_t o = 0; o < n_outputs_; ++o)
      out.write(",{}", a.is_classifier() ? fmt::format("probability_{}", o) : quoted(name));
    if (models_.size() > 1)
      for (std::size_t o = 0; o < n_outputs_; ++o)
        out.write(",{}", a.is_classifier() ? fmt::format("spread_{}", o) : std::string("spread"));
    if (compares_) out.write(",target");
    out.write("\n");
    for (std::size_t i = 0; i < id_.size(); ++i) {
      out.write("{},{}", i, quoted(id_[i]));
      const auto numbers = [&](const std::vector<double>& values, std::size_t each) {
        for (std::size_t k = 0; k < each; ++k) {
          const double value = values[i * each + k];
          std::isnan(value) ? out.write(",") : out.write(",{}", value);
        }
      };
      numbers(mean_, n_outputs_);
      if (models_.size() > 1) numbers(spread_, n_outputs_);
      if (compares_) numbers(target_, 1);
      out.write("\n");
    }
    out.close();
  }

  void write(ResultFile& file) {
    const PropertyArchitecture& a = models_.architecture();
    const auto n = static_cast<std::int64_t>(status_.size()), m = static_cast<std::int64_t>(models_.size());
    const auto outputs = static_cast<std::int64_t>(n_outputs_);
    const std::string list = "/predictions/";
    file.write(list + "status", std::move(status_), {"", "0 done, 2 failed, 3 pending"});
    file.write_texts(list + "id", std::move(id_), "of the record, else its place in the file; empty: pending");
    file.write(list + "n_atoms", std::move(n_atoms_), {"", "0: the structure could not be read"});
    std::vector<std::int64_t> dims = {n};
    if (a.is_classifier()) dims.push_back(outputs);
    const std::string unit = a.is_classifier() ? "" : a.unit;
    file.write(list + (a.is_classifier() ? "probability" : "value"), std::move(mean_),
               {unit, m > 1 ? "mean over the models" : "of the model"}, dims);
    if (m > 1) {
      file.write(list + "spread", std::move(spread_), {unit, "standard deviation over the models, n − 1"}, dims);
      dims.insert(dims.begin() + 1, m);
      file.write(list + "member", std::move(member_), {unit, "of each model"}, dims);
    }
    if (compares_) file.write(list + "target", std::move(target_), {unit, "as the structures have it"});
    file.set_attribute("/predictions", "property", a.property);
    std::vector<std::string> names;
    for (std::size_t k = 0; k < models_.size(); ++k) names.push_back(models_.name(k));
    file.write_texts(list + "model", std::move(names), "model files");
    file.write("/failed/number", std::move(failed_), {"", "places in /predictions of those that failed"});
    file.write_texts("/failed/reason", std::move(reason_), "why");
  }

 private:
  void add_row(const PredictedChunk& chunk, std::size_t k, bool has_failed) {
    status_.push_back(has_failed ? 2 : 0);
    id_.push_back(chunk.id[k]);
    n_atoms_.push_back(chunk.n_atoms[k]);
    const std::size_t m = models_.size();
    const double* values = chunk.value.data() + k * m * n_outputs_;
    for (std::size_t o = 0; o < n_outputs_; ++o) {
      double mean = 0.0, square = 0.0;
      for (std::size_t j = 0; j < m; ++j) mean += values[j * n_outputs_ + o] / static_cast<double>(m);
      for (std::size_t j = 0; j < m; ++j) square += std::pow(values[j * n_outputs_ + o] - mean, 2);
      mean_.push_back(mean);
      spread_.push_back(m > 1 ? std::sqrt(square / static_cast<double>(m - 1)) : 0.0);
    }
    if (m > 1) member_.insert(member_.end(), values, values + m * n_outputs_);
    if (compares_) target_.push_back(chunk.target[k]);
  }
  /// The row added last, with its target.
  void compare(PredictSummary& summary) {
    const double* said = mean_.data() + mean_.size() - n_outputs_;
    spread_square_ += std::pow(spread_.back(), 2);
    if (!compares_ || std::isnan(target_.back())) return;
    ++summary.compared;
    const double target = target_.back();
    if (models_.architecture().is_classifier()) {
      error_ += std::max_element(said, said + n_outputs_) - said == std::lround(target) ? 0.0 : 1.0;
      return;
    }
    error_ += std::abs(*said - target);
    square_ += std::pow(*said - target, 2);
    target_sum_ += target;
    target_square_ += target * target;
  }

  const PredictModels& models_;
  std::size_t n_outputs_;
  bool compares_;
  std::vector<std::int64_t> status_, n_atoms_, failed_;
  std::vector<std::string> id_, reason_;
  std::vector<double> mean_, spread_, member_, target_;
  double error_ = 0.0, square_ = 0.0, target_sum_ = 0.0, target_square_ = 0.0, spread_square_ = 0.0;
};

}  // namespace

std::vector<char> pack(const PredictedChunk& chunk) {
  ByteWriter out;
  put(out, chunk.id);
  out.put(chunk.n_atoms);
  out.put(chunk.value);
  out.put(chunk.target);
  out.put(chunk.failed);
  put(out, chunk.reason);
  return out.take();
}

PredictedChunk unpack_chunk(const std::vector<char>& bytes) {
  ByteReader in(bytes);
  PredictedChunk chunk;
  chunk.id = get_texts(in);
  in.get(chunk.n_atoms);
  in.get(chunk.value);
  in.get(chunk.target);
  in.get(chunk.failed);
  chunk.reason = get_texts(in);
  return chunk;
}

PredictSummary write_predictions(const RunContext& context, const RunFiles& files, const PredictModels& models,
                                 const CrystalChunks& source,
                                 const std::function<std::optional<PredictedChunk>(std::int64_t)>& chunk, bool complete,
                                 std::int64_t n_before, double seconds) {
  PredictSummary summary;
  ResultFile file(context.world, files.result);
  write_header(file, context, complete);
  on_root(context.world, [&] {
    Columns columns(models, source.size(), !context.input.predict.target.empty());
    for (std::int64_t number = 0; number < source.n_chunks(); ++number) {
      if (const auto done = chunk(number))
        columns.add(*done, source.first_of(number), summary);
      else
        columns.add_pending(source.count_of(number), summary);
    }
    columns.finish(summary);
    if (context.input.predict.csv) columns.write_csv(files.predictions);
    columns.write(file);
    const auto worked = static_cast<double>(summary.done + summary.failed - n_before);
    file.write("/timing/wall", seconds, {"s", "of reading and predicting in this part of the run"});
    file.write("/timing/crystals_per_second", worked / std::max(seconds, 1e-9), {"1/s", "all ranks together"});
    if (summary.compared > 0) {
      const PropertyArchitecture& a = models.architecture();
      file.write("/comparison/n", summary.compared, {"", "predictions compared with a target"});
      if (a.is_classifier()) {
        file.write("/comparison/error_rate", summary.mae, {"", ""});
      } else {
        file.write("/comparison/mae", summary.mae, {a.unit, "mean absolute error"});
        file.write("/comparison/rmse", summary.rmse, {a.unit, "root mean square error"});
        file.write("/comparison/r2", summary.r2, {"", "coefficient of determination"});
      }
    }
  });
  file.save();
  return summary;
}

void report_predictions(const RunContext& context, const PredictModels& models, const PredictSummary& summary,
                        std::int64_t crystals, double seconds) {
  Log& log = context.log;
  if (!log.enabled()) return;
  const PropertyArchitecture& a = models.architecture();
  log.line();
  echo_line(log, "predicted", fmt::format("{} crystals of {} atoms", grouped(summary.done), grouped(summary.atoms)));
  if (summary.pending > 0) echo_line(log, "pending", grouped(summary.pending));
  if (summary.failed > 0) {
    echo_line(log, "failed", grouped(summary.failed));
    for (const std::string& problem : summary.problems) log.print("    {}", problem);
    const auto shown = static_cast<std::int64_t>(summary.problems.size());
    if (summary.failed > shown)
      log.print("    … and {} more: /failed/reason tells of each", grouped(summary.failed - shown));
  }
  const std::string unit = a.unit.empty() ? "" : " " + a.unit;
  if (models.size() > 1 && !a.is_classifier() && summary.done > 0)
    echo_line(log, "spread",
              fmt::format("{:.4g}{} over {} models, root mean square", summary.spread, unit, models.size()));
  if (summary.compared > 0) {
    const std::string& target = context.input.predict.target;
    if (a.is_classifier())
      echo_line(log, "compared",
                fmt::format("{:.4f} wrong of {} with '{}'", summary.mae, grouped(summary.compared), target));
    else
      echo_line(log, "compared",
                fmt::format("MAE {:.4f}{}, RMSE {:.4f}{}, R² {:.4f} of {} with '{}'", summary.mae, unit, summary.rmse,
                            unit, summary.r2, grouped(summary.compared), target));
  }
  if (crystals > 0)
    echo_line(log, "time",
              fmt::format("{}, {:.4g} crystals per second", human_duration(seconds),
                          static_cast<double>(crystals) / std::max(seconds, 1e-9)));
}

}  // namespace spinel
