#include "task/train/train_data.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/provenance.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "run/run_report.hpp"

namespace spinel {

TrainData::TrainData(const RunContext& context) : data_(load_dataset(context)), group_(context.input.dataset.group) {
  const Dataset& dataset = *data_.dataset;
  const DatasetParameters& p = context.input.dataset;
  if (!p.group.empty() && !dataset.has(p.group))
    fail_key(
        context.input, "dataset", "group",
        fmt::format("{} has no '{}'; its texts are {}", dataset.path(), p.group, quoted_list(dataset.text_names())));
  draw_subsets(context);
  subject_ = make_training_subject(context, dataset);
}

void TrainData::draw_subsets(const RunContext& context) {
  const Random random(static_cast<std::uint64_t>(context.input.dataset.split_seed), RandomPurpose::training_order);
  constexpr std::uint64_t no_epoch = ~std::uint64_t{0};
  std::vector<std::pair<double, std::int64_t>> keyed;
  for (const std::int64_t crystal : data_.split.train)
    keyed.emplace_back(random.uniform4(no_epoch, static_cast<std::uint64_t>(crystal))[0], crystal);
  std::sort(keyed.begin(), keyed.end());
  for (const auto& [key, crystal] : keyed) drawn_.push_back(crystal);
  for (const std::int64_t n : context.input.train.n_train)
    if (n > static_cast<std::int64_t>(drawn_.size()))
      fail_key(context.input, "train", "n_train", fmt::format("{} of a training part of {}", n, drawn_.size()));
}

DataParts TrainData::parts(std::int64_t n_train) const {
  DataParts result{data_.split.train, data_.split.validation, data_.split.test};
  if (n_train > 0) {
    result.train.assign(drawn_.begin(), drawn_.begin() + n_train);
    std::sort(result.train.begin(), result.train.end());
  }
  if (subject_->only_known_elements()) leave_out_unknown(result);
  return result;
}

void TrainData::leave_out_unknown(DataParts& parts) const {
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

std::vector<std::pair<std::string, std::string>> TrainData::groups(std::int64_t sample) const {
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

void TrainData::report(const RunContext& context) const {
  Log& log = context.log;
  const Dataset& dataset = *data_.dataset;
  const std::string &property = subject_->property(), &unit = subject_->unit();
  const auto count = [](const std::vector<std::int64_t>& part) {
    return grouped(static_cast<std::int64_t>(part.size()));
  };
  echo_line(log, "dataset",
            fmt::format("{}: {} structures, {} atoms", dataset.path(), grouped(dataset.n_structures()),
                        grouped(dataset.n_atoms())));
  if (!property.empty())
    echo_line(log, "target",
              fmt::format("{}{}{}", property, unit.empty() ? "" : " (" + unit + ")",
                          data_.n_without_target > 0
                              ? fmt::format(", {} structures without it", grouped(data_.n_without_target))
                              : ""));
  echo_line(log, "parts",
            fmt::format("{} for training, {} for validation, {} for test ({})", count(data_.split.train),
                        count(data_.split.validation), count(data_.split.test), data_.split.description));
  const DataParts used = parts(0);
  if (const auto n_left = static_cast<std::int64_t>(data_.split.validation.size() + data_.split.test.size() -
                                                    used.validation.size() - used.test.size());
      n_left > 0)
    echo_line(log, "left out",
              fmt::format("{} of validation and test: with elements that no crystal of the training part has",
                          grouped(n_left)));
  subject_->report(context);
}

void TrainData::describe(const RunContext& context, ModelFile& model) const {
  model.attributes["name"] = context.input.control.prefix;
  model.attributes["dataset"] = data_.dataset->path();
  model.attributes["dataset_hash"] = hash();
  model.attributes["split"] = data_.split.description;
  model.attributes["input"] = echo(context.input);
  model.attributes["spinel_version"] = provenance().version_text();
}

}  // namespace spinel
