#include "task/train/subjects/density_subject.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "run/run_report.hpp"
#include "run/setup/network_library.hpp"
#include "task/train/subject_results.hpp"

namespace spinel {

namespace {

/// −ln p of vectors that a flow was not shown, over the number of columns: beside what all results hold
///
///     …/predictions/nll   mean over members; NaN where a vector of a large validation part was not judged
class DensityResults final : public SubjectResults {
 public:
  explicit DensityResults(const TrainData& data, const VectorTable& vectors)
      : SubjectResults(data), vectors_(vectors) {}

 protected:
  std::vector<QualityRow> assess(const Outcome& outcome, std::vector<Group> groups, ResultFile& file,
                                 Notes& notes) const override {
    const std::vector<double>& nll = outcome.mean.mean;
    file.write(outcome.group + "/predictions/nll", nll,
               {"nats", "−ln p over the number of columns, mean over members"});
    std::vector<QualityRow> rows;
    for (Group& group : groups) {
      auto& chosen = group.places;
      chosen.erase(std::remove_if(chosen.begin(), chosen.end(), [&](std::size_t k) { return std::isnan(nll[k]); }),
                   chosen.end());
      QualityRow& row = rows.emplace_back(std::move(group.row));
      row.n = static_cast<std::int64_t>(chosen.size());
      row.nll = mean_and_error(nll, chosen);
      if (row.part == "test" && vectors_.toy != nullptr) add_toy(outcome, chosen, row.nll.first, notes);
    }
    return rows;
  }
  Words words() const override { return {"vector", "of vectors", "vectors that were judged"}; }
  void add_columns(Table<QualityRow>& table, bool curve) const override {
    table.column("nll", "nats/dim", curve ? "test part" : "", [](const QualityRow& r) { return r.nll.first; })
        .shown("NLL");
    table
        .column("nll_error", "nats/dim", "standard error of the mean over vectors",
                [](const QualityRow& r) { return r.nll.second; })
        .shown("±");
  }

 private:
  static std::pair<double, double> mean_and_error(const std::vector<double>& values,
                                                  const std::vector<std::size_t>& chosen) {
    const auto n = static_cast<double>(chosen.size());
    double mean = 0.0, square = 0.0;
    for (const std::size_t k : chosen) mean += values[k] / n;
    for (const std::size_t k : chosen) square += (values[k] - mean) * (values[k] - mean);
    return {mean, n > 1.0 ? std::sqrt(square / (n - 1.0) / n) : std::nan("")};
  }

  /// What a perfect model would reach on the same vectors.
  void add_toy(const Outcome& outcome, const std::vector<std::size_t>& chosen, double nll, Notes& notes) const {
    double exact = 0.0;
    for (const std::size_t k : chosen)
      exact -= vectors_.toy->log_density(vectors_.vector(outcome.samples[k])) /
               static_cast<double>(chosen.size() * vectors_.dimension());
    notes.emplace_back("exact NLL",
                       fmt::format("{:.4f} nats/dim of the test part; the flow is {:.4f} above", exact, nll - exact));
  }

  const VectorTable& vectors_;
};

}  // namespace

DensitySubject::DensitySubject(const RunContext& context, const VectorTable& vectors)
    : TrainingSubject("", ""), vectors_(vectors) {
  const Input& input = context.input;
  data_.n_vectors = vectors.size;
  data_.values = vectors.values.data();
  VectorArchitecture& a = data_.architecture;
  for (std::size_t c = 0; c < vectors.dimension(); ++c)
    a.columns.push_back({vectors.columns[c], vectors.periods[c], 0.0, 1.0});
  a.hidden = input.model.hidden;
  a.activation = input.model.activation;
  a.frequencies = input.model.frequencies;
  data_.objective = input.train.objective;
  data_.trace = input.train.trace;
  data_.tolerance = input.train.tolerance;
}

std::unique_ptr<Training> DensitySubject::make(const TrainerSettings& settings, const DataParts& parts,
                                               const Communicator& communicator) const {
  return training_library().density_training(data_, settings, parts, communicator);
}

std::unique_ptr<SubjectResults> DensitySubject::results(const TrainData& data) const {
  return std::make_unique<DensityResults>(data, vectors_);
}

void DensitySubject::report(const RunContext& context) const {
  std::vector<std::string> columns;
  for (const VectorColumn& column : data_.architecture.columns)
    columns.push_back(column.period > 0.0 ? fmt::format("{} (period {})", column.name, column.period) : column.name);
  constexpr std::size_t most = 8;
  const std::size_t n = columns.size();
  if (n > most) columns.resize(most);
  echo_line(context.log, "columns", fmt::format("{}{}", fmt::join(columns, ", "), n > most ? ", …" : ""));
  echo_line(context.log, "objective",
            data_.objective == "flow_matching"
                ? "flow matching"
                : fmt::format("likelihood, {} divergence, tolerance {}",
                              data_.trace == "exact" ? "exact" : "Hutchinson's estimate of the", data_.tolerance));
}

}  // namespace spinel
