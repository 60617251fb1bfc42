// speed POINTS CANDIDATES: Gaussian process on all ranks, against dgemm on each of them in the same run: the Cholesky
// factor of so many points, and a batch chosen from so many candidates by 2,500 points, with the memory it takes.
#include <fmt/format.h>

#include <cstdlib>
#include <vector>

#include "bayes/choice/choose_from_pool.hpp"
#include "core/memory.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "linalg/distributed_matrix.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): BLAS
extern "C" void dgemm_(const char* transpose_a, const char* transpose_b, const int* m, const int* n, const int* k,
                       const double* alpha, const double* a, const int* lda, const double* b, const int* ldb,
                       const double* beta, double* c, const int* ldc);

namespace spinel {
namespace {

/// Operations a second of all ranks together, multiplying matrices of their own.
double dgemm_speed(const Communicator& world) {
  constexpr int n = 3000;
  const std::vector<double> a(static_cast<std::size_t>(n) * n, 0.5), b = a;
  std::vector<double> c = a;
  const double one = 1.0, zero = 0.0;
  const char no = 'N';
  const auto multiply = [&] { dgemm_(&no, &no, &n, &n, &n, &one, a.data(), &n, b.data(), &n, &zero, c.data(), &n); };
  multiply();
  world.barrier();
  const double begin = Progress::steady_seconds();
  multiply();
  const double seconds = world.max(Progress::steady_seconds() - begin);
  return 2.0 * n * n * n * world.size() / seconds;
}

/// Symmetric, positive definite, of numbers keyed by place.
void fill(DistributedMatrix& a) {
  const double n = static_cast<double>(a.rows());
  for (int j = 0; j < a.local_columns(); ++j)
    for (int i = 0; i < a.local_rows(); ++i) {
      const double distance = static_cast<double>(std::abs(a.row_of(i) - a.column_of(j))) / n;
      a.data()[static_cast<std::int64_t>(j) * a.local_rows() + i] =
          1.0 / (1.0 + 50.0 * distance * distance) + (distance == 0.0 ? 1.0 : 0.0);
    }
}

void factorize(const Communicator& world, std::int64_t n, int block) {
  DistributedMatrix a(ProcessGrid::square(world), n, n, block, block);
  fill(a);
  world.barrier();
  const double before = dgemm_speed(world), begin = Progress::steady_seconds();
  if (!cholesky(a)) fail("the matrix is not positive definite");
  const double seconds = world.max(Progress::steady_seconds() - begin), after = dgemm_speed(world);
  const double rate = n * static_cast<double>(n) * static_cast<double>(n) / 3.0 / seconds;
  if (world.is_root())
    fmt::print("factor {} points block {} ranks {}: {:.2f} s, {:.1f} GFLOP/s, dgemm {:.1f} and {:.1f}: ratio {:.2f}\n",
               n, block, world.size(), seconds, 1e-9 * rate, 1e-9 * before, 1e-9 * after,
               2.0 * rate / (before + after));
}

Points random_points(std::int64_t first, std::int64_t n, std::int64_t d) {
  Points x(n, d);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < d; j += 4) {
      const auto four = Random(1, RandomPurpose::test)
                            .uniform4(0, static_cast<std::uint64_t>(first + i), static_cast<std::uint64_t>(j));
      for (std::int64_t k = j; k < std::min(d, j + 4); ++k) x(i, k) = four[static_cast<std::size_t>(k - j)];
    }
  return x;
}

void choose(const Communicator& world, std::int64_t n_points, std::int64_t n_candidates, std::int64_t most_local) {
  constexpr std::int64_t d = 32;
  const Points x = random_points(-n_points, n_points, d);
  const Eigen::VectorXd y = x.rowwise().squaredNorm();
  Hyperparameters h;
  h.length = Eigen::VectorXd::Constant(d, 3.0);
  h.noise = 0.01;
  const GaussianProcess process(world, x, y, h, most_local);
  CandidatePool pool{n_candidates, [](std::int64_t first, std::int64_t count, Points& points, Eigen::VectorXd& t) {
                       points = random_points(first, count, d);
                       t.setConstant(8.0);
                     }};
  const double begin = Progress::steady_seconds();
  PoolSettings settings;
  settings.batch.noise = h.noise;
  const auto batch = choose_from_pool(world, process, pool, 50, settings);
  const double seconds = world.max(Progress::steady_seconds() - begin);
  const double most = 1e-6 * static_cast<double>(world.max(memory_use().peak));
  if (world.is_root())
    fmt::print("choose 50 of {} by {} points ({}), ranks {}: {:.1f} s, {:.0f} MB a rank at most so far\n", n_candidates,
               n_points, process.is_distributed() ? "ScaLAPACK" : "Eigen", world.size(), seconds, most);
}

}  // namespace
}  // namespace spinel

int main(int argc, char** argv) {
  spinel::MpiRuntime mpi(argc, argv);
  const auto world = spinel::Communicator::world();
  const std::int64_t n = argc > 1 ? std::atoll(argv[1]) : 8000, candidates = argc > 2 ? std::atoll(argv[2]) : 1000000;
  for (const std::int64_t count : {candidates / 10, candidates}) spinel::choose(world, 1000, count, 3000);
  spinel::choose(world, 1000, candidates / 10, 0);
  for (const int block : {64, 128, 256}) spinel::factorize(world, n, block);
  return 0;
}
