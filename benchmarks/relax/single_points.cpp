// single_points INPUT.nml: energies, forces and stresses of the potential of a namelist, asked for over standard input
// and answered on standard output in binary, 64-bit numbers of this machine:
//     question  n (integer), cell (9 reals, Å), atomic numbers (n integers), positions (3n reals, Å)
//     answer    energy (eV), forces (3n, eV/Å), stress (6, eV/Å³, xx yy zz yz xz xy, tension positive)
// until the questions end. Every periodic direction is. One process, no mpirun.
#include <cstdio>
#include <exception>

#include "campaign/structure_job.hpp"
#include "crystal/elements.hpp"
#include "parallel/communicator.hpp"
#include "run/context.hpp"
#include "run/setup/make_potential.hpp"
#include "task/registry.hpp"

namespace {

using namespace spinel;

template <class T>
bool take(T* values, std::size_t n) {
  return std::fread(values, sizeof(T), n, stdin) == n;
}

bool answer(StructureJob& job) {
  std::int64_t n = 0;
  StructureResult result;
  if (!take(&n, 1)) return false;
  std::vector<double> cell(9);
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(n));
  result.structure.position.resize(numbers.size());
  if (!take(cell.data(), 9) || !take(numbers.data(), numbers.size()) ||
      !take(reinterpret_cast<double*>(result.structure.position.data()), 3 * numbers.size()))
    return false;
  result.structure.cell = Mat3(cell.data()).transpose();
  for (const std::int64_t number : numbers)
    result.structure.type.push_back(add_species(result.structure, species_from_number(static_cast<int>(number))));
  job.compute(result);
  std::fwrite(&result.energy, sizeof(double), 1, stdout);
  std::fwrite(result.structure.force.data(), sizeof(Vec3), numbers.size(), stdout);
  std::fwrite(result.stress.data(), sizeof(double), 6, stdout);
  std::fflush(stdout);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  MpiRuntime mpi(argc, argv);
  const auto world = Communicator::world();
  try {
    if (argc != 2) fail_input("usage: single_points INPUT.nml");
    const Input input = read_input(argv[1], world);
    Log log(false);
    const RunContext context{world, input, UnitSystem::by_name(input.control.units), log};
    const PotentialMaker maker(input.potential, context.units, context.place("potential"), world);
    StructureJob job(world, context.units, maker, {input.relax, input.neighbor, input.parallel, false},
                     context.place("parallel"));
    while (answer(job)) {
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "single_points: %s\n", error.what());
    return 1;
  }
  return 0;
}
