#include "train/trainer.hpp"

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "core/random.hpp"
#include "network/threads.hpp"

namespace spinel {

namespace {

enum Note { loss_note, flag_note };

template <class T>
double norm(const T* values, std::size_t n) {
  std::array<double, 8> sum{};
  for (std::size_t i = 0; i + 8 <= n; i += 8)
    for (std::size_t k = 0; k < 8; ++k)
      sum[k] += static_cast<double>(values[i + k]) * static_cast<double>(values[i + k]);
  return std::sqrt(std::accumulate(sum.begin(), sum.end(), 0.0));
}

template <class T>
std::vector<T> to_vector(const torch::Tensor& tensor) {
  const T* first = tensor.data_ptr<T>();
  return {first, first + tensor.numel()};
}

}  // namespace

template <class T>
Trainer<T>::Trainer(std::unique_ptr<Objective> objective, const TrainerSettings& settings, DataParts parts,
                    const Communicator& communicator)
    : objective_(std::move(objective)),
      settings_(settings),
      parts_(std::move(parts)),
      communicator_(communicator),
      weights_(objective_->module(), settings.bucket_bytes),
      reducer_(weights_, communicator),
      optimizer_(settings.optimizer, static_cast<std::size_t>(weights_.size()), weights_.is_matrix()),
      rate_(settings.learning_rate, (static_cast<std::int64_t>(parts_.train.size()) + settings.batch_size - 1) /
                                        std::max<std::int64_t>(settings.batch_size, 1)),
      sampler_(parts_.train, settings.batch_size, settings.seed, settings.member) {
  if (settings_.average_decay > 0.0) average_ = take();
  objective_->module().train();
  objective_->begin_epoch(0);
}

template <class T>
bool Trainer<T>::is_done() const {
  return epoch_ >= settings_.epochs || stopped_early();
}

template <class T>
bool Trainer<T>::stopped_early() const {
  if (settings_.early_stopping == 0 || batch_ != 0) return false;
  std::int64_t since = 0;
  for (auto record = history_.rbegin(); record != history_.rend() && !record->is_best; ++record) ++since;
  return since >= settings_.early_stopping;
}

template <class T>
bool Trainer<T>::step(double own_flag) {
  const auto samples = sampler_.batch(batch_);
  const auto n = static_cast<std::int64_t>(samples.size());
  Batch own;
  own.samples = shard(
      samples, [this](std::int64_t sample) { return objective_->cost(sample); }, communicator_.rank(),
      communicator_.size());
  own.size = n;
  own.step = static_cast<std::uint64_t>(optimizer_.steps);
  // Members of an ensemble have noise of their own.
  own.random = Random(settings_.seed + (settings_.member << 32), RandomPurpose::training_noise);
  reducer_.begin();
  const torch::Tensor loss = objective_->loss(own);
  reducer_.set_note(loss_note, loss.item().toDouble());
  reducer_.set_note(flag_note, own_flag > 0.0 ? 1.0 : 0.0);
  // To the weights alone: forces leave gradients of positions in the graph, which are not needed.
  if (loss.requires_grad()) loss.backward({}, false, false, weights_.parameters());
  reducer_.finish();
  const double mean = reducer_.note(loss_note);
  flag_ = reducer_.note(flag_note) > 0.0 ? communicator_.max(own_flag) : 0.0;
  reducer_.set_note(loss_note, 0.0);
  reducer_.set_note(flag_note, 0.0);

  const double length = clip();
  if (!std::isfinite(mean) || !std::isfinite(length)) fail_with_batch(samples, mean, length);
  const double rate = rate_.at(optimizer_.steps);
  optimizer_.step(weights_.weight().data_ptr<T>(), weights_.gradient().data_ptr<T>(), rate);
  average();

  step_losses_.push_back(mean);
  present_.learning_rate = rate;
  present_.loss += mean * static_cast<double>(n);
  present_.gradient_norm = std::max(present_.gradient_norm, length);
  if (++batch_ < sampler_.n_batches()) return false;
  end_epoch();
  return true;
}

/// Shortens the gradient to clip_norm. Returns its length before.
template <class T>
double Trainer<T>::clip() {
  T* gradient = weights_.gradient().data_ptr<T>();
  const auto n = static_cast<std::size_t>(weights_.size());
  const double length = norm(gradient, n);
  if (settings_.clip_norm > 0.0 && length > settings_.clip_norm) {
    const T scale = static_cast<T>(settings_.clip_norm / length);
    for (std::size_t i = 0; i < n; ++i) gradient[i] *= scale;
  }
  return length;
}

template <class T>
void Trainer<T>::average() {
  if (settings_.average_decay == 0.0) return;
  const auto done = static_cast<double>(optimizer_.steps);
  const double decay = std::min(settings_.average_decay, (1.0 + done) / (10.0 + done));
  const auto follow = [decay](std::vector<T>& slow, const T* now) {
    // In this form what does not change keeps its bits.
    const T share = static_cast<T>(1.0 - decay);
    for (std::size_t i = 0; i < slow.size(); ++i) slow[i] += share * (now[i] - slow[i]);
  };
  follow(average_.weight, weights_.weight().template data_ptr<T>());
  const torch::Tensor buffers = weights_.buffers();
  follow(average_.buffer, buffers.data_ptr<T>());
}

template <class T>
void Trainer<T>::end_epoch() {
  present_.epoch = ++epoch_;
  present_.loss /= static_cast<double>(parts_.train.size());
  const bool averaged = settings_.average_decay > 0.0;
  if (averaged) {
    present_weights_ = take();
    put(average_);
  }
  present_.validation =
      parts_.validation.empty() ? std::vector<double>{present_.loss} : assess(parts_.validation, false).metrics;
  double best = std::numeric_limits<double>::infinity();
  for (const EpochRecord& record : history_) best = std::min(best, record.validation[0]);
  // Without validation the last model is the best one.
  present_.is_best = parts_.validation.empty() || present_.validation[0] < best;
  if (present_.is_best) best_ = take();
  if (averaged) put(present_weights_);
  rate_.epoch_done(present_.validation[0]);
  history_.push_back(present_);
  present_ = EpochRecord{};
  batch_ = 0;
  sampler_.set_epoch(epoch_);
  objective_->begin_epoch(epoch_);
}

template <class T>
Assessment Trainer<T>::assess(const std::vector<std::int64_t>& samples, bool keep_output) {
  std::vector<std::int64_t> places(samples.size());
  std::iota(places.begin(), places.end(), std::int64_t{0});
  places = shard(
      places, [&](std::int64_t place) { return objective_->cost(samples[static_cast<std::size_t>(place)]); },
      communicator_.rank(), communicator_.size());
  const auto& metrics = objective_->metrics();
  MetricSums sums(metrics.size());
  std::vector<std::size_t> offset = {0};  // of the predictions of own places
  for (const std::int64_t place : places)
    offset.push_back(offset.back() +
                     static_cast<std::size_t>(objective_->n_outputs(samples[static_cast<std::size_t>(place)])));
  std::vector<double> output(offset.back());
  objective_->module().eval();
  for (std::size_t first = 0; first < places.size(); first += static_cast<std::size_t>(settings_.batch_size)) {
    const std::size_t last = std::min(places.size(), first + static_cast<std::size_t>(settings_.batch_size));
    std::vector<std::int64_t> chunk;
    for (std::size_t k = first; k < last; ++k) chunk.push_back(samples[static_cast<std::size_t>(places[k])]);
    objective_->assess(chunk, sums, output.data() + offset[first]);
  }
  objective_->module().train();

  Assessment result;
  communicator_.sum(sums.sum.data(), sums.sum.size());
  communicator_.sum(sums.weight.data(), sums.weight.size());
  for (std::size_t k = 0; k < metrics.size(); ++k) {
    const double mean = sums.weight[k] > 0.0 ? sums.sum[k] / sums.weight[k] : std::nan("");
    result.metrics.push_back(metrics[k].mean == Metric::Mean::root ? std::sqrt(mean) : mean);
  }
  if (!keep_output) return result;
  const auto all_places = communicator_.gather(places);
  const auto all_output = communicator_.gather(output);
  result.output.resize(all_output.size());
  if (!communicator_.is_root()) return result;
  offset.assign(1, 0);
  for (const std::int64_t sample : samples)
    offset.push_back(offset.back() + static_cast<std::size_t>(objective_->n_outputs(sample)));
  auto from = all_output.begin();
  for (const std::int64_t place : all_places) {
    const std::size_t to = offset[static_cast<std::size_t>(place)];
    const auto n = static_cast<std::ptrdiff_t>(offset[static_cast<std::size_t>(place) + 1] - to);
    std::copy_n(from, n, result.output.begin() + static_cast<std::ptrdiff_t>(to));
    from += n;
  }
  return result;
}

template <class T>
Assessment Trainer<T>::assess_best(const std::vector<std::int64_t>& samples) {
  const Snapshot now = take();
  if (!best_.weight.empty()) put(best_);
  Assessment result = assess(samples, true);
  put(now);
  return result;
}

template <class T>
ModelFile Trainer<T>::best_model() {
  const Snapshot now = take();
  if (!best_.weight.empty()) put(best_);
  ModelFile file = objective_->model_file();
  put(now);
  return file;
}

template <class T>
void Trainer<T>::fail_with_batch(const std::vector<std::int64_t>& batch, double loss, double length) {
  std::vector<std::string> names;
  for (const std::int64_t sample : batch) names.push_back(objective_->name(sample));
  throw CollectiveError(fmt::format(
      "epoch {}, batch {} (step {}): {} is {}. A smaller learning_rate, warm_up or clip_norm may help, unless one of "
      "its samples is wrong: {}",
      epoch_ + 1, batch_ + 1, optimizer_.steps + 1, std::isfinite(loss) ? "the norm of the gradient" : "the loss",
      std::isfinite(loss) ? length : loss, fmt::join(names, " ")));
}

template <class T>
typename Trainer<T>::Snapshot Trainer<T>::take() const {
  return {to_vector<T>(weights_.weight()), to_vector<T>(weights_.buffers())};
}

template <class T>
void Trainer<T>::put(const Snapshot& snapshot) {
  std::copy(snapshot.weight.begin(), snapshot.weight.end(), weights_.weight().template data_ptr<T>());
  auto buffers = weights_.buffers();
  std::copy(snapshot.buffer.begin(), snapshot.buffer.end(), buffers.template data_ptr<T>());
  weights_.set_buffers(buffers);
}

template <class T>
std::vector<std::pair<std::string, std::vector<T>*>> Trainer<T>::arrays() {
  std::vector<std::pair<std::string, std::vector<T>*>> result = {
      {"weight", &present_weights_.weight}, {"buffer", &present_weights_.buffer}, {"average_weight", &average_.weight},
      {"average_buffer", &average_.buffer}, {"best_weight", &best_.weight},       {"best_buffer", &best_.buffer}};
  int number = 0;
  for (std::vector<T>* array : optimizer_.arrays()) result.emplace_back(fmt::format("optimizer_{}", number++), array);
  return result;
}

template <class T>
void Trainer<T>::save(CheckpointWriter& out) {
  present_weights_ = take();
  std::vector<std::int64_t> sizes;
  for (const auto& [name, values] : arrays()) {
    sizes.push_back(static_cast<std::int64_t>(values->size() * sizeof(T)));
    out.add("training_" + name, reinterpret_cast<const std::uint8_t*>(values->data()),
            communicator_.is_root() ? values->size() * sizeof(T) : 0);
  }
  out.set("training_sizes", sizes);
  out.set("training_place", std::vector<std::int64_t>{epoch_, batch_, optimizer_.steps});
  out.set("training_rate", rate_.state());
  out.set("training_epoch", std::vector<double>{present_.learning_rate, present_.loss, present_.gradient_norm});
  out.set("training_step_losses", step_losses_);
  std::vector<double> flat;
  for (const EpochRecord& r : history_) {
    flat.insert(flat.end(),
                {static_cast<double>(r.epoch), r.learning_rate, r.loss, r.gradient_norm, r.is_best ? 1.0 : 0.0});
    flat.insert(flat.end(), r.validation.begin(), r.validation.end());
  }
  out.set("training_history", flat);
}

template <class T>
void Trainer<T>::restore(const CheckpointReader& in) {
  const auto sizes = in.integers("training_sizes");
  const auto list = arrays();
  if (sizes.size() != list.size() || sizes[0] != weights_.size() * static_cast<std::int64_t>(sizeof(T)))
    throw CollectiveError("the checkpoint is of another network or optimizer");
  for (std::size_t k = 0; k < list.size(); ++k) {
    list[k].second->resize(static_cast<std::size_t>(sizes[k]) / sizeof(T));
    in.read_rows("training_" + list[k].first, 0, sizes[k], reinterpret_cast<std::uint8_t*>(list[k].second->data()));
  }
  put(present_weights_);
  const auto place = in.integers("training_place");
  epoch_ = place.at(0);
  batch_ = place.at(1);
  optimizer_.steps = place.at(2);
  sampler_.set_epoch(epoch_);
  objective_->begin_epoch(epoch_);
  rate_.restore(in.reals("training_rate"));
  const auto present = in.reals("training_epoch");
  present_.learning_rate = present.at(0);
  present_.loss = present.at(1);
  present_.gradient_norm = present.at(2);
  step_losses_ = in.reals("training_step_losses");
  const auto flat = in.reals("training_history");
  const std::size_t width = epoch_ > 0 ? flat.size() / static_cast<std::size_t>(epoch_) : 5;
  history_.clear();
  for (std::size_t at = 0; at < flat.size(); at += width)
    history_.push_back(
        {static_cast<std::int64_t>(flat[at]),
         flat[at + 1],
         flat[at + 2],
         flat[at + 3],
         {flat.begin() + static_cast<std::ptrdiff_t>(at + 5), flat.begin() + static_cast<std::ptrdiff_t>(at + width)},
         flat[at + 4] != 0.0});
}

template class Trainer<float>;
template class Trainer<double>;

std::unique_ptr<Training> make_trainer(std::unique_ptr<Objective> objective, const TrainerSettings& settings,
                                       DataParts parts, const Communicator& communicator) {
  set_network_threads(1);
  if (objective->module().parameters().at(0).scalar_type() == torch::kDouble)
    return std::make_unique<Trainer<double>>(std::move(objective), settings, std::move(parts), communicator);
  return std::make_unique<Trainer<float>>(std::move(objective), settings, std::move(parts), communicator);
}

}  // namespace spinel
