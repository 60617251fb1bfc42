#include "task/optimize/row_candidates.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "crystal/composition_features.hpp"
#include "run/report_warnings.hpp"
#include "run/setup/find_file.hpp"
#include "run/setup/read_options.hpp"
#include "source/read_dataset.hpp"

namespace spinel {

namespace {

constexpr std::array<double, 5> norms = {2.0, 3.0, 5.0, 7.0, 10.0};

/// Statistics of element properties, the number of elements and norms of their fractions (Ward et al., npj Comput.
/// Mater. 2, 16028 (2016)).
constexpr std::int64_t n_composition = n_composition_statistics() + 1 + norms.size();

void write_composition(const Dataset& data, std::int64_t row, double* out) {
  const std::int64_t first = data.atom_offset()[row];
  const auto n = static_cast<std::size_t>(data.n_atoms(row));
  std::array<float, n_composition_statistics()> statistics{};
  composition_statistics(data.atomic_number() + first, n, statistics.data());
  out = std::copy(statistics.begin(), statistics.end(), out);
  std::map<int, double> share;
  for (std::size_t a = 0; a < n; ++a)
    share[data.atomic_number()[first + static_cast<std::int64_t>(a)]] += 1.0 / static_cast<double>(n);
  *out++ = static_cast<double>(share.size());
  for (const double p : norms) {
    double sum = 0.0;
    for (const auto& [element, x] : share) sum += std::pow(x, p);
    *out++ = std::pow(sum, 1.0 / p);
  }
}

}  // namespace

RowCandidates::RowCandidates(const RunContext& context) : target_name_(context.input.optimize.target) {
  const OptimizeParameters& p = context.input.optimize;
  const auto wrong = [&](const char* key, const std::string& what) { fail_key(context.input, "optimize", key, what); };
  ReadWarnings warnings;
  const std::string path = find_file(context.place("optimize"), "dataset", p.dataset, context.world);
  try {
    data_ = read_dataset(path, context.world, read_options(p), &warnings);
  } catch (const InputError& error) {
    wrong("dataset", error.what());
  }
  report_warnings(context.log, warnings, "structures");
  const auto names = fmt::format("{}", fmt::join(data_->scalar_names(), ", "));
  if (!data_->has_scalar(p.target))
    wrong("target", fmt::format("{} has no number '{}'; it has: {}", p.dataset, p.target, names));
  target_ = data_->scalar(p.target);
  for (const std::string& name : p.features) {
    if (name == "composition") {
      takes_composition_ = true;
    } else if (!data_->has_scalar(name)) {
      wrong("features", fmt::format("{} has no number '{}'; it has: {}", p.dataset, name, names));
    } else {
      numbers_.push_back(data_->scalar(name));
    }
  }
  for (std::int64_t row = 0; row < size(); ++row)
    lacks_features_.push_back(std::any_of(numbers_.begin(), numbers_.end(),
                                          [row](const double* number) { return !std::isfinite(number[row]); }));

  // Of so many rows, evenly spread over the list, the features are standardized.
  constexpr std::int64_t most_rows = 20000;
  std::vector<std::int64_t> usable;
  for (std::int64_t row = 0; row < size(); ++row)
    if (has_features(row)) usable.push_back(row);
  const auto n_usable = static_cast<std::int64_t>(usable.size());
  if (n_usable < 2) wrong("features", "fewer than two rows have all features");
  Points sample(std::min(most_rows, n_usable), n_features());
  for (std::int64_t k = 0; k < sample.rows(); ++k)
    features(usable[static_cast<std::size_t>(k * n_usable / sample.rows())], sample.row(k).data());
  try {
    map_.emplace(sample, context.input.bayes.components);
  } catch (const InputError&) {
    throw;
  } catch (const Error& error) {
    wrong("features", error.what());
  }
}

std::int64_t RowCandidates::n_features() const {
  return (takes_composition_ ? n_composition : 0) + static_cast<std::int64_t>(numbers_.size());
}

std::int64_t RowCandidates::n_without_features() const {
  return std::count(lacks_features_.begin(), lacks_features_.end(), true);
}

void RowCandidates::features(std::int64_t row, double* out) const {
  if (takes_composition_) {
    write_composition(*data_, row, out);
    out += n_composition;
  }
  for (const double* number : numbers_) *out++ = number[row];
}

Points RowCandidates::points(const std::vector<std::int64_t>& rows) const {
  Points all(static_cast<std::int64_t>(rows.size()), n_features());
  for (std::int64_t k = 0; k < all.rows(); ++k) features(rows[static_cast<std::size_t>(k)], all.row(k).data());
  return (*map_)(all);
}

CandidatePool RowCandidates::pool(double threshold, std::function<bool(std::int64_t)> is_out) const {
  return {size(), [this, threshold, is_out = std::move(is_out)](std::int64_t first, std::int64_t count, Points& points,
                                                                Eigen::VectorXd& thresholds) {
            Points all = Points::Zero(count, n_features());
            for (std::int64_t k = 0; k < count; ++k) {
              const std::int64_t row = first + k;
              const bool is_in = has_features(row) && !is_out(row);
              thresholds[k] = is_in ? threshold : std::nan("");
              if (is_in) features(row, all.row(k).data());
            }
            points = (*map_)(all);
          }};
}

}  // namespace spinel
