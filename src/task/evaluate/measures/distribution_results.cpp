#include <cmath>

#include "core/text.hpp"
#include "io/table.hpp"
#include "run/run_report.hpp"
#include "task/evaluate/measures/distribution_run.hpp"

namespace spinel {

namespace {

double mean_nearest(const std::vector<double>& nearest) {
  return nearest.empty() ? std::numeric_limits<double>::quiet_NaN() : mean_distance(nearest);
}

}  // namespace

void DistributionRun::write(ResultFile& file) const {
  Table<Space> spaces;
  spaces.column("space", "", "of fingerprints; all but the last together with the composition",
                [](const Space& s) { return std::string(s.key); });
  spaces.column("cutoff", "", "in the unit of the space", &Space::cutoff);
  spaces.column("recall", "", "COV-R: share of the distribution that the set covers",
                [](const Space& s) { return s.coverage.recall; });
  spaces.column("precision", "", "COV-P: share of the set that the distribution covers",
                [](const Space& s) { return s.coverage.precision; });
  spaces.column("mean_of_distribution", "", "mean distance to the nearest of the set",
                [](const Space& s) { return mean_nearest(s.nearest.of_reference); });
  spaces.column("mean_of_set", "", "mean distance to the nearest of the distribution",
                [](const Space& s) { return mean_nearest(s.nearest.of_generated); });
  spaces.write(file, "/distribution/coverage", spaces_);
  for (const Space& space : spaces_) {
    const std::string group = fmt::format("/distribution/nearest/{}", space.key);
    file.write(group + "/of_set", space.nearest.of_generated,
               {space.unit, "to the nearest of the distribution, crystals with fingerprints in the order of the set"});
    file.write(group + "/of_distribution", space.nearest.of_reference, {space.unit, "to the nearest of the set"});
  }
  Table<Quantity> quantities;
  quantities.column("name", "", "of what: a share of valid crystals, or a number of each", &Quantity::name);
  quantities.column("unit", "", "", &Quantity::unit);
  quantities.column("set", "", "share, or mean over its valid crystals", &Quantity::set);
  quantities.column("distribution", "", "share, or mean", &Quantity::reference);
  quantities.column("wasserstein", "", "distance of the two; NaN: none", &Quantity::distance);
  quantities.write(file, "/distribution/quantities", quantities_);
  Table<Member> crystals;
  crystals.column("density", "g/cm³", "", &Member::density);
  crystals.column("n_elements", "", "", &Member::n_elements);
  crystals.column("energy", "eV/atom", "as its file has it; NaN: none", &Member::energy);
  crystals.column("valid_structure", "", "1: yes", &Member::valid_structure);
  crystals.column("valid_composition", "", "1: yes, with SMACT's first list of oxidation states",
                  &Member::valid_composition);
  crystals.column("valid_composition_icsd24", "", "1: yes, with the list of the ICSD of 2024",
                  &Member::valid_composition_icsd24);
  crystals.write(file, "/distribution/crystals", reference_);
}

void DistributionRun::report() const {
  Log& log = context_.log;
  const auto& p = context_.input.measures;
  log.line();
  const auto n_reference = static_cast<std::int64_t>(reference_.size());
  echo_line(log, "distribution", fmt::format("{} crystals of {}", grouped(n_reference), p.distribution));
  // What lacks fingerprints lowers the coverage, and should not do so in silence.
  const auto lacking = [&](std::int64_t n, const char* what) {
    if (n > 0) echo_line(log, "NOTE", fmt::format("{} crystals of {}", grouped(n), what));
  };
  lacking(n_set_ - n_set_known_, "the set have no fingerprints: they count as not covered");
  lacking(n_set_known_ - n_set_coordinated_, "the set have no CrystalNN fingerprint: they count as not covered by it");
  lacking(n_reference - n_reference_coordinated_,
          "the distribution have no CrystalNN fingerprint: left out of its COV-R");
  if (!problems_.empty())
    echo_line(log, "WARNING",
              fmt::format("{} of the distribution cannot be read and are left out; the first: {}",
                          grouped(static_cast<std::int64_t>(problems_.size())), problems_.front()));
  const auto number = [](double value) { return shown_number(value, 3); };
  Table<Space> spaces;
  spaces.column("space", "", "", [](const Space& s) { return std::string(s.key); })
      .shown("coverage", [](const Space& s) { return std::string(s.name); });
  spaces.column("cutoff", "", "", &Space::cutoff).shown("up to", [](const Space& s) {
    return fmt::format("{:.3g}{}{}", s.cutoff, *s.unit == '\0' ? "" : " ", s.unit);
  });
  spaces.column("recall", "", "", [](const Space& s) { return 100.0 * s.coverage.recall; }).shown("COV-R (%)", 1);
  spaces.column("precision", "", "", [](const Space& s) { return 100.0 * s.coverage.precision; }).shown("COV-P (%)", 1);
  spaces.column("r", "", "", [](const Space& s) { return s.cutoff; })
      .shown("mean nearest to distribution",
             [&](const Space& s) { return number(mean_nearest(s.nearest.of_reference)); });
  spaces.column("p", "", "", [](const Space& s) { return s.cutoff; }).shown("to set", [&](const Space& s) {
    return number(mean_nearest(s.nearest.of_generated));
  });
  log.line();
  log.line(spaces.text(spaces_));
  Table<Quantity> quantities;
  quantities.column("name", "", "", &Quantity::name).shown("mean", [](const Quantity& q) {
    return q.is_rate ? q.name + " (%)" : q.unit.empty() ? q.name : fmt::format("{} ({})", q.name, q.unit);
  });
  const auto value = [&](const Quantity& q, double x) {
    return shown_number(q.is_rate ? 100.0 * x : x, q.is_rate ? 1 : 3);
  };
  quantities.column("set", "", "", &Quantity::set).shown("set", [&](const Quantity& q) { return value(q, q.set); });
  quantities.column("distribution", "", "", &Quantity::reference).shown("distribution", [&](const Quantity& q) {
    return value(q, q.reference);
  });
  quantities.column("wasserstein", "", "", &Quantity::distance).shown("Wasserstein distance", [&](const Quantity& q) {
    return number(q.distance);
  });
  log.line();
  log.line(quantities.text(quantities_));
}

}  // namespace spinel
