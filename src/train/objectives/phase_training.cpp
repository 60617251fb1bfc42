#include "train/objectives/phase_training.hpp"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "core/random.hpp"
#include "kernel/spin_patterns.hpp"
#include "network/phases/phase_cnn.hpp"
#include "network/threads.hpp"
#include "train/trainer.hpp"

namespace spinel {

namespace {

using torch::Tensor;

class PhaseObjective final : public Objective {
 public:
  PhaseObjective(PhaseLesson lesson, const TrainerSettings& settings)
      : lesson_(std::move(lesson)),
        random_(settings.seed, RandomPurpose::phase_symmetry),
        member_(settings.member),
        network_({lesson_.blocks, lesson_.widths, 2}, settings.seed, settings.member) {
    for (const SpinConfigurations& lattice : lesson_.lattices)
      end_.push_back((end_.empty() ? 0 : end_.back()) + lattice.n);
  }

  torch::nn::Module& module() override { return network_; }
  std::int64_t n_samples() const override { return end_.back(); }
  double cost(std::int64_t sample) const override {
    const SpinConfigurations& s = lesson_.lattices[lattice_of(sample)];
    return lesson_.blocks > 0 ? 1.0 : static_cast<double>(s.lx * s.ly);
  }
  std::string name(std::int64_t sample) const override {
    const std::size_t lattice = lattice_of(sample);
    return fmt::format("{}/{}", lesson_.lattices[lattice].lattice, sample - begin(lattice) + 1);
  }

  Tensor loss(const Batch& batch) override {
    const std::vector<std::int64_t>& samples = batch.samples;
    Tensor sum = torch::zeros({});
    each_lattice(samples, [&](std::size_t lattice, const std::vector<std::size_t>& places) {
      const Tensor input =
          show(samples, places, lattice, [&](std::int64_t sample) { return draw(batch.step, sample); });
      Tensor label = torch::empty({static_cast<std::int64_t>(places.size())}, torch::kLong);
      auto* to = label.data_ptr<std::int64_t>();
      for (const std::size_t place : places) *to++ = is_disordered(samples[place]) ? 1 : 0;
      sum = sum + torch::nll_loss(torch::log_softmax(network_.forward(input), 1), label, {}, at::Reduction::Sum);
    });
    return sum / static_cast<double>(batch.size);
  }

  const std::vector<Metric>& metrics() const override { return metrics_; }
  std::int64_t n_outputs(std::int64_t) const override { return 1; }
  void assess(const std::vector<std::int64_t>& samples, MetricSums& sums, double* output) override {
    const torch::NoGradGuard no_gradient;
    each_lattice(samples, [&](std::size_t lattice, const std::vector<std::size_t>& places) {
      const Tensor input = show(samples, places, lattice, [](std::int64_t) { return LatticeSymmetry(); });
      const Tensor logits = network_.forward(input).to(torch::kDouble);
      const Tensor margin = (logits.select(1, 1) - logits.select(1, 0)).contiguous();
      const double* at = margin.data_ptr<double>();
      for (const std::size_t place : places) {
        const double x = *at++, error = is_disordered(samples[place]) ? -x : x;
        output[place] = 1.0 / (1.0 + std::exp(-x));
        // log(1 + exp x) without overflow.
        sums.add(0, std::max(error, 0.0) + std::log1p(std::exp(-std::abs(error))));
        sums.add(1, error >= 0.0 ? 1.0 : 0.0);
      }
    });
  }

  ModelFile model_file() override { return network_.to_model_file(); }

 private:
  std::int64_t begin(std::size_t lattice) const { return lattice == 0 ? 0 : end_[lattice - 1]; }
  std::size_t lattice_of(std::int64_t sample) const {
    return static_cast<std::size_t>(std::upper_bound(end_.begin(), end_.end(), sample) - end_.begin());
  }
  bool is_disordered(std::int64_t sample) const { return lesson_.disordered[static_cast<std::size_t>(sample)] != 0; }

  /// Calls work(lattice, places in `samples` of its configurations), block spins of all lattices at once.
  template <class Work>
  void each_lattice(const std::vector<std::int64_t>& samples, const Work& work) const {
    std::vector<std::vector<std::size_t>> places(lesson_.blocks > 0 ? 1 : end_.size());
    for (std::size_t k = 0; k < samples.size(); ++k)
      places[lesson_.blocks > 0 ? 0 : lattice_of(samples[k])].push_back(k);
    for (std::size_t lattice = 0; lattice < places.size(); ++lattice)
      if (!places[lattice].empty()) work(lattice, places[lattice]);
  }

  /// The input of the network.
  template <class SymmetryOf>
  Tensor show(const std::vector<std::int64_t>& samples, const std::vector<std::size_t>& places, std::size_t lattice,
              const SymmetryOf& symmetry_of) const {
    const auto n = static_cast<std::int64_t>(places.size());
    const std::int64_t blocks = lesson_.blocks;
    const SpinConfigurations& first = lesson_.lattices[lattice];
    Tensor input =
        blocks > 0 ? torch::empty({n, blocks, blocks}) : torch::empty({n, first.ly, first.lx}, torch::kShort);
    for (std::int64_t k = 0; k < n; ++k) {
      const std::int64_t sample = samples[places[static_cast<std::size_t>(k)]];
      const std::size_t own = lattice_of(sample);
      const SpinConfigurations& s = lesson_.lattices[own];
      const std::uint8_t* bits = s.at(sample - begin(own));
      if (blocks > 0)
        block_spins(bits, s.lx, s.ly, symmetry_of(sample), blocks, input.data_ptr<float>() + k * blocks * blocks);
      else
        spin_patterns(bits, s.lx, s.ly, symmetry_of(sample), input.data_ptr<std::int16_t>() + k * s.lx * s.ly);
    }
    return input;
  }

  LatticeSymmetry draw(std::uint64_t step, std::int64_t sample) const {
    const auto u = random_.uniform4(step, static_cast<std::uint64_t>(sample), member_);
    const SpinConfigurations& s = lesson_.lattices[lattice_of(sample)];
    const int operation = static_cast<int>(u[2] * 8.0);
    LatticeSymmetry symmetry;
    symmetry.dx = static_cast<std::int64_t>(u[0] * static_cast<double>(s.lx));
    symmetry.dy = static_cast<std::int64_t>(u[1] * static_cast<double>(s.ly));
    symmetry.flip_x = (operation & 1) != 0;
    symmetry.flip_y = (operation & 2) != 0;
    symmetry.transpose = (operation & 4) != 0 && s.lx == s.ly;
    symmetry.flip_spins = lesson_.spin_flip && u[3] < 0.5;
    return symmetry;
  }

  PhaseLesson lesson_;
  std::vector<std::int64_t> end_;  // [lattice] number behind its last sample
  Random random_;
  std::uint64_t member_;
  PhaseCnn network_;
  std::vector<Metric> metrics_ = {{"cross_entropy", "", Metric::Mean::plain}, {"error_rate", "", Metric::Mean::plain}};
};

}  // namespace

std::unique_ptr<Training> make_phase_training(const PhaseLesson& lesson, const TrainerSettings& settings,
                                              DataParts parts, const Communicator& communicator) {
  set_network_threads(1);
  return make_trainer(std::make_unique<PhaseObjective>(lesson, settings), settings, std::move(parts), communicator);
}

}  // namespace spinel
