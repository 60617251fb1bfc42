#pragma once

#include <string>
#include <vector>

#include "input/parameters.hpp"
#include "input/schema.hpp"
#include "parallel/communicator.hpp"
#include "run/context.hpp"

namespace spinel {

/// One value of &control calculation.
struct Calculation {
  const char* name;
  void (*run)(const RunContext&);  ///< collective
  const char* help;                ///< one line
};

const std::vector<Calculation>& calculations();
/// The same table as input needs it to check names and print help.
std::vector<CalculationHelp> calculation_help();

/// Collective. Rank 0 reads the file, all ranks parse it. InputError on every rank where it cannot be read or is wrong.
Input read_input(const std::string& path, const Communicator& world);

/// Collective. What a run would find wrong before its first step: reads the structure, sets up the potential.
void check_input(const RunContext& context);

/// Collective. Runs what &control calculation names.
void run_calculation(const RunContext& context);

}  // namespace spinel
