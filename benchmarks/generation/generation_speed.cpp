// generation_speed WIDTH LAYERS FREQUENCIES ATOMS CRYSTALS SECONDS FILE: the periodic denoiser with random weights on
// random crystals: prints µs a crystal of a call as in sampling and of one with gradients as in training, processor
// time, and writes sizes, inputs, weights and outputs to FILE for the same network elsewhere (eager.py).
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <vector>

#include "core/random.hpp"
#include "model/generators/denoiser.hpp"

namespace {

using namespace spinel;

double processor_seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Seconds of one of as many calls as fit in `least` seconds.
template <class Call>
double seconds_of(double least, const Call& call) {
  call();
  const double start = processor_seconds();
  double n = 0.0, now = start;
  while (now - start < least) {
    call();
    n += 1.0;
    now = processor_seconds();
  }
  return (now - start) / n;
}

template <class T>
void put(std::FILE* file, const std::vector<T>& values) {
  std::fwrite(values.data(), sizeof(T), values.size(), file);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fprintf(stderr, "usage: generation_speed WIDTH LAYERS FREQUENCIES ATOMS CRYSTALS SECONDS FILE\n");
    return 2;
  }
  DenoiserShape shape;
  shape.width = static_cast<std::size_t>(std::atoi(argv[1]));
  shape.layers = static_cast<std::size_t>(std::atoi(argv[2]));
  shape.frequencies = static_cast<std::size_t>(std::atoi(argv[3]));
  shape.n_types = 60;
  const auto n_atoms = static_cast<std::size_t>(std::atoi(argv[4])), n = static_cast<std::size_t>(std::atoi(argv[5]));
  const double seconds = std::atof(argv[6]);
  Denoiser<float> network(shape);
  RandomSequence numbers(Random(1, RandomPurpose::test), 0, 0);
  std::vector<float> weights(network.n_parameters());
  for (const DenoiserMatrix& matrix : network.matrices())
    for (std::size_t i = 0; i < matrix.rows * matrix.columns; ++i)
      // As at the start of a training.
      weights[matrix.offset + i] =
          matrix.rows == 1 ? 1.0f : static_cast<float>(numbers.normal() / std::sqrt(static_cast<double>(matrix.rows)));
  std::vector<std::int64_t> first = {0};
  std::vector<std::int32_t> type;
  std::vector<float> fractional, crystal;
  for (std::size_t c = 0; c < n; ++c) {
    first.push_back(static_cast<std::int64_t>((c + 1) * n_atoms));
    for (std::size_t k = 0; k < shape.n_crystal; ++k) crystal.push_back(static_cast<float>(numbers.normal()));
  }
  for (std::size_t a = 0; a < n * n_atoms; ++a) {
    type.push_back(static_cast<std::int32_t>(numbers.uniform() * 59.99));
    for (int k = 0; k < 3; ++k) fractional.push_back(static_cast<float>(numbers.uniform()));
  }
  const DenoiserInput<float> input = {n, first.data(), type.data(), fractional.data(), crystal.data()};
  std::vector<float> velocity(fractional.size()), types(type.size() * shape.n_types), cell(6 * n),
      gradient(weights.size());
  network.set_weights(weights.data());
  const double call = seconds_of(seconds, [&] {
    network.forward(input, {velocity.data(), types.data(), cell.data()});
  });
  const double training = seconds_of(seconds, [&] {
    std::fill(gradient.begin(), gradient.end(), 0.0f);
    network.set_weights(weights.data());
    network.gradient(
        input,
        [&](std::size_t begin, std::size_t end, const DenoiserOutput<float>& said, const DenoiserOutput<float>& to) {
          // Half the sum of squares of all that is said.
          const auto from = static_cast<std::size_t>(first[begin]), until = static_cast<std::size_t>(first[end]);
          std::copy(said.velocity + 3 * from, said.velocity + 3 * until, to.velocity + 3 * from);
          std::copy(said.types + from * shape.n_types, said.types + until * shape.n_types,
                    to.types + from * shape.n_types);
          std::copy(said.cell + 6 * begin, said.cell + 6 * end, to.cell + 6 * begin);
        },
        gradient.data());
  });
  std::printf("%.4f %.4f\n", 1e6 * call / static_cast<double>(n), 1e6 * training / static_cast<double>(n));
  std::FILE* file = std::fopen(argv[7], "wb");
  if (file == nullptr) return 1;
  put(file,
      std::vector<std::int32_t>{static_cast<std::int32_t>(shape.width), static_cast<std::int32_t>(shape.layers),
                                static_cast<std::int32_t>(shape.frequencies), static_cast<std::int32_t>(shape.n_types),
                                static_cast<std::int32_t>(shape.n_crystal), static_cast<std::int32_t>(n_atoms),
                                static_cast<std::int32_t>(n), static_cast<std::int32_t>(weights.size())});
  put(file, type);
  put(file, fractional);
  put(file, crystal);
  put(file, weights);
  put(file, velocity);
  put(file, types);
  put(file, cell);
  put(file, gradient);
  return std::fclose(file) == 0 ? 0 : 1;
}
