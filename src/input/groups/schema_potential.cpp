#include "input/groups/group_builder.hpp"
#include "input/model_kinds.hpp"

namespace spinel {

namespace {

void add_potential_keys(GroupBuilder<PotentialParameters>& g) {
  using P = PotentialParameters;
  constexpr std::size_t n_pairs = 118 * 119 / 2;
  std::vector<std::string> networks = {"network"};
  for (const std::string& kind : model_kinds_for(ModelKind::Use::energy)) networks.push_back(kind);
  std::vector<std::string> built_in = networks, styles = {"lennard_jones", "socket", "command"};
  built_in.push_back("lennard_jones");
  styles.insert(styles.begin() + 1, networks.begin(), networks.end());
  g.key("style", &P::style,
        "kind of potential; 'network' takes whatever network the model file holds, 'socket' asks another program "
        "through an "
        "i-PI socket")
      .one_of(styles)
      .required();
  g.key("precision", &P::precision,
        "precision of the arithmetic: of a pair with lennard_jones, whose sums are always double; of all but sums over "
        "atoms with a network")
      .one_of({"double", "single"})
      .of("style", built_in);
  g.key("pairs", &P::pairs,
        "pairs of species, such as 'Ar-Kr', whose coefficients epsilon, sigma and cutoff list in this order")
      .length(1, n_pairs)
      .if_empty("one value of each key holds for every pair")
      .of("style", {"lennard_jones"});
  g.key("epsilon", &P::epsilon, "depth of the Lennard-Jones well, one value a pair")
      .in(&UnitSystem::energy)
      .length(1, n_pairs)
      .at_least(0)
      .if_empty("none")
      .of("style", {"lennard_jones"});
  g.key("sigma", &P::sigma, "distance at which the Lennard-Jones energy is zero, one value a pair")
      .in(&UnitSystem::length)
      .length(1, n_pairs)
      .above(0)
      .if_empty("none")
      .of("style", {"lennard_jones"});
  g.key("cutoff", &P::cutoff, "distance beyond which a pair does not interact: one value for all pairs, or one a pair")
      .in(&UnitSystem::length)
      .length(1, n_pairs)
      .above(0)
      .if_empty("none")
      .of("style", {"lennard_jones"});
  g.key("mixing", &P::mixing, "rule for pairs that are not listed, from the pairs of like species; 'none': an error")
      .one_of({"lorentz_berthelot", "geometric", "sixth_power", "none"})
      .of("style", {"lennard_jones"});
  g.key("truncation", &P::truncation,
        "end of the Lennard-Jones energy at the cutoff: 'plain' cuts, 'shifted' shifts the energy to zero, 'smooth' "
        "brings energy and force to zero")
      .one_of({"plain", "shifted", "smooth"})
      .of("style", {"lennard_jones"});
  g.key("smooth_width", &P::smooth_width, "width below the cutoff over which 'smooth' switches off")
      .in(&UnitSystem::length)
      .above(0)
      .unless(0, "a tenth of the cutoff")
      .of("style", {"lennard_jones"});
  g.key("tail_correction", &P::tail_correction,
        "addition of energy and pressure of a uniform fluid beyond a plain cutoff")
      .of("style", {"lennard_jones"});
  g.key("model", &P::model,
        "native model file (HDF5) of a network, from calculation = 'train' or scripts/import_model.py; several files "
        "are a committee, whose mean is the potential")
      .length(1, 100)
      .if_empty("none")
      .of("style", networks);
  g.keys_may_change({"md"});
  g.key("device", &P::device, "device on which a network runs: 'cpu', or 'cuda', one GPU for each rank of a node")
      .one_of({"cpu", "cuda"})
      .may_change()
      .of("style", networks);
  g.key("threads", &P::threads, "threads of a network in each rank")
      .between(1, 1024)
      .may_change()
      .of("style", networks);
  g.key("spread_threshold", &P::spread_threshold,
        "largest standard deviation of the force on an atom over the models of a committee that is taken as known")
      .in(&UnitSystem::force)
      .above(0)
      .unless(0, "no limit")
      .only_for({"md"})
      .may_change_for({"md"})
      .of("style", networks);
  g.key("spread_action", &P::spread_action,
        "action where the spread of a committee exceeds spread_threshold: 'dump' appends the frame to "
        "<prefix>_uncertain.xyz, 'stop' does so and ends the run")
      .one_of({"dump", "stop"})
      .only_for({"md"})
      .may_change_for({"md"})
      .of("style", networks);
  g.key("spread_every", &P::spread_every, "steps between looks at the spread of a committee")
      .in("steps")
      .at_least(1)
      .only_for({"md"})
      .may_change_for({"md"})
      .of("style", networks);

  const std::vector<std::string> socket = {"socket"}, external = {"socket", "command"},
                                 dft = {"quantum_espresso", "cp2k"};
  g.key("address", &P::address,
        "where the program that computes is met: 'unix:NAME' (the file /tmp/ipi_NAME), or 'HOST:PORT'; a pool whose "
        "first rank is r > 0 takes NAME_r, or PORT + r")
      .if_empty("a Unix socket that no other run has")
      .of("style", socket)
      .may_change_for({"md"});
  g.key("command", &P::command,
        "shell command that starts the program: with a socket once, in which {address}, {name}, {host}, {port}, {file} "
        "and "
        "{folder} are replaced (doc/sockets.md); with 'command' for each structure, with {file}, {result} and {folder} "
        "(doc/dft.md)")
      .if_empty("the program is waited for")
      .of("style", external)
      .may_change_for({"md"});
  g.key("code", &P::code,
        "kind of input that {file} is: 'quantum_espresso' or 'cp2k' the template with the atoms in it, 'script' "
        "extended "
        "XYZ of the atoms")
      .one_of({"script", "quantum_espresso", "cp2k"})
      .of("style", external)
      .may_change_for({"md"});
  g.key("template", &P::template_file, "input of the code, complete; cell and atoms in it are replaced")
      .if_empty("none")
      .of("code", dft)
      .may_change_for({"md"});
  g.key("k_spacing", &P::k_spacing, "distance between k points, with 2π, that their grid must not exceed")
      .in("1/Å")
      .above(0)
      .unless(0, "the template's k points")
      .of("code", dft)
      .may_change_for({"md"});
  g.key("pseudo_dir", &P::pseudo_dir, "folder of the pseudopotentials, and with CP2K of the basis sets")
      .if_empty("the template's")
      .of("code", dft)
      .may_change_for({"md"});
  g.key("timeout", &P::timeout, "time for the program to connect, and for each of its answers")
      .in("s")
      .above(0)
      .may_change()
      .of("style", external);
  g.key("level", &P::level,
        "name of the method (run_type), such as 'PBE of pw.x, 60 Ry': energies meet in a hull with those of the same "
        "name only")
      .if_empty("a name of the program and its settings")
      .of("style", external)
      .may_change_for({"md"});
  g.key("array", &P::array,
        "shell command that submits the runs for all structures of a list as one array of jobs and ends when they have "
        "ended, such as 'sbatch --wait --array=1-{n} scripts/dft_array.sh {list}'; {n} is their number, {list} a file "
        "with the folder of each on a line (doc/dft.md)")
      .if_empty("one run after the other in each pool")
      .of("style", {"command"})
      .may_change();
}

}  // namespace

void add_potential(std::vector<Group>& groups) {
  GroupBuilder<PotentialParameters> g(
      groups, "potential", &Input::potential, "The interatomic potential.",
      {"energy", "md", "relax", "hull", "evaluate", "properties", "generate", "discover", "serve"});
  g.optional_for({"hull", "evaluate", "generate", "discover"});
  add_potential_keys(g);
}

void add_oracle(std::vector<Group>& groups) {
  GroupBuilder<PotentialParameters> g(groups, "oracle", &Input::oracle,
                                      "The better potential that labels candidates, where &potential only relaxes them "
                                      "and says which are worth it. Its keys are those of &potential.",
                                      {"discover"});
  g.optional_for({"discover"});
  add_potential_keys(g);
}

void add_serve(std::vector<Group>& groups) {
  using P = ServeParameters;
  GroupBuilder<P> g(groups, "serve", &Input::serve,
                    "Energies and forces for another program, asked through an i-PI socket.", {"serve"});
  g.key("address", &P::address,
        "where the program that asks listens: 'unix:NAME' (the file /tmp/ipi_NAME), or 'HOST:PORT'")
      .required();
  g.key("timeout", &P::timeout, "time for that program to be there").in("s").above(0);
  g.key("print_every", &P::print_every, "calls between lines of the log")
      .at_least(1)
      .unless(0, "at calls 1, 2, 5, 10, 20, 50, …");
}

}  // namespace spinel
