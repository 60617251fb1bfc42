#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "network/properties/property_model.hpp"
#include "train/data/element_references.hpp"
#include "train/loss.hpp"
#include "train/objectives/crystal_training.hpp"
#include "train/trainer.hpp"

namespace spinel {

namespace {

using torch::Tensor;

/// Crystals → number or class.
class CrystalObjective final : public Objective {
 public:
  CrystalObjective(const CrystalTrainingData& data, const TrainParameters& loss, std::uint64_t seed,
                   const std::vector<std::int64_t>& training_part, const Communicator& communicator);

  torch::nn::Module& module() override { return *model_; }
  std::int64_t n_samples() const override { return data_.n_crystals; }
  double cost(std::int64_t sample) const override;
  std::string name(std::int64_t sample) const override { return data_.name(sample); }
  Tensor loss(const Batch& batch) override;
  const std::vector<Metric>& metrics() const override { return metrics_; }
  std::int64_t n_outputs(std::int64_t) const override { return model_->architecture().n_outputs(); }
  void assess(const std::vector<std::int64_t>& samples, MetricSums& sums, double* output) override;
  ModelFile model_file() override { return model_->to_model_file(); }

 private:
  /// The sum or mean of the elements' references of a crystal, and what is left of its target.
  double reference(std::int64_t sample) const;
  double rest(std::int64_t sample) const { return data_.target[sample] - reference(sample); }
  bool is_classifier() const { return model_->architecture().is_classifier(); }
  CrystalBatch gather(const std::vector<std::int64_t>& samples) const {
    return gather_crystals(data_.arrays, samples.data(), samples.size());
  }

  CrystalTrainingData data_;
  TrainParameters loss_;
  Communicator communicator_;
  std::shared_ptr<PropertyModel> model_;
  std::vector<Metric> metrics_;
  ElementPlaces places_;
};

CrystalObjective::CrystalObjective(const CrystalTrainingData& data, const TrainParameters& loss, std::uint64_t seed,
                                   const std::vector<std::int64_t>& training_part, const Communicator& communicator)
    : data_(data),
      loss_(loss),
      communicator_(communicator),
      model_(data.initial ? load_property_model(*data.initial)
                          : make_property_model(data.architecture, seed, data.element_features)) {
  model_->set_communicator(&communicator_);
  if (!data_.initial) model_->fit_inputs(data_.arrays, training_part.data(), training_part.size());
  if (is_classifier()) {
    metrics_ = {{"cross_entropy", ""}, {"error_rate", ""}};
    return;
  }
  const std::string& unit = model_->architecture().unit;
  metrics_ = {{"mae", unit}, {"rmse", unit, Metric::Mean::root}};
  places_ = ElementPlaces(model_->architecture().elements);
  if (data_.initial) return;
  if (loss_.element_references)
    model_->set_references(fit_element_references(data_.arrays.atom_offset, data_.arrays.atomic_number, data_.target,
                                                  training_part, places_, data_.per_atom),
                           data_.per_atom);
  double mean = 0.0, square = 0.0;
  const auto n = static_cast<double>(training_part.size());
  for (const std::int64_t sample : training_part) mean += rest(sample) / n;
  for (const std::int64_t sample : training_part) square += std::pow(rest(sample) - mean, 2) / n;
  if (loss_.normalize) model_->set_normalization(mean, square > 0.0 ? std::sqrt(square) : 1.0);
}

double CrystalObjective::reference(std::int64_t sample) const {
  if (model_->architecture().references.empty()) return 0.0;
  const std::int64_t first = data_.arrays.atom_offset[sample], last = data_.arrays.atom_offset[sample + 1];
  std::vector<std::int32_t> place;
  for (std::int64_t atom = first; atom < last; ++atom) place.push_back(places_.at(data_.arrays.atomic_number[atom]));
  return model_->architecture().reference(place.data(), place.size());
}

double CrystalObjective::cost(std::int64_t sample) const {
  const std::int64_t first = data_.arrays.atom_offset[sample], last = data_.arrays.atom_offset[sample + 1];
  return static_cast<double>(
      data_.arrays.edge_offset != nullptr ? data_.arrays.edge_offset[last] - data_.arrays.edge_offset[first] : 1);
}

Tensor CrystalObjective::loss(const Batch& batch) {
  const std::vector<std::int64_t>& samples = batch.samples;
  const Tensor predicted = model_->forward(gather(samples));
  const auto n = static_cast<std::int64_t>(samples.size());
  const double share = 1.0 / static_cast<double>(batch.size);
  if (is_classifier()) {
    Tensor label = torch::empty({n}, torch::kLong);
    for (std::int64_t k = 0; k < n; ++k)
      label.data_ptr<std::int64_t>()[k] = static_cast<std::int64_t>(data_.target[samples[static_cast<std::size_t>(k)]]);
    return -share * torch::log_softmax(predicted, 1).gather(1, label.unsqueeze(1)).sum();
  }
  const PropertyArchitecture& architecture = model_->architecture();
  Tensor target = torch::empty({n}, torch::kFloat);
  for (std::int64_t k = 0; k < n; ++k)
    target.data_ptr<float>()[k] =
        static_cast<float>((rest(samples[static_cast<std::size_t>(k)]) - architecture.mean) / architecture.std);
  return share *
         error_size(predicted.squeeze(1) - target, loss_.loss == "auto" ? "l1" : loss_.loss, loss_.huber_delta).sum();
}

void CrystalObjective::assess(const std::vector<std::int64_t>& samples, MetricSums& sums, double* output) {
  const torch::NoGradGuard no_gradient;
  const PropertyArchitecture& architecture = model_->architecture();
  Tensor predicted = model_->forward(gather(samples));
  if (is_classifier()) predicted = torch::softmax(predicted, 1);
  predicted = predicted.to(torch::kDouble).contiguous();
  const auto width = static_cast<std::size_t>(predicted.size(1));
  for (std::size_t k = 0; k < samples.size(); ++k, output += width) {
    std::copy_n(predicted.data_ptr<double>() + k * width, width, output);
    const double target = data_.target[samples[k]];
    if (is_classifier()) {
      const auto label = static_cast<std::size_t>(target);
      sums.add(0, -std::log(std::max(output[label], 1e-30)));
      sums.add(1, std::max_element(output, output + width) - output == static_cast<std::ptrdiff_t>(label) ? 0.0 : 1.0);
    } else {
      *output = architecture.std * *output + architecture.mean + reference(samples[k]);
      sums.add(0, std::abs(*output - target));
      sums.add(1, (*output - target) * (*output - target));
    }
  }
}

}  // namespace

std::unique_ptr<Training> make_crystal_training(const CrystalTrainingData& data, const TrainParameters& loss,
                                                const TrainerSettings& settings, const DataParts& parts,
                                                const Communicator& communicator) {
  // Members of an ensemble begin with weights of their own.
  const std::uint64_t seed = settings.seed + (settings.member << 32);
  return make_trainer(std::make_unique<CrystalObjective>(data, loss, seed, parts.train, communicator), settings, parts,
                      communicator);
}

}  // namespace spinel
