#include "run/report_dataset.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "run/run_report.hpp"

namespace spinel {

void report_dataset(Log& log, const Dataset& data) {
  std::string labels;
  if (data.force() != nullptr) labels += ", forces";
  if (data.stress() != nullptr) labels += ", stress";
  if (data.magnetic_moment() != nullptr) labels += ", magnetic moments";
  if (data.charge() != nullptr) labels += ", charges";
  echo_line(log, "dataset",
            fmt::format("{} structures, {} atoms{}", grouped(data.n_structures()), grouped(data.n_atoms()), labels));
  const auto texts = data.text_names();
  if (!texts.empty()) echo_line(log, "texts", fmt::format("{}", fmt::join(texts, ", ")));
  const auto names = data.scalar_names();
  if (names.empty()) return;
  TextTable table({"numbers", "unit", "records", "lowest", "mean", "highest"});
  for (const std::string& name : names) {
    std::int64_t n = 0;
    double low = INFINITY, high = -INFINITY, sum = 0.0;
    for (std::int64_t i = 0; i < data.n_structures(); ++i) {
      const double x = data.scalar(name)[i];
      if (std::isnan(x)) continue;
      ++n;
      sum += x;
      low = std::min(low, x);
      high = std::max(high, x);
    }
    const auto text = [&](double x) { return n == 0 ? std::string("-") : fmt::format("{:.5g}", x); };
    table.add({name, data.unit(name), grouped(n), text(low),
               text(sum / static_cast<double>(std::max<std::int64_t>(n, 1))), text(high)});
  }
  log.line();
  log.line(table.text());
  log.line();
}

}  // namespace spinel
