#include "bayes/choice/choose_from_pool.hpp"

#include <algorithm>
#include <cmath>

#include "bayes/process/function_sample.hpp"
#include "core/random.hpp"
#include "parallel/on_root.hpp"

namespace spinel {

namespace {

bool is_before(const Scored& a, const Scored& b) {
  return a.score > b.score || (a.score == b.score && a.candidate < b.candidate);
}

/// The n best of all that it is given.
class TopList {
 public:
  explicit TopList(std::size_t n) : n_(n) {}

  void add(std::int64_t candidate, double score) {
    if (std::isnan(score) || n_ == 0) return;
    const Scored next{candidate, score};
    // A heap whose first is the worst of the best.
    if (heap_.size() < n_) {
      heap_.push_back(next);
      std::push_heap(heap_.begin(), heap_.end(), is_before);
    } else if (is_before(next, heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), is_before);
      heap_.back() = next;
      std::push_heap(heap_.begin(), heap_.end(), is_before);
    }
  }

  /// Collective: of all ranks, best first.
  std::vector<Scored> of_all(const Communicator& communicator) const {
    std::vector<std::int64_t> candidates;
    std::vector<double> scores;
    for (const Scored& s : heap_) candidates.push_back(s.candidate), scores.push_back(s.score);
    candidates = communicator.gather(candidates);
    scores = communicator.gather(scores);
    communicator.broadcast(candidates);
    communicator.broadcast(scores);
    std::vector<Scored> all;
    for (std::size_t k = 0; k < scores.size(); ++k) all.push_back({candidates[k], scores[k]});
    std::sort(all.begin(), all.end(), is_before);
    if (all.size() > n_) all.resize(n_);
    return all;
  }

 private:
  std::size_t n_;
  std::vector<Scored> heap_;
};

/// Calls work(first, count) for the blocks of this rank, and as often on all ranks, the last times with count 0.
template <class Work>
void for_blocks(const Communicator& communicator, std::int64_t size, Work&& work) {
  const std::int64_t n_blocks = (size + pool_block - 1) / pool_block, ranks = communicator.size();
  for (std::int64_t b = communicator.rank(); b < (n_blocks + ranks - 1) / ranks * ranks; b += ranks) {
    const std::int64_t first = std::min(size, b * pool_block);
    work(first, std::min(size - first, pool_block));
  }
}

struct Block {
  Points points;
  Eigen::VectorXd threshold;
};

class PoolScan {
 public:
  PoolScan(const Communicator& communicator, const GaussianProcess& process, const CandidatePool& pool,
           const BatchSettings& settings)
      : communicator_(communicator), process_(process), pool_(pool), settings_(settings) {}

  Block read(std::int64_t first, std::int64_t count) const {
    Block block{Points(count, process_.x().cols()), Eigen::VectorXd(count)};
    if (count > 0) pool_.read(first, count, block.points, block.threshold);
    return block;
  }

  /// The n best by what can be said of a candidate alone.
  std::vector<Scored> best(std::size_t n) const {
    AcquisitionSettings one = settings_.acquisition;
    // What is worth to be looked at by the knowledge gradient.
    if (one.kind == AcquisitionKind::knowledge_gradient) one.kind = AcquisitionKind::log_ei;
    TopList list(n);
    for_blocks(communicator_, pool_.size, [&](std::int64_t first, std::int64_t count) {
      const Block block = read(first, count);
      const bool is_random = one.kind == AcquisitionKind::random;
      const Posterior posterior = is_random ? Posterior{} : process_.posterior(block.points);
      for (std::int64_t i = 0; i < count; ++i) {
        if (std::isnan(block.threshold[i])) continue;
        list.add(first + i, is_random
                                ? random_number(first + i)
                                : score(one, posterior.mean[i], std::sqrt(posterior.variance[i]), block.threshold[i]));
      }
    });
    return list.of_all(communicator_);
  }

  /// The n best of each of q functions.
  std::vector<std::vector<Scored>> best_of_functions(std::size_t q, std::size_t n) const {
    std::vector<FunctionSample> functions;
    std::vector<TopList> lists(q, TopList(n));
    for (std::size_t k = 0; k < q; ++k) functions.emplace_back(process_, settings_.seed, settings_.number + k);
    const double sign = settings_.acquisition.goal == Goal::minimize ? -1.0 : 1.0;
    for_blocks(communicator_, pool_.size, [&](std::int64_t first, std::int64_t count) {
      const Block block = read(first, count);
      for (std::size_t k = 0; k < q; ++k) {
        const Eigen::VectorXd values = sign * functions[k](block.points);
        for (std::int64_t i = 0; i < count; ++i)
          if (!std::isnan(block.threshold[i])) lists[k].add(first + i, values[i]);
      }
    });
    std::vector<std::vector<Scored>> result;
    for (const TopList& list : lists) result.push_back(list.of_all(communicator_));
    return result;
  }

  /// On every rank, the candidates of a list.
  Block read(const std::vector<Scored>& list) const {
    Block all{Points(static_cast<std::int64_t>(list.size()), process_.x().cols()),
              Eigen::VectorXd(static_cast<std::int64_t>(list.size()))};
    for (std::size_t k = 0; k < list.size(); ++k) {
      const Block one = read(list[k].candidate, 1);
      all.points.row(static_cast<std::int64_t>(k)) = one.points;
      all.threshold[static_cast<std::int64_t>(k)] = one.threshold[0];
    }
    return all;
  }

 private:
  double random_number(std::int64_t candidate) const {
    return Random(settings_.seed, RandomPurpose::random_choice)
        .uniform4(settings_.number, static_cast<std::uint64_t>(candidate))[0];
  }

  const Communicator& communicator_;
  const GaussianProcess& process_;
  const CandidatePool& pool_;
  const BatchSettings& settings_;
};

}  // namespace

std::vector<Scored> best_of(const Communicator& communicator, std::int64_t size, std::size_t n,
                            const std::function<void(std::int64_t, std::int64_t, double*)>& score) {
  TopList list(n);
  std::vector<double> scores;
  for_blocks(communicator, size, [&](std::int64_t first, std::int64_t count) {
    scores.assign(static_cast<std::size_t>(count), 0.0);
    score(first, count, scores.data());
    for (std::int64_t i = 0; i < count; ++i) list.add(first + i, scores[static_cast<std::size_t>(i)]);
  });
  return list.of_all(communicator);
}

namespace {

struct Chosen {
  std::vector<std::int64_t> candidates;
  std::vector<double> scores;
};

using AcceptOfPool = std::function<bool(std::int64_t, const std::vector<std::int64_t>&)>;

void add_accepted(const Scored& next, const AcceptOfPool& accept, Chosen& chosen) {
  if (std::find(chosen.candidates.begin(), chosen.candidates.end(), next.candidate) != chosen.candidates.end()) return;
  if (accept && !accept(next.candidate, chosen.candidates)) return;
  chosen.candidates.push_back(next.candidate);
  chosen.scores.push_back(next.score);
}

}  // namespace

std::vector<PoolChoice> choose_from_pool(const Communicator& communicator, const GaussianProcess& process,
                                         const CandidatePool& pool, std::size_t q, const PoolSettings& settings,
                                         const AcceptOfPool& accept) {
  const AcquisitionKind kind = settings.batch.acquisition.kind;
  const PoolScan scan(communicator, process, pool, settings.batch);
  const std::size_t shortlist =
      settings.shortlist > 0 ? settings.shortlist : std::min<std::size_t>(4000, std::max<std::size_t>(500, 20 * q));
  // Where too few of the shortlist are accepted, the next best ones follow, without regard to the batch.
  const std::size_t reserve = std::max(20 * shortlist, 20 * q);
  Chosen chosen;
  if (kind == AcquisitionKind::thompson) {
    const auto lists = scan.best_of_functions(q, std::min(reserve, 20 * q));
    on_root(communicator, [&] {
      for (std::size_t k = 0; k < lists.size(); ++k)
        for (const Scored& next : lists[k]) {
          const std::size_t before = chosen.candidates.size();
          add_accepted(next, accept, chosen);
          if (chosen.candidates.size() > before) break;
        }
    });
  } else {
    const std::vector<Scored> best = scan.best(reserve);
    std::vector<Scored> first(best.begin(), best.begin() + static_cast<std::int64_t>(std::min(shortlist, best.size())));
    const Block block = scan.read(first);
    const bool is_joint = kind != AcquisitionKind::random && !first.empty();
    const JointPosterior joint = is_joint ? process.joint_posterior(block.points) : JointPosterior{};
    on_root(communicator, [&] {
      if (is_joint) {
        BatchSettings batch = settings.batch;
        const Eigen::VectorXd inverse = process.hyperparameters().length.cwiseInverse();
        const Points scaled = block.points * inverse.asDiagonal();
        const auto numbers = [&](const std::vector<std::size_t>& places) {
          std::vector<std::int64_t> result;
          for (const std::size_t place : places) result.push_back(first[place].candidate);
          return result;
        };
        Accept accepts;
        if (accept)
          accepts = [&](std::size_t i, const std::vector<std::size_t>& before) {
            return accept(first[i].candidate, numbers(before));
          };
        for (const BatchChoice& choice :
             choose_batch(joint, block.threshold, q, batch, accepts, [&](std::size_t i, std::size_t j) {
               return (scaled.row(static_cast<std::int64_t>(i)) - scaled.row(static_cast<std::int64_t>(j)))
                   .squaredNorm();
             })) {
          chosen.candidates.push_back(first[choice.candidate].candidate);
          chosen.scores.push_back(choice.score);
        }
      }
      for (std::size_t k = is_joint ? first.size() : 0; k < best.size() && chosen.candidates.size() < q; ++k)
        add_accepted(best[k], accept, chosen);
    });
  }
  communicator.broadcast(chosen.candidates);
  communicator.broadcast(chosen.scores);
  std::vector<Scored> list;
  for (std::size_t k = 0; k < chosen.scores.size(); ++k) list.push_back({chosen.candidates[k], chosen.scores[k]});
  const Block block = scan.read(list);
  const Posterior posterior = process.posterior(block.points);
  std::vector<PoolChoice> result;
  for (std::size_t k = 0; k < list.size(); ++k) {
    const auto i = static_cast<std::int64_t>(k);
    result.push_back(
        {list[k].candidate, posterior.mean[i], std::sqrt(posterior.variance[i]), block.threshold[i], list[k].score});
  }
  return result;
}

}  // namespace spinel
