#include "train/gradient_reducer.hpp"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/types.h>

namespace spinel {

namespace {

using torch::autograd::variable_list;

MPI_Datatype message_type(const torch::Tensor& tensor) {
  return tensor.scalar_type() == torch::kFloat ? MPI_FLOAT : MPI_DOUBLE;
}

}  // namespace

/// Runs when torch has added the gradient of one parameter.
class GradientReducer::Hook final : public torch::autograd::FunctionPostHook {
 public:
  Hook(std::shared_ptr<GradientReducer*> reducer, std::size_t bucket) : reducer_(std::move(reducer)), bucket_(bucket) {}
  variable_list operator()(const variable_list& outputs, const variable_list&) override {
    if (*reducer_ != nullptr) (*reducer_)->parameter_done(bucket_);
    return outputs;
  }

 private:
  std::shared_ptr<GradientReducer*> reducer_;
  std::size_t bucket_;
};

GradientReducer::GradientReducer(FlatWeights& weights, const Communicator& communicator)
    : weights_(weights),
      communicator_(communicator.split(0)),
      left_(weights.buckets().size()),
      requests_(weights.buckets().size(), MPI_REQUEST_NULL),
      self_(std::make_shared<GradientReducer*>(this)) {
  if (communicator_.size() == 1) return;
  for (std::size_t b = 0; b < left_.size(); ++b)
    for (const std::size_t k : weights.buckets()[b].parameters) {
      auto node = torch::autograd::impl::grad_accumulator(weights.parameters()[k]);
      const auto key = node->add_post_hook(std::make_unique<Hook>(self_, b));
      hooks_.emplace_back(std::move(node), key);
    }
}

GradientReducer::~GradientReducer() {
  *self_ = nullptr;
  for (auto& [node, key] : hooks_) std::static_pointer_cast<torch::autograd::Node>(node)->del_post_hook(key);
}

void GradientReducer::begin() {
  weights_.gradient().zero_();
  for (std::size_t b = 0; b < left_.size(); ++b) left_[b] = weights_.buckets()[b].parameters.size();
  next_ = 0;
}

void GradientReducer::set_note(std::int64_t place, double value) { weights_.gradient()[place].fill_(value); }

double GradientReducer::note(std::int64_t place) const { return weights_.gradient()[place].item().toDouble(); }

void GradientReducer::parameter_done(std::size_t bucket) {
  if (left_[bucket] > 0) --left_[bucket];
  start_ready(false);
  // Lets MPI work on what is on its way.
  int done = 0;
  if (next_ > 0) MPI_Testall(Communicator::checked_count(next_), requests_.data(), &done, MPI_STATUSES_IGNORE);
}

void GradientReducer::start_ready(bool all) {
  while (next_ < left_.size() && (all || left_[next_] == 0)) {
    const auto& bucket = weights_.buckets()[next_];
    const torch::Tensor part = weights_.gradient().narrow(0, bucket.first, bucket.size);
    MPI_Iallreduce(MPI_IN_PLACE, part.data_ptr(), Communicator::checked_count(static_cast<std::size_t>(bucket.size)),
                   message_type(part), MPI_SUM, communicator_.mpi(), &requests_[next_]);
    ++next_;
    ++n_started_;
    if (!all) ++n_early_;
  }
}

void GradientReducer::finish() {
  if (communicator_.size() == 1) return;
  start_ready(true);
  MPI_Waitall(Communicator::checked_count(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
}

}  // namespace spinel
