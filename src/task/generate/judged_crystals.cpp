#include "task/generate/judged_crystals.hpp"

#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "input/schema.hpp"
#include "run/run_report.hpp"

namespace spinel {

CrystalJudge::CrystalJudge(const RunContext& context)
    : models_(context, {"generate", "judge"}, context.input.generate.judge),
      wanted_(context.input.generate.target_value),
      tolerance_(context.input.generate.target_tolerance),
      out_(models_.size() * models_.n_outputs()) {
  const auto fail_here = [&](const std::string& what) { fail_key(context.input, "generate", "judge", what); };
  if (models_.architecture().is_classifier()) fail_here("predicts classes; a target is a number");
  if (!models_.descriptors().empty())
    fail_here(fmt::format("needs the numbers {} of every crystal, which new ones do not have",
                          quoted_list(models_.descriptors())));
}

double CrystalJudge::value(const Structure& structure) {
  to_record(structure, record_);
  try {
    models_.predict(record_, out_.data());
  } catch (const Error&) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double mean = 0.0;
  for (const double x : out_) mean += x / static_cast<double>(out_.size());
  return mean;
}

bool CrystalJudge::is_hit(double value) const { return std::abs(value - wanted_) <= tolerance_; }

void CrystalJudge::count(bool is_made, std::int64_t latent, double value) {
  ++tried_;
  if (!is_made) return;
  ++made_;
  if (is_hit(value)) ++hits_;
  if (std::isfinite(value)) judged_.emplace_back(latent, value);
}

void CrystalJudge::write(ResultFile& file, const std::string& target) const {
  file.write("/target/value", wanted_, {unit(), "of " + target + " that was wanted"});
  file.write("/target/tolerance", tolerance_, {unit(), "distance from it of a hit"});
  file.write("/target/tried", tried_, {"", "crystals that were to be made"});
  file.write("/target/made", made_, {"", "of those"});
  file.write("/target/hits", hits_, {"", "of those, by the judge"});
  file.set_attribute("/target", "property", target);
}

void CrystalJudge::report(const RunContext& context) const {
  const PropertyArchitecture& a = models_.architecture();
  std::string names;
  for (std::size_t k = 0; k < models_.size(); ++k) names += (k > 0 ? ", " : "") + models_.name(k);
  echo_line(context.log, "judge",
            fmt::format("{} by {}", a.property.empty() ? "a number that it does not name" : a.property, names));
  const std::string& target = context.input.generate.target;
  if (!a.property.empty() && a.property != target)
    context.log.print("  NOTE: the judge predicts '{}', and the target is '{}'", a.property, target);
}

void CrystalJudge::report_hits(const RunContext& context) const {
  if (tried_ == 0) return;
  Log& log = context.log;
  const auto n = static_cast<double>(tried_), share = static_cast<double>(hits_) / n;
  echo_line(log, "hits",
            fmt::format("{} of {} tried, {:.1f} ± {:.1f} %, within {} of {}{}", grouped(hits_), grouped(tried_),
                        100.0 * share, 100.0 * std::sqrt(share * (1.0 - share) / n), tolerance_, wanted_,
                        unit().empty() ? "" : " " + unit()));
  if (predicted_.empty() || judged_.size() < 2) return;
  double error = 0.0, mean = 0.0;
  for (const auto& [latent, value] : judged_) mean += value / static_cast<double>(judged_.size());
  double left = 0.0, whole = 0.0;
  for (const auto& [latent, value] : judged_) {
    const double said = predicted_[static_cast<std::size_t>(latent)];
    error += std::abs(said - value) / static_cast<double>(judged_.size());
    left += (value - said) * (value - said);
    whole += (value - mean) * (value - mean);
  }
  echo_line(log, "agreement",
            fmt::format("model against judge: mean absolute difference {:.3g}{}, R² {:.3g}, of {} crystals", error,
                        unit().empty() ? "" : " " + unit(), whole > 0.0 ? 1.0 - left / whole : 0.0,
                        grouped(static_cast<std::int64_t>(judged_.size()))));
}

}  // namespace spinel
