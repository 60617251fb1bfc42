#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "bayes/choice/batch.hpp"

namespace spinel {

/// Candidates 0 … size − 1, asked for in blocks: never all in memory.
struct CandidatePool {
  std::int64_t size = 0;
  /// On any rank: points first … first + count − 1 as the process takes them, to a matrix that has the shape already,
  /// and their thresholds. A candidate whose threshold is NaN is left out.
  std::function<void(std::int64_t first, std::int64_t count, Points& points, Eigen::VectorXd& threshold)> read;
};

struct PoolChoice {
  std::int64_t candidate = 0;
  double mean = 0.0, sigma = 0.0;  ///< before the batch, of f
  double threshold = 0.0;
  double score = 0.0;  ///< at the time of the choice
};

struct PoolSettings {
  BatchSettings batch;
  /// Candidates with the best scores, from which the batch is chosen together. 0: 20 · q, at least 500, at most 4,000.
  std::size_t shortlist = 0;
};

/// Collective. A batch of `q` out of a pool of any size in fixed memory: every candidate is scored, in blocks over the
/// ranks, the best are kept, and choose_batch() chooses among these. With Thompson's choice each function is drawn for
/// the whole pool. The same on any number of ranks, bit for bit where the process is not distributed; ties go to the
/// lower number. `accept` is asked on rank 0 alone, with numbers of the pool. `read` is called equally often on all
/// ranks, also for single candidates.
std::vector<PoolChoice> choose_from_pool(
    const Communicator& communicator, const GaussianProcess& process, const CandidatePool& pool, std::size_t q,
    const PoolSettings& settings,
    const std::function<bool(std::int64_t candidate, const std::vector<std::int64_t>& chosen)>& accept = {});

/// Collective. Numbers and scores of the `n` best of `size`, by a function of blocks that any rank may be asked for:
/// best first, ties by number, on every rank. Scores that are NaN are left out. For surrogates other than a Gaussian
/// process.
struct Scored {
  std::int64_t candidate = 0;
  double score = 0.0;
};
std::vector<Scored> best_of(const Communicator& communicator, std::int64_t size, std::size_t n,
                            const std::function<void(std::int64_t first, std::int64_t count, double* scores)>& score);

/// Candidates of a block, so that results do not depend on who works on which.
constexpr std::int64_t pool_block = 2048;

}  // namespace spinel
