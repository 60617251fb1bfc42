#include "potential/external_potential.hpp"

#include "core/stop_signal.hpp"
#include "domain/distribute.hpp"
#include "parallel/on_root.hpp"

namespace spinel {

EnergyVirial ExternalPotential::compute(const LocalAtoms& atoms, const NeighborList&, Halo& halo, Wanted,
                                        Forces& forces) {
  const Communicator& communicator = halo.communicator();
  const Structure structure = gather_structure(atoms, communicator, true);
  ExternalForces answer;
  on_root_asleep(communicator, [&](const std::function<int()>& signal) {
    engine_->set_look([&] {
      const bool is_stopped = look_ && look_();
      if (const int number = signal(); number != 0) throw Interrupted(StopSignal::name(number));
      if (is_stopped) throw Interrupted("another pool");
    });
    answer = engine_->evaluate(structure);
  });
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
