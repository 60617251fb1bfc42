#include "task/train/subject_results.hpp"
#include "task/train/subjects/crystal_subject.hpp"

namespace spinel {

namespace {

/// Predicted properties or classes of crystals: beside what all results hold
///
///     …/predictions/…     target, prediction, spread, members
///     …/calibration/…     of an ensemble
class CrystalResults final : public SubjectResults {
 public:
  CrystalResults(const TrainData& data, const CrystalSubject& subject) : SubjectResults(data), subject_(subject) {}

 protected:
  std::vector<QualityRow> assess(const Outcome& outcome, std::vector<Group> groups, ResultFile& file,
                                 Notes& notes) const override;
  Words words() const override { return {"crystal", "of crystals", "crystals"}; }
  void add_columns(Table<QualityRow>& table, bool curve) const override;

 private:
  void write_predictions(const Outcome& outcome, const std::vector<double>& target, ResultFile& file) const;
  void write_calibration(const std::string& group, const Calibration& q, ResultFile& file, Notes& notes) const;

  const CrystalSubject& subject_;
};

std::vector<QualityRow> CrystalResults::assess(const Outcome& outcome, std::vector<Group> groups, ResultFile& file,
                                               Notes& notes) const {
  const bool classes = subject_.is_classification();
  const auto n_classes = static_cast<std::size_t>(subject_.n_outputs());
  const auto& outputs = outcome.outputs;
  std::vector<double> target;
  for (const std::int64_t sample : outcome.samples) target.push_back(subject_.target(sample));
  write_predictions(outcome, target, file);

  std::vector<QualityRow> rows;
  for (Group& group : groups) {
    QualityRow& row = rows.emplace_back(std::move(group.row));
    if (classes)
      row.classes = classification_quality(target, outcome.mean.mean, n_classes, group.places);
    else
      row.numbers = regression_quality(target, outcome.mean.mean, group.places);
  }

  std::vector<std::size_t> tested = places(outcome.samples.size());
  tested.erase(tested.begin(), tested.begin() + static_cast<std::ptrdiff_t>(outcome.n_validation));
  std::vector<double> member;
  std::string each;
  for (const auto& output : outputs) {
    member.push_back(classes ? classification_quality(target, output, n_classes, tested).cross_entropy
                             : regression_quality(target, output, tested).mae);
    each += (each.empty() ? "" : ", ") + shown_number(member.back(), 4);
  }
  file.write(outcome.group + "/quality/member", member, {subject_.unit(), "test part, of each member alone"});
  if (outputs.size() < 2) return rows;
  const std::string unit = subject_.unit().empty() ? "" : " (" + subject_.unit() + ")";
  notes.emplace_back("members", fmt::format("{} alone{}: {}", classes ? "cross entropy" : "test MAE", unit, each));
  if (!classes && !tested.empty())
    write_calibration(outcome.group + "/calibration", calibration(target, outcome.mean, tested), file, notes);
  return rows;
}

void CrystalResults::write_predictions(const Outcome& outcome, const std::vector<double>& target,
                                       ResultFile& file) const {
  const bool classes = subject_.is_classification();
  const auto n = static_cast<std::int64_t>(target.size()), members = static_cast<std::int64_t>(outcome.outputs.size());
  const std::string unit = subject_.unit(), what = classes ? "probability of each class" : subject_.property();
  const std::string at = outcome.group + "/predictions/";
  std::vector<std::int64_t> dims = {n};
  if (classes) dims.push_back(subject_.n_outputs());
  file.write(at + "target", target, {unit, classes ? "class" : subject_.property()});
  file.write(at + "prediction", outcome.mean.mean, {unit, what + ", mean over members"}, dims);
  if (members < 2) return;
  file.write(at + "spread", outcome.mean.spread, {unit, "standard deviation over members"}, dims);
  std::vector<double> flat;
  for (const auto& output : outcome.outputs) flat.insert(flat.end(), output.begin(), output.end());
  dims.insert(dims.begin(), members);
  file.write(at + "members", std::move(flat), {unit, what}, dims);
}

void CrystalResults::write_calibration(const std::string& group, const Calibration& q, ResultFile& file,
                                       Notes& notes) const {
  using Bin = Calibration::Bin;
  Table<Bin> bins;
  bins.column("spread", subject_.unit(), "of a tenth of the test part each, by rising spread", &Bin::spread);
  bins.column("rmse", subject_.unit(), "of the same", &Bin::rmse);
  bins.write(file, group, q.bins);
  file.write(group + "/rank_correlation", q.rank_correlation, {"", "Spearman's, of spread and absolute error"});
  file.write(group + "/scale", q.scale, {"", "root of the mean of (error/spread)²"});
  file.write(group + "/within_1", q.within_1, {"", "share of errors within one spread"});
  file.write(group + "/within_2", q.within_2, {"", "share of errors within two spreads"});
  file.write(group + "/expected_error", q.expected_error, {"", "mean over the bins of |spread − rmse|/spread"});
  notes.emplace_back("calibration",
                     fmt::format("errors are {:.2f} spreads (rms), {:.0f} % within one and {:.0f} % within two (68 and "
                                 "95 % where spreads are standard errors)",
                                 q.scale, 100.0 * q.within_1, 100.0 * q.within_2));
  notes.emplace_back("",
                     fmt::format("rank correlation of spread and error {:.2f}, expected error of the spread {:.0f} %",
                                 q.rank_correlation, 100.0 * q.expected_error));
}

void CrystalResults::add_columns(Table<QualityRow>& table, bool curve) const {
  const auto add = [&](const char* name, const std::string& unit, auto quality, auto value) -> Column<QualityRow>& {
    return table.column(name, unit, curve ? "test part" : "", [=](const QualityRow& r) { return r.*quality.*value; });
  };
  if (subject_.is_classification()) {
    using Classes = ClassificationQuality;
    add("accuracy", "", &QualityRow::classes, &Classes::accuracy).shown("accuracy");
    add("cross_entropy", "", &QualityRow::classes, &Classes::cross_entropy).shown("cross entropy");
    add("auc", "", &QualityRow::classes, &Classes::auc).where(!curve).shown("AUC");
    return;
  }
  using Numbers = RegressionQuality;
  add("mae", subject_.unit(), &QualityRow::numbers, &Numbers::mae).shown("MAE");
  add("rmse", subject_.unit(), &QualityRow::numbers, &Numbers::rmse).shown("RMSE");
  add("r2", "", &QualityRow::numbers, &Numbers::r2).where(!curve).shown("R²");
  add("largest", subject_.unit(), &QualityRow::numbers, &Numbers::largest).in_no_file().shown("largest");
}

}  // namespace

std::unique_ptr<SubjectResults> CrystalSubject::results(const TrainData& data) const {
  return std::make_unique<CrystalResults>(data, *this);
}

}  // namespace spinel
