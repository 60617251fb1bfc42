#include <cmath>
#include <map>

#include "core/units.hpp"
#include "crystal/elements.hpp"
#include "task/train/subject_results.hpp"
#include "task/train/subjects/potential_subject.hpp"

namespace spinel {

namespace {

/// Data and predictions of one quantity, all values of all structures in a row.
struct Pairs {
  std::vector<double> target, predicted, spread;
  std::vector<bool> is_known;  // to the data, and, of stress, to the model

  RegressionQuality quality(const std::vector<std::size_t>& chosen) const {
    return regression_quality(target, predicted, chosen);
  }
};

/// Errors of trained interatomic potentials: beside what all results hold
///
///     …/predictions/…   n_atoms; energy, stress and force of the data (…_target), of the model (mean over members)
///     and,
///                       of several members, their spread
///
/// and in …/quality/… those of the force also by element.
class PotentialResults final : public SubjectResults {
 public:
  PotentialResults(const TrainData& data, const PotentialTrainingData& structures)
      : SubjectResults(data), structures_(structures) {}

 protected:
  std::vector<QualityRow> assess(const Outcome& outcome, std::vector<Group> groups, ResultFile& file,
                                 Notes& notes) const override;
  Words words() const override {
    return {"structure", "of structures, or of atoms of an element", "structures, or atoms"};
  }
  void add_columns(Table<QualityRow>& table, bool curve) const override;

 private:
  const PotentialTrainingData& structures_;
};

std::vector<QualityRow> PotentialResults::assess(const Outcome& outcome, std::vector<Group> groups, ResultFile& file,
                                                 Notes&) const {
  const PotentialTrainingData& d = structures_;
  Pairs energy, energy_per_atom, force, stress;
  std::vector<std::int64_t> n_atoms, element;
  std::vector<std::size_t> force_offset = {0};
  std::size_t at = 0;
  const auto take = [&](Pairs& pairs, double target, double scale = 1.0) {
    const double predicted = outcome.mean.mean[at];
    pairs.target.push_back(target * scale);
    pairs.predicted.push_back(predicted * scale);
    pairs.spread.push_back(outcome.mean.spread[at] * scale);
    pairs.is_known.push_back(std::isfinite(target) && (&pairs != &stress || std::isfinite(predicted)));
  };
  for (const std::int64_t s : outcome.samples) {
    const std::int64_t first = d.atom_offset[s], n = d.atom_offset[s + 1] - first;
    n_atoms.push_back(n);
    element.insert(element.end(), d.atomic_number + first, d.atomic_number + first + n);
    take(energy, d.energy[s]);
    take(energy_per_atom, d.energy[s], 1.0 / static_cast<double>(n));
    ++at;
    for (std::int64_t k = 0; k < 6; ++k, ++at) take(stress, d.stress != nullptr ? d.stress[6 * s + k] : std::nan(""));
    for (std::int64_t k = 0; k < 3 * n; ++k, ++at)
      take(force, d.force != nullptr ? d.force[3 * first + k] : std::nan(""));
    force_offset.push_back(force.target.size());
  }

  std::vector<QualityRow> rows;
  const auto quality = [](const Pairs& pairs, const std::vector<std::size_t>& chosen, const auto& offset) {
    std::vector<std::size_t> known;
    for (const std::size_t k : chosen)
      for (std::size_t value = offset(k); value < offset(k + 1); ++value)
        if (pairs.is_known[value]) known.push_back(value);
    return pairs.quality(known);
  };
  for (Group& group : groups) {
    // All have as many elements: the row of the whole part.
    if (group.row.group == "elements" && group.places.size() == outcome.samples.size() - outcome.n_validation) continue;
    QualityRow& row = rows.emplace_back(std::move(group.row));
    row.numbers = quality(energy_per_atom, group.places, [](std::size_t k) { return k; });
    row.force = quality(force, group.places, [&](std::size_t k) { return force_offset[k]; });
    row.stress = quality(stress, group.places, [](std::size_t k) { return 6 * k; });
  }
  std::map<std::int64_t, Group> elements;  // of the test part
  for (std::size_t atom = force_offset[outcome.n_validation] / 3; atom < element.size(); ++atom) {
    Group& of_element = elements[element[atom]];
    ++of_element.row.n;
    for (std::size_t value = 3 * atom; value < 3 * atom + 3; ++value)
      if (force.is_known[value]) of_element.places.push_back(value);
  }
  if (elements.size() > 1)
    for (auto& [z, of_element] : elements) {
      QualityRow& row = rows.emplace_back(std::move(of_element.row));
      row.part = "test";
      row.group = "atoms of";
      row.value = element_symbol(static_cast<int>(z));
      row.force = force.quality(of_element.places);
    }

  const auto n = static_cast<std::int64_t>(n_atoms.size()), atoms = static_cast<std::int64_t>(element.size());
  const std::string path = outcome.group + "/predictions/";
  file.write(path + "n_atoms", std::move(n_atoms), {"", "whose rows follow each other in force"});
  file.write(path + "atomic_number", std::move(element), {"", "of the rows of force"});
  const auto write_pairs = [&](const std::string& name, Pairs& pairs, const char* unit,
                               const std::vector<std::int64_t>& dims) {
    file.write(path + name + "_target", std::move(pairs.target), {unit, "data"}, dims);
    file.write(path + name, std::move(pairs.predicted), {unit, "model, mean over members"}, dims);
    if (outcome.outputs.size() > 1)
      file.write(path + name + "_spread", std::move(pairs.spread), {unit, "standard deviation over members"}, dims);
  };
  write_pairs("energy", energy, "eV", {n});
  write_pairs("energy_per_atom", energy_per_atom, "eV/atom", {n});
  write_pairs("force", force, "eV/Å", {atoms, 3});
  write_pairs("stress", stress, "eV/Å³", {n, 6});
  return rows;
}

void PotentialResults::add_columns(Table<QualityRow>& table, bool curve) const {
  const auto add = [&](const std::string& name, const char* unit, RegressionQuality QualityRow::*of, const char* title,
                       double scale, int digits) {
    const auto column = [&](const char* suffix, const char* shown_title, double RegressionQuality::*value) -> auto& {
      const auto get = [=](const QualityRow& r) { return (r.*of).n > 0 ? r.*of.*value : std::nan(""); };
      return table.column(name + suffix, unit, curve ? "test part" : "of components", get)
          .shown(shown_title, [=](const QualityRow& r) { return shown_number(scale * get(r), digits); });
    };
    column("_mae", title, &RegressionQuality::mae);
    column("_rmse", "RMSE", &RegressionQuality::rmse).where(!curve);
  };
  add("energy", "eV/atom", &QualityRow::numbers, "E MAE (meV/atom)", 1e3, 2);
  add("force", "eV/Å", &QualityRow::force, "F MAE (eV/Å)", 1.0, 4);
  add("stress", "eV/Å³", &QualityRow::stress, "stress MAE (GPa)", constants::gpa_per_ev_a3, 3);
}

}  // namespace

std::unique_ptr<SubjectResults> PotentialSubject::results(const TrainData& data) const {
  return std::make_unique<PotentialResults>(data, data_);
}

}  // namespace spinel
