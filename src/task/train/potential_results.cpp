#include "task/train/potential_results.hpp"

#include <cmath>
#include <map>

#include "core/text.hpp"
#include "core/units.hpp"
#include "crystal/elements.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

/// Data and predictions of one quantity, all values of all structures in a row.
struct Pairs {
  std::vector<double> target, predicted, spread;
};

/// Values that a group of structures has in Pairs, and that the data know.
struct Chosen {
  std::int64_t n = 0;
  std::vector<std::size_t> energy, force, stress;
};

RegressionQuality quality(const Pairs& pairs, const std::vector<std::size_t>& chosen) {
  return regression_quality(pairs.target, pairs.predicted, chosen);
}

std::string number(const RegressionQuality& q, double value, double scale, int digits) {
  return q.n == 0 ? "–" : fmt::format("{:.{}f}", scale * value, digits);
}

}  // namespace

void PotentialResults::add(const std::string& group, const DataParts& parts,
                           const std::vector<std::vector<double>>& outputs, ResultFile& file) {
  const PotentialTrainingData& d = structures_;
  std::vector<std::int64_t> samples = parts.validation;
  samples.insert(samples.end(), parts.test.begin(), parts.test.end());
  if (outputs.empty() || samples.empty()) return;
  const EnsembleMean mean = ensemble_mean(outputs);

  Pairs energy, energy_per_atom, force, stress;
  std::vector<std::string> ids;
  std::vector<std::int64_t> part, n_atoms, element;
  std::map<std::pair<std::string, std::string>, Chosen> groups;  // of the test part
  std::map<int, Chosen> elements;
  Chosen validation, test;
  std::size_t at = 0;
  const auto take = [&](Pairs& pairs, double target, double scale = 1.0) {
    pairs.target.push_back(target * scale);
    pairs.predicted.push_back(mean.mean[at] * scale);
    pairs.spread.push_back(mean.spread[at] * scale);
    return std::isfinite(target);
  };
  for (const std::int64_t s : samples) {
    const bool is_test = ids.size() >= parts.validation.size();
    const std::int64_t first = d.atom_offset[s], n = d.atom_offset[s + 1] - first;
    ids.push_back(data_.name(s));
    part.push_back(is_test ? 2 : 1);
    n_atoms.push_back(n);
    Chosen own;
    own.n = 1;
    take(energy, d.energy[s]);
    if (take(energy_per_atom, d.energy[s], 1.0 / static_cast<double>(n)))
      own.energy.push_back(energy.predicted.size() - 1);
    ++at;
    for (std::int64_t k = 0; k < 6; ++k, ++at)
      if (take(stress, d.stress != nullptr ? d.stress[6 * s + k] : std::nan("")) && std::isfinite(mean.mean[at]))
        own.stress.push_back(stress.predicted.size() - 1);
    for (std::int64_t k = 0; k < 3 * n; ++k, ++at) {
      const int z = d.atomic_number[first + k / 3];
      if (k % 3 == 0) element.push_back(z);
      if (!take(force, d.force != nullptr ? d.force[3 * first + k] : std::nan(""))) continue;
      own.force.push_back(force.predicted.size() - 1);
      if (is_test) elements[z].force.push_back(force.predicted.size() - 1);
    }
    if (is_test)
      for (std::int64_t k = 0; k < n; ++k) ++elements[d.atomic_number[first + k]].n;
    std::vector<Chosen*> to = {is_test ? &test : &validation};
    if (is_test)
      for (const auto& one : data_.groups(s)) to.push_back(&groups[one]);
    for (Chosen* chosen : to) {
      ++chosen->n;
      chosen->energy.insert(chosen->energy.end(), own.energy.begin(), own.energy.end());
      chosen->force.insert(chosen->force.end(), own.force.begin(), own.force.end());
      chosen->stress.insert(chosen->stress.end(), own.stress.begin(), own.stress.end());
    }
  }

  const auto n = static_cast<std::int64_t>(samples.size()), atoms = static_cast<std::int64_t>(element.size());
  const std::string at_group = group + "/predictions/";
  file.write_texts(at_group + "id", ids, "of each structure of the validation and the test part");
  file.write(at_group + "part", part, {"", "1: validation, 2: test"});
  file.write(at_group + "n_atoms", n_atoms, {"", "whose rows follow each other in force"});
  file.write(at_group + "atomic_number", element, {"", "of the rows of force"});
  const auto write_pairs = [&](const char* name, const Pairs& pairs, const char* unit,
                               const std::vector<std::int64_t>& dims) {
    file.write(at_group + name + "_target", pairs.target, {unit, "data"}, dims);
    file.write(at_group + name, pairs.predicted, {unit, "model, mean over members"}, dims);
    if (outputs.size() > 1)
      file.write(at_group + name + "_spread", pairs.spread, {unit, "standard deviation over members"}, dims);
  };
  write_pairs("energy", energy, "eV", {n});
  write_pairs("energy_per_atom", energy_per_atom, "eV/atom", {n});
  write_pairs("force", force, "eV/Å", {atoms, 3});
  write_pairs("stress", stress, "eV/Å³", {n, 6});

  Size size;
  size.group = group;
  size.n_train = static_cast<std::int64_t>(parts.train.size());
  const auto add_row = [&](const char* of_part, const std::string& name, const std::string& value, const Chosen& c) {
    if (c.n > 0)
      size.rows.push_back({of_part, name, value, c.n, quality(energy_per_atom, c.energy), quality(force, c.force),
                           quality(stress, c.stress)});
  };
  add_row("validation", "", "", validation);
  add_row("test", "", "", test);
  for (const auto& [key, chosen] : groups) {
    if (chosen.n == test.n && key.first == "elements") continue;  // all have as many: the row of the whole part
    add_row("test", key.first, key.second, chosen);
  }
  if (elements.size() > 1)
    for (const auto& [z, chosen] : elements) add_row("test", "atoms of", std::string(element_symbol(z)), chosen);
  sizes_.push_back(std::move(size));
}

void PotentialResults::write(ResultFile& file) const {
  std::vector<std::int64_t> n_train;
  std::vector<double> curve[3];
  for (const Size& size : sizes_) {
    const std::string at = size.group + "/quality/";
    std::vector<std::string> names;
    std::vector<std::int64_t> n;
    std::vector<double> value[6];
    for (const Row& row : size.rows) {
      names.push_back(row.part + (row.group.empty() ? "" : fmt::format(", {} {}", row.group, row.value)));
      n.push_back(row.n);
      std::size_t k = 0;
      for (const RegressionQuality* q : {&row.energy, &row.force, &row.stress}) {
        value[k++].push_back(q->n > 0 ? q->mae : std::nan(""));
        value[k++].push_back(q->n > 0 ? q->rmse : std::nan(""));
      }
      if (row.part != "test" || !row.group.empty()) continue;
      n_train.push_back(size.n_train);
      for (std::size_t q = 0; q < 3; ++q) curve[q].push_back(value[2 * q].back());
    }
    file.write_texts(at + "group", names, "of structures, or of atoms of an element");
    file.write(at + "n", n, {"", "structures, or atoms"});
    const char* name[] = {"energy_mae", "energy_rmse", "force_mae", "force_rmse", "stress_mae", "stress_rmse"};
    const char* unit[] = {"eV/atom", "eV/atom", "eV/Å", "eV/Å", "eV/Å³", "eV/Å³"};
    for (std::size_t k = 0; k < 6; ++k) file.write(at + name[k], value[k], {unit[k], "of components"});
  }
  if (n_train.size() < 2) return;
  const std::string at = "/train/learning_curve/";
  file.write(at + "n_train", n_train, {"", "samples of the training part"});
  file.write(at + "energy_mae", curve[0], {"eV/atom", "test part"});
  file.write(at + "force_mae", curve[1], {"eV/Å", "test part"});
  file.write(at + "stress_mae", curve[2], {"eV/Å³", "test part"});
}

void PotentialResults::report(Log& log) const {
  for (const Size& size : sizes_) {
    TextTable table({"group", "n", "E MAE (meV/atom)", "RMSE", "F MAE (eV/Å)", "RMSE", "stress MAE (GPa)", "RMSE"});
    for (const Row& row : size.rows) {
      const std::string name = row.group.empty() ? row.part : fmt::format("  {}: {}", row.group, row.value);
      table.add({name, grouped(row.n), number(row.energy, row.energy.mae, 1e3, 2),
                 number(row.energy, row.energy.rmse, 1e3, 2), number(row.force, row.force.mae, 1.0, 4),
                 number(row.force, row.force.rmse, 1.0, 4),
                 number(row.stress, row.stress.mae, constants::gpa_per_ev_a3, 3),
                 number(row.stress, row.stress.rmse, constants::gpa_per_ev_a3, 3)});
    }
    log.line();
    if (sizes_.size() > 1) log.print("  trained on {} samples", grouped(size.n_train));
    log.line(table.text());
  }
}

}  // namespace spinel
