#include "task/train/train_data.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/provenance.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "input/model_kinds.hpp"
#include "input/schema.hpp"
#include "run/run_report.hpp"
#include "task/train/vector_data.hpp"

namespace spinel {

CrystalData::CrystalData(const RunContext& context)
    : data_(load_dataset(context)), group_(context.input.dataset.group) {
  const Dataset& dataset = *data_.dataset;
  const DatasetParameters& p = context.input.dataset;
  if (!p.group.empty() && !dataset.has(p.group))
    fail_key(
        context.input, "dataset", "group",
        fmt::format("{} has no '{}'; its texts are {}", dataset.path(), p.group, quoted_list(dataset.text_names())));
  set_split(context, data_.split, p.split_seed);
  subject_ = make_training_subject(context, dataset);
}

void TrainData::set_split(const RunContext& context, Split split, std::int64_t seed) {
  split_ = std::move(split);
  const Random random(static_cast<std::uint64_t>(seed), RandomPurpose::training_order);
  constexpr std::uint64_t no_epoch = ~std::uint64_t{0};
  std::vector<std::pair<double, std::int64_t>> keyed;
  for (const std::int64_t sample : split_.train)
    keyed.emplace_back(random.uniform4(no_epoch, static_cast<std::uint64_t>(sample))[0], sample);
  std::sort(keyed.begin(), keyed.end());
  for (const auto& [key, sample] : keyed) drawn_.push_back(sample);
  for (const std::int64_t n : context.input.train.n_train)
    if (n > static_cast<std::int64_t>(drawn_.size()))
      fail_key(context.input, "train", "n_train", fmt::format("{} of a training part of {}", n, drawn_.size()));
}

DataParts TrainData::parts(std::int64_t n_train) const {
  DataParts result{split_.train, split_.validation, split_.test};
  if (n_train > 0) {
    result.train.assign(drawn_.begin(), drawn_.begin() + n_train);
    std::sort(result.train.begin(), result.train.end());
  }
  leave_out_unknown(result);
  return result;
}

void CrystalData::leave_out_unknown(DataParts& parts) const {
  if (!subject().only_known_elements()) return;
  const Dataset& dataset = *data_.dataset;
  const auto atoms = [&](std::int64_t sample) {
    const auto *first = dataset.atomic_number() + dataset.atom_offset()[sample],
               *last = dataset.atomic_number() + dataset.atom_offset()[sample + 1];
    return std::set<std::uint8_t>(first, last);
  };
  std::set<std::uint8_t> known;
  for (const std::int64_t sample : parts.train) known.merge(atoms(sample));
  for (auto* part : {&parts.validation, &parts.test})
    part->erase(std::remove_if(part->begin(), part->end(),
                               [&](std::int64_t sample) {
                                 const auto elements = atoms(sample);
                                 return !std::includes(known.begin(), known.end(), elements.begin(), elements.end());
                               }),
                part->end());
}

std::vector<std::pair<std::string, std::string>> CrystalData::groups(std::int64_t sample) const {
  const Dataset& dataset = *data_.dataset;
  const std::set<std::uint8_t> elements(dataset.atomic_number() + dataset.atom_offset()[sample],
                                        dataset.atomic_number() + dataset.atom_offset()[sample + 1]);
  std::vector<std::pair<std::string, std::string>> result = {
      {"elements", elements.size() > 4 ? "5 or more" : std::to_string(elements.size())}};
  if (!group_.empty()) {
    std::string value =
        dataset.has_text(group_) ? dataset.text(group_, sample) : fmt::format("{}", dataset.scalar(group_)[sample]);
    result.emplace_back(group_, value.empty() ? "none" : std::move(value));
  }
  // Metals have no gap; data without gaps leave it open.
  for (const char* gap : {"band_gap", "dir_gap", "gap"}) {
    if (!dataset.has_scalar(gap)) continue;
    const double value = dataset.scalar(gap)[sample];
    if (!std::isnan(value)) result.emplace_back("band gap", value > 0.0 ? "semiconductor or insulator" : "metal");
    break;
  }
  return result;
}

void CrystalData::report(const RunContext& context) const {
  Log& log = context.log;
  const Dataset& dataset = *data_.dataset;
  const std::string &property = subject_->property(), &unit = subject_->unit();
  echo_line(log, "dataset",
            fmt::format("{}: {} structures, {} atoms", dataset.path(), grouped(dataset.n_structures()),
                        grouped(dataset.n_atoms())));
  if (!property.empty())
    echo_line(log, "target",
              fmt::format("{}{}{}", property, unit.empty() ? "" : " (" + unit + ")",
                          data_.n_without_target > 0
                              ? fmt::format(", {} structures without it", grouped(data_.n_without_target))
                              : ""));
  report_parts(log);
  const DataParts used = parts(0);
  if (const auto n_left = static_cast<std::int64_t>(split_.validation.size() + split_.test.size() -
                                                    used.validation.size() - used.test.size());
      n_left > 0)
    echo_line(log, "left out",
              fmt::format("{} of validation and test: with elements that no crystal of the training part has",
                          grouped(n_left)));
  subject_->report(context);
}

void TrainData::report_parts(Log& log) const {
  const auto count = [](const std::vector<std::int64_t>& part) {
    return grouped(static_cast<std::int64_t>(part.size()));
  };
  echo_line(log, "parts",
            fmt::format("{} for training, {} for validation, {} for test ({})", count(split_.train),
                        count(split_.validation), count(split_.test), split_.description));
}

void TrainData::describe(const RunContext& context, ModelFile& model) const {
  model.attributes["name"] = context.input.control.prefix;
  model.attributes["dataset"] = origin();
  model.attributes["dataset_hash"] = hash();
  model.attributes["split"] = split_.description;
  model.attributes["input"] = echo(context.input);
  model.attributes["spinel_version"] = provenance().version_text();
}

std::unique_ptr<TrainData> make_train_data(const RunContext& context) {
  if (is_density_kind(context.input.model.kind)) return std::make_unique<VectorData>(context);
  return std::make_unique<CrystalData>(context);
}

}  // namespace spinel
