#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "network/edge_sums.hpp"
#include "network/potentials/energy_model.hpp"
#include "train/data/element_references.hpp"
#include "train/loss.hpp"
#include "train/objectives/potential_objective.hpp"
#include "train/trainer.hpp"

namespace spinel {

namespace {

using torch::Tensor;

enum Quantity : std::size_t { loss_metric, energy_metric, force_metric, stress_metric };

/// Structures one after the other as one graph, and their labels.
struct PotentialBatch {
  AtomGraph graph;
  std::int64_t n_structures = 0;
  Tensor structure_of_atom, structure_of_edge;  ///< int32
  Tensor inverse_volume;                        ///< [structure][1] 1/Å³, 0 where it has none
  Tensor inverse_atoms;                         ///< [structure]
  Tensor energy;                                ///< [structure] eV less references of elements, NaN where unknown
  Tensor force, stress;                         ///< [atom][3], [structure][6]; likewise
};

struct PotentialOutput {
  Tensor energy, force, stress;  ///< as in PotentialBatch, float64
};

/// Structures → energy, forces and stress.
class PotentialObjective final : public Objective {
 public:
  PotentialObjective(const PotentialTrainingData& data, const TrainParameters& loss, const TrainerSettings& settings,
                     const std::vector<std::int64_t>& training_part, const Communicator& communicator);

  torch::nn::Module& module() override { return *model_; }
  std::int64_t n_samples() const override { return data_.n_structures; }
  double cost(std::int64_t sample) const override {
    return static_cast<double>(data_.edge_offset[end(sample)] - data_.edge_offset[begin(sample)] + n_atoms(sample));
  }
  std::string name(std::int64_t sample) const override { return data_.name(sample); }
  void begin_epoch(std::int64_t epoch) override;
  Tensor loss(const Batch& batch) override;
  const std::vector<Metric>& metrics() const override { return metrics_; }
  std::int64_t n_outputs(std::int64_t sample) const override { return 7 + 3 * n_atoms(sample); }
  void assess(const std::vector<std::int64_t>& samples, MetricSums& sums, double* output) override;
  ModelFile model_file() override { return to_model_file(*model_); }

 private:
  struct Weights {
    double energy, force, stress;
  };

  std::int64_t begin(std::int64_t sample) const { return data_.atom_offset[sample]; }
  std::int64_t end(std::int64_t sample) const { return data_.atom_offset[sample + 1]; }
  std::int64_t n_atoms(std::int64_t sample) const { return end(sample) - begin(sample); }
  double reference(std::int64_t sample) const;
  void check_elements() const;
  void fit_references(const std::vector<std::int64_t>& training_part, std::int64_t batch_size,
                      const Communicator& communicator);
  double force_scale(const std::vector<std::int64_t>& training_part) const;
  Weights weights(double progress) const;
  PotentialBatch gather(const std::vector<std::int64_t>& samples) const;
  PotentialOutput predict(const PotentialBatch& batch, bool for_training) const;
  Tensor size_of(const Tensor& predicted, const Tensor& target) const;
  /// [structure] the loss of each.
  Tensor losses(const PotentialBatch& batch, const PotentialOutput& predicted, const Weights& weights) const;

  PotentialTrainingData data_;
  TrainParameters loss_;
  std::int64_t n_epochs_;
  std::shared_ptr<EnergyModel> model_;
  ElementPlaces places_;
  double mean_atoms_ = 1.0;  // of the training part
  Weights now_{};
  std::vector<Metric> metrics_ = {
      {"loss", ""}, {"energy_mae", "eV/atom"}, {"force_mae", "eV/Å"}, {"stress_mae", "eV/Å³"}};
};

PotentialObjective::PotentialObjective(const PotentialTrainingData& data, const TrainParameters& loss,
                                       const TrainerSettings& settings, const std::vector<std::int64_t>& training_part,
                                       const Communicator& communicator)
    : data_(data), loss_(loss), n_epochs_(settings.epochs) {
  double atoms = 0.0, edges = 0.0;
  for (const std::int64_t sample : training_part) {
    atoms += static_cast<double>(n_atoms(sample));
    edges += static_cast<double>(data_.edge_offset[end(sample)] - data_.edge_offset[begin(sample)]);
  }
  mean_atoms_ = atoms / static_cast<double>(training_part.size());
  // Members of an ensemble begin with weights of their own.
  model_ = data_.initial
               ? make_energy_model(*data_.initial, data_.single_precision)
               : make_new_energy_model(describe_potential(data_.network, data_.elements), data_.single_precision,
                                       settings.seed + (settings.member << 32), edges / atoms);
  places_ = ElementPlaces(model_->elements());
  check_elements();
  if (!data_.initial) model_->scale = force_scale(training_part);
  fit_references(training_part, settings.batch_size, communicator);
}

void PotentialObjective::check_elements() const {
  for (std::int64_t sample = 0; sample < data_.n_structures; ++sample)
    for (std::int64_t atom = begin(sample); atom < end(sample); ++atom)
      if (const int z = data_.atomic_number[atom]; places_.find(z) < 0)
        fail_input("{} holds {}, which the model does not know: it covers {}", data_.name(sample), element_symbol(z),
                   places_.covered());
}

/// Of the energies less what the model predicts without references; elements that the data do not show keep theirs.
void PotentialObjective::fit_references(const std::vector<std::int64_t>& training_part, std::int64_t batch_size,
                                        const Communicator& communicator) {
  std::vector<double> rest(static_cast<std::size_t>(data_.n_structures));
  std::copy_n(data_.energy, data_.n_structures, rest.begin());
  std::vector<std::int64_t> known;
  for (const std::int64_t sample : training_part)
    if (std::isfinite(data_.energy[sample])) known.push_back(sample);
  if (data_.initial) {
    const torch::NoGradGuard no_gradient;
    std::vector<double> predicted(known.size(), 0.0);
    const auto ranks = static_cast<std::size_t>(communicator.size()),
               own = static_cast<std::size_t>(communicator.rank());
    const auto step = static_cast<std::size_t>(batch_size);
    for (std::size_t first = own * step; first < known.size(); first += ranks * step) {
      const std::size_t last = std::min(known.size(), first + step);
      const PotentialBatch batch = gather(
          {known.begin() + static_cast<std::ptrdiff_t>(first), known.begin() + static_cast<std::ptrdiff_t>(last)});
      const Tensor atomic = model_->atomic_energy(batch.graph, {});
      const Tensor sums = add_rows(atomic.unsqueeze(1), batch.structure_of_atom, batch.n_structures);
      std::copy_n(sums.data_ptr<double>(), last - first, predicted.begin() + static_cast<std::ptrdiff_t>(first));
    }
    communicator.sum(predicted.data(), predicted.size());
    for (std::size_t k = 0; k < known.size(); ++k)
      rest[static_cast<std::size_t>(known[k])] -= predicted[k] + model_->shift;
  }
  const auto fitted =
      fit_element_references(data_.atom_offset, data_.atomic_number, rest.data(), known, places_, false);
  std::vector<char> is_shown(fitted.size(), 0);
  for (const std::int64_t sample : known)
    for (std::int64_t atom = begin(sample); atom < end(sample); ++atom)
      is_shown[static_cast<std::size_t>(places_.at(data_.atomic_number[atom]))] = 1;
  model_->element_energy.resize(fitted.size(), 0.0);
  for (std::size_t k = 0; k < fitted.size(); ++k)
    if (is_shown[k] != 0) model_->element_energy[k] = fitted[k];
}

double PotentialObjective::force_scale(const std::vector<std::int64_t>& training_part) const {
  double square = 0.0, n = 0.0;
  if (data_.force != nullptr)
    for (const std::int64_t sample : training_part)
      for (std::int64_t k = 3 * begin(sample); k < 3 * end(sample); ++k)
        if (std::isfinite(data_.force[k])) square += data_.force[k] * data_.force[k], n += 1.0;
  return square > 0.0 ? std::sqrt(square / n) : 1.0;
}

double PotentialObjective::reference(std::int64_t sample) const {
  double sum = model_->shift;
  for (std::int64_t atom = begin(sample); atom < end(sample); ++atom)
    sum += model_->element_energy[static_cast<std::size_t>(places_.at(data_.atomic_number[atom]))];
  return sum;
}

PotentialObjective::Weights PotentialObjective::weights(double progress) const {
  const bool in_one_step = loss_.weight_schedule == "step";
  const double share = !in_one_step ? progress : progress < loss_.weight_step ? 0.0 : 1.0;
  const auto at = [&](const std::vector<double>& w) { return w.front() + share * (w.back() - w.front()); };
  return {at(loss_.energy_weight), at(loss_.force_weight), at(loss_.stress_weight)};
}

void PotentialObjective::begin_epoch(std::int64_t epoch) {
  const auto last = static_cast<double>(std::max<std::int64_t>(n_epochs_ - 1, 1));
  now_ = weights(std::min(1.0, static_cast<double>(epoch) / last));
}

PotentialBatch PotentialObjective::gather(const std::vector<std::int64_t>& samples) const {
  std::int64_t atoms = 0, edges = 0;
  for (const std::int64_t sample : samples) {
    atoms += n_atoms(sample);
    edges += data_.edge_offset[end(sample)] - data_.edge_offset[begin(sample)];
  }
  PotentialBatch b;
  b.n_structures = static_cast<std::int64_t>(samples.size());
  const auto ints = [](std::int64_t n) { return torch::empty({n}, torch::kInt); };
  const auto reals = [](torch::IntArrayRef shape) { return torch::empty(shape, torch::kDouble); };
  b.graph.n_owned = atoms;
  b.graph.element = ints(atoms), b.structure_of_atom = ints(atoms);
  b.graph.source = ints(edges), b.graph.destination = ints(edges), b.structure_of_edge = ints(edges);
  b.graph.vector = reals({edges, 3});
  b.inverse_volume = reals({b.n_structures, 1}), b.inverse_atoms = reals({b.n_structures});
  b.energy = reals({b.n_structures}), b.force = reals({atoms, 3}), b.stress = reals({b.n_structures, 6});
  auto *element = b.graph.element.data_ptr<std::int32_t>(), *source = b.graph.source.data_ptr<std::int32_t>(),
       *destination = b.graph.destination.data_ptr<std::int32_t>(),
       *of_atom = b.structure_of_atom.data_ptr<std::int32_t>(), *of_edge = b.structure_of_edge.data_ptr<std::int32_t>();
  double *vector = b.graph.vector.data_ptr<double>(), *force = b.force.data_ptr<double>(),
         *stress = b.stress.data_ptr<double>();
  std::int32_t first = 0;  // atom of the batch
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const std::int64_t sample = samples[s];
    const Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>> cell(data_.cell + 9 * sample);
    const bool is_bulk = data_.periodic[sample] == 7;
    b.inverse_volume.data_ptr<double>()[s] = is_bulk ? 1.0 / std::abs(cell.determinant()) : 0.0;
    b.inverse_atoms.data_ptr<double>()[s] = 1.0 / static_cast<double>(n_atoms(sample));
    b.energy.data_ptr<double>()[s] = data_.energy[sample] - reference(sample);
    for (std::int64_t k = 0; k < 6; ++k)
      *stress++ = is_bulk && data_.stress != nullptr ? data_.stress[6 * sample + k] : std::nan("");
    for (std::int64_t atom = begin(sample); atom < end(sample); ++atom) {
      *element++ = places_.at(data_.atomic_number[atom]);
      *of_atom++ = static_cast<std::int32_t>(s);
      const auto here = first + static_cast<std::int32_t>(atom - begin(sample));
      const double* x = data_.position + 3 * atom;
      for (std::int64_t k = 0; k < 3; ++k) *force++ = data_.force != nullptr ? data_.force[3 * atom + k] : std::nan("");
      for (std::int64_t e = data_.edge_offset[atom]; e < data_.edge_offset[atom + 1]; ++e) {
        const double* y = data_.position + 3 * (begin(sample) + data_.neighbor[e]);
        const std::int8_t* image = data_.image + 3 * e;
        *source++ = here;
        *destination++ = first + data_.neighbor[e];
        *of_edge++ = static_cast<std::int32_t>(s);
        for (Eigen::Index k = 0; k < 3; ++k)
          *vector++ = y[k] - x[k] + image[0] * cell(0, k) + image[1] * cell(1, k) + image[2] * cell(2, k);
      }
    }
    first += static_cast<std::int32_t>(n_atoms(sample));
  }
  return b;
}

PotentialOutput PotentialObjective::predict(const PotentialBatch& batch, bool for_training) const {
  const torch::AutoGradMode with_gradient(true);
  AtomGraph graph = batch.graph;
  graph.vector = graph.vector.detach().requires_grad_(true);
  PotentialOutput predicted;
  predicted.energy =
      add_rows(model_->atomic_energy(graph, {}).unsqueeze(1), batch.structure_of_atom, batch.n_structures).squeeze(1);
  const Tensor slope =
      torch::autograd::grad({predicted.energy.sum()}, {graph.vector}, {}, for_training, for_training, true)[0];
  if (!slope.defined()) {  // no atom has a neighbor
    predicted.force = torch::zeros_like(batch.force);
    predicted.stress = torch::zeros_like(batch.stress);
    return predicted;
  }
  predicted.force = add_rows(slope, graph.source, graph.n_owned) - add_rows(slope, graph.destination, graph.n_owned);
  const Tensor d = graph.vector.detach();
  const auto product = [&](std::int64_t a, std::int64_t b) {
    const auto one = [&](std::int64_t i, std::int64_t j) { return d.select(1, i) * slope.select(1, j); };
    return a == b ? one(a, a) : 0.5 * (one(a, b) + one(b, a));
  };
  const Tensor strain =
      torch::stack({product(0, 0), product(1, 1), product(2, 2), product(1, 2), product(0, 2), product(0, 1)}, 1);
  predicted.stress = add_rows(strain, batch.structure_of_edge, batch.n_structures) * batch.inverse_volume;
  return predicted;
}

/// ℓ of every error; 0 where the label is missing. Predictions are never left out: a NaN of its own has to show.
Tensor PotentialObjective::size_of(const Tensor& predicted, const Tensor& target) const {
  const Tensor error = torch::where(target.isnan(), torch::zeros_like(predicted), predicted - target);
  return error_size(error, loss_.loss == "auto" ? "huber" : loss_.loss, loss_.huber_delta);
}

Tensor PotentialObjective::losses(const PotentialBatch& batch, const PotentialOutput& predicted,
                                  const Weights& w) const {
  Tensor sum = torch::zeros({batch.n_structures}, torch::kDouble);
  if (w.energy > 0.0)
    sum = sum + w.energy * size_of(predicted.energy * batch.inverse_atoms, batch.energy * batch.inverse_atoms);
  if (w.force > 0.0)
    sum = sum +
          w.force / (3.0 * mean_atoms_) *
              add_rows(size_of(predicted.force, batch.force).sum(1, true), batch.structure_of_atom, batch.n_structures)
                  .squeeze(1);
  if (w.stress > 0.0) sum = sum + w.stress / 6.0 * size_of(predicted.stress, batch.stress).sum(1);
  return sum;
}

Tensor PotentialObjective::loss(const Batch& batch) {
  if (batch.samples.empty()) return torch::zeros({}, torch::kDouble);
  const PotentialBatch structures = gather(batch.samples);
  return losses(structures, predict(structures, true), now_).sum() / static_cast<double>(batch.size);
}

void PotentialObjective::assess(const std::vector<std::int64_t>& samples, MetricSums& sums, double* output) {
  const PotentialBatch batch = gather(samples);
  PotentialOutput predicted = predict(batch, false);
  const torch::NoGradGuard no_gradient;
  for (Tensor* part : {&predicted.energy, &predicted.force, &predicted.stress}) *part = part->detach().contiguous();
  const Tensor loss = losses(batch, predicted, weights(1.0)).contiguous();
  const double *energy = predicted.energy.data_ptr<double>(), *force = predicted.force.data_ptr<double>(),
               *stress = predicted.stress.data_ptr<double>();
  const double *target_energy = batch.energy.data_ptr<double>(), *target_force = batch.force.data_ptr<double>(),
               *target_stress = batch.stress.data_ptr<double>();
  const auto add = [&](std::size_t metric, double error, double scale) {
    if (std::isfinite(error)) sums.add(metric, std::abs(error) * scale);
  };
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const std::int64_t n = n_atoms(samples[s]);
    const bool is_bulk = data_.periodic[samples[s]] == 7;
    sums.add(loss_metric, loss.data_ptr<double>()[s]);
    add(energy_metric, energy[s] - target_energy[s], 1.0 / static_cast<double>(n));
    *output++ = energy[s] + reference(samples[s]);
    for (std::int64_t k = 0; k < 6; ++k, ++stress, ++target_stress) {
      add(stress_metric, *stress - *target_stress, 1.0);
      *output++ = is_bulk ? *stress : std::nan("");
    }
    for (std::int64_t k = 0; k < 3 * n; ++k, ++force, ++target_force) {
      add(force_metric, *force - *target_force, 1.0);
      *output++ = *force;
    }
  }
}

}  // namespace

std::unique_ptr<Objective> make_potential_objective(const PotentialTrainingData& data, const TrainParameters& loss,
                                                    const TrainerSettings& settings,
                                                    const std::vector<std::int64_t>& training_part,
                                                    const Communicator& communicator) {
  return std::make_unique<PotentialObjective>(data, loss, settings, training_part, communicator);
}

std::unique_ptr<Training> make_potential_training(const PotentialTrainingData& data, const TrainParameters& loss,
                                                  const TrainerSettings& settings, const DataParts& parts,
                                                  const Communicator& communicator) {
  return make_trainer(make_potential_objective(data, loss, settings, parts.train, communicator), settings, parts,
                      communicator);
}

}  // namespace spinel
