// Bayesian optimization of a test function in this process, by the suggestions of calculation = 'optimize'.
// regret FUNCTION SEED INITIAL EVALUATIONS [acquisition]: a line "point … value best" for every evaluation, and the
// seconds of a suggestion.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "bayes/choice/suggest.hpp"
#include "core/progress.hpp"
#include "parallel/communicator.hpp"

namespace spinel {
namespace {

/// Dixon & Szegö (1978); lowest value 0.397887.
double branin(const std::vector<double>& v) {
  const double x = v[0], y = v[1];
  const double a = y - 5.1 * x * x / (4.0 * M_PI * M_PI) + 5.0 * x / M_PI - 6.0;
  return a * a + 10.0 * (1.0 - 1.0 / (8.0 * M_PI)) * std::cos(x) + 10.0;
}

/// Dixon & Szegö (1978); lowest value −3.322368.
double hartmann6(const std::vector<double>& x) {
  static const double a[4][6] = {
      {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
  static const double p[4][6] = {{1312, 1696, 5569, 124, 8283, 5886},
                                 {2329, 4135, 8307, 3736, 1004, 9991},
                                 {2348, 1451, 3522, 2883, 3047, 6650},
                                 {4047, 8828, 8732, 5743, 1091, 381}};
  static const double c[4] = {1.0, 1.2, 3.0, 3.2};
  double sum = 0.0;
  for (int i = 0; i < 4; ++i) {
    double r2 = 0.0;
    for (int j = 0; j < 6; ++j) {
      const double d = x[static_cast<std::size_t>(j)] - 1e-4 * p[i][j];
      r2 += a[i][j] * d * d;
    }
    sum += c[i] * std::exp(-r2);
  }
  return -sum;
}

int run(int argc, char** argv) {
  if (argc < 5) {
    fmt::print(stderr, "usage: regret branin|hartmann6 SEED INITIAL EVALUATIONS [acquisition]\n");
    return 2;
  }
  const bool is_branin = std::string(argv[1]) == "branin";
  std::vector<Variable> variables;
  if (is_branin)
    variables = {{"x", -5.0, 10.0}, {"y", 0.0, 15.0}};
  else
    for (int k = 0; k < 6; ++k) variables.push_back({fmt::format("x{}", k), 0.0, 1.0});
  const SearchBox box(variables);
  SuggestSettings settings;
  settings.box.batch.seed = static_cast<std::uint64_t>(std::atoi(argv[2]));
  settings.initial = std::atoi(argv[3]);
  const int evaluations = std::atoi(argv[4]);
  if (argc > 5) settings.box.batch.acquisition.kind = acquisition_kind(argv[5]);
  if (argc > 6) settings.fit.kernel = kernel_kind(argv[6]);
  if (argc > 7) settings.box.batch.acquisition.kappa = std::atof(argv[7]);
  std::vector<BoxEvaluation> done;
  std::optional<Hyperparameters> earlier;
  double best = 1e300, seconds = 0.0;
  while (static_cast<int>(done.size()) < evaluations) {
    const double begin = Progress::steady_seconds();
    const Suggestion suggestion = suggest(box, done, 1, settings, earlier);
    seconds += Progress::steady_seconds() - begin;
    if (suggestion.fit) earlier = suggestion.fit->hyperparameters;
    const Eigen::VectorXd point = suggestion.choices.at(0).point;
    const double value = is_branin ? branin(box.values(point)) : hartmann6(box.values(point));
    done.push_back({point, value});
    best = std::min(best, value);
    for (const double x : point) fmt::print("{:.17g} ", x);
    fmt::print("{:.17g} {:.17g}\n", value, best);
  }
  fmt::print("seconds {:.4f}\n", seconds / (evaluations - settings.initial));
  return 0;
}

}  // namespace
}  // namespace spinel

int main(int argc, char** argv) {
  spinel::MpiRuntime mpi(argc, argv);
  return spinel::run(argc, argv);
}
