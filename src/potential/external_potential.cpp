#include "potential/external_potential.hpp"

#include "core/error.hpp"
#include "domain/distribute.hpp"

namespace spinel {

EnergyVirial ExternalPotential::compute(const LocalAtoms& atoms, const NeighborList&, Halo& halo, Wanted,
                                        Forces& forces) {
  const Communicator& communicator = halo.communicator();
  const Structure structure = gather_structure(atoms, communicator, true);
  ExternalForces answer;
  std::string problem;
  bool wrong_input = false;
  if (communicator.is_root()) {
    try {
      answer = engine_->evaluate(structure);
    } catch (const InputError& error) {
      problem = error.what();
      wrong_input = true;
    } catch (const std::exception& error) {
      problem = error.what();
    }
  }
  communicator.sleep_until_root();
  communicator.broadcast(problem);
  if (!problem.empty()) {
    std::int32_t is_input = wrong_input ? 1 : 0;
    communicator.broadcast(&is_input, 1);
    if (is_input != 0) throw InputError(problem);
    throw CollectiveError(problem);
  }
  std::vector<double> rows(3 * static_cast<std::size_t>(atoms.n_global));
  for (std::size_t i = 0; i < answer.force.size(); ++i)
    std::copy(answer.force[i].data(), answer.force[i].data() + 3, rows.data() + 3 * i);
  communicator.broadcast(rows.data(), rows.size());
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    forces[i] = Vec3(rows.data() + 3 * static_cast<std::size_t>(atoms.id[i]));
  magnetic_moments_ = std::move(answer.magnetic_moment);
  const Mat3& w = answer.virial;
  return {answer.energy, {w(0, 0), w(1, 1), w(2, 2), w(1, 2), w(0, 2), w(0, 1)}};
}

}  // namespace spinel
