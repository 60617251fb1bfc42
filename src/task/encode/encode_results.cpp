#include "task/encode/encode_results.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "crystal/formats/text_file.hpp"
#include "io/table.hpp"
#include "parallel/on_root.hpp"
#include "run/report_warnings.hpp"
#include "run/result_common.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

constexpr std::size_t most_problems = 10;
constexpr double least_kl = 0.1;  // nats, of a dimension that is in use
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// A crystal.
struct EncodedRow {
  std::string id;
  std::int64_t status = 0, n_atoms = 0, same_contents = 0;  // status: 0 done, 2 failed, 3 pending
};

/// Sums from which mean absolute error and R² follow.
struct Sums {
  double n = 0.0, error = 0.0, square = 0.0, label = 0.0, label_square = 0.0;
  void add(double said, double is) {
    if (!std::isfinite(said) || !std::isfinite(is)) return;
    n += 1.0;
    error += std::abs(said - is);
    square += (said - is) * (said - is);
    label += is;
    label_square += is * is;
  }
  EncodeSummary::Comparison result() const {
    EncodeSummary::Comparison c;
    c.n = static_cast<std::int64_t>(n);
    if (n == 0.0) return c;
    c.mae = error / n;
    const double variance = label_square / n - label / n * (label / n);
    c.r2 = variance > 0.0 ? 1.0 - square / n / variance : 0.0;
    return c;
  }
};

void write_csv(const std::string& path, const LatentArchitecture& latent, const std::vector<EncodedRow>& rows,
               const std::vector<double>& mean, const std::vector<double>& said) {
  TextWriter out(path);
  std::string title = "id";
  for (const LatentProperty& property : latent.properties) title += "," + property.name;
  for (std::int64_t j = 1; j <= latent.size; ++j) title += fmt::format(",z{}", j);
  out.write("{}\n", title);
  const auto d = static_cast<std::size_t>(latent.size), p = latent.properties.size();
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (rows[k].status != 0) continue;
    std::string line = rows[k].id;
    for (std::size_t j = 0; j < p; ++j) line += fmt::format(",{}", said[k * p + j]);
    for (std::size_t j = 0; j < d; ++j) line += fmt::format(",{}", mean[k * d + j]);
    out.write("{}\n", line);
  }
  out.close();
}

}  // namespace

std::vector<double> planar_map(const std::vector<double>& rows, std::size_t d) {
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto n = static_cast<Eigen::Index>(rows.size() / d), width = static_cast<Eigen::Index>(d);
  const Eigen::Map<const Rows> x(rows.data(), n, width);
  std::vector<double> result(2 * static_cast<std::size_t>(n), none);
  Eigen::VectorXd center = Eigen::VectorXd::Zero(width);
  double count = 0.0;
  for (Eigen::Index k = 0; k < n; ++k)
    if (std::isfinite(x(k, 0))) {
      center += x.row(k).transpose();
      count += 1.0;
    }
  if (count < 2.0) return result;
  center /= count;
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(width, width);
  for (Eigen::Index k = 0; k < n; ++k)
    if (std::isfinite(x(k, 0))) {
      const Eigen::VectorXd from = x.row(k).transpose() - center;
      covariance += from * from.transpose() / count;
    }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  for (Eigen::Index axis = 0; axis < std::min<Eigen::Index>(2, width); ++axis) {
    Eigen::VectorXd direction = solver.eigenvectors().col(width - 1 - axis);
    Eigen::Index largest = 0;
    direction.cwiseAbs().maxCoeff(&largest);
    if (direction[largest] < 0.0) direction = -direction;
    for (Eigen::Index k = 0; k < n; ++k)
      if (std::isfinite(x(k, 0)))
        result[static_cast<std::size_t>(2 * k + axis)] = direction.dot(x.row(k).transpose() - center);
  }
  if (width == 1)
    for (Eigen::Index k = 0; k < n; ++k) result[static_cast<std::size_t>(2 * k + 1)] = 0.0;
  return result;
}

EncodeSummary write_latents(const RunContext& context, const std::string& path, const std::string& csv,
                            const GeneratorArchitecture& architecture, const CrystalChunks& source,
                            const std::function<std::optional<EncodedChunk>(std::int64_t)>& chunk, bool complete) {
  EncodeSummary summary;
  const LatentArchitecture& latent = architecture.latent;
  ResultFile file(context.world, path);
  write_header(file, context, complete);
  on_root(context.world, [&] {
    const auto d = static_cast<std::size_t>(latent.size), n_properties = latent.properties.size();
    std::vector<EncodedRow> rows;
    std::vector<double> mean, deviation, said, label;
    std::vector<std::int64_t> failed;
    std::vector<std::string> reason;
    std::vector<Sums> sums(n_properties);
    summary.kl.assign(d, 0.0);
    for (std::int64_t number = 0; number < source.n_chunks(); ++number) {
      const auto done = chunk(number);
      if (!done) {
        const auto n = static_cast<std::size_t>(source.count_of(number));
        EncodedRow row;
        row.status = 3;
        rows.insert(rows.end(), n, row);
        mean.insert(mean.end(), n * d, none);
        deviation.insert(deviation.end(), n * d, none);
        said.insert(said.end(), n * n_properties, none);
        label.insert(label.end(), n * n_properties, none);
        summary.pending += static_cast<std::int64_t>(n);
        continue;
      }
      summary.warnings.add(done->warnings);
      std::size_t next_failed = 0;
      for (std::size_t k = 0; k < done->id.size(); ++k) {
        EncodedRow row;
        row.id = done->id[k];
        row.n_atoms = done->n_atoms[k];
        if (next_failed < done->failed.size() && static_cast<std::size_t>(done->failed[next_failed]) == k) {
          row.status = 2;
          ++summary.failed;
          failed.push_back(static_cast<std::int64_t>(rows.size()));
          reason.push_back(done->reason[next_failed]);
          if (summary.problems.size() < most_problems)
            summary.problems.push_back(fmt::format("{}: {}", row.id, reason.back()));
          ++next_failed;
        } else {
          ++summary.done;
          row.same_contents = done->same_contents[k];
          summary.same_contents += row.same_contents;
          for (std::size_t j = 0; j < d; ++j) {
            const double m = done->mean[k * d + j], s = done->deviation[k * d + j];
            summary.kl[j] += 0.5 * (m * m + s * s - 1.0) - std::log(s);
          }
          for (std::size_t p = 0; p < n_properties; ++p)
            sums[p].add(done->said[k * n_properties + p], done->label[k * n_properties + p]);
        }
        rows.push_back(std::move(row));
      }
      for (const auto& [from, to] : {std::pair{&done->mean, &mean},
                                     {&done->deviation, &deviation},
                                     {&done->said, &said},
                                     {&done->label, &label}})
        to->insert(to->end(), from->begin(), from->end());
    }
    for (double& kl : summary.kl) kl /= std::max<double>(1.0, static_cast<double>(summary.done));
    for (const Sums& one : sums) summary.property.push_back(one.result());
    const auto n = static_cast<std::int64_t>(rows.size());
    Table<EncodedRow> table;
    table.column("id", "", "of the record, else its place in the file; empty: pending", &EncodedRow::id);
    table.column("status", "", "0 done, 2 failed, 3 pending", &EncodedRow::status);
    table.column("n_atoms", "", "0: the structure could not be read", &EncodedRow::n_atoms);
    table.column("same_contents", "", "1: the latent vector says what the cell holds", &EncodedRow::same_contents);
    table.write(file, "/crystals", rows);
    if (!csv.empty()) write_csv(csv, latent, rows, mean, said);
    file.write("/latents/map", planar_map(mean, d), {"", "their two principal components"}, {n, 2});
    for (std::size_t p = 0; p < n_properties; ++p) {
      const LatentProperty& property = latent.properties[p];
      std::vector<double> of_model, of_data;
      for (std::size_t k = 0; k < rows.size(); ++k) {
        of_model.push_back(said[k * n_properties + p]);
        of_data.push_back(label[k * n_properties + p]);
      }
      file.write("/properties/" + property.name, std::move(of_model), {property.unit, "what latent vectors say"});
      file.write("/known/" + property.name, std::move(of_data), {property.unit, "as the structures have it"});
    }
    file.write("/latents/mean", std::move(mean), {"", "latent vectors"}, {n, latent.size});
    file.write("/latents/deviation", std::move(deviation), {"", "how far they are known"}, {n, latent.size});
    file.write("/latents/kl", std::vector<double>(summary.kl),
               {"nats", "mean divergence of each dimension from the prior"});
    file.write("/failed/number", std::move(failed), {"", "places in /crystals of those that failed"});
    file.write_texts("/failed/reason", std::move(reason), "why");
    write_warnings(file, "/warnings", summary.warnings);
  });
  file.save();
  return summary;
}

void report_latents(const RunContext& context, const LatentModel& model, const EncodeSummary& summary, double seconds,
                    std::int64_t crystals) {
  Log& log = context.log;
  if (!log.enabled()) return;
  log.line();
  echo_line(log, "encoded", fmt::format("{} crystals", grouped(summary.done)));
  if (summary.pending > 0) echo_line(log, "pending", grouped(summary.pending));
  if (summary.failed > 0) {
    echo_line(log, "failed", grouped(summary.failed));
    for (const std::string& problem : summary.problems) log.print("    {}", problem);
    const auto shown = static_cast<std::int64_t>(summary.problems.size());
    if (summary.failed > shown)
      log.print("    … and {} more: /failed/reason names each", grouped(summary.failed - shown));
  }
  report_warnings(log, summary.warnings, "crystals");
  if (summary.done == 0) return;
  double total = 0.0;
  std::int64_t used = 0;
  for (const double kl : summary.kl) {
    total += kl;
    if (kl > least_kl) ++used;
  }
  echo_line(log, "latent",
            fmt::format("{} of {} dimensions in use (above {} nats), {:.4g} nats a crystal", used, model.size(),
                        least_kl, total));
  echo_line(log, "contents",
            fmt::format("{:.1f} % of the crystals' cells are said right",
                        100.0 * static_cast<double>(summary.same_contents) / static_cast<double>(summary.done)));
  for (std::size_t p = 0; p < summary.property.size(); ++p) {
    const LatentProperty& property = model.architecture().properties[p];
    const auto& compared = summary.property[p];
    if (compared.n == 0) continue;
    echo_line(log, property.name,
              fmt::format("MAE {:.4f}{}, R² {:.4f} of {}", compared.mae,
                          property.unit.empty() ? "" : " " + property.unit, compared.r2, grouped(compared.n)));
  }
  if (crystals > 0)
    echo_line(log, "time",
              fmt::format("{}, {:.4g} crystals per second", human_duration(seconds),
                          static_cast<double>(crystals) / std::max(seconds, 1e-9)));
}

}  // namespace spinel
