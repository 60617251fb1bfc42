#include "task/serve/serve.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "campaign/campaign.hpp"
#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "domain/distribute.hpp"
#include "external/ipi_messages.hpp"
#include "parallel/on_root.hpp"
#include "parallel/pools.hpp"
#include "run/check_run.hpp"
#include "run/report_warnings.hpp"
#include "run/result_common.hpp"
#include "run/run_control.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"
#include "run/setup/make_potential.hpp"
#include "run/setup/make_structure.hpp"

namespace spinel {

namespace {

/// What a server has asked of one pool.
struct Service {
  std::int64_t calls = 0;
  double seconds = 0.0;  // of calls
  double first = 0.0, last = 0.0;
  double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;  // eV
};

/// Whether a line of the log is due: by default at 1, 2, 5, 10, 20, 50, …
bool is_line(std::int64_t call, std::int64_t every) {
  if (every > 0) return call % every == 0;
  std::int64_t power = 1;
  while (power * 10 <= call) power *= 10;
  return call % power == 0 && (call / power == 1 || call / power == 2 || call / power == 5);
}

/// Answers one server until it ends, on the ranks of one pool.
class Answers {
 public:
  Answers(const RunContext& context, const Communicator& pool, ForceField& field)
      : context_(context),
        pool_(pool),
        field_(field),
        control_(context.input.control, context.input.output, pool.is_root()),
        own_cell_(field.atoms().cell) {}

  /// Collective over the pool. What asked for a stop; empty: the server ended.
  std::string run(Service& service) {
    try {
      while (const auto request = next_request()) {
        const double begin = Progress::steady_seconds();
        place_atoms(*request);
        compute(service);
        service.seconds += Progress::steady_seconds() - begin;
        report(service);
      }
    } catch (const Interrupted& interruption) {
      return interruption.what();
    }
    return {};
  }

 private:
  /// Positions and cell on the root alone; nothing where the server ended.
  std::optional<IpiClient::Request> next_request() {
    std::optional<IpiClient::Request> request;
    std::int32_t goes_on = 0;
    on_root_asleep(pool_, [&](const std::function<int()>& signal) {
      const std::function<void()> looks = [&] {
        if (const int number = signal(); number != 0) throw Interrupted(StopSignal::name(number));
        if (const auto asked = control_.interpret(control_.flag()); asked.stop) throw Interrupted(asked.reason);
      };
      const ServeParameters& p = context_.input.serve;
      if (!client_) client_.emplace(connect_socket(SocketAddress::parse(p.address), {p.timeout, looks}));
      request = client_->next({std::numeric_limits<double>::infinity(), looks});
      goes_on = request ? 1 : 0;
    });
    pool_.broadcast(&goes_on, 1);
    if (goes_on != 0 && !request) request.emplace();
    return request;
  }

  /// The atoms as the server has them; along directions that are not periodic the cell is ours.
  void place_atoms(const IpiClient::Request& request) {
    LocalAtoms& atoms = field_.atoms();
    std::vector<double> numbers(9 + 3 * static_cast<std::size_t>(atoms.n_global));
    on_root(pool_, [&] {
      if (request.positions.size() != static_cast<std::size_t>(atoms.n_global))
        throw CollectiveError(
            fmt::format("the server has {} atoms, &structure {}: both must have the same, in the same order",
                        request.positions.size(), atoms.n_global));
      Mat3 cell = request.cell;
      for (std::size_t k = 0; k < 3; ++k)
        if (!atoms.periodic[k]) cell.row(static_cast<int>(k)) = own_cell_.row(static_cast<int>(k));
      // The same lattice with right-handed vectors.
      if (cell.determinant() < 0.0) cell = -cell;
      if (!(cell.determinant() > 0.0)) throw CollectiveError("the server sent a cell without volume");
      std::copy(cell.data(), cell.data() + 9, numbers.data());
      for (std::size_t i = 0; i < request.positions.size(); ++i)
        std::copy(request.positions[i].data(), request.positions[i].data() + 3, numbers.data() + 9 + 3 * i);
    });
    pool_.broadcast(numbers.data(), numbers.size());
    std::copy(numbers.data(), numbers.data() + 9, atoms.cell.data());
    for (std::size_t i = 0; i < atoms.n_owned; ++i) {
      const Vec3 unwrapped(numbers.data() + 9 + 3 * static_cast<std::size_t>(atoms.id[i]));
      const Int3& n = atoms.image[i];
      atoms.position[i] = unwrapped - atoms.cell.transpose() * Vec3(n[0], n[1], n[2]);
    }
  }

  void compute(Service& service) {
    const EnergyVirial total = field_.update({true, true});
    const Structure now = gather_structure(field_.atoms(), pool_, false, &field_.forces());
    on_root(pool_, [&] {
      const auto& w = total.virial;
      ExternalForces answer;
      answer.energy = total.energy;
      answer.force = now.force;
      answer.virial << w[0], w[5], w[4], w[5], w[1], w[3], w[4], w[3], w[2];
      bool finite = std::isfinite(total.energy) && answer.virial.allFinite();
      for (const Vec3& force : now.force) finite = finite && force.allFinite();
      if (!finite) throw CollectiveError(fmt::format("energy or forces of call {} are not finite", service.calls + 1));
      client_->answer(answer);
    });
    if (service.calls == 0) service.first = total.energy;
    ++service.calls;
    service.last = total.energy;
    service.lowest = std::min(service.lowest, total.energy);
    service.highest = std::max(service.highest, total.energy);
  }

  void report(const Service& service) const {
    if (!context_.world.is_root() || !is_line(service.calls, context_.input.serve.print_every)) return;
    context_.log.print("  call {:>8}  energy {:.8f} {}  {:.3g} ms a call", service.calls, service.last,
                       context_.units.energy, 1e3 * service.seconds / static_cast<double>(service.calls));
  }

  const RunContext& context_;
  const Communicator& pool_;
  ForceField& field_;
  RunControl control_;
  const Mat3 own_cell_;
  std::optional<IpiClient> client_;
};

void write_results(const RunContext& context, const RunFiles& files, const LocalAtoms& atoms, const Pools& pools,
                   const Service& service, bool complete) {
  const auto of_pools = [&](double value) {
    auto all = pools.across.all_gather(value);
    if (!context.world.is_root()) all.clear();
    return all;
  };
  ResultFile file(context.world, files.result);
  write_header(file, context, atoms, complete);
  const auto calls = of_pools(static_cast<double>(service.calls));
  file.write("/serve/calls", std::vector<std::int64_t>(calls.begin(), calls.end()), {"", "answered by each pool"});
  file.write("/serve/seconds", of_pools(service.seconds),
             {"s", "from a request to its answer, sum over the calls of a pool"});
  const std::string& energy = context.units.energy;
  file.write("/serve/first_energy", of_pools(service.first), {energy, "of the first call of each pool"});
  file.write("/serve/last_energy", of_pools(service.last), {energy, "of the last call of each pool"});
  file.write("/serve/lowest_energy", of_pools(service.lowest), {energy, "of all calls of each pool"});
  file.write("/serve/highest_energy", of_pools(service.highest), {energy, "of all calls of each pool"});
  file.save();
}

}  // namespace

void check_serve(const RunContext& context) { check_one_structure(context); }

bool run_serve(const RunContext& context) {
  const Input& input = context.input;
  RunFiles files(context);
  report_start(context);
  const int n_pools = pools_for(context, std::max<std::int64_t>(1, input.parallel.pools), context.world.size());
  const Pools pools = make_pools(context.world, n_pools);
  const Structure structure =
      make_structure(input.structure, context.place("structure"), context.units, input.control.seed, pools.within);
  LocalAtoms atoms = local_atoms_from(structure, pools.within);
  const PotentialMaker maker(context, input.potential);
  auto potential = maker.make(atoms.species, pools.within);
  report_structure(context, atoms);
  report_warnings(context.log, structure.warnings);
  echo_line(context.log, "potential", describe_potential(input.potential, context.units, *potential));
  echo_line(context.log, "server",
            fmt::format("{}, {} client{}", input.serve.address, n_pools, n_pools > 1 ? "s" : ""));
  on_root(context.world, [&] {
    files.make_folder();
    files.keep_old();
  });
  auto decomposition = make_decomposition(input.parallel, context.place("parallel"), atoms, pools.within);
  Timers timers;
  ForceField field(std::move(atoms), Halo(pools.within, std::move(decomposition)), potential, input.neighbor,
                   input.parallel, timers);
  context.log.line();
  Service service;
  std::string stop;
  try {
    stop = Answers(context, pools.within, field).run(service);
  } catch (const CollectiveError& error) {
    // Other pools know nothing of it.
    if (n_pools > 1) throw Error(error.what());
    throw;
  }
  write_results(context, files, field.atoms(), pools, service, stop.empty());
  const std::int64_t calls = pools.across.sum(service.calls);
  context.log.print("\n{} calls answered{}: {}", grouped(context.world.is_root() ? calls : 0),
                    stop.empty() ? ", the server ended" : ", stopped by " + stop, files.result);
  return stop.empty();
}

}  // namespace spinel
