#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spinel {

/// &potential. Units as in parameters.hpp.
struct PotentialParameters {
  std::string style;                         // lennard_jones | network | m3gnet | schnet | painn | socket | command
  std::string precision = "double";          // double | single
  std::vector<std::string> pairs;            // 'Ar-Ar', 'Ar-Kr', …: epsilon, sigma, cutoff are listed in this order
  std::vector<double> epsilon;               // eV
  std::vector<double> sigma;                 // Å
  std::vector<double> cutoff;                // Å; one value for all pairs, or one a pair
  std::string mixing = "lorentz_berthelot";  // lorentz_berthelot | geometric | sixth_power | none
  std::string truncation = "plain";          // plain | shifted | smooth
  double smooth_width = 0.0;                 // Å below the cutoff over which `smooth` switches off (0: a tenth of it)
  bool tail_correction = false;
  std::vector<std::string> model;      // native model file (HDF5) of a network; several: a committee, whose mean counts
  std::string device = "cpu";          // cpu | cuda: where a network runs, one GPU per rank of a node
  std::int64_t threads = 1;            // of a network, per rank
  double spread_threshold = 0.0;       // eV/Å, largest spread of a committee's force on an atom in md; 0: none
  std::string spread_action = "dump";  // dump | stop, where it is exceeded
  std::int64_t spread_every = 10;      // steps between looks at the spread

  // socket, command: another program computes.
  std::string address;          // 'unix:NAME' | 'HOST:PORT'; empty: a Unix socket of a name of its own
  std::string command;          // starts the program; empty: it is waited for
  std::string code = "script";  // script | quantum_espresso | cp2k: whose input {file} is
  std::string template_file;    // input of `code` whose structure is replaced
  double k_spacing = 0.0;       // 1/Å, with 2π; 0: k points as the template has them
  std::string pseudo_dir;       // empty: as the template has it
  double timeout = 3600.0;      // s, for a connection and for each answer
  std::string level;            // name of the method, in whose hulls its energies are; empty: of program and settings
  std::string array;            // submits all runs of a list as one array of jobs; empty: one after the other
};

/// &serve
struct ServeParameters {
  std::string address;           // required: 'unix:NAME' | 'HOST:PORT' of the server
  double timeout = 600.0;        // s, for the server to be there
  std::int64_t print_every = 0;  // calls between lines of the log; 0: 1, 2, 5, 10, 20, 50, …
};

}  // namespace spinel
